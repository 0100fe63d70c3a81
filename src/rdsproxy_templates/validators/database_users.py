"""ARNs of database users, on which ``rds-db:connect`` is allowed, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..model.references import PLACEHOLDER
from .graph import Graph
from .matching import same
from .texts import (
    ACCOUNT,
    PARTITION,
    REGION,
    Atom,
    Text,
    fields,
    is_certain,
    joined,
    literal,
    shown,
    text_of,
)
from .values import simple

ACTION: Final = "rds-db:connect"
ID: Final = re.compile(r"prx-[0-9a-f]+|(cluster|db)-[A-Z0-9]+")
"""An ID of a proxy, cluster or instance as it stands."""
ANY_USER: Final = Atom("the user")


@dataclass(frozen=True)
class DatabaseUser:
    """The fields of an ARN that names a user of a proxy or database."""

    partition: Text
    region: Text
    account: Text
    place: Text
    name: Text


def arn_of_user(resource: str, user: Text | None) -> Text:
    """Return the ARN by which *user* of a proxy, cluster or instance of the graph is named."""
    place = Atom(resource, "Id", "resource")
    start: Text = ("arn:", PARTITION, ":rds-db:", REGION, ":", ACCOUNT, ":dbuser:", place, "/")
    return joined(start, user or (ANY_USER,))


def parsed(text: Text) -> DatabaseUser | None:
    """Read the ARN of a database user; None if *text* is none, or only deployment knows."""
    parts = fields(text, ":")
    if len(parts) != 7 or parts[0] != ("arn",) or parts[2] != ("rds-db",):  # noqa: PLR2004 - an ARN
        return None
    if parts[5] != ("dbuser",):
        return None
    place, *rest = fields(parts[6], "/")
    name = joined(*(piece for part in rest for piece in (("/",), part)))
    if not rest or not isinstance(name[0], str):
        return None
    return DatabaseUser(parts[1], parts[3], parts[4], place, joined((name[0][1:],), name[1:]))


def faults(
    graph: Graph, resource: object, wanted: Collection[str], user: Text | None
) -> Iterator[str]:
    """Say why *resource* does not name *user* of the proxies or databases *wanted*.

    With nothing *wanted*, any proxy or database will do.
    """
    text = text_of(graph, resource)
    if graph.target(simple(resource)):
        yield f"{ACTION} is allowed on something other than the ARN of a database user"
        return
    named = parsed(text)
    if named is None:
        plain = literal(text)
        if text == ("*",) or (plain is None and not is_certain(text)):
            return
        if plain is None and ":dbuser:" in shown(text) and ":rds-db:" in shown(text):
            yield f"{ACTION} names {_place(graph, resource)}, which is not the ID of a proxy"
        else:
            yield f"{ACTION} is allowed on {_raw(resource)}, which is not a database user"
        return
    if sentence := _place_fault(graph, resource, named.place, wanted):
        yield sentence
    if user is not None and "*" not in shown(named.name) and same(named.name, user) is False:
        name = shown(named.name)
        yield f"{ACTION} is allowed for {name}, and the function logs in as another user"


def _place_fault(
    graph: Graph, resource: object, place: Text, wanted: Collection[str]
) -> str | None:
    """Say why *place* is not the ID of one of *wanted*; None if it may be."""
    if not is_certain(place) or "*" in shown(place):
        return None
    match place:
        case (Atom(name, "Id", "resource"),):
            if not wanted or name in wanted:
                return None
            return f"{ACTION} names the ID of {name}, and the function logs in to {_all(wanted)}"
        case (str(text),) if ID.fullmatch(text):
            if not wanted:
                return None
            return f"{ACTION} names {text}, and the ID of {_all(wanted)} is made at deployment"
    return f"{ACTION} names {_place(graph, resource)}, which is not the ID of a proxy"


def _all(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _place(graph: Graph, resource: object) -> str:
    """Show the part of *resource* where the ID should be, as its author spells it."""
    spelled, variables = _spelled(resource)
    place = (spelled or "").rpartition(":dbuser:")[2].rpartition("/")[0]
    if match := PLACEHOLDER.fullmatch(place):
        value = variables.get(match[1])
        if match[1].startswith("Item") and value is not None:
            return shown(text_of(graph, value))
    return place or shown(text_of(graph, resource))


def _raw(resource: object) -> str:
    return _spelled(resource)[0] or "something else"


def _spelled(resource: object) -> tuple[str | None, Mapping[str, Any]]:
    """Spell *resource* as the text of ``Fn::Sub`` with its variables; None where that fails."""
    match resource:
        case str(text) | {"Fn::Sub": str(text)}:
            return text, {}
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return text, variables
        case {"Fn::Join": [str(mark), [*items]]}:
            variables = {}
            return mark.join(
                _inlined(item, f"Item{number}", variables) for number, item in enumerate(items)
            ), variables
        case _:
            return None, {}


def _inlined(item: object, name: str, variables: dict[str, Any]) -> str:
    """Spell *item* of a joined list as a part of the text, or as a new variable in it."""
    text, own = _spelled(item)
    if text is None:
        variables[name] = item
        return f"${{{name}}}"
    renamed = {key: f"{name}{key}" for key in own}
    variables |= {renamed[key]: value for key, value in own.items()}
    return PLACEHOLDER.sub(lambda match: f"${{{renamed.get(match[1], match[1])}}}", text)
