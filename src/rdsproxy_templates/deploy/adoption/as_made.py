"""Rules that something breaks as it was made, which its stack accepts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ...model import Template
from ...model.accepted_rules import accepted, all_accepted
from ...rendering.bundle import Bundle
from ...rendering.yaml import dump
from .file_names import TEMPLATE
from .groups import Adopted

REASON: Final = "It was made so, and taken over as it is"
NAMED: Final = "database/fixed-name"
"""An opinion that advises to leave a name out: here the advice would replace the resource."""


def as_made(adopted: Iterable[Adopted]) -> Mapping[str, Mapping[str, Any]]:
    """Return ``Metadata`` by title, with which what is *adopted* is deployed as it is."""
    from ...validators.graph import Graph  # noqa: PLC0415 - takes time
    from ...validators.rules import GRAPH_RULES  # noqa: PLC0415

    resources = {one.title: {"Type": one.type, "Properties": one.properties} for one in adopted}
    graph = Graph(_template(resources))
    broken: dict[str, list[dict[str, Any]]] = {}
    for rule in GRAPH_RULES:
        if rule.level == "opinion" and rule.id != NAMED:
            continue
        for violation in rule.judge(graph):
            broken.setdefault(violation.resource, []).append(accepted(rule.id, REASON))
    return {title: found for title, each in broken.items() if (found := all_accepted(*each))}


def still_refused(template: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the rules of any validator that would yet stop `deploy`, each with the reason.

    Only ours are accepted by a resource; another validator's a stack ignores as a whole.
    """
    from ...validators import refusing, validate  # noqa: PLC0415 - takes time

    bundle = Bundle(
        root=_template(template["Resources"]),
        templates={TEMPLATE: dump(dict(template))},
        paths={(): TEMPLATE},
    )
    found = refusing(validate(bundle, lint=False))
    return dict.fromkeys(sorted({one.rule for one in found}), REASON)


def _template(resources: Mapping[str, Any]) -> Template:
    return Template(description="", parameters={}, children={}, resources=resources, outputs={})
