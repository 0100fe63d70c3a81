"""The stacks that keep a database's users and rotate their secrets, inside its network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import stacks
from ..frame import Child
from ..kinds import (
    DatabaseName,
    DatabaseUser,
    KeyArn,
    SecretArn,
    SecretArns,
    SecurityGroupId,
    SubnetIds,
)
from ..parts import functions
from . import common


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where the database is, and what it is administered with."""

    rds: stacks.rds.Outputs
    subnet_ids: SubnetIds
    db_security_group_id: SecurityGroupId
    rds_database_name: DatabaseName
    rds_master_user_secret_arn: SecretArn
    user_secret_arns: SecretArns | None
    key_arn: KeyArn | None = None
    """Key of one of the users' secrets."""


@dataclass(frozen=True, kw_only=True)
class Administration:
    """The stacks, where the configuration asks for any."""

    children: Sequence[Child[Any]] = ()
    function_user: DatabaseUser | None = None
    """The user that a function logs in as, once the user is there."""


def administration(
    config: stacks.rds.Config,
    choices: functions.Choices,
    function_user: str | None,
    around: Surroundings,
) -> Administration:
    """Its functions run on what *choices* say."""
    rds = around.rds
    if rds.vpc_id is None:
        return Administration()
    endpoints = common.secrets_manager_endpoint(rds.vpc_id, around.subnet_ids)
    users = common.users_stack(
        config.users,
        config.engine,
        choices,
        function_user,
        stacks.users.Inputs(
            vpc_id=rds.vpc_id,
            subnet_ids=around.subnet_ids,
            db_security_group_id=around.db_security_group_id,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
            db_endpoint=rds.db_cluster_endpoint,
            rds_database_name=around.rds_database_name,
            rds_master_user_secret_arn=around.rds_master_user_secret_arn,
            user_secret_arns=around.user_secret_arns,
            key_arn=around.key_arn,
        )
        if rds.db_cluster_endpoint
        else None,
    )
    rotation = common.rotation_stack(
        config.users,
        config.engine,
        config.rotate_secrets_after_days,
        stacks.rotation.Inputs(
            vpc_id=rds.vpc_id,
            subnet_ids=around.subnet_ids,
            db_security_group_id=around.db_security_group_id,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
            attached_secret_arns=rds.attached_secret_arns,
        )
        if rds.attached_secret_arns
        else None,
    )
    return Administration(
        children=[one for one in (endpoints, users, rotation) if one],
        function_user=common.user_of(users),
    )
