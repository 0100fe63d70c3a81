"""Values as requests and templates give them."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

T = TypeVar("T", bound=Hashable)


def repeated(values: Sequence[T]) -> list[T]:
    """Each value that is there more than once, in the order of the first of them."""
    return list(dict.fromkeys(one for one in values if values.count(one) > 1))


def numbers_of(version: str) -> list[int]:
    """The numbers of a version: 8, 0 and 43 of `8.0.43`."""
    return [int(number) for number in re.findall(r"\d+", version)]


def service_and_region(arn: str) -> tuple[str, str]:
    """The service and the Region of an ARN; each is empty where it is missing."""
    _, _, service, region, *_ = [*arn.split(":"), "", "", "", ""]
    return service, region


def is_json(text: Any) -> bool:
    """True for a text that is JSON."""
    try:
        json.loads(text)
    except (TypeError, ValueError):
        return False
    return True
