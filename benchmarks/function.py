"""The function against the same one as articles write it, with boto3 and Oracle's driver.

Both run under AWS's runtime client, log in to the same front of the same database with an
IAM token over TLS, and answer the same request. *Cold* is the start of an execution
environment and its first answer; *warm* is one request of many.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final

import timing

sys.path.insert(0, str(timing.REPOSITORY / "tests"))

from standins.http_event import Request, event
from standins.runtime import Environment
from standins.service import Service

OURS: Final = timing.REPOSITORY / "lambda" / "blog_rds_proxy"
PEER: Final = Path(__file__).resolve().parent / "peer"
REQUESTS: Final = 200
LOAD: Final[Any] = event(Request("GET", "/load", (), b"", "127.0.0.1"))
INITIALIZE: Final[Any] = event(Request("POST", "/initialize", (), b"", "127.0.0.1"))


def main() -> None:
    """Measure and print."""
    rounds = timing.rounds(__doc__)
    if find_spec("mysql") is None:
        sys.exit("Oracle's driver is missing: pip install mysql-connector-python")
    with Service(OURS) as service:
        service.environments[0].invoke(INITIALIZE)

        def environment(folder: Path) -> Environment:
            return Environment(folder, "app.handler", service.variables)

        cold = _cold(environment, rounds)
        warm = {folder: _warm(environment, folder) for folder in (OURS, PEER)}
        reconnecting = _reconnecting(service)
    print(f"ours / boto3 and mysql-connector-python, medians of {rounds} runs in turns")
    timing.row("cold: the first answer", cold[OURS], cold[PEER])
    timing.row("warm: a request", warm[OURS], warm[PEER])
    print(f"ours, medians of {REQUESTS} requests")
    timing.row("reusing the connection / reconnecting", warm[OURS], reconnecting)


def _cold(environment: Callable[[Path], Environment], rounds: int) -> dict[Path, float]:
    """Seconds from the start of an environment to its first answer."""
    seconds: dict[Path, list[float]] = {OURS: [], PEER: []}
    for _ in range(rounds + 1):
        for folder, taken in seconds.items():
            started = time.perf_counter()
            with environment(folder) as one:
                _answered(one)
                taken.append(time.perf_counter() - started)
    return {folder: median(taken[1:]) for folder, taken in seconds.items()}


def _warm(environment: Callable[[Path], Environment], folder: Path) -> float:
    """Seconds of a request to an environment that has answered before."""
    with environment(folder) as one:
        _answered(one)
        return median(_timed(one) for _ in range(REQUESTS))


def _reconnecting(service: Service) -> float:
    """Seconds of a request when the connection was cut before each."""
    (one,) = service.environments
    seconds = []
    for _ in range(REQUESTS // 4):
        service.front.drop_all()
        # Gives the function time to be told, as a connection closed in idling would.
        time.sleep(0.005)
        seconds.append(_timed(one))
    return median(seconds)


def _timed(environment: Environment) -> float:
    started = time.perf_counter()
    _answered(environment)
    return time.perf_counter() - started


def _answered(environment: Environment) -> None:
    answer = environment.invoke(LOAD)
    if answer.kind != "response" or answer.body["statusCode"] != 200:  # noqa: PLR2004
        sys.exit(f"no answer: {answer} {environment.log[-3:]}")


if __name__ == "__main__":
    main()
