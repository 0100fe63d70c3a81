"""Policies of KMS keys that exist: CloudWatch Logs and the stack's roles are let in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from ...errors import Problem
from ...validators.graph import FUNCTION_TYPES, Graph
from ...validators.statements import Statement
from ...validators.trust import principals, statements_of
from ...validators.values import listed
from .account import AccountReader
from .keys import given_keys
from .values import Given, GivenValues

LOG_GROUP: Final = "AWS::Logs::LogGroup"
DECRYPTS: Final = "kms:Decrypt"


def key_policy_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report keys whose policy keeps out a log group, or a role that the stack makes."""
    for use in given.uses("KmsKeyId", LOG_GROUP):
        for one in use.given:
            if not _is_elsewhere(account, one):
                yield from _admits_logs(account, one)
    reading = _readers(given)
    for one in given_keys(given):
        if one.text in reading and not _is_elsewhere(account, one):
            yield from _delegates(account, one, reading[one.text])


def _is_elsewhere(account: AccountReader, key: Given) -> bool:
    """Tell if *key* is of another Region, which is reported, or of another account."""
    return key.text.split(":")[3] != account.session.region or account.skips(key.place, key.text)


def _readers(given: GivenValues) -> dict[str, str]:
    """Return the first role of the stack that decrypts with each key, by the key's ARN."""
    graph = Graph(given.flat)
    return {
        one.text: given.path(name)
        for name, _ in reversed([*graph.of_type("AWS::IAM::Role", *FUNCTION_TYPES)])
        for one in given.told(graph.resources_for(DECRYPTS, name), "")
    }


def _statements(account: AccountReader, key: Given) -> list[Statement]:
    answer = account.ask("kms", "get_key_policy", key.place, KeyId=key.text, PolicyName="default")
    return statements_of("", json.loads(answer["Policy"])) if answer else []


def _delegates(account: AccountReader, key: Given, role: str) -> Iterator[Problem]:
    """Report a key whose policy leaves nothing to IAM; it names no role before that is there."""
    statements, owner = _statements(account, key), account.session.id
    admitted = {"*", owner}
    service = f"secretsmanager.{account.session.region}.amazonaws.com"
    fitting = [one for one in statements if _is_through(one, service)]
    if statements and not fitting:
        sentence = f"is {key.text}, whose policy is for another service; give a key of yours"
        yield Problem(key.place, sentence)
    elif statements and not any(
        one.allows
        and one.names_action(DECRYPTS) is not False
        and any(
            str(who) in admitted or str(who).endswith(f":iam::{owner}:root")
            for who in principals(one, "AWS")
        )
        for one in fitting
    ):
        root = f"arn:{key.text.split(':')[1]}:iam::{owner}:root"
        yield from account.unless_created(
            Problem(
                key.place,
                f"is {key.text}, whose policy leaves nothing to IAM, so {role} may not decrypt "
                f"with it; add a statement that lets {root} do kms:*",
            )
        )


def _is_through(statement: Statement, service: str) -> bool:
    """Tell if *statement* may be about calls through *service*: AWS's own keys name another."""
    conditions = statement.body.get("Condition") or {}
    named = [
        str(one)
        for operator in conditions.values()
        for name, value in operator.items()
        if name.lower() == "kms:viaservice"
        for one in listed(value)
    ]
    return not named or any(fnmatchcase(service, one) for one in named)


def _admits_logs(account: AccountReader, key: Given) -> Iterator[Problem]:
    """Report a key whose policy does not name CloudWatch Logs, which reads no IAM policy."""
    service, statements = f"logs.{account.session.region}.amazonaws.com", _statements(account, key)
    if statements and not any(one.allows and _names(one, service) for one in statements):
        yield Problem(
            key.place,
            f"is {key.text}, whose policy does not admit {service}; let it encrypt and decrypt, as "
            "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html "
            "shows",
        )


def _names(statement: Statement, service: str) -> bool:
    named: list[Any] = principals(statement, "Service")
    return any(
        str(one).removesuffix(".cn") in {service, "logs.amazonaws.com", "*"} for one in named
    )
