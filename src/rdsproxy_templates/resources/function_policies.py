"""What a declared function may do beside its login: managed policies and statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..aws.policies import VERSION
from ..errors import Problem
from ..model import did_you_mean
from ..model.wording import shown

Policy = Any
"""Name or ARN of a managed policy, or a statement as IAM writes it."""

_ARN: Final = re.compile(r"arn:[a-z-]+:iam::(aws|\d{12}):policy/[\w+=,.@/-]+")
_NAME: Final = re.compile(r"[\w+=,.@-]{1,128}")
_KEYS: Final = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")


def policy_problems(policies: Sequence[Policy]) -> Iterator[Problem]:
    """Reject what is neither a managed policy nor a statement, and logins as other users."""
    for index, policy in enumerate(policies):
        place = f"policies.{index}"
        if isinstance(policy, str):
            if not (_ARN.fullmatch(policy) or _NAME.fullmatch(policy)):
                yield Problem(
                    place, f"must be the name or the ARN of a managed policy, got {policy!r}"
                )
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
        if any(action.lower().startswith("rds-db:") for action in _actions(policy)):
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


def _actions(statement: Mapping[str, Any]) -> Sequence[str]:
    actions = statement.get("Action", [])
    return [str(one) for one in (actions if isinstance(actions, list | tuple) else [actions])]
