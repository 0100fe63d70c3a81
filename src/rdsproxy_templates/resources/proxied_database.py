"""The database behind a proxy: an Aurora cluster or an RDS instance, depending on the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from ..aws import database_users
from ..aws.database_users import User
from ..aws.engines import ENGINES
from ..aws.kinds import DatabaseName, SecurityGroupId, SubnetId
from ..errors import Problem
from ..model import ListOf
from . import aurora, rds_instance
from .database_placement import PlacementSettings, placed
from .database_record import Database
from .master_user import MasterUser


class ClusterOrInstanceSettings(
    aurora.AuroraSettings, rds_instance.RdsInstanceSettings, PlacementSettings
):
    """Settings of a database of any engine; some are for Aurora only, others for RDS only."""

    def problems(self) -> Iterator[Problem]:
        is_aurora = ENGINES[self.engine].aurora
        both = aurora.AuroraSettings.model_fields, rds_instance.RdsInstanceSettings.model_fields
        own, others = both if is_aurora else both[::-1]
        kind, example = ("RDS", "mysql") if is_aurora else ("Aurora", "aurora-mysql")
        for name in others:
            if name in self.model_fields_set and name not in own:
                yield Problem(
                    name,
                    f"is for engines of {kind}, such as {example}, and engine is {self.engine!r}",
                )
        yield from super().problems()

    @property
    def named_classes(self) -> Mapping[str, str]:
        classes = dict(super().named_classes)
        if not ENGINES[self.engine].aurora and self.max_capacity and self.instance_class is None:
            del classes["instance_class"]  # db.serverless, of a setting that is refused itself
        return classes


class ProxiedDatabaseSettings(ClusterOrInstanceSettings):
    """Settings of a database that clients reach through a proxy, as one of its users."""

    users: ListOf[User] = Field(
        default=(),
        max_length=190,
        description="Users of the database beside the master user. Each one is created in the "
        "database and let in through the proxy by its own kind of login.",
    )

    @property
    def users_with_secrets(self) -> Sequence[str]:
        return [user.name for user in database_users.with_secrets(self.users)]

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.refused_behind_proxy()
        for problem in database_users.problems(self.users, ENGINES[self.engine]):
            yield problem.within("users")

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        tokens = database_users.end_to_end(self.users)
        passwords = [user.name for user in database_users.with_secrets(self.users)]
        if tokens and passwords:
            yield Problem(
                "users",
                f"mixes `end_to_end_iam` ({', '.join(tokens)}) with users whose password the proxy "
                f"reads ({', '.join(passwords)}): AWS documents that with IAM authentication on in "
                "the database, clients of the proxy must authenticate with IAM. Give all users "
                "the same kind of login, or test this mix before you rely on it",
            )

    def refused_behind_proxy(self) -> Iterator[Problem]:
        """Refuse what a database behind a proxy does not do."""
        return refused_behind_proxy(self)


def cluster_or_instance(
    choices: ClusterOrInstanceSettings,
    *,
    name: DatabaseName | None,
    master: MasterUser,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    iam: bool,
) -> Database:
    """``DBCluster`` for Aurora, else ``DBInstance``; *iam* lets users log in to it with a token."""
    engine = ENGINES[choices.engine]
    make = aurora.aurora_cluster if engine.aurora else rds_instance.database_instance
    database = make(choices, name=name, master=master, subnets=subnets, group=group, iam=iam)
    return placed(choices, database, group, choices.port)


def refused_behind_proxy(choices: ClusterOrInstanceSettings) -> Iterator[Problem]:
    """Refuse a capacity of 0, at which it never pauses, and what RDS Proxy does not support."""
    if choices.max_capacity is not None and choices.min_capacity == 0:
        yield Problem(
            "min_capacity",
            "must be at least 0.5, got 0: a cluster behind RDS Proxy cannot pause, "
            "because the proxy keeps connections open",
        )
    if choices.local_write_forwarding and choices.engine == "aurora-postgresql":
        yield Problem(
            "local_write_forwarding",
            "is not supported behind RDS Proxy with aurora-postgresql; leave it out",
        )
