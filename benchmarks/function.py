"""Our function against the same one as tutorials write it, with boto3 and Oracle's driver.

Both run under AWS's runtime client, log in to the same front of the same database with an
IAM token over TLS, and answer the same request. *Cold* is the start of an execution
environment and its first answer; *warm* is one request of many.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

import timing

sys.path.insert(0, str(timing.REPOSITORY / "tests"))

from rdsproxy_local.servers.http_event import Request, event
from rdsproxy_local.servers.runtime import Environment
from rdsproxy_local.servers.service import Service

OURS: Final = timing.REPOSITORY / "lambda" / "blog_rds_proxy"
PEER: Final = Path(__file__).resolve().parent / "peer"
REQUESTS: Final = 200
FEW: Final = 4
"""Requests of ``--once``, which shows only that both functions answer."""
LOAD: Final[Any] = event(Request("GET", "/load", (), b"", "127.0.0.1"))
INITIALIZE: Final[Any] = event(Request("POST", "/initialize", (), b"", "127.0.0.1"))


def main() -> None:
    """Measure and print the ratios."""
    runs = timing.runs(__doc__)
    requests = FEW if runs.once else REQUESTS
    if not (timing.PEERS / "mysql").is_dir():
        sys.exit("Oracle's driver is missing: run tools/peers.sh")
    with Service(OURS) as service:
        path = os.pathsep.join((service.variables["PYTHONPATH"], str(timing.PEERS)))
        variables = {**service.variables, "PYTHONPATH": path}
        service.environments[0].invoke(INITIALIZE)

        def environment(folder: Path) -> Environment:
            return Environment(folder, "app.handler", variables)

        cold = _cold(environment, runs)
        warm = {folder: _warm(environment, folder, requests) for folder in (OURS, PEER)}
        reconnecting = _reconnecting(service, max(requests // 4, 1))
    print(f"ours / boto3 and mysql-connector-python, medians of {runs.rounds} runs in turns")
    timing.row("cold: the first answer", cold[OURS], cold[PEER])
    timing.row("warm: a request", warm[OURS], warm[PEER])
    print(f"ours, medians of {requests} requests")
    timing.row("reusing the connection / reconnecting", warm[OURS], reconnecting)


def _cold(environment: Callable[[Path], Environment], runs: timing.Runs) -> dict[Path, float]:
    """Seconds from the start of an environment to its first answer."""
    seconds: dict[Path, list[float]] = {OURS: [], PEER: []}
    for _ in range(runs.uncounted + runs.rounds):
        for folder, taken in seconds.items():
            started = time.perf_counter()
            with environment(folder) as one:
                _answered(one)
                taken.append(time.perf_counter() - started)
    return {folder: median(taken[runs.uncounted :]) for folder, taken in seconds.items()}


def _warm(environment: Callable[[Path], Environment], folder: Path, requests: int) -> float:
    """Seconds of a request to an environment that has answered before."""
    with environment(folder) as one:
        _answered(one)
        return median(_timed(one) for _ in range(requests))


def _reconnecting(service: Service, requests: int) -> float:
    """Seconds of a request when the connection was cut before each."""
    (one,) = service.environments
    seconds = []
    for _ in range(requests):
        service.front.drop_all()
        # Time for the function to see the close, as it would of a connection closed while idle.
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
