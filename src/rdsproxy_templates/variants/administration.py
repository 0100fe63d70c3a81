"""The stacks that keep a database's users and rotate its secrets, from inside its network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import stacks
from ..aws.database_users import User, with_secrets
from ..aws.kinds import (
    DatabaseResourceId,
    DatabaseUser,
    DatabaseUsers,
    Hostname,
    SecretArns,
    SecurityGroupId,
    SubnetIds,
    VpcId,
)
from ..model import Child, nest
from ..records import record
from ..resources.database import DatabaseSettings
from ..resources.functions import FunctionSettings
from ..resources.port_groups import AdministrationNetwork
from ..resources.rotation_rules import RotationSettings
from .database_secrets import Secrets
from .endpoints import secrets_manager_endpoint


@record(frozen=True, kw_only=True)
class AdministrationSettings:
    """Decisions about the functions that keep users and rotate secrets."""

    database: DatabaseSettings
    users: Sequence[User]
    function_user: str | None
    """The user that a function logs in as; None for the master."""
    function_users: Sequence[str] = ()
    """The users that declared functions log in as."""
    functions: FunctionSettings
    creates_tables: bool
    """Also create the tables of the library's own functions, where there are users."""
    functions_read_secrets: bool = False
    """Declared functions read secrets that are not the stack's."""

    @property
    def is_needed(self) -> bool:
        """True where there are users to keep or secrets to rotate."""
        return bool(self.users or self.database.rotates)

    @property
    def reads_secrets(self) -> bool:
        """True where one of the functions, or a declared one, reads a secret."""
        return self.functions_read_secrets or (
            self.is_needed and bool(not self.database.master.by_iam or with_secrets(self.users))
        )


@record(frozen=True, kw_only=True)
class AdministeredDatabase:
    """The database as the functions reach it, and what names it."""

    vpc_id: VpcId
    subnet_ids: SubnetIds
    db_security_group_id: SecurityGroupId
    endpoint_security_group_id: SecurityGroupId | None
    """Group of Secrets Manager's endpoint; None creates the endpoint."""
    db_endpoint: Hostname
    db_resource_id: DatabaseResourceId
    attached_secret_arns: SecretArns


@record(frozen=True, kw_only=True)
class Administration:
    """``EndpointsStack``, ``UsersStack`` and ``RotationStack``, as far as they are needed."""

    children: Sequence[Child[Any]]
    function_user: DatabaseUser
    """The user that a function logs in as, once the user is there, or the master."""
    function_users: DatabaseUsers | None = None
    """The users that declared functions log in as, once they are there."""
    endpoint_security_group_id: SecurityGroupId | None = None
    """Group of the VPC's endpoint for Secrets Manager; None where there is none."""


def administration(
    settings: AdministrationSettings, secrets: Secrets, database: AdministeredDatabase
) -> Administration:
    """Create *database*'s users and rotate its *secrets*, as *settings* say."""
    children: list[Child[Any]] = []
    endpoint = database.endpoint_security_group_id
    if endpoint is None and settings.reads_secrets:
        created = secrets_manager_endpoint(database.vpc_id, database.subnet_ids)
        children.append(created)
        endpoint = created.outputs.endpoint_security_group_id
    if not settings.is_needed:
        return Administration(
            children=children,
            function_user=secrets.master_name,
            endpoint_security_group_id=endpoint,
        )
    network = AdministrationNetwork(
        vpc_id=database.vpc_id,
        subnet_ids=database.subnet_ids,
        db_security_group_id=database.db_security_group_id,
        endpoint_security_group_id=endpoint,
    )
    function_user, function_users = None, None
    if settings.users:
        users = _users(settings, secrets, database, network)
        children.append(users)
        function_user = users.outputs.function_user
        function_users = users.outputs.function_users
    if settings.database.rotates:
        children.append(_rotation(settings, database, network))
    return Administration(
        children=children,
        function_user=function_user or secrets.master_name,
        function_users=function_users,
        endpoint_security_group_id=endpoint,
    )


def _users(
    settings: AdministrationSettings,
    secrets: Secrets,
    database: AdministeredDatabase,
    network: AdministrationNetwork,
) -> Child[stacks.users.Outputs]:
    return nest(
        "UsersStack",
        stacks.users,
        stacks.users.Config(
            users=tuple(settings.users),
            engine=settings.database.engine,
            port=settings.database.port,
            function_user=settings.function_user,
            function_users=tuple(settings.function_users),
            master=settings.database.master,
            tables=settings.creates_tables,
            runtime=settings.functions.runtime,
            architecture=settings.functions.architecture,
            log_retention_in_days=settings.functions.log_retention_in_days,
            log_kms_key_arn=settings.functions.log_kms_key_arn,
            secrets_key_arn=settings.database.secrets_key_arn,
        ),
        stacks.users.Inputs(
            network=network,
            db_endpoint=database.db_endpoint,
            db_resource_id=database.db_resource_id,
            credentials=secrets.for_administration,
            key_arn=secrets.key_arn,
        ),
    )


def _rotation(
    settings: AdministrationSettings,
    database: AdministeredDatabase,
    network: AdministrationNetwork,
) -> Child[stacks.rotation.Outputs]:
    own = (f"{user.title}Secret" for user in with_secrets(settings.users))
    master = ["RDSMasterUserSecret"] if settings.database.master.is_own else []
    secrets = (*master, *own)
    return nest(
        "RotationStack",
        stacks.rotation,
        stacks.rotation.Config(
            engine=settings.database.engine,
            port=settings.database.port,
            secrets=secrets,
            days=settings.database.rotate_secrets_after_days,
            rotation=settings.database.rotation or RotationSettings(),
            secrets_key_arn=settings.database.secrets_key_arn,
        ),
        stacks.rotation.Inputs(network=network, attached_secret_arns=database.attached_secret_arns),
    )
