"""What a declared function may do beside its login: managed policies and statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from ..aws.managed_policies import ALLOWED
from ..aws.managed_policy_names import managed_policy_names
from ..aws.policies import VERSION
from ..errors import Problem
from ..model import did_you_mean
from ..model.wording import shown

Policy = Any
"""Name or ARN of a managed policy, or a statement as IAM writes it."""

_ARN: Final = re.compile(r"arn:[a-z-]+:iam::(aws|\d{12}):policy/[\w+=,.@/-]+")
_NAME: Final = re.compile(r"[\w+=,.@-]{1,128}")
_ACTION: Final = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE: Final = re.compile(r"\*|arn:.+")
_LOGIN: Final = "rds-db:connect"
_SECRET: Final = "secretsmanager:GetSecretValue"  # noqa: S105 - an action
_KEYS: Final = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")


def policy_problems(policies: Sequence[Policy]) -> Iterator[Problem]:
    """Reject what is neither a managed policy nor a statement, and logins as other users."""
    for index, policy in enumerate(policies):
        place = f"policies.{index}"
        if isinstance(policy, str):
            if sentence := _managed_problem(policy):
                yield Problem(place, sentence)
            elif policy in policies[:index]:
                yield Problem(place, f"is given twice: {policy}")
            continue
        if not isinstance(policy, Mapping):
            yield Problem(place, f"must be text or a statement of IAM, got {shown(policy)}")
            continue
        for key in policy:
            if key not in _KEYS:
                yield Problem(
                    f"{place}.{key}",
                    f"is no part of a statement{did_you_mean(key, _KEYS)}; there are "
                    f"{', '.join(_KEYS)}",
                )
        if policy.get("Effect") not in {"Allow", "Deny"}:
            yield Problem(place, "must have an Effect, Allow or Deny")
        for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
            if (one in policy) == (other in policy):
                yield Problem(place, f"must have either {one} or {other}")
        yield from (Problem(place, sentence) for sentence in _element_problems(policy))
        if _allows_logins(policy):
            yield Problem(
                place, "must not allow rds-db:connect: the login of `user` is all that it may have"
            )


def policy_warnings(policies: Sequence[Policy]) -> Iterator[Problem]:
    """Warn of policies that allow everything, somewhere or everywhere."""
    for index, policy in enumerate(policies):
        if isinstance(policy, str):
            if policy.rpartition("/")[2] in {"AdministratorAccess", "PowerUserAccess"}:
                yield Problem(f"policies.{index}", f"is {policy}: the function may do anything")
        elif (
            isinstance(policy, Mapping)
            and policy.get("Effect") == "Allow"
            and "*" in _actions(policy)
        ):
            yield Problem(f"policies.{index}", "allows every action; name those that are needed")


def policy_documents(policies: Sequence[Policy]) -> list[Any]:
    """Return *policies* as a function's ``Policies`` holds them."""
    managed: list[Any] = [policy for policy in policies if isinstance(policy, str)]
    statements = [dict(policy) for policy in policies if isinstance(policy, Mapping)]
    return managed + ([{"Version": VERSION, "Statement": statements}] if statements else [])


def reads_secrets(policies: Sequence[Policy]) -> bool:
    """True where *policies* allow to read a secret, as far as they say what they allow."""
    return any(
        any(fnmatchcase(_SECRET.lower(), action.lower()) for action in _allowed(policy))
        for policy in policies
    )


def _allowed(policy: Policy) -> Sequence[str]:
    if isinstance(policy, str):
        return ALLOWED.get(policy.rpartition("/")[2], ())
    return _actions(policy) if policy.get("Effect") == "Allow" else ()


def _managed_problem(policy: str) -> str | None:
    if _ARN.fullmatch(policy):
        return None
    if not _NAME.fullmatch(policy):
        return f"must be the name or the ARN of a managed policy, got {policy!r}"
    if policy in managed_policy_names():
        return None
    similar = did_you_mean(policy, sorted(managed_policy_names()))
    return (
        f"must be one of AWS's managed policies that SAM knows by name, got {policy!r}{similar}; "
        "name any other by its ARN"
    )


def _element_problems(statement: Mapping[str, Any]) -> Iterator[str]:
    """Explain what IAM would refuse of actions and resources; expressions may be anything."""
    forms = (
        (("Action", "NotAction"), _ACTION, "`*` or a service and an action, such as s3:GetObject"),
        (("Resource", "NotResource"), _RESOURCE, "`*` or an ARN, such as arn:aws:s3:::bucket/*"),
    )
    for keys, form, meaning in forms:
        for key in keys:
            if key not in statement:
                continue
            elements = _listed(statement[key])
            if not elements:
                yield f"must have an element in {key}: {meaning}"
            for one in elements:
                if not isinstance(one, Mapping) and not form.fullmatch(str(one)):
                    yield f"must have {meaning} in {key}, got {shown(one)}"


def _allows_logins(statement: Mapping[str, Any]) -> bool:
    if any(action.lower().startswith("rds-db:") for action in _actions(statement)):
        return True
    if statement.get("Effect") != "Allow" or "NotAction" not in statement:
        return False
    excepted = [str(one).lower() for one in _listed(statement["NotAction"])]
    return not any(fnmatchcase(_LOGIN, one) for one in excepted)


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _actions(statement: Mapping[str, Any]) -> Sequence[str]:
    return [str(one) for one in _listed(statement.get("Action", []))]
