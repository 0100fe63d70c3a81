"""Wires that lead nowhere, or in a circle, made unknown, so that a template can be flattened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ..model.references import replaced, wires
from ..model.template import Nested, Template, circle
from .assembly import UNKNOWN, is_known_by_default

OUTPUT: Final = ("Value", "Export", "Condition")
"""What counts of an output."""
MOST_CUTS: Final = 50


def followed(template: Template, path: str = "") -> Template:
    """Return *template* with every wire leading somewhere, so that it can be flattened.

    What leads nowhere, or in a circle, becomes unknown; our rule ``wiring`` has reported it.
    """
    asked: dict[str, set[str]] = {}
    places = [*template.resources.values(), *template.outputs.values()]
    for wire in wires([*places, *(dict(one.arguments) for one in template.children.values())]):
        title, _, attribute = wire.partition(".")
        if attribute:
            asked.setdefault(title, set()).add(attribute.removeprefix("Outputs."))
    children = {
        title: _followed_child(nested, f"{path}{title}", asked.get(title, set()))
        for title, nested in template.children.items()
    }
    whole = replace(
        template,
        children=children,
        outputs={
            name: {"Value": "", **{key: body[key] for key in OUTPUT if key in body}}
            for name, body in template.outputs.items()
        },
    )
    for _ in range(MOST_CUTS):
        if not (found := circle(whole)):
            return whole
        whole = _cut(whole, *found)
    return replace(whole, children={}, resources={})


def _followed_child(nested: Nested, path: str, asked: set[str]) -> Nested:
    inner = followed(nested.template, path)
    outputs = {name: {"Value": {UNKNOWN: f"{path}.{name}"}} for name in sorted(asked)}
    declared = inner.parameters
    arguments = {name: value for name, value in nested.arguments.items() if name in declared}
    for name, parameter in declared.items():
        if name not in arguments and not is_known_by_default(parameter):
            arguments[name] = {UNKNOWN: f"{path}.{name}"}
    whole = replace(inner, outputs={**outputs, **inner.outputs})
    return replace(nested, template=whole, arguments=arguments)


def _cut(template: Template, taker: str, giver: str) -> Template:
    """Make what *taker* takes of *giver* unknown."""

    def cut(node: Any) -> Any:
        return replaced(
            node,
            # SAM refers to what it makes of a function by `Function.Version`.
            lambda name: {UNKNOWN: name} if name.split(".")[0] == giver else {"Ref": name},
            lambda name, attribute: (
                {UNKNOWN: f"{name}.{attribute}"}
                if name == giver
                else {"Fn::GetAtt": [name, attribute]}
            ),
            lambda name: [] if name == giver else [name],
        )

    if taker in template.children:
        nested = template.children[taker]
        waits_for = [name for name in nested.waits_for if name != giver]
        made = replace(nested, arguments=cut(dict(nested.arguments)), waits_for=waits_for)
        children = {**template.children, taker: made}
        return replace(template, children=children)
    resources = {**template.resources, taker: cut(dict(template.resources[taker]))}
    return replace(template, resources=resources)
