"""Users of the database, created and kept as declared each time the stack is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from awacs.aws import PolicyDocument
from pydantic import Field
from troposphere import AWSHelperFn, AWSObject

from ...aws.database_users import Grant, User, secrets
from ...aws.engines import ENGINES
from ...aws.kinds import (
    DatabaseResourceId,
    DatabaseUser,
    DatabaseUsers,
    FunctionArn,
    Hostname,
    KeyArn,
    SecretArn,
)
from ...aws.policies import connects_to_database, decrypts, invokes, reads_secrets
from ...model import Expression, ListOf, LocalPath, Ports, Stack, sub
from ...resources import functions
from ...resources.custom_resources import (
    FUNCTION_TABLES,
    KEYS,
    DatabaseTablesResource,
    DatabaseUserResource,
)
from ...resources.functions import database_layer, function, log_group
from ...resources.logins import RDS_ROOTS
from ...resources.master_user import MasterSettings
from ...resources.optional_properties import without_none
from ...resources.port_groups import AdministrationNetwork, DatabaseCredentials
from ...resources.security_groups import administrator_group

CODE = LocalPath("lambda/database_users", bundled=True)

APPLY_SECONDS = 120
"""For all that one user needs, a database included that still starts."""
ANSWER_SECONDS = APPLY_SECONDS + 60
SERVICE_SECONDS = ANSWER_SECONDS + 60
"""Seconds that CloudFormation waits for an answer; its default is an hour."""


class Config(functions.FunctionSettings):
    users: ListOf[User] = Field(min_length=1, description="Users that the stack keeps.")
    engine: str = Field(description="Engine of the database.")
    port: int = Field(description="TCP port that the database listens on.")
    function_user: str | None = Field(default=None, description="User whose name the stack offers.")
    function_users: ListOf[str] = Field(
        default=(), description="Users whose names the stack offers as a list."
    )
    master: MasterSettings = Field(
        default_factory=MasterSettings, description="How the master user logs in."
    )
    secrets_key_arn: str | None = Field(
        default=None, description="Key of the secrets of the stack, where it is not AWS's."
    )
    tables: bool = Field(
        default=True, description="Also create the tables of the library's own functions."
    )


class Inputs(Ports):
    network: AdministrationNetwork = Field(description="Where the function runs.")
    db_endpoint: Hostname = Field(description="Host of the database's writer.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID of the database; in another one users and tables are made again."
    )
    credentials: DatabaseCredentials = Field(description="Name of the database, and its secrets.")
    key_arn: KeyArn | None = Field(default=None, description="Key of one of these secrets.")


class Outputs(Ports):
    function_user: DatabaseUser | None = Field(
        default=None, description="User that a function logs in as, once the user is there."
    )
    function_users: DatabaseUsers | None = Field(
        default=None, description="Users that functions log in as, once they are there."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """One function makes users inside the VPC, another answers CloudFormation outside it.

    From subnets without a way out CloudFormation's answer bucket cannot be reached; and the
    one outside answers whatever becomes of the one inside, so that no stack waits in vain.
    """
    engine = ENGINES[config.engine]
    inside = administrator_group(
        "UsersFunctionSecurityGroup",
        "users function",
        inputs.network.vpc_id,
        port=config.port,
        database=inputs.network.db_security_group_id,
        endpoint=inputs.network.endpoint_security_group_id,
    )
    layer = database_layer(config)
    log = log_group("UsersFunctionLogGroup", config)
    apply = function(
        "ApplyUserFunction",
        config,
        code=CODE,
        handler="apply.handler",
        layers=[layer],
        timeout=APPLY_SECONDS,
        log=log,
        subnets=inputs.network.subnet_ids,
        group=inside.group.get_att("GroupId"),
        variables={
            "RDS_HOST": inputs.db_endpoint,
            "RDS_PORT": str(config.port),
            "RDS_ENGINE_FAMILY": engine.family,
            "RDS_DATABASE_NAME": inputs.credentials.database,
            **_master(inputs),
            "RDS_CA_FILE": RDS_ROOTS,
        },
        policies=list(_policies(config, inputs)),
    )
    answer = function(
        "AnswerUserFunction",
        config,
        code=CODE,
        handler="answer.handler",
        layers=[layer],
        timeout=ANSWER_SECONDS,
        log=log,
        variables={"APPLY_FUNCTION_NAME": apply.ref(), "RDS_ENGINE_FAMILY": engine.family},
        policies=[invokes(FunctionArn(apply.get_att("Arn")))],
    )
    # Before these ways are open the function could do nothing.
    ready: Sequence[AWSObject] = inside.ways
    tables = list(_tables_resource(config, inputs, answer, ready))
    # A grant on one table needs the table.
    ready = tables or ready
    users: dict[str, DatabaseUserResource] = {}
    for user in config.users:
        users[user.name] = _resource(user, config, inputs, answer, ready)
        # One after another: a new account runs ten functions at once, and each user needs two.
        ready = [users[user.name]]
    chosen = users.get(config.function_user or "")
    return Stack(
        resources=[
            inside.group,
            *inside.ways,
            layer,
            apply,
            answer,
            log,
            *tables,
            *users.values(),
        ],
        outputs=Outputs(
            function_user=DatabaseUser(chosen.get_att("UserName")) if chosen else None,
            function_users=_names([users[name] for name in config.function_users]),
        ),
    )


def _names(users: Sequence[DatabaseUserResource]) -> DatabaseUsers | None:
    return DatabaseUsers([user.get_att("UserName") for user in users]) if users else None


def _master(inputs: Inputs) -> Mapping[str, Expression]:
    """Variables by which the function logs in as the master: a secret, or a name for tokens."""
    credentials = inputs.credentials
    if credentials.rds_master_user_secret_arn:
        return {"RDS_MASTER_SECRET_ARN": credentials.rds_master_user_secret_arn}
    assert credentials.rds_master_username  # noqa: S101 - it is wired where there is no secret
    return {"RDS_MASTER_USER": credentials.rds_master_username}


def _policies(config: Config, inputs: Inputs) -> Iterator[PolicyDocument]:
    credentials = inputs.credentials
    master = credentials.rds_master_user_secret_arn
    if secrets := [*([master] if master else ()), *_own(config, inputs)]:
        yield reads_secrets(secrets)
    own_key = KeyArn(config.secrets_key_arn) if config.secrets_key_arn and secrets else None
    if keys := [key for key in (inputs.key_arn, config.master.key_arn, own_key) if key]:
        yield decrypts(*keys)
    if credentials.rds_master_username:
        yield connects_to_database(inputs.db_resource_id, [credentials.rds_master_username])


def _own(config: Config, inputs: Inputs) -> Sequence[SecretArn]:
    return [arn for _, arn in secrets(config.users, inputs.credentials.user_secret_arns)]


def _tables_resource(
    config: Config, inputs: Inputs, answer: AWSObject, ready: Sequence[AWSObject]
) -> Iterator[DatabaseTablesResource]:
    """Made by the master, so that a user needs no right to create any; they stay when it goes."""
    own = [FUNCTION_TABLES] if config.tables else []
    keys = [KEYS] if any(user.transaction_keys for user in config.users) else []
    if not (own or keys):
        return
    yield DatabaseTablesResource(
        "DatabaseTables",
        DependsOn=[str(way.title) for way in ready],
        ServiceToken=answer.get_att("Arn"),
        ServiceTimeout=SERVICE_SECONDS,
        # Left out, it makes those of the library's functions.
        **without_none(Tables=[*own, *keys] if keys else None),
        DatabaseResourceId=inputs.db_resource_id,
    )


def _resource(
    user: User, config: Config, inputs: Inputs, answer: AWSObject, ready: Sequence[AWSObject]
) -> DatabaseUserResource:
    own = {one.name: arn for one, arn in secrets(config.users, inputs.credentials.user_secret_arns)}
    return DatabaseUserResource(
        f"{user.title}User",
        DependsOn=[str(way.title) for way in ready],
        ServiceToken=answer.get_att("Arn"),
        ServiceTimeout=SERVICE_SECONDS,
        UserName=user.name,
        Login="password" if user.has_secret else "iam",
        **without_none(SecretArn=own.get(user.name)),
        Grants=[
            {"Privileges": list(grant.privileges), "On": _target(grant, config, inputs)}
            for grant in user.all_grants
        ],
        **without_none(ListsUsers=user.lists_users or None, Adopt=user.adopt or None),
        DatabaseResourceId=inputs.db_resource_id,
    )


def _target(grant: Grant, config: Config, inputs: Inputs) -> AWSHelperFn | str:
    if ENGINES[config.engine].family == "POSTGRESQL":
        return f"public.{grant.on}"
    return sub("${database}." + grant.on, database=inputs.credentials.database)
