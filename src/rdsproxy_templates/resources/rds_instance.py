"""A database instance of RDS for MySQL or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import Field
from troposphere import rds

from ..aws.documentation import RDS_GUIDE
from ..aws.engines import ENGINES
from ..aws.kinds import (
    DatabaseArn,
    DatabaseName,
    Hostname,
    SecurityGroupId,
    SubnetId,
)
from ..aws.troposphere_compat import DBInstance
from ..errors import Problem
from ..model.accepted_rules import accepted, all_accepted
from . import database
from .database_logs import exported_logs, log_groups
from .database_properties import durability, instance_properties
from .database_record import Database
from .database_surroundings import instance_roles
from .engine_choice import engine_properties
from .master_user import MasterUser, master_login, master_secrets
from .monitoring import monitoring
from .optional_properties import without_none
from .parameter_groups import NO_OTHERS, instance_group
from .zones import zone_name_problem

_PUBLIC: Final = accepted("database/public", "its clients are outside the VPC")


class RdsInstanceSettings(database.DatabaseSettings):
    """Settings of an RDS instance that is not part of an Aurora cluster."""

    allocated_storage: int = Field(
        default=20,
        ge=20,
        le=65_536,
        description="RDS: size in GiB of the storage. Aurora's storage grows by itself. See "
        f"{RDS_GUIDE}CHAP_Storage.html",
    )
    multi_az: bool = Field(
        default=False,
        description="RDS: keep a standby in a second Availability Zone, at twice the price. "
        f"Aurora takes a reader for that. See {RDS_GUIDE}Concepts.MultiAZ.html",
    )
    availability_zone: str | None = Field(
        default=None,
        description="RDS: name of the Availability Zone of the instance, one of its subnets'; not "
        "with `multi_az`. A change replaces the database. Left out: RDS chooses. See "
        f"{RDS_GUIDE}Concepts.RegionsAndAvailabilityZones.html",
    )
    allow_major_version_upgrade: bool = Field(
        default=False,
        description="RDS: let an update of `engine_version` change the major version, which "
        "cannot be undone. Aurora needs no permission: CloudFormation always lets "
        f"it. See {RDS_GUIDE}USER_UpgradeDBInstance.Upgrading.html",
    )

    @property
    def storage_size(self) -> int:
        return self.allocated_storage

    @property
    def writes_audit_log(self) -> bool:
        return super().writes_audit_log or self.parameters.option_group is not None

    @property
    def named_zones(self) -> Mapping[str, str]:
        own = {"availability_zone": self.availability_zone} if self.availability_zone else {}
        return {**super().named_zones, **own}

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.availability_zone is not None:
            if problem := zone_name_problem(self.availability_zone):
                yield Problem("availability_zone", problem)
            if self.multi_az:
                yield Problem("availability_zone", "must not be given with multi_az: RDS chooses")


def database_instance(
    choices: RdsInstanceSettings,
    *,
    name: DatabaseName | None,
    master: MasterUser,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    iam: bool,
    parameters: Mapping[str, str] = NO_OTHERS,
    options: rds.OptionGroup | None = None,
    log_exports: Sequence[str] = (),
    public: bool = False,
) -> Database:
    """``DBInstance``.

    *iam* lets database users log in to the instance itself with an IAM token. *parameters* and
    *log_exports* are added to those of every instance. *public* gives it a public address, which
    only its security *group* guards.
    """
    engine = ENGINES[choices.engine]
    subnet_group = rds.DBSubnetGroup(
        "DBSubnetGroup",
        DBSubnetGroupDescription=f"{'Public' if public else 'Private'} subnets of the database "
        "instance",
        SubnetIds=list(subnets),
    )
    group_property, parameter_groups = instance_group(choices, parameters)
    monitored = monitoring(choices.monitoring)
    exports = list(dict.fromkeys([*exported_logs(choices.logs, engine), *log_exports]))
    groups_of_logs = log_groups(choices.logs, exports, "instance", choices.identifiers.database)
    instance = DBInstance(
        "DBInstance",
        **without_none(
            Metadata=all_accepted(_PUBLIC if public else None, choices.metadata),
            DependsOn=[str(one.title) for one in groups_of_logs] or None,
        ),
        **engine_properties(choices),
        DBInstanceClass=choices.db_instance_class,
        **without_none(DBName=name),
        **master_login(choices.master, master, restored=choices.restore.is_chosen),
        DBSubnetGroupName=subnet_group.ref(),
        VPCSecurityGroups=[group],
        PubliclyAccessible=public,
        MultiAZ=choices.multi_az,
        AllocatedStorage=str(choices.allocated_storage),
        **choices.storage.of_instance,
        **durability(choices),
        **instance_properties(choices),
        **choices.maintenance.of_lone_instance,
        **group_property,
        EnableCloudwatchLogsExports=exports,
        **monitored.of_instance,
        **without_none(
            AvailabilityZone=choices.availability_zone,
            EnableIAMDatabaseAuthentication=iam or choices.master.by_iam or None,
            OptionGroupName=options.ref() if options else choices.parameters.option_group,
            AllowMajorVersionUpgrade=choices.allow_major_version_upgrade or None,
        ),
        **choices.restore.of_instance,
        **choices.identifiers.of_lone_instance,
        **choices.network.of_instance,
        **choices.directory.properties,
        **instance_roles(choices.roles),
    )
    secrets = master_secrets(choices.master, master, instance)
    return Database(
        resources=[
            subnet_group,
            *parameter_groups,
            *monitored.resources,
            *groups_of_logs,
            instance,
        ],
        itself=instance,
        master_secret=secrets.current,
        managed_secret=secrets.managed,
        engine=engine,
        host=Hostname(instance.get_att("Endpoint.Address")),
        arn=DatabaseArn(instance.get_att("DBInstanceArn")),
        resource_id=instance.get_att("DbiResourceId"),
        targets={"DBInstanceIdentifiers": [instance.ref()]},
        instances=[],
    )
