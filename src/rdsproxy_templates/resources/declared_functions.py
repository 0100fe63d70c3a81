"""Resources of a declared function: the function, its log group, its queue and its dead letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from troposphere import (
    AWSObject,
    awslambda,
    encode_to_dict,
    iam,
    serverless,
    sqs,
)

from ..aws.kinds import Url
from ..aws.policies import VERSION, receives, sends, traces
from ..aws.troposphere_compat import Function, LoggingConfig
from ..model import Expression
from ..records import record
from .database_functions import FunctionNetwork
from .declared_packages import packaged
from .function_declaration import DeclaredFunction
from .function_groups import AliasSettings, AsynchronousSettings
from .function_policies import policy_documents
from .function_queues import dead_letters_queue, function_queue
from .function_versions import tell_versions_apart
from .functions import (
    VPC_ACCESS,
    FunctionSettings,
    database_layer,
    family,
    log_group,
    vpc_config,
)
from .login_ports import FunctionRolePorts
from .logins import Login
from .optional_properties import without_none


class Api(Protocol):
    """The API that routes belong to."""

    def route(self, path: str, method: str = "ANY") -> dict[str, Any]: ...


@record(frozen=True, kw_only=True)
class FunctionContext:
    """What the functions of one stack share."""

    defaults: FunctionSettings
    engine_family: str
    api: Api | None
    """The API of the routes; None where no function has any."""
    network: FunctionNetwork | None
    layer: serverless.LayerVersion | None
    """The library's layer; None where no function has it."""
    role: FunctionRolePorts | None = None
    """A role that exists, in place of one for each function."""


@record(frozen=True, kw_only=True)
class CreatedFunction:
    """The function, and what was created with it."""

    function: serverless.Function
    resources: Sequence[AWSObject]
    queue_url: Url | None


def layer_for_declared(
    functions: Sequence[DeclaredFunction], defaults: FunctionSettings
) -> serverless.LayerVersion | None:
    """The library's layer for those of *functions* that have it: all of it is pure Python."""
    having = [one for one in functions if one.has_database_layer(one.runtime or defaults.runtime)]
    if not having:
        return None
    layer = database_layer(defaults)
    layer.CompatibleRuntimes = sorted({one.runtime or defaults.runtime for one in having})
    layer.CompatibleArchitectures = sorted(
        {one.architecture or defaults.architecture for one in having}
    )
    return layer


def declared_function(
    one: DeclaredFunction, around: FunctionContext, login: Login | None
) -> CreatedFunction:
    """Create the function *one*; it may do what its *login* needs, and what it declares."""
    log = log_group(f"{one.title}LogGroup", _log_settings(one, around.defaults))
    queue = function_queue(one.prefix, one.queue, one.timeout) if one.queue else None
    asynchronous = one.asynchronous or (AsynchronousSettings() if one.schedule else None)
    failed = None
    if asynchronous and asynchronous.dead_letters:
        failed = dead_letters_queue(f"{one.prefix}FailedEvents")
    further = [*([receives(queue.arn)] if queue else []), *policy_documents(one.policies)]
    shared = around.role if login else None
    rights = _shared_rights(one, shared, failed, further) if shared else None
    policies = [
        *([VPC_ACCESS] if _network(one, around) else []),
        *(login.rights.values() if login else []),
        *further,
    ]
    function = Function(
        one.title,
        **without_none(DependsOn=[rights.title] if rights else None),
        **packaged(one, around.defaults, around.layer),
        MemorySize=one.memory_size or around.defaults.memory_size,
        Timeout=one.timeout,
        **_network(one, around),
        **_environment(one, around, login),
        **({"Role": shared.function_role_arn} if shared else {"Policies": policies}),
        LoggingConfig=LoggingConfig(
            LogFormat="JSON",
            **without_none(ApplicationLogLevel=one.log_level),
            LogGroup=log.ref(),
        ),
        **without_none(
            EphemeralStorage=awslambda.EphemeralStorage(Size=one.ephemeral_storage)
            if one.ephemeral_storage
            else None,
            Tracing=one.tracing,
            ReservedConcurrentExecutions=one.reserved_concurrency,
            EventInvokeConfig=_invocation(asynchronous, failed) if asynchronous else None,
        ),
        **(_alias(one.alias) if one.alias else {}),
        **without_none(Events=_events(one, around) or None),
    )
    if one.alias:
        runtime = one.runtime or around.defaults.runtime
        tell_versions_apart(function, has_library_layer=one.has_database_layer(runtime))
    return CreatedFunction(
        function=function,
        resources=[
            *([rights] if rights else []),
            function,
            log,
            *(queue.resources(one, function) if queue else []),
            *([failed] if failed else []),
        ],
        queue_url=Url(queue.queue.ref()) if queue else None,
    )


