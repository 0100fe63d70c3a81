"""What becomes of requests where nothing goes well: lost, doubled, untrue, unanswered, or grown.

No peer is timed here; each line counts, and the aim of the first four columns is 0:
*lost* was acknowledged and is not there, *doubled* is there twice, *untrue* is there although
the answer denied it, or is not although it was said, *unanswered* got no answer of the
function's own. ``--rounds`` multiplies how much is done; 100 repeats what was once an attack.
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

from servers.hindrance import Hindrance
from servers.http_event import Request, event
from servers.runtime import Answer, Environment
from servers.service import Service

FUNCTION: Final = timing.REPOSITORY / "lambda" / "blog_rds_proxy"
FAMILIES: Final = ("MYSQL", "POSTGRESQL")
SECONDS: Final = 3
"""Of a function whose answers are hindered."""
CUT: Final = 0.2
"""Share of statements at which the connection is cut."""
DENIED: Final = ("database_unavailable",)
WRITTEN: Final = (None, "written_without_list")
"""Codes of answers that say that nothing was written, and that it was."""
OURS: Final = (200, 503)
UNANSWERED: Final = "unanswered"


class Said(NamedTuple):
    """One answer to a visit under *key*."""

    key: str
    status: int | None
    code: str | None


def main() -> None:
    """Do it to both engines and print; exit with 1 where a count is not 0."""
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
    """Visits of four environments, whose connections are cut before and after statements."""
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
    """The same key from each environment, again and again."""
    keys = [f"once-{number}" for number in range(max(2, rounds // 2)) for _ in range(20)]
    return _all(service.environments, keys)


HINDRANCES: Final[dict[str, dict[str, Any]]] = {
    "each answer 5 s late": {"pause": 5},
    "a byte every 0.2 s": {"pause": 0.2, "piece": 1},
    "half-open": {"lost": True},
}


def _hindered(service: Service, how: dict[str, Any], count: int) -> list[Said]:
    """Visits on new connections, and on ones that were open before."""
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
    """An environment whose way to the proxy can be made hard."""
    port = service.front.port
    with Hindrance(service.front.address) as way:
        service.front.port = way.port  # for which tokens are
        variables = service.variables | {"RDS_PORT": str(way.port)}
        with Environment(FUNCTION, "app.handler", variables, timeout=SECONDS) as environment:
            yield way, environment
    service.front.port = port


def _warm(service: Service, count: int) -> int:
    """Requests to one environment, which must not grow; 1 where it does."""
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
    kilobytes: int
    files: int
    threads: int


def _size(environment: Environment) -> Size:
    """Of its process, as Linux tells it."""
    process = Path("/proc") / str(environment.pid)
    status = dict(
        line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line
    )
    files = len(list((process / "fd").iterdir()))
    return Size(int(status["VmRSS"].split()[0]), files, int(status["Threads"]))


def _all(environments: list[Environment], keys: list[str]) -> list[Said]:
    """A visit for each key, from whichever environment is free."""
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
    """Print a line; how much is not as it should be."""
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
