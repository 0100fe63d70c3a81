"""Memory, time, concurrency and logs of one declared function."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from ..aws.documentation import LAMBDA_GUIDE
from ..model import Settings
from .functions import LogRetention

API_SECONDS: Final = 29
"""Longest timeout behind an API, which waits for 30 seconds."""


class FunctionTuning(Settings):
    """Settings of one function that Lambda has a default for, or the API's settings have."""

    memory_size: int | None = Field(
        default=None,
        ge=128,
        le=10_240,
        description="Memory, in MiB. Left out: `sam.memory_size`. See "
        f"{LAMBDA_GUIDE}configuration-memory.html",
    )
    timeout: int = Field(
        default=API_SECONDS,
        ge=1,
        le=900,
        description="Seconds after which Lambda ends an invocation; at most 29 with routes. See "
        f"{LAMBDA_GUIDE}configuration-timeout.html",
    )
    architecture: Literal["arm64", "x86_64"] | None = Field(
        default=None, description="Instruction set. Left out: `sam.architecture`."
    )
    ephemeral_storage: int | None = Field(
        default=None,
        ge=512,
        le=10_240,
        description="Size of /tmp, in MiB. Left out: 512. See "
        f"{LAMBDA_GUIDE}configuration-ephemeral-storage.html",
    )
    tracing: Literal["Active", "PassThrough"] | None = Field(
        default=None,
        description=f"Traces of X-Ray. Left out: none. See {LAMBDA_GUIDE}services-xray.html",
    )
    reserved_concurrency: int | None = Field(
        default=None,
        ge=0,
        description="Largest number of concurrent executions, reserved for it; 0 stops it. Left "
        f"out: the account's limit. See {LAMBDA_GUIDE}configuration-concurrency.html",
    )
    log_retention_in_days: LogRetention | None = Field(
        default=None, description="Days for which logs are kept. Left out: as `sam` says."
    )
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] | None = Field(
        default=None,
        description="Least level of its log lines that are kept. Left out: INFO. See "
        f"{LAMBDA_GUIDE}monitoring-cloudwatchlogs-log-level.html",
    )
