"""Functions that find and rewrite the references inside a piece of a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
"""``${Name}`` or ``${Name.Attribute}`` in the text of ``Fn::Sub``, but not ``${!Literal}``."""
_REFERRING = frozenset({"Ref", "Fn::GetAtt", "Fn::Sub", "DependsOn"})
_CHANGING = _REFERRING | {"Fn::Select", "Fn::Split"}


def references(node: object) -> Iterator[str]:
    """Yield the name behind every Ref, GetAtt, Sub and DependsOn in *node*.

    Pseudo parameters (``AWS::Region``) are left out.
    """
    return (name for name in _names(node) if not name.startswith("AWS::"))


def _names(node: object) -> Iterator[str]:
    return (wire.partition(".")[0] for wire in wires(node))


def wires(node: object) -> Iterator[str]:
    """Yield every reference in *node* as ``Fn::Sub`` spells it: ``Name``, ``Name.Attribute``."""
    found: list[str] = []
    _collect(node, found)
    return iter(found)


def _collect(node: object, found: list[str]) -> None:
    # Most of what an audit does is to look for references, so no pattern is matched in vain.
    if isinstance(node, dict):
        if not _REFERRING.isdisjoint(node):
            _collect_function(node, found)
        else:
            for value in node.values():
                if not isinstance(value, str):
                    _collect(value, found)
    elif isinstance(node, list):
        for value in node:
            if not isinstance(value, str):
                _collect(value, found)
    elif isinstance(node, Mapping):
        _collect_function(node, found)


def _collect_function(node: object, found: list[str]) -> None:
    match node:
        case {"Ref": str(name)}:
            found.append(name)
        case {"Fn::GetAtt": [str(name), *attribute]}:
            found.append(".".join((name, *map(str, attribute))))
        case {"Fn::Sub": str(text)}:
            found += PLACEHOLDER.findall(text)
        case {"Fn::Sub": [str(text), dict(variables)]}:
            found += (name for name in PLACEHOLDER.findall(text) if name not in variables)
            _collect(variables, found)
        case {"DependsOn": [*names], **rest}:
            found += (name for name in names if isinstance(name, str))
            _collect(rest, found)
        case dict():
            for value in node.values():
                _collect(value, found)


def replaced(
    node: Any,
    ref: Callable[[str], Any],
    get_att: Callable[[str, str], Any],
    depends_on: Callable[[str], list[str]] = lambda name: [name],
) -> Any:
    """Copy *node* with each reference replaced by what the functions return.

    Placeholders of ``Fn::Sub`` are replaced too: by name where the new expression is
    itself a Ref or GetAtt, in place where it is text, else through a variable.
    Names of pseudo parameters stay as they are.
    """
    if isinstance(node, dict) and _CHANGING.isdisjoint(node):
        return {
            key: value if isinstance(value, str) else replaced(value, ref, get_att, depends_on)
            for key, value in node.items()
        }
    match node:
        case {"Ref": str(name)}:
            return node if name.startswith("AWS::") else ref(name)
        case {"Fn::GetAtt": [str(name), *attribute]}:
            return get_att(name, ".".join(map(str, attribute)))
        case {"Fn::Sub": str(text)}:
            return _substituted(text, {}, ref, get_att)
        case {"Fn::Sub": [str(text), dict(variables)]}:
            inner = replaced(variables, ref, get_att, depends_on)
            return _substituted(text, inner, ref, get_att)
        case {"DependsOn": [*names], **rest}:
            named = [name for name in names if isinstance(name, str)]
            waits_for = [other for name in named for other in depends_on(name)]
            others = replaced(rest, ref, get_att, depends_on)
            return {key: others.get(key, waits_for) for key in node}
        case dict():
            made = {k: replaced(value, ref, get_att, depends_on) for k, value in node.items()}
            return simplified(made)
        case list():
            return [replaced(item, ref, get_att, depends_on) for item in node]
        case _:
            return node


def _substituted(
    text: str,
    variables: Mapping[str, Any],
    ref: Callable[[str], Any],
    get_att: Callable[[str, str], Any],
) -> Any:
    kept = dict(variables)

    def placed(match: re.Match[str]) -> str:
        name, _, attribute = match[1].partition(".")
        if match[1] in variables or name.startswith("AWS::"):
            return match[0]
        expression = get_att(name, attribute) if attribute else ref(name)
        if (placeholder := spelled(expression)) is not None:
            return placeholder
        variable = re.sub(r"[^A-Za-z0-9]", "", match[1])
        kept[variable] = expression
        return f"${{{variable}}}"

    return substitution(PLACEHOLDER.sub(placed, text), kept)


def spelled(expression: object) -> str | None:
    """Spell *expression* in place, in the text of ``Fn::Sub``; None where that is impossible."""
    match expression:
        case str():
            return expression.replace("${", "${!")
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(text)}:
            return text
        case _:
            return None


def substitution(text: str, variables: Mapping[str, Any]) -> Any:
    """Make the shortest form of ``Fn::Sub``: with variables, without them, or plain text."""
    if variables:
        return {"Fn::Sub": [text, dict(variables)]}
    return {"Fn::Sub": text} if "${" in text else text


def _may_vanish(item: object) -> bool:
    """Tell whether a deployment may leave *item* out of its list, so that the rest moves up."""
    return isinstance(item, dict) and ("Fn::If" in item or item == {"Ref": "AWS::NoValue"})


def simplified(node: dict[str, Any]) -> Any:
    """Reduce *node* where a list is joined only to be split again, or an index is known."""
    match node:
        case {"Fn::Split": [str(mark), {"Fn::Join": [str(same), items]}]} if mark == same:
            return items
        case {"Fn::Split": [str(mark), str(text)]} if mark:
            return text.split(mark)
        case {"Fn::Select": [int(index), [*items]]} if 0 <= index < len(items) and not any(
            map(_may_vanish, items)
        ):
            return items[index]
        case _:
            return node
