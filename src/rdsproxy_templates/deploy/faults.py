"""Faults of calls to AWS that pass, and calls whose answers may be lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Final, TypeVar

Answer = TypeVar("Answer")

PAUSES: Final = (0.1, 0.1, 0.2, 0.4, 1, 2, 4)
"""Seconds between polls of CloudFormation; the last value repeats."""

OUTLASTED: Final = 900
"""Seconds of faults without one answer between them, after which a poll gives up."""

REPEATED: Final = 120
"""Seconds for which a request is repeated whose answer is lost, beside botocore's own retries."""

THROTTLED: Final = ("RequestLimitExceeded", "SlowDown", "TooManyRequestsException")
"""Codes of throttling in which the word does not stand."""

CONFLICTS: Final = (
    "AlreadyExistsException",
    "InvalidChangeSetStatus",
    "InvalidChangeSetStatusException",
    "NameAlreadyExistsException",
    "OperationIdAlreadyExistsException",
    "TokenAlreadyExistsException",
)
"""Codes with which CloudFormation answers a request that it has already carried out."""

RETRIES: Final = {"mode": "adaptive", "total_max_attempts": 10}
"""botocore's own retries: about a minute of throttling, with a rate that it lowers itself."""


def passes(error: Exception) -> bool:
    """Tell if the same call may succeed later: throttling, a server's error, the network."""
    from botocore.exceptions import (  # noqa: PLC0415 - optional
        ClientError,
        ConnectionError,  # noqa: A004 - botocore's name
        HTTPClientError,
        SSLError,
    )
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    if isinstance(error, ClientError):
        code = _code(error)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return "Throttl" in code or code in THROTTLED or status >= 500  # noqa: PLR2004
    lasting = isinstance(error, SSLError)
    return not lasting and isinstance(
        error, (ConnectionError, HTTPClientError, ResponseParserError)
    )


def carried_out(call: Callable[[], Answer], look: Callable[[], Answer | None]) -> Answer:
    """Return the answer of *call*, or what *look* finds of it where the answer was lost.

    *call* must be one that can be repeated, such as with a token, and is, while faults pass.
    """
    ends = time.monotonic() + REPEATED
    for _ in polls():
        try:
            return call()
        except Exception as error:
            if not (passes(error) or _code(error) in CONFLICTS):
                raise
            if (found := outlasting(look)) is not None:
                return found
            if not passes(error) or time.monotonic() > ends:
                raise
    raise AssertionError  # polls have no end


def outlasting(
    call: Callable[[], Answer], note: Callable[[Exception], None] | None = None
) -> Answer:
    """Return the answer of *call*, which only reads, however long its faults take to pass.

    *note* learns of the first fault. Faults that last for :data:`OUTLASTED` are raised.
    """
    ends = time.monotonic() + OUTLASTED
    for _ in polls():
        try:
            return call()
        except Exception as error:
            if not passes(error) or time.monotonic() > ends:
                raise
            if note is not None:
                note(error)
                note = None
    raise AssertionError  # polls have no end


def polls() -> Iterator[None]:
    """Yield without end, and sleep between the items, longer and longer."""
    yield
    for seconds in chain(PAUSES, repeat(PAUSES[-1])):
        time.sleep(seconds)
        yield


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
