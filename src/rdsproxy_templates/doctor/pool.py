"""Connections of a proxy's pool in the last hour: how many were borrowed, and pinned.

See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from .diagnosis import Diagnosis
from .proxied import ProxyView

BORROWED: Final = "DatabaseConnectionsCurrentlyBorrowed"
PINNED: Final = "DatabaseConnectionsCurrentlySessionPinned"
ALLOWED: Final = "MaxDatabaseConnectionsAllowed"
HOUR: Final = timedelta(hours=1)
NEARLY_ALL: Final = 0.9
MANY: Final = 0.5


def pool_diagnoses(view: ProxyView) -> Iterator[Diagnosis]:
    """Yield a pool that is nearly used up, and connections that are pinned."""
    borrowed, pinned, allowed = (_most(view, name) for name in (BORROWED, PINNED, ALLOWED))
    if borrowed and allowed and borrowed >= NEARLY_ALL * allowed:
        yield _warning(
            view,
            f"{borrowed:g} of {allowed:g} connections were borrowed at once in the last hour",
            "Raise MaxConnectionsPercent, take a larger instance class, or keep transactions short",
        )
    if borrowed and pinned and pinned >= MANY * borrowed:
        yield _warning(
            view,
            f"{pinned:g} of {borrowed:g} borrowed connections were pinned to one client in the "
            "last hour",
            "Avoid what pins: session variables, temporary tables, prepared statements; "
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html",
        )


def _most(view: ProxyView, metric: str) -> float | None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    answer = view.ask(
        "cloudwatch",
        "get_metric_statistics",
        Namespace="AWS/RDS",
        MetricName=metric,
        Dimensions=[{"Name": "ProxyName", "Value": view.name}],
        StartTime=now - HOUR,
        EndTime=now,
        Period=300,
        Statistics=["Maximum"],
    )
    return max(
        (float(one["Maximum"]) for one in (answer or {}).get("Datapoints", ())), default=None
    )


def _warning(view: ProxyView, sentence: str, remedy: str) -> Diagnosis:
    return Diagnosis(
        resource=view.place, severity="warning", reason="pool", sentence=sentence, remedy=remedy
    )
