"""The stacks that keep a database's users and rotate their secrets, inside its network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import stacks
from ..aws.database_users import User, with_secrets
from ..aws.kinds import (
    DatabaseName,
    DatabaseResourceId,
    DatabaseUser,
    Hostname,
    KeyArn,
    SecretArn,
    SecretArns,
    SecurityGroupId,
    SubnetIds,
    VpcId,
)
from ..model import Child, nest
from ..resources import functions
from ..resources.database import DatabaseSettings
from . import common


@dataclass(frozen=True, kw_only=True)
class DatabaseContext:
    """Where the database is, and what it is administered with."""

    vpc_id: VpcId | None
    """None where there is nothing to administer."""
    subnet_ids: SubnetIds
    db_security_group_id: SecurityGroupId
    db_endpoint: Hostname | None
    db_resource_id: DatabaseResourceId | None
    rds_database_name: DatabaseName
    rds_master_user_secret_arn: SecretArn
    user_secret_arns: SecretArns | None
    attached_secret_arns: SecretArns | None
    key_arn: KeyArn | None = None
    """Key of one of the users' secrets."""
    endpoint_security_group_id: SecurityGroupId | None = None
    """Group of Secrets Manager's endpoint, where there is one already; else one is made."""
    has_tables: bool = True
    """Whether the tables of the library's own functions are made, where there are users."""


@dataclass(frozen=True, kw_only=True)
class Administration:
    """The stacks, where the configuration asks for any."""

    children: Sequence[Child[Any]] = ()
    function_user: DatabaseUser | None = None
    """The user that a function logs in as, once the user is there."""


def administration(
    users: Sequence[User],
    database: DatabaseSettings,
    choices: functions.FunctionSettings,
    function_user: str | None,
    around: DatabaseContext,
) -> Administration:
    """The stacks of *users* of a *database*; their functions run on what *choices* say."""
    if around.vpc_id is None:
        return Administration()
    endpoints, endpoint = _endpoint(around.vpc_id, around)
    kept = None
    if users and around.db_endpoint and around.db_resource_id:
        kept = nest(
            "UsersStack",
            stacks.users,
            stacks.users.Config(
                users=tuple(users),
                engine=database.engine,
                function_user=function_user,
                tables=around.has_tables,
                runtime=choices.runtime,
                architecture=choices.architecture,
                log_retention_in_days=choices.log_retention_in_days,
            ),
            stacks.users.Inputs(
                vpc_id=around.vpc_id,
                subnet_ids=around.subnet_ids,
                db_security_group_id=around.db_security_group_id,
                endpoint_security_group_id=endpoint,
                db_endpoint=around.db_endpoint,
                db_resource_id=around.db_resource_id,
                rds_database_name=around.rds_database_name,
                rds_master_user_secret_arn=around.rds_master_user_secret_arn,
                user_secret_arns=around.user_secret_arns,
                key_arn=around.key_arn,
            ),
        )
    rotation = _rotation(
        users,
        database.engine,
        database.rotate_secrets_after_days,
        stacks.rotation.Inputs(
            vpc_id=around.vpc_id,
            subnet_ids=around.subnet_ids,
            db_security_group_id=around.db_security_group_id,
            endpoint_security_group_id=endpoint,
            attached_secret_arns=around.attached_secret_arns,
        )
        if around.attached_secret_arns
        else None,
    )
    return Administration(
        children=[one for one in (*endpoints, kept, rotation) if one],
        function_user=kept.outputs.function_user if kept else None,
    )


def _endpoint(
    vpc_id: VpcId, around: DatabaseContext
) -> tuple[Sequence[Child[stacks.endpoints.Outputs]], SecurityGroupId]:
    """The stack of Secrets Manager's endpoint, where there is none yet, and the group of it."""
    if around.endpoint_security_group_id:
        return [], around.endpoint_security_group_id
    made = common.secrets_manager_endpoint(vpc_id, around.subnet_ids)
    return [made], made.outputs.endpoint_security_group_id


def _rotation(
    users: Sequence[User], engine: str, days: int | None, inputs: stacks.rotation.Inputs | None
) -> Child[stacks.rotation.Outputs] | None:
    """``RotationStack``, where the configuration asks for it."""
    if days is None or inputs is None:
        return None
    secrets = ("RDSMasterUserSecret", *(f"{user.title}Secret" for user in with_secrets(users)))
    config = stacks.rotation.Config(engine=engine, secrets=secrets, days=days)
    return nest("RotationStack", stacks.rotation, config, inputs)
