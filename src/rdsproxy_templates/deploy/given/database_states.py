"""States and kinds of databases that exist, in which no user is created or no proxy is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import Problem
from .account import AccountReader

REPLICATED: Final = (
    "ReadReplicaSourceDBInstanceIdentifier",
    "ReadReplicaSourceDBClusterIdentifier",
)
READY: Final = ("available", "backing-up", "storage-optimization")
CLOSED: Final[Mapping[str, str]] = {
    "stopped": "start it, and deploy again",
    "stopping": "start it when it is stopped, and deploy again",
    "deleting": "give another",
    "failed": "restore it, and give what is restored",
    "restore-error": "restore it again, and give what is restored",
    "inaccessible-encryption-credentials": "enable its KMS key",
    "inaccessible-encryption-credentials-recoverable": "enable its KMS key, and start it",
}
"""States in which nobody can connect, and the way out of each: "Viewing DB instance status" and
"Viewing DB cluster status" in the guides of RDS, read 2026-11-27."""


def state_problems(
    account: AccountReader, place: str, identifier: str, described: Mapping[str, Any]
) -> Iterator[Problem]:
    """Report a database in which the stack cannot create users."""
    status = described.get("Status", described.get("DBInstanceStatus"))
    # RDS makes the instances of a Multi-AZ DB cluster itself.
    members = described.get("DBClusterMembers") if "aurora" in described["Engine"] else None
    if status in CLOSED:
        sentence = f"names {identifier}, which is {status}: nobody can connect; {CLOSED[status]}"
        yield from account.unless_created(Problem(place, sentence))
    elif status not in {None, *READY}:
        account.note(f"{place}: {identifier} is {status}")
    if members is not None and not any(one.get("IsClusterWriter") for one in members):
        lacks, way = (
            ("has no writer", "give the primary cluster of the global database, in its Region")
            if members
            else ("has no instance", "create one")
        )
        sentence = f"names {identifier}, which {lacks}, so that no user can be created; {way}"
        yield from account.unless_created(Problem(place, sentence))


def kind_problems(
    place: str, identifier: str, described: Mapping[str, Any], *, is_cluster: bool
) -> Iterator[Problem]:
    """Report a database that RDS Proxy does not take: "Limitations", read 2026-11-27."""
    if described.get("EngineMode") == "serverless":
        yield Problem(
            place,
            f"names {identifier} of Aurora Serverless v1, which RDS Proxy does not take; convert "
            "it to Serverless v2 or to provisioned instances",
        )
    source = next(
        (described[key] for key in REPLICATED if not is_cluster and described.get(key)), None
    )
    if source:
        yield Problem(
            place,
            f"names {identifier}, a read replica of {source}; RDS Proxy takes only the source",
        )
    cluster = described.get("DBClusterIdentifier")
    if cluster and not is_cluster:
        yield Problem(
            place,
            f"names {identifier}, an instance of the cluster {cluster}; give the cluster, with "
            "`rds.kind: cluster` for an engine that is not Aurora",
        )
