"""Evaluation of IAM policy statements; whatever is not understood allows nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Document = Mapping[str, Any]


def allowed(documents: Iterable[Document], action: str, resource: str, **context: str) -> bool:
    """True if the policies of an identity allow *action*; a Deny wins.

    A condition that is not understood never allows and always denies.
    """
    statements = [one for document in documents for one in _listed(document["Statement"])]
    effects = {
        one["Effect"]
        for one in statements
        if _matches(one, "Action", action)
        and _matches(one, "Resource", resource)
        and _holds(one, context)
    }
    return effects == {"Allow"}


def allowed_somewhere(
    documents: Iterable[Document], action: str, place: tuple[str, str], **context: str
) -> bool:
    """True if policies allow *action* on some resource of a Region and account, the *place*.

    Only the service knows which resource a call is about. A Deny wins that is for all of them.
    """
    statements = [one for document in documents for one in _listed(document["Statement"])]
    effects = {
        one["Effect"]
        for one in statements
        if _matches(one, "Action", action)
        and (_is_for_all(one) if one["Effect"] == "Deny" else _reaches(one, action, place))
        and _holds(one, context)
    }
    return effects == {"Allow"}


def trusts(document: Document, who: str, action: str, **context: str) -> bool:
    """True if a resource's own policy lets *who*, a service or the ARN of a role, do *action*.

    An account that is trusted as a whole is not looked into.
    """
    effects = {
        one["Effect"]
        for one in _listed(document["Statement"])
        if _is_principal(one["Principal"], who)
        and _matches(one, "Action", action)
        and _holds(one, context)
    }
    return effects == {"Allow"}


def said_to_everybody(document: Document, action: str, resource: str, **context: str) -> str | None:
    """The effect of a resource's own policy on anybody who does *action*; a Deny wins."""
    effects = {
        one["Effect"]
        for one in _listed(document["Statement"])
        if _is_principal(one["Principal"], "*")
        and _matches(one, "Action", action)
        and _matches(one, "Resource", resource)
        and _holds(one, context)
    }
    return min(effects, key=("Deny", "Allow").index, default=None)


def like(pattern: str, text: str) -> bool:
    """True if *text* matches a pattern with ``*`` and ``?``."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _matches(statement: Document, element: str, value: str) -> bool:
    if element == "Action":
        value = value.lower()
        statement = {name: _lowered(one) for name, one in statement.items() if "Action" in name}
    if (excluded := statement.get(f"Not{element}")) is not None:
        return not any(like(pattern, value) for pattern in _listed(excluded))
    return any(like(pattern, value) for pattern in _listed(statement.get(element, ())))


def _is_for_all(statement: Document) -> bool:
    return "*" in _listed(statement.get("Resource", ()))


def _reaches(statement: Document, action: str, place: tuple[str, str]) -> bool:
    """True if a resource of the action's service, in this Region and account, may be meant."""
    if "NotResource" in statement:
        return True
    service = action.partition(":")[0]
    for pattern in _listed(statement.get("Resource", ())):
        # The ARNs of some services have neither Region nor account.
        parts = [*pattern.split(":"), *[""] * 5][2:5]
        wanted = zip(parts, (service, *place), strict=True)
        if pattern == "*" or all(not part or like(part, value) for part, value in wanted):
            return True
    return False


def _holds(statement: Document, context: Mapping[str, str]) -> bool:
    known = {name.lower(): value for name, value in context.items()}
    for operator, wanted in statement.get("Condition", {}).items():
        for key, values in wanted.items():
            value = known.get(key.lower())
            match operator:
                case "StringEquals":
                    holds = value is not None and value in _listed(values)
                case "Bool":
                    holds = value is not None and value.lower() in _lowered(values)
                case "StringLike" | "ArnLike" | "ArnEquals":
                    holds = value is not None and any(like(one, value) for one in _listed(values))
                case _:
                    holds = statement["Effect"] == "Deny"
            if not holds:
                return False
    return True


def _is_principal(principal: Any, who: str) -> bool:
    if principal == "*":
        return True
    return any(who in _listed(principal.get(kind, ())) for kind in ("Service", "AWS"))


def _listed(value: Any) -> list[Any]:
    """IAM takes a single value where it takes a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _lowered(value: Any) -> list[str]:
    return [str(one).lower() for one in _listed(value)]
