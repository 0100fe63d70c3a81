"""Lambda functions that Lambda would refuse, and settings of them that moto forgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends

from ..data_plane.identities import role_may
from .event_sources import LAMBDA, require_rights
from .roles import may_assume
from .subnets import known_subnets
from .surround import mend, surround

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
RESERVED_VARIABLES: Final = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
}
MOST_BYTES_OF_VARIABLES: Final = 4096

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
INTERFACES: Final = (
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DeleteNetworkInterface",
)


def install() -> None:
    surround(LambdaBackend, "create_function", _create)
    mend(
        LambdaBackend,
        "update_function_configuration",
        _update_configuration,
        moto="storage, tracing, key, logging and dead-letter queue do not change",
        aws="they change",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html",
    )
    mend(
        LambdaBackend,
        "update_function_code",
        _update_code,
        moto="Architectures is ignored",
        aws="it changes",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html",
    )
    mend(
        LambdaFunction,
        "get_configuration",
        _configuration,
        moto="LoggingConfig and DeadLetterConfig are missing, and the VPC is made up",
        aws="they are there, and the VPC is that of the subnets",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html",
    )


def _create(
    create: Callable[..., LambdaFunction], backend: LambdaBackend, given: Mapping[str, Any]
) -> LambdaFunction:
    _require_role(backend, given["Role"])
    _require_variables(given)
    _require_network(backend, given, given["Role"])
    _require_tracing(given, given["Role"])
    aside = given.get("DeadLetterConfig") or {}
    require_rights(given["Role"], aside.get("TargetArn"))
    function = create(backend, given)
    _set_aside(function, aside)
    _log_as(function, given.get("LoggingConfig", {}))
    return function


def _update_configuration(
    update: Callable[..., Any],
    backend: LambdaBackend,
    function_name: str,
    qualifier: str | None,
    body: Mapping[str, Any],
) -> Any:
    function = backend.get_function(function_name, qualifier)
    _require_role(backend, body.get("Role", function.role))
    _require_variables(body)
    _require_network(backend, body, body.get("Role", function.role))
    _require_tracing(body, body.get("Role", function.role))
    if "LoggingConfig" in body:
        _log_as(function, body["LoggingConfig"])
    if "DeadLetterConfig" in body:
        require_rights(body.get("Role", function.role), body["DeadLetterConfig"].get("TargetArn"))
        _set_aside(function, body["DeadLetterConfig"])
    if "EphemeralStorage" in body:
        function.ephemeral_storage = body["EphemeralStorage"]["Size"]
    function.tracing_config = body.get("TracingConfig", function.tracing_config)
    function.kms_key_arn = body.get("KMSKeyArn", function.kms_key_arn)
    return update(backend, function_name, qualifier, body)


def _update_code(
    update: Callable[..., Any],
    backend: LambdaBackend,
    function_name: str,
    qualifier: str | None,
    body: Mapping[str, Any],
) -> Any:
    function = backend.get_function(function_name, qualifier)
    function.architectures = body.get("Architectures", function.architectures)
    return update(backend, function_name, qualifier, body)


def _configuration(
    configuration: Callable[..., dict[str, Any]],
    function: LambdaFunction,
    *arguments: Any,
    **named: Any,
) -> dict[str, Any]:
    known = configuration(function, *arguments, **named)
    logging = getattr(function, "logging_config", {})
    aside = getattr(function, "dead_letter_config", None) or {}
    shown = {"DeadLetterConfig": aside} if aside.get("TargetArn") else {}
    return known | {"LoggingConfig": logging} | shown | _vpc(function)


def _vpc(function: LambdaFunction) -> dict[str, Any]:
    """The function's network; moto makes its VPC up."""
    network = function.vpc_config
    if not network or not network.get("SubnetIds"):
        return {}
    ec2 = ec2_backends[function.account_id][function.region]
    (subnet, *_) = ec2.describe_subnets(subnet_ids=network["SubnetIds"])
    return {"VpcConfig": network | {"VpcId": subnet.vpc_id}}


def _log_as(function: Any, given: Mapping[str, Any]) -> None:
    defaults = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"}
    function.logging_config = defaults | dict(given)
    function.logs_group_name = function.logging_config["LogGroup"]


def _set_aside(function: Any, given: Mapping[str, str]) -> None:
    function.dead_letter_config = dict(given)


def _require_role(backend: LambdaBackend, role: str) -> None:
    # Another account's is refused by moto, as by Lambda.
    own = role.split(":")[4:5] == [backend.account_id]
    if own and not may_assume(backend, role, LAMBDA):
        raise InvalidParameterValueException(
            "The role defined for the function cannot be assumed by Lambda."
        )


def _require_variables(given: Mapping[str, Any]) -> None:
    variables = given.get("Environment", {}).get("Variables", {})
    start = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided "
    )
    if reserved := sorted(RESERVED_VARIABLES & set(variables)):
        raise InvalidParameterValueException(
            f"{start}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    if sum(len(f"{name}{value}".encode()) for name, value in variables.items()) > (
        MOST_BYTES_OF_VARIABLES
    ):
        raise InvalidParameterValueException(f"{start}exceeded the 4KB limit.")


def _require_network(backend: LambdaBackend, given: Mapping[str, Any], role: str) -> None:
    """Subnets and security groups must be there, and in one VPC; the role may make interfaces."""
    network = given.get("VpcConfig") or {}
    subnet_ids, group_ids = network.get("SubnetIds", []), network.get("SecurityGroupIds", [])
    if bool(subnet_ids) != bool(group_ids):
        raise InvalidParameterValueException("SubnetIds and SecurityGroupIds need each other.")
    if not subnet_ids:
        return
    try:
        vpcs = {subnet.vpc_id for subnet in known_subnets(backend, subnet_ids)}
    except InvalidSubnetIdError as unknown:
        raise InvalidParameterValueException(unknown.message) from None
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for group_id in group_ids:
        group = ec2.get_security_group_from_id(group_id)
        if group is None:
            raise InvalidParameterValueException(f"The security group '{group_id}' does not exist")
        vpcs.add(str(group.vpc_id))
    if len(vpcs) > 1:
        raise InvalidParameterValueException(
            "Security Groups are required to be in the same VPC as the subnets."
        )
    for action in INTERFACES:
        _require_right(role, f"ec2:{action}", "EC2")


def _require_tracing(given: Mapping[str, Any], role: str) -> None:
    # https://github.com/serverless/serverless/issues/6931
    if given.get("TracingConfig", {}).get("Mode") == "Active":
        _require_right(role, "xray:PutTraceSegments", "XRAY")


def _require_right(role: str, action: str, service: str) -> None:
    if not role_may(role, LAMBDA, action, "*"):
        raise InvalidParameterValueException(
            "The provided execution role does not have permissions to call "
            f"{action.partition(':')[2]} on {service}"
        )
