"""Trust: who may assume a role, by its policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .graph import Graph
from .matching import Answer, covers, either
from .statements import Statement
from .texts import ACCOUNT, Text, fields, literal, shown, text_of
from .values import is_expression, listed

ASSUME: Final = "sts:AssumeRole"


def is_own_account(text: Text) -> bool:
    """Tell whether a principal stands for the account of the stack, in whatever partition."""
    return text == (ACCOUNT,) or (
        text[-2:] == (ACCOUNT, ":root") and shown(text).startswith("arn:")
    )


def statements_of(place: str, document: object) -> list[Statement]:
    """Return the statements of a *document* that stands in the resource *place*."""
    found = document.get("Statement", []) if isinstance(document, Mapping) else []
    return [Statement(place, one) for one in listed(found) if isinstance(one, Mapping)]


def principals(statement: Statement, kind: str) -> list[Any]:
    """Return the principals of one *kind*, such as ``Service``; ``*`` is of each kind."""
    match statement.body.get("Principal"):
        case Mapping() as named if is_expression(named):
            return [named]
        case Mapping() as named:
            return listed(named[kind]) if kind in named else []
        case "*":
            return ["*"]
        case _:
            return []


def trusts_service(graph: Graph, role: str, service: str) -> Answer:
    """Tell whether the policy of *role* lets *service* assume it."""
    document = graph.properties(role).get("AssumeRolePolicyDocument")
    if not isinstance(document, Mapping) or "Statement" not in document:
        return None
    answers = []
    for one in statements_of(role, document):
        if "NotPrincipal" in one.body or isinstance(one.body.get("Principal"), list):
            return None
        named = either(
            is_regional(text_of(graph, principal), service)
            or covers(text_of(graph, principal), (service,))
            for principal in principals(one, "Service")
        )
        if one.allows and one.names_action(ASSUME) is not False:
            answers.append(named)
        elif not one.allows and named and not one.is_conditional:
            return False
    return either(answers)


def is_regional(text: Text, service: str) -> bool:
    """Tell whether *text* is the name that *service* has in a Region: ``states.<Region>.…``."""
    if not text or not isinstance(text[0], str) or not isinstance(text[-1], str):
        return False
    name = service.partition(".")[0]
    ends = text[-1].endswith((".amazonaws.com", ".amazonaws.com.cn"))
    if len(text) > 1:
        return ends and text[0] == f"{name}."
    return ends and text[0].startswith(f"{name}.") and text[0].count(".") > service.count(".")


def is_passed_on(graph: Graph, role: str) -> bool:
    """Tell whether *role* is for another service than Lambda, to which a function passes it."""
    document = graph.properties(role).get("AssumeRolePolicyDocument")
    statements = statements_of(role, document)
    services = [text_of(graph, p) for one in statements for p in principals(one, "Service")]
    others = [one for one in services if not covers(one, ("lambda.amazonaws.com",))]
    return bool(others) and not any(principals(one, "AWS") for one in statements)


def trusts_role(graph: Graph, role: str, other: Text) -> Answer:
    """Tell whether the policy of *role* lets the role with the ARN *other* assume it."""
    document = graph.properties(role).get("AssumeRolePolicyDocument")
    if not isinstance(document, Mapping) or "Statement" not in document:
        return None
    return either(
        lets(graph, one, other)
        for one in statements_of(role, document)
        if one.allows and one.names_action(ASSUME) is not False
    )


def names_role(graph: Graph, role: str, other: Text) -> bool:
    """Tell whether the policy of *role* names the role *other* itself, or an unknown one.

    In one account that is enough: the other role needs no permission of its own.
    """
    document = graph.properties(role).get("AssumeRolePolicyDocument")
    texts = [
        text_of(graph, principal)
        for one in statements_of(role, document)
        for principal in principals(one, "AWS")
    ]
    return any(not is_own_account(text) and covers(text, other) is not False for text in texts)


def lets(graph: Graph, statement: Statement, role: Text) -> Answer:
    """Tell whether *statement* is for the role with the ARN *role*, or for its whole account."""
    return either(_is_for(graph, principal, role) for principal in principals(statement, "AWS"))


def _is_for(graph: Graph, principal: object, role: Text) -> Answer:
    text = text_of(graph, principal)
    if text == ("*",) or is_own_account(text):
        return True
    plain = literal(text)
    if plain is not None and (plain.isdigit() or plain.endswith(":root")):
        return None
    return covers(text, role)


def lets_everybody(statement: Statement) -> bool:
    """Tell whether *statement* is for everybody, under no condition."""
    if not statement.allows or statement.is_conditional:
        return False
    return "NotPrincipal" in statement.body or "*" in principals(statement, "AWS")


def accounts_of(graph: Graph, statement: Statement) -> Iterator[tuple[Text, Text]]:
    """Yield each principal of AWS in *statement*, and its account, both as text."""
    for principal in principals(statement, "AWS"):
        text = text_of(graph, principal)
        parts = fields(text, ":")
        yield text, parts[4] if len(parts) > 4 else text  # noqa: PLR2004 - the field of an ARN
