"""What AWS tells of a proxy: its state, its target, and everything that connects the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..deploy.given.account import AccountReader
from .diagnosis import Diagnosis

Body = Mapping[str, Any]


@dataclass(frozen=True)
class ProxyView:
    """A proxy and what is behind it, asked when it is looked at."""

    reader: AccountReader
    name: str
    body: Body

    @property
    def place(self) -> str:
        """Kind and name, for sentences."""
        return f"proxy {self.name}"

    def error(self, reason: str, sentence: str, remedy: str, *evidence: str) -> Diagnosis:
        """Return the diagnosis of an error of the proxy."""
        return Diagnosis(
            resource=self.place,
            severity="error",
            reason=reason,
            sentence=sentence,
            remedy=remedy,
            evidence=evidence,
        )

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        """Ask the account; None where there is no answer."""
        return self.reader.ask(service, operation, self.place, **arguments)

    @cached_property
    def targets(self) -> Sequence[Body]:
        """Registered targets: clusters, and instances with their health."""
        answer = self.ask("rds", "describe_db_proxy_targets", DBProxyName=self.name) or {}
        return list(answer.get("Targets", ()))

    @cached_property
    def database(self) -> Body | None:
        """The cluster, or the instance, that the proxy is registered with."""
        for target in self.targets:
            if target.get("Type") == "TRACKED_CLUSTER" or target.get("TrackedClusterId"):
                name = target.get("TrackedClusterId") or target["RdsResourceId"]
                found = self.ask("rds", "describe_db_clusters", DBClusterIdentifier=name) or {}
                return next(iter(found.get("DBClusters", ())), None)
        for target in self.targets:
            name = target["RdsResourceId"]
            found = self.ask("rds", "describe_db_instances", DBInstanceIdentifier=name) or {}
            return next(iter(found.get("DBInstances", ())), None)
        return None

    @property
    def is_cluster(self) -> bool:
        """True where the database is a cluster."""
        return "DBClusterIdentifier" in (self.database or {}) and "DBInstanceIdentifier" not in (
            self.database or {}
        )

    @property
    def database_name(self) -> str:
        """Kind and identifier of the database."""
        body = self.database or {}
        if self.is_cluster:
            return f"cluster {body['DBClusterIdentifier']}"
        return f"instance {body.get('DBInstanceIdentifier', '?')}"

    @property
    def port(self) -> int | None:
        """Port that the database listens on."""
        body = self.database or {}
        port = body.get("Port") or body.get("Endpoint", {}).get("Port")
        return None if port is None else int(port)

    @property
    def status_of_database(self) -> str:
        """RDS's word for its state."""
        body = self.database or {}
        return str(body.get("Status") or body.get("DBInstanceStatus") or "unknown")

    @cached_property
    def database_groups(self) -> Sequence[str]:
        """IDs of the security groups of the database."""
        groups = (self.database or {}).get("VpcSecurityGroups", ())
        return [one["VpcSecurityGroupId"] for one in groups]

    def groups(self, ids: Sequence[str]) -> Sequence[Body]:
        """Describe security groups."""
        if not ids:
            return []
        answer = self.ask("ec2", "describe_security_groups", GroupIds=list(ids)) or {}
        return list(answer.get("SecurityGroups", ()))

    @cached_property
    def subnets(self) -> Sequence[Body]:
        """Subnets of the proxy."""
        ids = list(self.body.get("VpcSubnetIds", ()))
        answer = self.ask("ec2", "describe_subnets", SubnetIds=ids) or {}
        return list(answer.get("Subnets", ()))

    def simulated(self, role_arn: str, action: str, resource: str, **context: str) -> bool | None:
        """Tell if the role may do *action* on *resource*; None where that is not known.

        *context* has condition keys, with ``_`` for ``:``.
        """
        entries = [
            {
                "ContextKeyName": name.replace("_", ":"),
                "ContextKeyType": "string",
                "ContextKeyValues": [value],
            }
            for name, value in context.items()
        ]
        answer = self.ask(
            "iam",
            "simulate_principal_policy",
            PolicySourceArn=role_arn,
            ActionNames=[action],
            ResourceArns=[resource],
            ContextEntries=entries,
        )
        if not answer:
            return None
        return all(one["EvalDecision"] == "allowed" for one in answer["EvaluationResults"])
