"""Counts of requests that end wrongly while connections fail.

Nothing is timed here. The aim of every count after *answers* is 0: a *lost* row was acknowledged
and is not there, a *doubled* one is there twice, an *untrue* one is there although the answer
denied it, and an *unanswered* request got no answer of the function's own. ``--rounds`` multiplies
the number of requests.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import timing

sys.path.insert(0, str(timing.REPOSITORY / "tests"))

from rdsproxy_local.servers.hindrance import Hindrance
from rdsproxy_local.servers.http_event import Request, event
from rdsproxy_local.servers.runtime import Answer, Environment
from rdsproxy_local.servers.service import Service

FUNCTION: Final = timing.REPOSITORY / "lambda" / "blog_rds_proxy"
FAMILIES: Final = ("MYSQL", "POSTGRESQL")
SECONDS: Final = 3
"""Timeout, in seconds, of a function whose connection is hindered."""
CUT: Final = 0.2
"""Share of statements at which the connection is cut."""
DENIED: Final = ("database_unavailable",)
WRITTEN: Final = (None, "written_without_list")
"""Codes of answers that report a written row; those of ``DENIED`` report that none was."""
OURS: Final = (200, 503)
UNANSWERED: Final = "unanswered"


class Said(NamedTuple):
    """Answer to one visit under *key*."""

    key: str
    status: int | None
    code: str | None


def main() -> None:
    """Run all cases on both engines and print; the exit status is 1 if a count is not 0."""
    given = timing.runs(__doc__)
    rounds, wrong = given.rounds, 0
    print(f"{'':<44}{'answers':>9}{'lost':>6}{'doubled':>9}{'untrue':>8}{'unanswered':>12}")
    for family in FAMILIES:
        with Service(FUNCTION, family, environments=4) as service:
            service.environments[0].invoke(_called("POST", "/initialize", "first"))
            wrong += _report(service, "cut at random", _cut(service, 30 * rounds))
            wrong += _report(service, "one key from many at once", _at_once(service, rounds))
            for name, hindrance in HINDRANCES.items():
                count = 1 if given.once else max(2, rounds * 6 // 10)
                said = _hindered(service, hindrance, count)
                wrong += _report(service, name, said)
            wrong += _warm(service, 200 * rounds)
    sys.exit(wrong != 0)


def _cut(service: Service, count: int) -> list[Said]:
    """Send visits from four environments, cutting connections before or after statements."""
    dice = random.Random(0)  # noqa: S311 - the same cuts each time

    def fault(statement: bytes) -> Any:
        if b"visits" not in statement or dice.random() > CUT:
            return None
        return dice.choice(("before", "after"))

    service.front.fault = fault
    try:
        return _all(service.environments, [f"cut-{number}" for number in range(count)])
    finally:
        service.front.fault = None


def _at_once(service: Service, rounds: int) -> list[Said]:
    """Send visits under few keys from all environments at once."""
    keys = [f"once-{number}" for number in range(max(2, rounds // 2)) for _ in range(20)]
    return _all(service.environments, keys)


HINDRANCES: Final[dict[str, dict[str, Any]]] = {
    "each answer 5 s late": {"pause": 5},
    "a byte every 0.2 s": {"pause": 0.2, "piece": 1},
    "half-open": {"lost": True},
}


def _hindered(service: Service, how: dict[str, Any], count: int) -> list[Said]:
    """Send visits on new connections and on ones that were open before."""
    said = []
    for number in range(count):
        with _behind(service) as (way, environment):
            if number % 2 == 0:
                environment.invoke(_called("GET", "/load", "warm"))
            for name, value in how.items():
                setattr(way, name, value)
            said.append(_visited(environment, f"hindered-{number}-{id(way)}"))
    return said


@contextmanager
def _behind(service: Service) -> Iterator[tuple[Hindrance, Environment]]:
    """An environment, and the hindrance on its connection to the proxy."""
    port = service.front.port
    with Hindrance(service.front.address) as way:
        service.front.port = way.port  # tokens are signed for this port
        variables = service.variables | {"RDS_PORT": str(way.port)}
        with Environment(FUNCTION, "app.handler", variables, timeout=SECONDS) as environment:
            yield way, environment
    service.front.port = port


def _warm(service: Service, count: int) -> int:
    """Send requests to one environment; return 1 if it grows or one fails."""
    one = service.environments[0]
    for _ in range(100):
        one.invoke(_called("GET", "/load", "warm"))
    before = _size(one)
    answers = Counter(
        one.invoke(_called("GET", "/load", "warm")).body["statusCode"] for _ in range(count)
    )
    after = _size(one)
    print(f"  {count} warm requests: {dict(answers)}; {before} before, {after} after")
    grown = after.kilobytes > before.kilobytes * 1.05 or after.files > before.files
    return int(grown or set(answers) != {200})


class Size(NamedTuple):
    """Memory, open files and threads of a process."""

    kilobytes: int
    files: int
    threads: int


def _size(environment: Environment) -> Size:
    """Size of the environment's process, from Linux's /proc."""
    process = Path("/proc") / str(environment.pid)
    status = dict(
        line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line
    )
    files = len(list((process / "fd").iterdir()))
    return Size(int(status["VmRSS"].split()[0]), files, int(status["Threads"]))


def _all(environments: list[Environment], keys: list[str]) -> list[Said]:
    """Send one visit for each key, each thread from an environment of its own."""
    free = threading.local()
    turns = itertools.cycle(environments)

    def visit(key: str) -> Said:
        if not hasattr(free, "one"):
            free.one = next(turns)
        return _visited(free.one, key)

    with ThreadPoolExecutor(len(environments)) as pool:
        return list(pool.map(visit, keys))


def _visited(environment: Environment, key: str) -> Said:
    answer: Answer = environment.invoke(_called("POST", "/visits", key))
    if answer.kind != "response" or answer.body["statusCode"] not in OURS:
        return Said(key, None, f"{UNANSWERED}: {str(answer)[:200]}")
    body = json.loads(answer.body["body"])
    return Said(key, answer.body["statusCode"], body.get("error", {}).get("code"))


def _called(method: str, path: str, key: str) -> Any:
    return event(Request(method, path, (("idempotency-key", key),), b"", "127.0.0.1"))


def _report(service: Service, name: str, said: list[Said]) -> int:
    """Print one line of counts, and return their sum."""
    found = Counter(key for (key,) in service.database.rows("SELECT request FROM visits"))
    acknowledged = {one.key for one in said if one.code in WRITTEN}
    denied = {one.key for one in said if one.code in DENIED}
    denied -= {one.key for one in said if one.code not in DENIED}
    counts = (
        len(acknowledged - found.keys()),
        sum(times > 1 for times in found.values()),
        len(denied & found.keys()),
        sum(one.status is None for one in said),
    )
    family = service.variables["RDS_ENGINE_FAMILY"]
    print(f"{family:<12}{name:<32}{len(said):>9}" + "{:>6}{:>9}{:>8}{:>12}".format(*counts))
    for one in said:
        if one.status is None:
            print(f"    {one.code}")
    return sum(counts)


if __name__ == "__main__":
    main()