def _shared_rights(
    one: DeclaredFunction, role: FunctionRolePorts, failed: sqs.Queue | None, further: Sequence[Any]
) -> iam.PolicyType | None:
    """A policy of a *role* that several functions have, for what *one* needs beside its login."""
    documents = [
        *([sends(failed.get_att("Arn"))] if failed else []),
        # SAM adds this only to roles that it creates, and Lambda refuses the function without it.
        *([traces()] if one.tracing == "Active" else []),
        *further,
    ]
    if not documents:
        return None
    statements = [statement for one in documents for statement in encode_to_dict(one)["Statement"]]
    return iam.PolicyType(
        f"{one.prefix}Rights",
        PolicyName=f"{one.prefix}Rights",
        Roles=[role.function_role_name],
        PolicyDocument={"Version": VERSION, "Statement": statements},
    )


def _log_settings(one: DeclaredFunction, defaults: FunctionSettings) -> FunctionSettings:
    if one.log_retention_in_days is None:
        return defaults
    return FunctionSettings(
        log_retention_in_days=one.log_retention_in_days, log_kms_key_arn=defaults.log_kms_key_arn
    )


def _network(one: DeclaredFunction, around: FunctionContext) -> dict[str, Any]:
    if around.network is None or not one.in_vpc:
        return {}
    groups = [around.network.group, *one.security_groups]
    return vpc_config(around.network.subnets, groups, by_ipv6=around.network.by_ipv6)


def _environment(
    one: DeclaredFunction, around: FunctionContext, login: Login | None
) -> dict[str, Any]:
    own: Mapping[str, Expression] = (
        {**login.variables, **family(around.engine_family)} if login else {}
    )
    variables = {**own, **one.variables()}
    return {"Environment": awslambda.Environment(Variables=variables)} if variables else {}


def _events(one: DeclaredFunction, around: FunctionContext) -> dict[str, Any]:
    events: dict[str, Any] = {}
    if around.api:
        for title, route in one.titled_routes.items():
            events[title] = around.api.route(route.path, route.method)
    if one.schedule:
        events["Schedule"] = {"Type": "Schedule", "Properties": {"Schedule": one.schedule}}
    return events


def _invocation(
    choices: AsynchronousSettings, failed: sqs.Queue | None
) -> serverless.EventInvokeConfiguration:
    # SAM lets the function send to this one queue.
    destination = (
        serverless.OnFailure(Type="SQS", Destination=failed.get_att("Arn")) if failed else None
    )
    return serverless.EventInvokeConfiguration(
        MaximumRetryAttempts=choices.retries,
        MaximumEventAgeInSeconds=choices.maximum_age_seconds,
        **without_none(
            DestinationConfig=serverless.DestinationConfiguration(OnFailure=destination)
            if destination
            else None
        ),
    )


def _alias(choices: AliasSettings) -> dict[str, Any]:
    provisioned = choices.provisioned_concurrency
    preference = {"Type": choices.deployment, **without_none(Alarms=[*choices.alarms] or None)}
    return {
        "AutoPublishAlias": choices.name,
        **without_none(
            DeploymentPreference=serverless.DeploymentPreference(**preference)
            if choices.is_gradual
            else None,
            ProvisionedConcurrencyConfig=awslambda.ProvisionedConcurrencyConfiguration(
                ProvisionedConcurrentExecutions=provisioned
            )
            if provisioned
            else None,
        ),
    }
