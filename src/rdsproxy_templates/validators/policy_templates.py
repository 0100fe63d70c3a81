"""Policy templates of SAM: the statements that ``Policies: [{NAME: arguments}]`` stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def template_statements(name: str, arguments: object) -> list[dict[str, Any]] | None:
    """Return the statements of the policy template *name*; None if SAM has no such template.

    *arguments* replace its parameters; one that is missing stays a reference.
    """
    template = _templates().get(name)
    if template is None:
        return None
    given = arguments if isinstance(arguments, Mapping) else {}
    filled = _filled(template["Definition"]["Statement"], given)
    return [one for one in filled if isinstance(one, dict)]


@cache
def _templates() -> Mapping[str, Any]:
    # The translator itself takes half a second to import; its data is a file.
    package = find_spec("samtranslator")
    if package is None or package.origin is None:
        return {}
    folder = Path(package.origin).parent / "policy_templates_data"
    templates: Mapping[str, Any] = json.loads((folder / "policy_templates.json").read_text())[
        "Templates"
    ]
    return templates


def _filled(node: Any, arguments: Mapping[str, Any]) -> Any:
    match node:
        case {"Ref": str(name)} if name in arguments:
            return arguments[name]
        case dict():
            return {key: _filled(value, arguments) for key, value in node.items()}
        case list():
            return [_filled(value, arguments) for value in node]
        case _:
            return node
