"""Rights: what the policies of a role or SAM function allow, as IAM evaluates them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from ..aws.managed_policies import ALLOWED, NOWHERE_ELSE
from ..model.references import references
from .graph import POLICIES, Graph
from .matching import Answer, either, same
from .once import once_a_graph
from .policy_templates import template_statements
from .statements import Statement
from .texts import ROLE, Atom, Text, text_of
from .values import is_expression, listed, simple

MANAGED: Final = "AWS::IAM::ManagedPolicy"
NO_VALUE: Final = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True)
class Rights:
    """All statements that apply to a role or SAM function."""

    holder: str
    statements: tuple[Statement, ...]
    managed: tuple[str, ...]
    """AWS's own policies, by name."""
    is_whole: bool
    """False where a policy is written elsewhere."""
    boundary: tuple[Statement, ...] | None = None

    def about(self, action: str) -> list[Statement]:
        """Return the statements that allow *action* on something."""
        return [one for one in self.statements if one.allows and one.names_action(action)]

    def allow(self, graph: Graph, action: str, target: Text) -> Answer:
        """Tell whether *action* on *target* is allowed."""
        allowed = either(
            [
                *(_applies(graph, one, action, target) for one in self.statements if one.allows),
                *(_managed_allows(name, action) for name in self.managed),
                *([] if self.is_whole else [None]),
            ]
        )
        denied = either(
            _applies(graph, one, action, target) for one in self.statements if not one.allows
        )
        within: Answer = True
        if self.boundary is not None:
            within = either(_applies(graph, one, action, target) for one in self.boundary)
        if allowed is False or denied or within is False:
            return False
        return True if allowed and denied is False and within else None

    def denies(self, graph: Graph, action: str, target: Text) -> bool:
        """Tell whether a statement denies *action* on *target* for certain."""
        return any(
            _applies(graph, one, action, target) is True
            for one in self.statements
            if not one.allows
        )

    def has(self, action: str) -> Answer:
        """Tell whether *action* is allowed on anything at all."""
        return either(
            [
                *(one.names_action(action) for one in self.statements if one.allows),
                *(_managed_allows(name, action) for name in self.managed),
                *([] if self.is_whole else [None]),
            ]
        )


def holder_of(graph: Graph, function: str) -> str | None:
    """Return the role in which *function* acts: its own if SAM makes one, else None if unknown."""
    body = graph.properties(function)
    if "Role" in body:
        return role_named(graph, body["Role"])
    return function if graph.type(function) == "AWS::Serverless::Function" else None


def role_named(graph: Graph, expression: object) -> str | None:
    """Return the role of the graph whose ARN or name *expression* is."""
    return _roles(graph).get(text_of(graph, expression))


@once_a_graph
def _roles(graph: Graph) -> dict[Text, str]:
    """Map the ARN and the name of each role to it; of two alike, to the first."""
    found: dict[Text, str] = {}
    for role, _ in graph.of_type(ROLE):
        for spelling in ({"Fn::GetAtt": [role, "Arn"]}, {"Ref": role}):
            found.setdefault(text_of(graph, spelling), role)
    return found


@once_a_graph
def rights_of(graph: Graph, holder: str) -> Rights:
    """Collect what applies to *holder*: policies inside it, managed, and attached from outside."""
    body = graph.properties(holder)
    inside = [one for one in listed(body.get("Policies") or []) if one != NO_VALUE]
    if graph.type(holder) == ROLE:
        sources = [
            *inside,
            *({"Managed": one} for one in listed(body.get("ManagedPolicyArns") or [])),
        ]
    else:
        sources = [one if _is_written(one) else {"Managed": one} for one in inside]
    statements: list[Statement] = []
    managed: list[str] = []
    is_whole = True
    for source in sources:
        found = _statements(graph, holder, source)
        if isinstance(found, str):
            managed.append(found)
        elif found is None:
            is_whole = False
        else:
            statements += found
    for policy, properties in graph.of_type(*POLICIES):
        if _is_attached(graph, properties, holder):
            statements += _written(policy, properties.get("PolicyDocument"))
    return Rights(holder, tuple(statements), tuple(managed), is_whole, _boundary(graph, body))


