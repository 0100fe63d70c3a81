"""A database instance of RDS, without Aurora."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from pydantic import Field
from troposphere import rds

from ..engines import ENGINES
from ..kinds import DatabaseName, Hostname, SecretArn, SecurityGroupId, SubnetId
from . import database
from .accepted import accepted
from .database import Database, kept_safe, master_login, of_engine
from .present import present

NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})
_PUBLIC: Final = accepted("database/public", "its clients are outside the VPC")


class Choices(database.Choices):
    """The instance."""

    allocated_storage: int = Field(
        20, ge=20, le=65_536, description="RDS: GiB of gp3 storage; Aurora's grows by itself."
    )
    multi_az: bool = Field(
        default=False,
        description="RDS: keep a standby in the other zone, at twice the price; Aurora takes "
        "a reader.",
    )


def instance(
    choices: Choices,
    *,
    name: DatabaseName,
    master: SecretArn,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    iam: bool,
    parameters: rds.DBParameterGroup | None = None,
    options: rds.OptionGroup | None = None,
    log_exports: Sequence[str] = (),
    public: bool = False,
) -> Database:
    """``DBInstance``; *master* is the secret of the master user.

    *iam* lets database users log in to the instance itself with an IAM token. *public* gives
    it an address in the internet, which its *group* guards.
    """
    engine = ENGINES[choices.engine]
    subnet_group = rds.DBSubnetGroup(
        "DBSubnetGroup",
        DBSubnetGroupDescription=f"{'Public' if public else 'Private'} subnets of the database "
        "instance",
        SubnetIds=list(subnets),
    )
    instance = rds.DBInstance(
        "DBInstance",
        **present(Metadata=_PUBLIC if public else None),
        **of_engine(choices),
        DBInstanceClass=choices.db_instance_class,
        DBName=name,
        **master_login(master),
        DBSubnetGroupName=subnet_group.ref(),
        VPCSecurityGroups=[group],
        PubliclyAccessible=public,
        MultiAZ=choices.multi_az,
        AllocatedStorage=str(choices.allocated_storage),
        StorageType="gp3",
        **kept_safe(choices),
        # The version stays until it is changed here.
        AutoMinorVersionUpgrade=False,
        EnableCloudwatchLogsExports=[*engine.log_exports, *log_exports],
        **present(
            EnableIAMDatabaseAuthentication=iam or None,
            DBParameterGroupName=parameters.ref() if parameters else None,
            OptionGroupName=options.ref() if options else None,
        ),
    )
    return Database(
        resources=[subnet_group, instance],
        itself=instance,
        engine=engine,
        host=Hostname(instance.get_att("Endpoint.Address")),
        resource_id=instance.get_att("DbiResourceId"),
        targets={"DBInstanceIdentifiers": [instance.ref()]},
        instances=[],
    )


def tls_only(choices: Choices, others: Mapping[str, str] = NO_PARAMETERS) -> rds.DBParameterGroup:
    """``DBParameterGroup``: no connection without TLS, and *others*."""
    engine = ENGINES[choices.engine]
    return rds.DBParameterGroup(
        "DBParameterGroup",
        Description="Connections over TLS alone",
        Family=engine.parameter_family(choices.version),
        Parameters={**engine.tls_parameters, **others},
    )
