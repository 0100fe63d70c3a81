"""KMS keys that exist: that they are here, enabled and symmetric."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...aws.arns import KMS_KEY
from ...errors import Problem
from .account import AccountReader
from .values import Given, GivenValues

USABLE: Final = ("Enabled", "Updating")


def key_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report keys with which nothing can be encrypted."""
    for one in given_keys(given):
        region = one.text.split(":")[3]
        if region != account.session.region:
            yield Problem(
                one.place,
                f"is {one.text}, a key of {region}; give one of {account.session.region}",
            )
        elif not account.skips(one.place, one.text):
            answer = account.ask("kms", "describe_key", one.place, KeyId=one.text)
            if answer and (sentence := unusable(answer["KeyMetadata"])):
                yield Problem(one.place, f"is {one.text}, {sentence}")


def given_keys(given: GivenValues) -> list[Given]:
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


def unusable(key: Any) -> str | None:
    """Tell why nothing is encrypted with *key*; None where it can be."""
    if key.get("KeyState", "Enabled") not in USABLE:
        return f"which is {key['KeyState']}; give a key that is enabled"
    if key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return f"an asymmetric key or one for signatures ({key['KeySpec']}); give a symmetric one"
    return None
