"""The stacks of the master user's secret and the declared users' secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import stacks
from ..aws.database_users import User, with_secrets
from ..aws.database_users import secrets as secrets_of
from ..aws.kinds import Command, DatabaseName, DatabaseUser, KeyArn, RoleArn, SecretArn
from ..model import Child, nest
from ..records import record
from ..resources.database import DatabaseSettings
from ..resources.master_user import MasterSettings
from ..resources.port_groups import DatabaseCredentials, DatabaseNames, SecretCredentials
from ..resources.secret import get_secret_value


@record(frozen=True, kw_only=True)
class SharedSecret:
    """The secret of a user, and the role of another account that reads it."""

    user: str
    reader_role_arn: RoleArn


@record(frozen=True, kw_only=True)
class Secrets:
    """The stacks, and what they offer."""

    children: Sequence[Child[Any]]
    master: MasterSettings
    master_name: DatabaseUser
    database_name: DatabaseName
    credentials: DatabaseCredentials
    """What the stack of the database takes."""
    by_user: Mapping[str, SecretArn]
    """Secret of each declared user that has a password."""
    master_secret: SecretArn | None
    """Secret with the password that the master has; None where it has none, or RDS has it yet
    to make."""
    own_command: Command | None
    """A command that prints the stack's own secret of the master."""
    shared: SecretCredentials | None
    """The shared secret and its key, where one is shared."""
    own_key: KeyArn | None = None
    """Key of the secrets of the stack, where it is not AWS's."""

    def with_managed(self, arn: SecretArn | None) -> Secrets:
        """Add the master's secret that RDS manages, where it does."""
        return replace(self, master_secret=arn) if arn and self.master.is_managed else self

    @property
    def for_administration(self) -> DatabaseCredentials:
        """What the stack that logs in as the master takes."""
        return DatabaseCredentials(
            rds_database_name=self.database_name,
            rds_master_user_secret_arn=self.master_secret,
            rds_master_username=self.master_name if self.master.by_iam else None,
            user_secret_arns=self.credentials.user_secret_arns,
        )

    @property
    def get_secret_value_by_cli(self) -> Command | None:
        """A command that prints the master's secret; None where the master has none."""
        if self.own_command or not self.master_secret:
            return self.own_command
        return get_secret_value(self.master_secret)

    @property
    def key_arn(self) -> KeyArn | None:
        """Key of one of the users' secrets, where it is not AWS's."""
        return self.shared.key_arn if self.shared else None


def database_secrets(
    config: stacks.secrets.Config,
    database: DatabaseSettings,
    users: Sequence[User],
    names: DatabaseNames,
    shared: SharedSecret | None = None,
) -> Secrets:
    """``SecretsStack`` of the master, and ``UserSecretsStack`` for users with a password.

    A *shared* secret has a key of its own, because no other account may use AWS's.
    """
    own_key = database.secrets_key
    master = _master_secret(config, names, own_key) if database.master.has_stack_secret else None
    master_arn = master.outputs.rds_master_user_secret_arn if master else None
    own = master.outputs if master and database.master.is_own else None
    key = _key(shared) if shared else None
    key_arn = key.outputs.key_arn if key else None
    of_users = _user_secrets(users, shared, key_arn, own_key) if with_secrets(users) else None
    arns = of_users.outputs.user_secret_arns if of_users else None
    by_user = {user.name: arn for user, arn in secrets_of(users, arns)}
    return Secrets(
        children=[child for child in (master, key, of_users) if child],
        master=database.master,
        master_name=names.rds_master_username,
        database_name=names.rds_database_name,
        credentials=DatabaseCredentials(
            rds_database_name=None if database.restore.is_chosen else names.rds_database_name,
            rds_master_user_secret_arn=master_arn,
            rds_master_username=names.rds_master_username if database.needs_master_name else None,
            user_secret_arns=arns,
        ),
        by_user=by_user,
        master_secret=own.rds_master_user_secret_arn if own else None,
        own_command=own.get_secret_value_by_cli if own else None,
        shared=SecretCredentials(secret_arn=by_user[shared.user], key_arn=key.outputs.key_arn)
        if shared and key
        else None,
        own_key=own_key,
    )


def given_secrets(
    master: MasterSettings,
    master_arn: SecretArn | None,
    users: Sequence[User],
    names: DatabaseNames,
    own_key: KeyArn | None = None,
) -> Secrets:
    """The secret of a master that exists, and ``UserSecretsStack`` for users with a password.

    *master_arn* is None where nobody logs in as the master, who also creates users. *own_key*
    encrypts the users' secrets in place of the account's own key.
    """
    of_users = _user_secrets(users, None, None, own_key) if with_secrets(users) else None
    arns = of_users.outputs.user_secret_arns if of_users else None
    return Secrets(
        children=[of_users] if of_users else [],
        master=master,
        master_name=names.rds_master_username,
        database_name=names.rds_database_name,
        credentials=DatabaseCredentials(
            rds_master_user_secret_arn=master_arn, user_secret_arns=arns
        ),
        by_user={user.name: arn for user, arn in secrets_of(users, arns)},
        master_secret=master_arn,
        own_command=None,
        shared=None,
        own_key=own_key,
    )


def _master_secret(
    config: stacks.secrets.Config, names: DatabaseNames, own_key: KeyArn | None
) -> Child[stacks.secrets.Outputs]:
    return nest(
        "SecretsStack",
        stacks.secrets,
        config,
        stacks.secrets.Inputs(rds_master_username=names.rds_master_username, own_key_arn=own_key),
    )


def _key(shared: SharedSecret) -> Child[stacks.kms_key.Outputs]:
    return nest(
        "KeyStack",
        stacks.kms_key,
        stacks.kms_key.Config(),
        stacks.kms_key.Inputs(function_role_arn=shared.reader_role_arn),
    )


def _user_secrets(
    users: Sequence[User],
    shared: SharedSecret | None,
    key_arn: KeyArn | None,
    own_key: KeyArn | None,
) -> Child[stacks.user_secrets.Outputs]:
    config = stacks.user_secrets.Config(
        users=tuple(users), shared_user=shared.user if shared else None
    )
    only_shared = shared and [user.name for user in with_secrets(users)] == [shared.user]
    reader = stacks.user_secrets.Inputs(
        reader_role_arn=shared.reader_role_arn if shared else None,
        key_arn=key_arn,
        own_key_arn=None if only_shared else own_key,
    )
    return nest("UserSecretsStack", stacks.user_secrets, config, reader)
