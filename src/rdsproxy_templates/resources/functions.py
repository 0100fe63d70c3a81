"""Functions of the library's own, with their driver layer and their logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

from pydantic import Field
from troposphere import AWSHelperFn, awslambda, logs, serverless

from ..aws.arns import KMS_KEY
from ..aws.documentation import CLOUDWATCH_LOGS_GUIDE, LAMBDA_GUIDE
from ..aws.identifiers import identifier_problems
from ..aws.kinds import RoleArn, SecurityGroupId, SubnetId, SubnetIds
from ..aws.troposphere_compat import LoggingConfig
from ..errors import Problem
from ..model import Expression, LocalPath, NumberOf, Settings
from .optional_properties import without_none

LogRetention = NumberOf[Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
    2922, 3288, 3653,
]]  # fmt: skip
"""Days that CloudWatch Logs takes as the retention of a log group."""


VPC_ACCESS: Final = "AWSLambdaVPCAccessExecutionRole"
"""Policy of AWS's: interfaces in a VPC, and logs."""

SHORTEST: Final = 15
"""Seconds that the library's own functions need at least, whatever becomes of the database."""

WITHOUT_RDS_ROOTS: Final = ("ap-east-2", "ap-southeast-6")
"""Regions that this file lacks, as of 2026-11-26."""


class LogKeySettings(Settings):
    """The key of log groups."""

    log_kms_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts these logs; its policy must admit CloudWatch "
        "Logs. Left out: CloudWatch Logs' own encryption. See "
        f"{CLOUDWATCH_LOGS_GUIDE}encrypt-log-data-kms.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from identifier_problems(KMS_KEY, "log_kms_key_arn", self.log_kms_key_arn)


class FunctionSettings(LogKeySettings):
    """Runtime and memory of functions, and the retention of their logs."""

    runtime: Literal["python3.13", "python3.14", "python3.15"] = Field(
        default="python3.13",
        description="Lambda runtime of the functions. AWS supports 3.13 and 3.14 until "
        f"mid-2029, 3.15 longer. See {LAMBDA_GUIDE}lambda-runtimes.html",
    )
    architecture: Literal["arm64", "x86_64"] = Field(
        default="arm64",
        description="Instruction set of the functions; arm64 costs less. See "
        f"{LAMBDA_GUIDE}foundation-arch.html",
    )
    memory_size: int = Field(
        default=256,
        ge=128,
        le=10_240,
        description="Memory of each function, in MiB; its share of the processor grows with it. "
        f"See {LAMBDA_GUIDE}configuration-memory.html",
    )
    log_retention_in_days: LogRetention = Field(
        default=30, description="Days for which CloudWatch Logs keeps the logs."
    )


class TimeoutSettings(Settings):
    """Timeout and concurrency of a function that answers an HTTP API."""

    timeout: int = Field(
        default=29,
        ge=1,
        le=29,
        description="Seconds after which Lambda ends an invocation; an API waits no longer than "
        "30.",
    )
    reserved_concurrent_executions: int | None = Field(
        default=None,
        ge=1,
        description="Largest number of concurrent executions of a function, reserved for it. "
        "Left out: "
        f"the account's limit. See {LAMBDA_GUIDE}configuration-concurrency.html",
    )

    def too_short(self) -> Iterator[Problem]:
        """Reject a timeout in which the library's own functions could not answer."""
        if self.timeout < SHORTEST:
            yield Problem(
                "timeout",
                f"must be at least {SHORTEST}, got {self.timeout}: the function waits 3 s for a "
                "connection and 8 s for an answer, and must have time to say so",
            )


class Logged(Protocol):
    """Settings with a retention and a key for logs."""

    @property
    def log_retention_in_days(self) -> LogRetention: ...
    @property
    def log_kms_key_arn(self) -> str | None: ...


def log_group(title: str, choices: Logged, *, name: AWSHelperFn | None = None) -> logs.LogGroup:
    """Logs that are kept for the chosen time, and go with the stack."""
    return logs.LogGroup(
        title,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **without_none(LogGroupName=name),
        RetentionInDays=choices.log_retention_in_days,
        **without_none(KmsKeyId=choices.log_kms_key_arn),
    )


def database_layer(choices: FunctionSettings) -> serverless.LayerVersion:
    """Drivers of the databases and what our functions share, built by ``sam build``."""
    return serverless.LayerVersion(
        "DatabaseLayer",
        # A build of our own: it packages for the runtime above on any host.
        Metadata={"BuildMethod": "makefile"},
        Description="Database drivers, and how functions log in",
        ContentUri=LocalPath("lambda/database_layer", bundled=True),
        CompatibleRuntimes=[choices.runtime],
        CompatibleArchitectures=[choices.architecture],
        RetentionPolicy="Delete",
    )


def family(engine_family: str) -> dict[str, str]:
    """The variable that tells our functions what to speak, where it is not MySQL."""
    return {} if engine_family == "MYSQL" else {"RDS_ENGINE_FAMILY": engine_family}


def vpc_config(
    subnets: Sequence[SubnetId] | SubnetIds,
    groups: Sequence[object],
    *,
    by_ipv6: bool,
) -> dict[str, Any]:
    """``VpcConfig`` of a function; Lambda connects by IPv6 only where it is asked to."""
    return {
        "VpcConfig": awslambda.VPCConfig(
            SubnetIds=subnets,
            SecurityGroupIds=list(groups),
            **without_none(Ipv6AllowedForDualStack=by_ipv6 or None),
        )
    }


def function(
    title: str,
    choices: FunctionSettings,
    *,
    code: LocalPath,
    handler: str,
    timeout: int,
    log: logs.LogGroup,
    variables: Mapping[str, Expression],
    policies: Sequence[Any] = (),
    role: RoleArn | None = None,
    subnets: Sequence[SubnetId] | SubnetIds | None = None,
    group: SecurityGroupId | AWSHelperFn | None = None,
    by_ipv6: bool = False,
    layers: Sequence[serverless.LayerVersion] = (),
    concurrency: int | None = None,
    events: Mapping[str, Any] | None = None,
) -> serverless.Function:
    """The function *title*; in *subnets* with the security *group*, or outside any VPC.

    It acts in a *role* that exists, or in one of its own that has *policies*.
    """
    network: dict[str, Any] = {}
    if subnets is not None:
        network = vpc_config(subnets, [group] if group else [], by_ipv6=by_ipv6)
        policies = [VPC_ACCESS, *policies]
    return serverless.Function(
        title,
        Metadata={"BuildMethod": "makefile"},
        CodeUri=code,
        Handler=handler,
        Runtime=choices.runtime,
        Architectures=[choices.architecture],
        **without_none(Layers=[layer.ref() for layer in layers] or None),
        MemorySize=choices.memory_size,
        Timeout=timeout,
        **network,
        Environment=awslambda.Environment(Variables=dict(variables)),
        **({"Role": role} if role else {"Policies": list(policies)}),
        LoggingConfig=LoggingConfig(LogFormat="JSON", LogGroup=log.ref()),
        **without_none(ReservedConcurrentExecutions=concurrency, Events=events),
    )
