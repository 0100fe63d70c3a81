"""KMS keys that exist: that they are here, enabled and symmetric, and admit who needs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from ...aws.arns import KMS_KEY
from ...errors import Problem
from .account import AccountReader
from .values import Given, GivenValues

LOG_GROUP: Final = "AWS::Logs::LogGroup"


def key_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report keys with which nothing can be encrypted, or whose policy keeps a log group out."""
    for one in _keys(given):
        region = one.text.split(":")[3]
        if region != account.session.region:
            yield Problem(
                one.place,
                f"is {one.text}, a key of {region}; give one of {account.session.region}",
            )
        elif not account.skips(one.place, one.text):
            answer = account.ask("kms", "describe_key", one.place, KeyId=one.text)
            if answer and (sentence := _unusable(answer["KeyMetadata"])):
                yield Problem(one.place, f"is {one.text}, {sentence}")
    for use in given.uses("KmsKeyId", LOG_GROUP):
        (one,) = use.given
        if not account.skips(one.place, one.text):
            yield from _admits_logs(account, one)


def _keys(given: GivenValues) -> list[Given]:
    """Return every key that a parameter or a property names by its ARN, once."""
    found = {
        value: Given(name, value)
        for name, value in given.parameters.items()
        if re.fullmatch(KMS_KEY.pattern, value)
    }
    for name, body in given.flat.resources.items():
        for place, text in _texts(body.get("Properties", {}), given.path(name)):
            if re.fullmatch(KMS_KEY.pattern, text):
                found.setdefault(text, Given(place, text))
    return [*found.values()]


def _texts(node: Any, place: str) -> Iterator[tuple[str, str]]:
    match node:
        case str():
            yield place, node
        case dict():
            for key, value in node.items():
                yield from _texts(value, f"{place}.{key}")
        case list():
            for item in node:
                yield from _texts(item, place)


def _unusable(key: Any) -> str | None:
    if key.get("KeyState", "Enabled") != "Enabled":
        return f"which is {key['KeyState']}; give a key that is enabled"
    if key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return f"an asymmetric key or one for signatures ({key['KeySpec']}); give a symmetric one"
    return None


def _admits_logs(account: AccountReader, key: Given) -> Iterator[Problem]:
    """Report a key whose policy does not name CloudWatch Logs, which reads no IAM policy."""
    answer = account.ask("kms", "get_key_policy", key.place, KeyId=key.text, PolicyName="default")
    if not answer:
        return
    service = f"logs.{account.session.region}.amazonaws.com"
    statements = json.loads(answer["Policy"])["Statement"]
    if not any(
        one.get("Effect") == "Allow" and _names(one.get("Principal"), service)
        for one in (statements if isinstance(statements, list) else [statements])
    ):
        yield Problem(
            key.place,
            f"is {key.text}, whose policy does not admit {service}; let it encrypt and decrypt, as "
            "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html "
            "shows",
        )


def _names(principal: Any, service: str) -> bool:
    named = principal.get("Service", ()) if isinstance(principal, dict) else principal
    services = named if isinstance(named, list) else [named]
    return any(
        str(one).removesuffix(".cn") in {service, "logs.amazonaws.com", "*"} for one in services
    )