def added_statements(graph: Graph, function: str) -> list[Statement]:
    """Return what the graph adds to the role of a function, where that role is given.

    A role's name may be given apart from its ARN, which does not tell it where it has a path.
    """
    given = set(references(graph.properties(function).get("Role")))
    if not given or holder_of(graph, function):
        return []
    own = graph.template.resources.keys()
    return [
        one
        for name, body in graph.of_type(*POLICIES)
        if (named := set(references(body.get("Roles")))) and (given & named or not named & own)
        for one in _written(name, body.get("PolicyDocument"))
    ]


@once_a_graph
def written_statements(graph: Graph) -> tuple[Statement, ...]:
    """Return every statement of every identity policy that is written in the graph."""
    return tuple(_every_statement(graph))


def _every_statement(graph: Graph) -> Iterator[Statement]:
    for name, body in graph.of_type(*POLICIES):
        yield from _written(name, body.get("PolicyDocument"))
    for name, body in graph.of_type(ROLE, "AWS::Serverless::Function", "AWS::IAM::User"):
        for source in listed(body.get("Policies") or []):
            if isinstance(source, Mapping):
                found = _statements(graph, name, source)
                yield from found if isinstance(found, list) else []


def _is_written(source: object) -> bool:
    """Tell whether *source* is a document or one of SAM's templates, and no name of a policy."""
    return isinstance(source, Mapping) and not is_expression(source)


def _statements(graph: Graph, holder: str, source: Any) -> list[Statement] | str | None:
    """Return statements, the name of one of AWS's policies, or None for a policy elsewhere."""
    match source:
        case {"Managed": named}:
            # Only SAM takes a policy of AWS's by its name.
            return _managed(graph, named, by_name=graph.type(holder) != ROLE)
        case {"PolicyDocument": document}:
            return list(_written(holder, document))
        case {"Statement": _}:
            return list(_written(holder, source))
        case Mapping() if len(source) == 1:
            [(name, arguments)] = source.items()
            found = template_statements(str(name), arguments)
            return None if found is None else [Statement(holder, one) for one in found]
        case _:
            return None


def _managed(graph: Graph, named: object, *, by_name: bool = False) -> list[Statement] | str | None:
    match simple(named):
        case {"Ref": str(name)} if name in graph.template.resources:
            if graph.type(name) == MANAGED:
                return list(_written(name, graph.properties(name).get("PolicyDocument")))
            return None
        case str(name) if by_name and ":" not in name and "{{" not in name:
            return name
    match text_of(graph, named):
        case [*_, str(end)] if ":iam::aws:policy/" in end:
            return end.rpartition("/")[2]
        case _:
            return None


def _written(place: str, document: object) -> Iterator[Statement]:
    if isinstance(document, Mapping):
        for one in listed(document.get("Statement", [])):
            if isinstance(one, Mapping):
                yield Statement(place, one)


def _is_attached(graph: Graph, policy: Mapping[str, Any], holder: str) -> bool:
    """Tell whether a policy that stands by itself names *holder*, or the role SAM makes for it."""
    names = [*listed(policy.get("Roles") or []), *listed(policy.get("RoleName") or [])]
    own = (
        text_of(graph, {"Ref": holder}) if graph.type(holder) == ROLE else (Atom(f"{holder}Role"),)
    )
    return any(same(text_of(graph, name), own) is True for name in names)


def _boundary(graph: Graph, body: Mapping[str, Any]) -> tuple[Statement, ...] | None:
    found = _managed(graph, body["PermissionsBoundary"]) if "PermissionsBoundary" in body else None
    return tuple(found) if isinstance(found, list) else None


def _applies(graph: Graph, statement: Statement, action: str, target: Text) -> Answer:
    named = statement.names_action(action)
    if named is False:
        return False
    covered = statement.names_resource(graph, target)
    if covered is False:
        return False
    return True if named and covered and not statement.is_conditional else None


def _managed_allows(name: str, action: str) -> Answer:
    if name in ALLOWED:
        return any(fnmatchcase(action.lower(), one.lower()) for one in ALLOWED[name])
    return False if action in NOWHERE_ELSE else None
