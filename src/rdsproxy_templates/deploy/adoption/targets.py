"""The target group of a proxy, which no import takes: what it is, and how a stack gets it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ...records import record
from ...rendering.yaml import dump
from ..accounts import aws_errors_at
from .file_names import SETTINGS

if TYPE_CHECKING:
    from .documents import Adoption

POOL: Final = (
    "MaxConnectionsPercent",
    "MaxIdleConnectionsPercent",
    "ConnectionBorrowTimeout",
    "SessionPinningFilters",
    "InitQuery",
)
KINDS: Final = {"TRACKED_CLUSTER": "DBCluster", "RDS_INSTANCE": "DBInstance"}
OPTIONS: Final = {
    "DBCluster": "--db-cluster-identifiers",
    "DBInstance": "--db-instance-identifiers",
}


@record(frozen=True)
class Target:
    """A database that the target group names."""

    name: str
    kind: str
    """DBCluster or DBInstance."""


def targets_of(rds: Any, proxy: str) -> list[Target]:
    """Return the databases that the proxy's target group names."""
    with aws_errors_at(f"--proxy {proxy}"):
        found = rds.describe_db_proxy_targets(DBProxyName=proxy).get("Targets", [])
    return [
        Target(name, kind)
        for name, kind in sorted(
            {
                # Each instance of a cluster is a target, too.
                (one["TrackedClusterId"], "DBCluster")
                if one.get("TrackedClusterId")
                else (one["RdsResourceId"], KINDS[one["Type"]])
                for one in found
                if one.get("Type") in KINDS
            }
        )
    ]


def pool_of(rds: Any, proxy: str) -> Mapping[str, Any]:
    """Return the settings of the proxy's pool, as a template states them."""
    with aws_errors_at(f"--proxy {proxy}"):
        groups = rds.describe_db_proxy_target_groups(DBProxyName=proxy).get("TargetGroups", [])
    config = groups[0].get("ConnectionPoolConfig", {}) if groups else {}
    return {name: config[name] for name in POOL if config.get(name) not in (None, "", [])}


def made_anew(adoption: Adoption) -> Iterator[str]:
    """Tell how the target group can be created in the stack, and what that costs."""
    if len(adoption.proxy_targets) != 1:
        return
    (target,) = adoption.proxy_targets
    here = [
        one.title
        for one in adoption.resources
        if (one.type, one.name) == (f"AWS::RDS::{target.kind}", target.name)
    ]
    members = [
        one.title
        for one in adoption.resources
        if one.type == "AWS::RDS::DBInstance" and one.title != "DBInstance"
    ]
    (proxy,) = [one.name for one in adoption.resources if one.title == "RDSProxy"]
    group = {
        "Type": "AWS::RDS::DBProxyTargetGroup",
        **({"DependsOn": members} if members and here else {}),
        "Properties": {
            "DBProxyName": {"Ref": "RDSProxy"},
            "TargetGroupName": "default",
            f"{target.kind}Identifiers": [{"Ref": here[0]} if here else target.name],
            **({"ConnectionPoolConfigurationInfo": dict(adoption.pool)} if adoption.pool else {}),
        },
    }
    yield (
        "\n  To create it in the stack, after the import: take its target away, which ends "
        "every connection through the proxy until the deployment has registered it again; then "
        f"add the resource to {SETTINGS}, and deploy.\n"
    )
    yield f"  ```sh\n  {adoption.cli} rds deregister-db-proxy-targets \\"
    yield (
        f"    --db-proxy-name {shlex.quote(proxy)} {OPTIONS[target.kind]} "
        f"{shlex.quote(target.name)}\n  ```\n"
    )
    yield "  ```yaml"
    for line in dump({"RDSProxyTargetGroup": group}).splitlines():
        yield f"      {line}"
    yield "  ```\n"
