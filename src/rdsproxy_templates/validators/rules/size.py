"""Rules of size: limits of CloudFormation and IAM that nobody can raise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...aws.documentation import CLOUDFORMATION_GUIDE, IAM_GUIDE
from ...aws.limits import DYNAMIC_REFERENCES, PARAMETER_BYTES, ROLE_POLICIES
from ...model.template import Template
from ...rendering.bundle import Bundle
from ..graph import FUNCTION_TYPES, Graph
from ..lengths import Lengths
from ..lines import located, violation_at
from ..rule import FileViolation, as_rule

LIMITS = {"resources": 500, "parameters": 200, "outputs": 200}
BYTES = 1024 * 1024
APART = "Move a part of it into a stack of its own"
HOLDERS = ("AWS::IAM::Role", FUNCTION_TYPES[0])


@as_rule(
    "size",
    title="A template stays within CloudFormation's limits.",
    why="CloudFormation refuses a larger template.",
    remedy="Move a part of the template into a stack of its own.",
    source=f"{CLOUDFORMATION_GUIDE}cloudformation-limits.html",
)
def templates_fit(bundle: Bundle) -> Iterator[FileViolation]:
    for path, template in bundle.root.walk():
        file = bundle.paths[path]
        length = len(bundle.templates.get(file, "").encode())
        for sentence in _over(template, length):
            yield FileViolation(file, 1, sentence, APART)


@as_rule(
    "values",
    title="Values that are passed to nested stacks, and policies of roles, stay within limits.",
    why="CloudFormation refuses the value, or IAM the policy, during the deployment.",
    remedy="Pass fewer values, or use a managed policy.",
    source=f"{IAM_GUIDE}reference_iam-quotas.html",
)
def values_fit(bundle: Bundle) -> Iterator[FileViolation]:
    flat, origins = bundle.flat()
    graph = Graph(flat)
    lengths = Lengths(graph, origins)
    for path, arguments in bundle.arguments().items():
        *outer, title = path
        file = bundle.paths[tuple(outer)]
        for name, value in arguments.items():
            if (length := lengths.longest(value)) > PARAMETER_BYTES:
                place = ("Resources", title, "Properties", "Parameters", name)
                yield violation_at(
                    bundle,
                    file,
                    place,
                    f"{title} is passed {name} of up to {length} bytes, "
                    f"and {PARAMETER_BYTES} are allowed{_fitting(lengths, value)}",
                    "Pass fewer",
                )
    for name, _ in graph.of_type(*HOLDERS):
        length = sum(lengths.written(document) for document in graph.inline_policies(name))
        if length > ROLE_POLICIES:
            file, line = located(bundle, origins, ("Resources", name))
            yield FileViolation(
                file,
                line,
                f"{origins[name].title}: its inline policies come to up to {length} characters, "
                f"and {ROLE_POLICIES} are allowed",
                "Name fewer users or secrets in them, or use a managed policy",
                ("Resources", origins[name].title),
            )


def _over(template: Template, length: int) -> Iterator[str]:
    counts = {
        "resources": len(template.resources) + len(template.children),
        "parameters": len(template.parameters),
        "outputs": len(template.outputs),
    }
    for name, limit in LIMITS.items():
        if counts[name] > limit:
            yield f"it has {counts[name]} {name}, and {limit} are allowed"
    if length > BYTES:
        yield f"it has {length} bytes, and {BYTES} are allowed"
    resolved = json.dumps([*map(dict, template.resources.values())]).count("{{resolve:")
    if resolved > DYNAMIC_REFERENCES:
        yield f"it has {resolved} dynamic references, and {DYNAMIC_REFERENCES} are allowed"


def _fitting(lengths: Lengths, value: Any) -> str:
    """Say how many of several values there is room for."""
    match value:
        case {"Fn::Join": [str(mark), [*items]]}:
            left, fits = PARAMETER_BYTES + len(mark), 0
            for item in items:
                left -= lengths.longest(item) + len(mark)
                fits += left >= 0
            return f"; there is room for {fits} of {len(items)}"
        case _:
            return ""
