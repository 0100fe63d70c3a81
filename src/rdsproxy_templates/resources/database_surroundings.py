"""What a database is called, and what else in AWS it is joined to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import Field
from troposphere import rds

from ..aws.arns import ROLE
from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..errors import Problem
from ..model import Settings
from ..model.accepted_rules import accepted
from .optional_properties import without_none

_FIXED: Final = accepted("database/fixed-name", "a setting names it")
_IDENTIFIER: Final = re.compile(r"[a-z](-?[a-z0-9])*")
_DIRECTORY: Final = re.compile(r"d-[0-9a-f]{10}")
_LONGEST: Final = 63

# "Using an IAM role": "Importing data from Amazon S3", "Invoking a Lambda function" and "Using
# Amazon Aurora machine learning" of both guides (read 2026-11-26). Aurora MySQL's roles have no
# feature; a parameter of the cluster, such as aws_default_s3_role, names each.
FEATURES: Final[dict[str, tuple[str, ...]]] = {
    "aurora-mysql": (),
    "aurora-postgresql": ("s3Import", "s3Export", "Lambda", "SageMaker", "Comprehend", "Bedrock"),
    "postgres": ("s3Import", "s3Export", "Lambda"),
}
"""Features of a role by engine; RDS for MySQL has no roles."""


class IdentifierSettings(Settings):
    """Settings of the database's identifiers, which CloudFormation makes up otherwise."""

    database: str | None = Field(
        default=None,
        description="Identifier of the cluster, or of the instance of RDS: up to 63 lower-case "
        "letters, digits and single hyphens, once in an account and Region. Another "
        f"one means another, empty database. See {RDS_GUIDE}CHAP_Limits.html",
    )
    instances: str | None = Field(
        default=None,
        description="Aurora: beginning of the identifiers of the cluster's instances; `-1`, `-2` "
        f"and so on follow. See {AURORA_GUIDE}CHAP_Limits.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for name, longest in (("database", _LONGEST), ("instances", _LONGEST - len("-16"))):
            given = getattr(self, name)
            if given is not None and (len(given) > longest or not _IDENTIFIER.fullmatch(given)):
                yield Problem(
                    name,
                    f"must be 1 to {longest} lower-case letters, digits and single hyphens after "
                    f"a first letter, got {given!r}",
                )

    def refused_by(self, engine: Engine) -> Iterator[Problem]:
        """Report identifiers of what *engine* does not have."""
        if self.instances is not None and not engine.aurora:
            yield Problem("instances", f"is for Aurora, and engine is {engine.name!r}")

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        for name in ("database", "instances"):
            if getattr(self, name) is not None:
                yield Problem(
                    name,
                    "is fixed: CloudFormation cannot replace what has a name of its own before "
                    "you choose another name, and two stacks of these settings cannot exist in "
                    "one account and Region",
                )

    @property
    def metadata(self) -> dict[str, Any] | None:
        """``Metadata`` of the database, which keeps its identifier where it is given one."""
        return _FIXED if self.database else None

    @property
    def of_cluster(self) -> dict[str, Any]:
        return without_none(DBClusterIdentifier=self.database)

    @property
    def of_lone_instance(self) -> dict[str, Any]:
        return without_none(DBInstanceIdentifier=self.database)

    def of_member(self, number: int) -> dict[str, Any]:
        """Identifier of a cluster's instance, counted from 1."""
        if self.instances is None:
            return {}
        return {"DBInstanceIdentifier": f"{self.instances}-{number}", "Metadata": _FIXED}


class DatabaseNetworkSettings(Settings):
    """Settings of the database's addresses."""

    type: Literal["IPV4", "DUAL"] | None = Field(
        default=None,
        description="Addresses of the database: `IPV4`, or `DUAL` for IPv6 as well, which needs "
        "subnets with IPv6 ranges, such as `existing_vpc` may be given. Left out: "
        f"`IPV4`. See {AURORA_GUIDE}USER_VPC.WorkingWithRDSInstanceinaVPC.html",
    )

    port: int | None = Field(
        default=None,
        ge=1_150,
        le=65_535,
        description="TCP port that the database listens on, 1,150 to 65,535; RDS Proxy listens on "
        "the engine's own in any case. Left out: 3306, or 5432 for PostgreSQL. A change restarts "
        f"an instance of RDS. See {RDS_GUIDE}Overview.DBInstance.Modifying.html",
    )

    @property
    def of_cluster(self) -> dict[str, Any]:
        """``NetworkType`` and ``Port`` of a cluster."""
        return without_none(NetworkType=self.type, Port=self.port)

    @property
    def of_instance(self) -> dict[str, Any]:
        """``NetworkType`` and ``Port`` of an instance that is not part of a cluster."""
        port = None if self.port is None else str(self.port)
        return without_none(NetworkType=self.type, Port=port)


class DirectorySettings(Settings):
    """Settings of Kerberos authentication by an Active Directory."""

    id: str | None = Field(
        default=None,
        description="ID of an AWS Managed Microsoft AD whose users may log in by Kerberos: "
        f"`d-` and ten digits. See {AURORA_GUIDE}kerberos-authentication.html",
    )
    role_name: str | None = Field(
        default=None,
        pattern=r"^[\w+=,.@-]{1,64}$",
        description="Name of the IAM role with which RDS calls the directory; it has the policy "
        "`AmazonRDSDirectoryServiceAccess`. Needed with `id`. See "
        f"{AURORA_GUIDE}kerberos-authentication.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.id is not None and not _DIRECTORY.fullmatch(self.id):
            yield Problem("id", f"must be a directory's ID, such as d-1234567890, got {self.id!r}")
        if (self.id is None) != (self.role_name is None):
            missing = "id" if self.id is None else "role_name"
            yield Problem(missing, "must be given, too: a directory needs both id and role_name")

    @property
    def properties(self) -> dict[str, Any]:
        """``Domain`` and its role, of a cluster or an instance."""
        return without_none(Domain=self.id, DomainIAMRoleName=self.role_name)


class DatabaseRole(Settings):
    """An IAM role that the database assumes, such as to read files from S3."""

    arn: str = Field(description="ARN of the role, which trusts `rds.amazonaws.com`.")
    feature: str | None = Field(
        default=None,
        description="What the role is for. Aurora PostgreSQL: `s3Import`, `s3Export`, `Lambda`, "
        "`SageMaker`, `Comprehend`, `Bedrock`; RDS for PostgreSQL: the first three. Aurora "
        "MySQL: left out; `parameters.cluster` names the role, such as `aws_default_s3_role`.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if sentence := ROLE.problem(self.arn):
            yield Problem("arn", sentence)


def role_problems(roles: Sequence[DatabaseRole], engine: Engine) -> Iterator[Problem]:
    """Report roles that *engine* does not take; places are relative to the list."""
    known = FEATURES.get(engine.name)
    if roles and known is None:
        yield Problem("", f"must be left out: {engine.name} takes no roles")
        return
    features = Counter(role.feature for role in roles if role.feature)
    for index, role in enumerate(roles):
        if known and role.feature not in known:
            yield Problem(
                f"{index}.feature", f"must be one of {', '.join(known)}, got {role.feature!r}"
            )
        elif role.feature and not known:
            yield Problem(f"{index}.feature", f"must be left out for {engine.name}")
        elif role.feature and features[role.feature] > 1:
            yield Problem(f"{index}.feature", f"must be given once, got {role.feature!r} again")


def cluster_roles(roles: Sequence[DatabaseRole]) -> dict[str, Any]:
    """``AssociatedRoles`` of a cluster."""
    entries = [
        rds.DBClusterRole(RoleArn=role.arn, **without_none(FeatureName=role.feature))
        for role in roles
    ]
    return without_none(AssociatedRoles=entries or None)


def instance_roles(roles: Sequence[DatabaseRole]) -> dict[str, Any]:
    """``AssociatedRoles`` of an instance that is not part of a cluster."""
    entries = [rds.DBInstanceRole(RoleArn=role.arn, FeatureName=role.feature) for role in roles]
    return without_none(AssociatedRoles=entries or None)
