"""RDS Proxy: the ranges are in the documentation of botocore's model only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

CLIENT_TIMEOUTS: Final = range(1, 28801)
PERCENT: Final[Mapping[str, range]] = {
    "ConnectionBorrowTimeout": range(301),
    "MaxConnectionsPercent": range(1, 101),
    "MaxIdleConnectionsPercent": range(101),
}
FILTERS: Final = ("EXCLUDE_VARIABLE_SETS",)


def _proxy(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    timeout = given.get("IdleClientTimeout")
    if timeout is not None and timeout not in CLIENT_TIMEOUTS:
        yield (
            f"IdleClientTimeout {timeout} must be between {CLIENT_TIMEOUTS.start} and "
            f"{CLIENT_TIMEOUTS.stop - 1} seconds"
        )


def _target_group(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    pool = given.get("ConnectionPoolConfigurationInfo", {})
    for name, values in PERCENT.items():
        value = pool.get(name)
        if value is not None and value not in values:
            yield f"{name} {value} must be between {values.start} and {values.stop - 1}"
    if "MaxIdleConnectionsPercent" in pool and "MaxConnectionsPercent" not in pool:
        yield "MaxIdleConnectionsPercent needs a value for MaxConnectionsPercent, too"
    if unknown := sorted(set(pool.get("SessionPinningFilters", ())) - set(FILTERS)):
        yield f"Invalid session pinning filters: {', '.join(unknown)}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::RDS::DBProxy": (_proxy,),
    "AWS::RDS::DBProxyTargetGroup": (_target_group,),
}
