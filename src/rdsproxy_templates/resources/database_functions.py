"""Functions that log in to a database: code, layer, log group, environment and rights as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field
from troposphere import AWSObject, logs, serverless

from ..aws.kinds import RoleArn, SecurityGroupId, SubnetId, SubnetIds
from ..model import Expression, LocalPath, Settings
from ..records import record
from .functions import FunctionSettings, TimeoutSettings, family, function, log_group
from .logins import Login


class DatabaseFunctionSettings(FunctionSettings, TimeoutSettings):
    """Runtime of functions, and the parent stack's knowledge of their database."""

    engine_family: str = Field(default="MYSQL", description="Protocol that the database speaks.")


def database_function_settings(choices: Settings, engine_family: str) -> DatabaseFunctionSettings:
    """Return what *choices*, which may hold more, say of functions on a database."""
    chosen = choices.model_fields_set & DatabaseFunctionSettings.model_fields.keys()
    return DatabaseFunctionSettings(
        engine_family=engine_family, **{name: getattr(choices, name) for name in chosen}
    )


@record(frozen=True, kw_only=True)
class FunctionNetwork:
    """Subnets and security group of functions in a VPC."""

    subnets: Sequence[SubnetId] | SubnetIds
    group: SecurityGroupId
    by_ipv6: bool = False
    """True where functions connect by IPv6, too, which Lambda does only if it is asked to."""


def sqs_event(queue_arn: Expression) -> dict[str, Any]:
    """An event of a function: a batch of messages, of which it names those that failed."""
    return {
        "Type": "SQS",
        "Properties": {
            "Queue": queue_arn,
            "BatchSize": 10,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
    }


@record(frozen=True, kw_only=True)
class DatabaseFunction:
    """The function and its log group."""

    function: serverless.Function
    log: logs.LogGroup

    @property
    def resources(self) -> Sequence[AWSObject]:
        """Both, for the stack's list."""
        return [self.function, self.log]


def database_function(
    title: str,
    config: DatabaseFunctionSettings,
    login: Login,
    *,
    code: LocalPath,
    layers: Sequence[serverless.LayerVersion],
    events: Mapping[str, Any],
    network: FunctionNetwork | None = None,
    role: RoleArn | None = None,
) -> DatabaseFunction:
    """Create the function *title* and its log group; it may do what its *login* needs.

    It is outside any VPC without *network*. With a *role* that exists, that role gets the
    login's rights by policies of the caller's.
    """
    log = log_group(f"{title}LogGroup", config)
    created = function(
        title,
        config,
        code=code,
        handler="app.handler",
        layers=layers,
        timeout=config.timeout,
        concurrency=config.reserved_concurrent_executions,
        log=log,
        subnets=network.subnets if network else None,
        group=network.group if network else None,
        by_ipv6=network.by_ipv6 if network else False,
        role=role,
        variables={**login.variables, **family(config.engine_family)},
        policies=list(login.rights.values()),
        events=events,
    )
    return DatabaseFunction(function=created, log=log)
