"""Secrets Manager: names of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")


def _name(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("Name")
    if name is not None and not NAME.fullmatch(name):
        yield (
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of "
            "the following: -/_+=.@!"
        )


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::SecretsManager::Secret": (_name,)}
