"""Rule of outputs: everybody who may describe a stack reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...aws.documentation import CLOUDFORMATION_GUIDE
from ...model.template import Template
from ...rendering.bundle import Bundle
from ..lines import violation_at
from ..rule import FileViolation, as_rule
from ..values import is_true, simple, spelled
from .environment import BESIDE

_RESOLVED: Final = re.compile(
    r"\{\{resolve:(?:secretsmanager|ssm-secure):.*?(:SecretString:(\w+).*)?\}\}"
)
"""A dynamic reference to a secret, and the key that it reads."""


@as_rule(
    "secret/output",
    level="warning",
    title="No output of a stack is a secret.",
    why="Whoever may describe the stack, or list its exports, reads the secret.",
    remedy="Output the secret's ARN, and read it where it is needed.",
    source=f"{CLOUDFORMATION_GUIDE}parameters-section-structure.html",
)
def outputs(bundle: Bundle) -> Iterator[FileViolation]:
    for path, template in bundle.root.walk():
        file = bundle.paths.get(path, "template.yaml")
        for name, body in template.outputs.items():
            if sign := _sign(template, body.get("Value")):
                sentence = f"the output {name} is a secret: {sign}"
                place = ("Outputs", name)
                yield violation_at(bundle, file, place, sentence, "Output the secret's ARN")


def _sign(template: Template, value: Any) -> str | None:
    """Say by what *value* is a secret; None if it is none."""
    if value is None:
        return None
    text = spelled(value)
    found = _RESOLVED.search(text)
    if found and found[2] not in BESIDE:
        return "it is read from one"
    names = re.findall(r"\$\{(\w+)\}", text)
    match simple(value):
        case {"Ref": str(name)}:
            names = [name]
    hidden = [one for one in names if is_true(template.parameters.get(one, {}).get("NoEcho"))]
    return f"it holds the parameter {hidden[0]}, which has NoEcho" if hidden else None
