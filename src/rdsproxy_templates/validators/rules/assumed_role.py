"""Rules of roles that a function assumes: it may, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...aws.documentation import IAM_GUIDE
from ..clients import variables_of
from ..graph import FUNCTION_TYPES, Graph
from ..policies import (
    Rights,
    added_statements,
    holder_of,
    rights_of,
    role_named,
    written_statements,
)
from ..rule import Violation, as_rule
from ..statements import Statement, is_every
from ..texts import ROLE, Atom, Text, is_certain, shown, text_of
from ..trust import ASSUME, is_passed_on, names_role
from ..values import listed

_ASSUMED: Final = re.compile(r"CONNECT|ASSUME|CROSS|LOGIN|RDS|DB|DATABASE|PROXY")
"""Words of a variable for a role that a function assumes, and does not pass on to a service."""
_ROLE_NAME: Final = re.compile(r"(^|_)ROLE(_ARN)?$")


@as_rule(
    "role/assumes-any-role",
    level="warning",
    title="A permission to assume roles names the roles.",
    why="Whoever takes over the function assumes every role that trusts the account.",
    remedy="Name the role.",
    source=f"{IAM_GUIDE}id_roles_use_permissions-to-switch.html",
)
def assumes_any_role(graph: Graph) -> Iterator[Violation]:
    for statement in written_statements(graph):
        explicit = [str(one).lower() for one in listed(statement.body.get("Action", []))]
        if not statement.allows or statement.is_conditional:
            continue
        if not any(one.startswith("sts:") for one in explicit):
            continue
        wide = [one for one in statement.resources() if is_every(graph, one, "iam", "role/")]
        if statement.names_action(ASSUME) and (wide or "NotResource" in statement.body):
            yield Violation(
                statement.place,
                statement.key(graph),
                f"{ASSUME} is allowed on every role",
                "Name the role that is assumed",
            )


@as_rule(
    "role/may-assume",
    title="A function that is given a role may assume it.",
    why="It cannot sign its tokens, and does not log in.",
    remedy="Allow the function sts:AssumeRole on the role.",
    source=f"{IAM_GUIDE}id_roles_use_permissions-to-switch.html",
)
def may_assume(graph: Graph) -> Iterator[Violation]:
    for function, name, target in told_roles(graph):
        rights = _rights_of_function(graph, function)
        if _needs_no_right(graph, function, name, target):
            continue
        if rights and rights.allow(graph, ASSUME, text_of(graph, target)) is False:
            yield Violation(
                function,
                "Environment",
                f"it is told a role by {name}, and may not assume it",
                f"Allow {ASSUME} on that role",
            )


@as_rule(
    "role/assumed-elsewhere",
    level="opinion",
    title="A function that is given a role is allowed, in the same template, to assume it.",
    why="Unless it is allowed elsewhere, the function cannot sign its tokens.",
    remedy="Allow the function sts:AssumeRole on the role.",
    source=f"{IAM_GUIDE}id_roles_use_permissions-to-switch.html",
)
def assumed_elsewhere(graph: Graph) -> Iterator[Violation]:
    for function, name, target in told_roles(graph):
        if holder_of(graph, function) is not None:
            continue
        if _needs_no_right(graph, function, name, target):
            continue
        wanted = text_of(graph, target)
        if not any(
            one.allows and one.names_action(ASSUME) and _may_name(graph, one, wanted)
            for one in written_statements(graph)
        ):
            yield Violation(
                function,
                "Environment",
                f"it is told a role by {name}, and nothing here lets it assume that role",
                f"Allow {ASSUME} on that role, if its own role is not allowed to elsewhere",
            )


def _may_name(graph: Graph, statement: Statement, role: Text) -> bool:
    """Tell whether *statement* is about *role*, or about one that only deployment knows."""
    texts = [text_of(graph, one) for one in statement.resources()]
    is_other = all(is_certain(text) and "*" not in shown(text) for text in texts)
    return statement.names_resource(graph, role) is not False and not (
        is_other and not is_certain(role)
    )


def _needs_no_right(graph: Graph, function: str, name: str, target: Any) -> bool:
    """Tell whether a given role is for something else, or a role names the function itself."""
    told = role_named(graph, target)
    if told is None:
        return not _ASSUMED.search(name.upper())
    holder = holder_of(graph, function)
    own: Text = (Atom(f"{function}Role", "Arn"),)
    if holder and graph.type(holder) == ROLE:
        own = text_of(graph, {"Fn::GetAtt": [holder, "Arn"]})
    return names_role(graph, told, own)


def told_roles(graph: Graph) -> Iterator[tuple[str, str, Any]]:
    """Yield the functions that are told a role, the variable that tells it, and its value.

    A role that only another service may assume is told to be passed on, not to be assumed; so is
    one of a function that may pass roles.
    """
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for name, value in variables_of(body).items():
            if not _ROLE_NAME.search(str(name).upper()) or not value:
                continue
            role, holder = role_named(graph, value), holder_of(graph, function)
            if holder and rights_of(graph, holder).about("iam:PassRole"):
                continue
            if role is None or not is_passed_on(graph, role):
                yield function, str(name), value


def _rights_of_function(graph: Graph, function: str) -> Rights | None:
    """Return the rights of a function; of a given role, those that the template adds to it."""
    if holder := holder_of(graph, function):
        return rights_of(graph, holder)
    added = added_statements(graph, function)
    # What else a given role may do is unknown, unless the template lets it assume some role.
    is_here = any(one.allows and one.names_action(ASSUME) for one in added)
    return Rights(function, tuple(added), (), is_whole=True) if is_here else None
