"""A database as others see it: its resources, and the references that name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import AWSHelperFn, AWSObject

from ..aws.engines import Engine
from ..aws.kinds import DatabaseArn, DatabaseResourceId, Hostname, SecretArn
from ..records import record


@record(frozen=True, kw_only=True)
class Database:
    """The resources of a database, and the references by which others name it."""

    resources: Sequence[AWSObject]
    itself: AWSObject | None
    """The cluster or instance; None where it exists already, outside the stack."""
    engine: Engine
    host: Hostname
    """Host of the writer."""
    arn: DatabaseArn
    resource_id: DatabaseResourceId | AWSHelperFn
    """ID by which ``rds-db:connect`` names the database."""
    targets: Mapping[str, Any]
    """Property of a proxy's target group that names the database."""
    master_secret: SecretArn | None
    """Secret with the master user's password; None where it has none."""
    managed_secret: SecretArn | None
    """The same secret, where RDS manages it: it is there once the database is."""
    instances: Sequence[AWSObject]
    """Instances that must exist before a proxy can reach what ``targets`` names."""
