"""Diagnosis of a proxy: its own state, the health of its targets, and what will end soon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ..aws.engines import ENGINES
from .diagnosis import Diagnosis
from .login import login_diagnoses
from .pool import pool_diagnoses
from .proxied import Body, ProxyView
from .reach import reach_diagnoses

FEW_ADDRESSES: Final = 10
"""Free addresses below which a subnet is too small for a proxy that scales."""
YOUNG: Final = timedelta(minutes=15)
SOON: Final = timedelta(days=90)

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "incompatible-network": (
        "its subnets do not suit it: too few free addresses, one zone, or a zone without RDS Proxy",
        "Give it two subnets with free addresses, in zones that RDS Proxy supports",
    ),
    "insufficient-resource-limits": (
        "a quota of the account is used up, of proxies or of network interfaces",
        "Delete what is not needed, or raise the quota in Service Quotas",
    ),
    "suspended": (
        "RDS has suspended it, because its database or its secrets were out of reach for long",
        "Mend what its targets say; RDS reactivates it at the next connection",
    ),
    "suspending": ("RDS is suspending it", "Wait, and mend what its targets say"),
    "creating": ("it is being created", "Wait until it is available"),
    "modifying": ("it is being changed", "Wait until it is available"),
    "reactivating": ("RDS is reactivating it", "Wait until it is available"),
    "deleting": ("it is being deleted", "Wait, and create it anew"),
}
"""Statuses other than ``available``: what they mean, and what to do. See
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBProxy.html."""
PASSING: Final = ("creating", "modifying", "reactivating", "suspending")


def proxy_diagnoses(view: ProxyView) -> Iterator[Diagnosis]:
    """Yield everything that is wrong with a proxy."""
    status = str(view.body["Status"])
    if status != "available":
        sentence, remedy = STATES.get(status, (f"its status is {status}", "See the RDS console"))
        yield Diagnosis(
            resource=view.place,
            severity="warning" if status in PASSING else "error",
            reason=status,
            sentence=sentence,
            remedy=remedy,
            evidence=tuple(_subnets(view)) if status == "incompatible-network" else (),
        )
    if not view.targets:
        yield view.error(
            "no-target",
            "it is registered with no database",
            "Register one: aws rds register-db-proxy-targets, or a DBProxyTargetGroup",
        )
    for health in {_key(one): one for one in map(_health, view.targets) if one}.values():
        yield from _of_reason(view, health)
    yield from pool_diagnoses(view)
    yield from _of_database(view)


def _health(target: Body) -> Body | None:
    """Return the health of a target that is not available; clusters have none of their own."""
    health: Body = target.get("TargetHealth") or {}
    return None if health.get("State") in {None, "AVAILABLE"} else health


def _key(health: Body) -> tuple[str, str]:
    return (str(health.get("Reason")), str(health.get("Description")))


def _of_reason(view: ProxyView, health: Body) -> Iterator[Diagnosis]:
    reason = str(health.get("Reason") or health.get("State"))
    said = f"RDS says: {health.get('Description') or 'nothing more'}"
    found: list[Diagnosis]
    match reason:
        case "AUTH_FAILURE":
            found = [*login_diagnoses(view)]
        case "UNREACHABLE" | "CONNECTION_FAILED":
            found = [*reach_diagnoses(view, reason)]
        case "PENDING_PROXY_CAPACITY" | "REGISTERING":
            found = [_of_capacity(view, reason)]
        case "INVALID_REPLICATION_STATE":
            found = [
                view.error(
                    reason,
                    "the database replicates from another, or its replication is broken",
                    "Register the proxy with the source of the replication, or mend the replica",
                )
            ]
        case "PROMOTED":
            found = [
                view.error(
                    reason,
                    "the replica that it is registered with was promoted",
                    "Deregister the target and register it again: aws rds "
                    f"deregister-db-proxy-targets --db-proxy-name {view.name}",
                )
            ]
        case _:
            found = [view.error(reason, "this version does not know the reason", "")]
    for one in found:
        yield replace(one, evidence=(said, *one.evidence))


def _of_capacity(view: ProxyView, reason: str) -> Diagnosis:
    small = [line for line in _subnets(view) if _is_small(line)]
    if small:
        return view.error(
            reason,
            "its subnets have too few free addresses for it to grow",
            "Free addresses, or give the proxy larger subnets, which replaces it",
            *small,
        )
    created = view.body.get("CreatedDate")
    if isinstance(created, datetime) and datetime.now(UTC) - created < YOUNG:
        return view.error(
            reason, "it was created minutes ago and still scales", "Wait some minutes"
        )
    return view.error(
        reason,
        "it scales to the capacity of the database",
        "Wait some minutes; if it stays so, ask AWS's support",
    )


def _subnets(view: ProxyView) -> Iterator[str]:
    for one in view.subnets:
        yield (
            f"subnet {one['SubnetId']} in {one.get('AvailabilityZoneId')} has "
            f"{one['AvailableIpAddressCount']} free addresses"
        )


def _is_small(line: str) -> bool:
    return int(line.split()[-3]) < FEW_ADDRESSES


def _of_database(view: ProxyView) -> Iterator[Diagnosis]:
    """Yield versions and certificates that end, or have ended."""
    body = view.database
    if body is None:
        return
    engine = ENGINES.get(str(body.get("Engine")))
    lifecycle = engine.lifecycle(str(body.get("EngineVersion"))) if engine else None
    if lifecycle and (doubt := lifecycle.doubt(enrolled=True)):
        yield Diagnosis(
            resource=view.database_name,
            severity="warning",
            reason="version",
            sentence=f"its version {body['EngineVersion']} {doubt}",
            remedy="Plan the upgrade",
        )
    until = body.get("CertificateDetails", {}).get("ValidTill")
    if isinstance(until, datetime) and until - datetime.now(UTC) < SOON:
        yield Diagnosis(
            resource=view.database_name,
            severity="warning",
            reason="certificate",
            sentence=f"its certificate is valid until {until:%Y-%m-%d}",
            remedy="Rotate it: aws rds modify-db-instance --ca-certificate-identifier "
            "rds-ca-rsa2048-g1",
        )
