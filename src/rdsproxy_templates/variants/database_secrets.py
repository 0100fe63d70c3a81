"""The stacks of the master user's secret and the declared users' secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import stacks
from ..aws.database_users import User, with_secrets
from ..aws.database_users import secrets as secrets_of
from ..aws.kinds import Command, DatabaseUser, KeyArn, RoleArn, SecretArn
from ..model import Child, nest
from ..records import record
from ..resources.port_groups import DatabaseCredentials, DatabaseNames, SecretCredentials


@record(frozen=True, kw_only=True)
class SharedSecret:
    """The secret of a user, and the role of another account that reads it."""

    user: str
    reader_role_arn: RoleArn


@record(frozen=True, kw_only=True)
class Secrets:
    """The stacks, and what they offer."""

    children: Sequence[Child[Any]]
    master: DatabaseUser
    """Name of the master user."""
    credentials: DatabaseCredentials
    by_user: Mapping[str, SecretArn]
    """Secret of each declared user that has a password."""
    get_secret_value_by_cli: Command
    shared: SecretCredentials | None
    """The shared secret and its key, where one is shared."""

    @property
    def key_arn(self) -> KeyArn | None:
        """Key of one of the users' secrets, where it is not AWS's."""
        return self.shared.key_arn if self.shared else None


def database_secrets(
    config: stacks.secrets.Config,
    users: Sequence[User],
    names: DatabaseNames,
    shared: SharedSecret | None = None,
) -> Secrets:
    """``SecretsStack``, and ``UserSecretsStack`` for users with a password.

    A *shared* secret has a key of its own, because no other account may use AWS's.
    """
    master = nest(
        "SecretsStack",
        stacks.secrets,
        config,
        stacks.secrets.Inputs(rds_master_username=names.rds_master_username),
    )
    key = _key(shared) if shared else None
    key_arn = key.outputs.key_arn if key else None
    own = _user_secrets(users, shared, key_arn) if with_secrets(users) else None
    arns = own.outputs.user_secret_arns if own else None
    by_user = {user.name: arn for user, arn in secrets_of(users, arns)}
    return Secrets(
        children=[child for child in (master, key, own) if child],
        master=names.rds_master_username,
        credentials=DatabaseCredentials(
            rds_database_name=names.rds_database_name,
            rds_master_user_secret_arn=master.outputs.rds_master_user_secret_arn,
            user_secret_arns=arns,
        ),
        by_user=by_user,
        get_secret_value_by_cli=master.outputs.get_secret_value_by_cli,
        shared=SecretCredentials(secret_arn=by_user[shared.user], key_arn=key.outputs.key_arn)
        if shared and key
        else None,
    )


def _key(shared: SharedSecret) -> Child[stacks.kms_key.Outputs]:
    return nest(
        "KeyStack",
        stacks.kms_key,
        stacks.kms_key.Config(),
        stacks.kms_key.Inputs(function_role_arn=shared.reader_role_arn),
    )


def _user_secrets(
    users: Sequence[User], shared: SharedSecret | None, key_arn: KeyArn | None
) -> Child[stacks.user_secrets.Outputs]:
    config = stacks.user_secrets.Config(
        users=tuple(users), shared_user=shared.user if shared else None
    )
    reader = stacks.user_secrets.Inputs(
        reader_role_arn=shared.reader_role_arn if shared else None, key_arn=key_arn
    )
    return nest("UserSecretsStack", stacks.user_secrets, config, reader)
