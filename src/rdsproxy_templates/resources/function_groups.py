"""Groups of settings of a declared function: queue, asynchronous calls, alias."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field

from ..aws.documentation import LAMBDA_GUIDE, SQS_GUIDE
from ..errors import Problem
from ..model import ListOf, Settings

TIMES: Final = 6
"""Visibility timeout of a queue in timeouts of its function, as AWS advises."""
MOST_VISIBILITY: Final = 43_200
ALIAS: Final = re.compile(r"(?!\d+$)[a-zA-Z0-9_-]{1,128}")
ALARM: Final = re.compile(r"[^\x00-\x1f]{1,255}")
UNWINDOWED: Final = 10
"""Largest batch for which Lambda does not wait."""


class QueueSettings(Settings):
    """Queue that calls the function with batches of messages, and the dead letters behind it."""

    batch_size: int = Field(
        default=10,
        ge=1,
        le=10_000,
        description="Most messages in a batch; more than 10 need `batching_window_seconds`. See "
        f"{LAMBDA_GUIDE}services-sqs-parameters.html",
    )
    batching_window_seconds: int | None = Field(
        default=None,
        ge=0,
        le=300,
        description="Seconds for which Lambda gathers messages of a batch. Left out: none.",
    )
    visibility_timeout: int | None = Field(
        default=None,
        ge=1,
        le=MOST_VISIBILITY,
        description="Seconds for which a delivered message is hidden; at least six times the "
        "function's timeout, the default. See "
        f"{LAMBDA_GUIDE}services-sqs-configure.html",
    )
    deliveries: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="Deliveries after which a message becomes a dead letter. See "
        f"{SQS_GUIDE}sqs-dead-letter-queues.html",
    )
    retention_days: int = Field(
        default=4, ge=1, le=14, description="Days for which the queue keeps a message."
    )
    maximum_concurrency: int | None = Field(
        default=None,
        ge=2,
        le=1000,
        description="Most executions that the queue causes at once. Left out: those that the "
        "function may have.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.batch_size > UNWINDOWED and not self.batching_window_seconds:
            yield Problem(
                "batching_window_seconds",
                f"must be at least 1 where batch_size is more than {UNWINDOWED}, got a batch_size "
                f"of {self.batch_size}",
            )

    def hidden_seconds(self, timeout: int) -> int:
        """The visibility timeout for a function with *timeout*."""
        return self.visibility_timeout or TIMES * timeout

    def visibility_problems(self, timeout: int) -> Iterator[Problem]:
        """Reject a visibility timeout in which a batch could not be tried again."""
        chosen = self.visibility_timeout
        if chosen is not None and chosen < TIMES * timeout:
            yield Problem(
                "visibility_timeout",
                f"must be at least six times the function's timeout, {TIMES * timeout}, got "
                f"{chosen}: messages would be delivered again while they are worked on",
            )


class AsynchronousSettings(Settings):
    """Calls that nobody waits for, such as those of a schedule, and what becomes of failed ones."""

    retries: int = Field(
        default=2, ge=0, le=2, description="Further attempts after one that failed."
    )
    maximum_age_seconds: int = Field(
        default=21_600, ge=60, le=21_600, description="Seconds for which an event is tried."
    )
    dead_letters: bool = Field(
        default=True,
        description="Keep events that failed for good in a queue, for 14 days. See "
        f"{LAMBDA_GUIDE}invocation-async-retain-records.html",
    )


class AliasSettings(Settings):
    """Alias of the function's newest version, which callers use, and how it moves on."""

    name: str = Field(
        default="live",
        description=f"Name of the alias. See {LAMBDA_GUIDE}configuration-aliases.html",
    )
    deployment: Literal[
        "AllAtOnce",
        "Canary10Percent30Minutes",
        "Canary10Percent5Minutes",
        "Canary10Percent10Minutes",
        "Canary10Percent15Minutes",
        "Linear10PercentEvery10Minutes",
        "Linear10PercentEvery1Minute",
        "Linear10PercentEvery2Minutes",
        "Linear10PercentEvery3Minutes",
    ] = Field(
        default="AllAtOnce",
        description="How a deployment shifts callers to the new version; all but AllAtOnce by "
        "CodeDeploy. See https://docs.aws.amazon.com/serverless-application-model/latest/"
        "developerguide/automating-updates-to-serverless-apps.html",
    )
    alarms: ListOf[str] = Field(
        default=(),
        max_length=10,
        description="Names of CloudWatch alarms that turn a gradual deployment back.",
    )
    provisioned_concurrency: int | None = Field(
        default=None,
        ge=1,
        description="Execution environments that are kept warm, and cost all the time. See "
        f"{LAMBDA_GUIDE}provisioned-concurrency.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not ALIAS.fullmatch(self.name):
            yield Problem(
                "name",
                "must be at most 128 letters, digits, - and _, and not a number, got "
                f"{self.name!r}",
            )
        for index, alarm in enumerate(self.alarms):
            if not ALARM.fullmatch(alarm) or alarm.startswith("arn:"):
                yield Problem(
                    f"alarms.{index}", f"must be the name of an alarm, not its ARN, got {alarm!r}"
                )
            elif alarm in self.alarms[:index]:
                yield Problem(f"alarms.{index}", f"is given twice: {alarm}")
        if self.alarms and self.deployment == "AllAtOnce":
            yield Problem("alarms", "need a gradual deployment, and `deployment` is AllAtOnce")

    @property
    def is_gradual(self) -> bool:
        """True where CodeDeploy shifts the callers."""
        return self.deployment != "AllAtOnce"
