"""Queues of declared functions: of messages, of dead letters, and of events that failed."""

from __future__ import annotations

from typing import Final

from troposphere import AWSHelperFn, AWSObject, serverless, sqs

from ..aws.troposphere_compat import EventSourceMapping
from ..model import sub
from ..records import record
from .function_declaration import DeclaredFunction
from .function_groups import QueueSettings
from .optional_properties import without_none

DAY: Final = 24 * 60 * 60
DEAD_LETTER_DAYS: Final = 14
"""The longest that SQS keeps a message."""


@record(frozen=True, kw_only=True)
class FunctionQueue:
    """A queue, its dead letters, and how it calls a function."""

    choices: QueueSettings
    queue: sqs.Queue
    dead_letters: sqs.Queue

    @property
    def arn(self) -> AWSHelperFn:
        """ARN of the queue."""
        return self.queue.get_att("Arn")

    def resources(self, one: DeclaredFunction, function: serverless.Function) -> list[AWSObject]:
        """All, with a mapping of its own: SAM's event lets the function read every queue."""
        # SAM's name of the alias, of which only it knows the title.
        alias = sub("${alias}", alias=function.get_att("Alias")) if one.alias else None
        mapping = EventSourceMapping(
            f"{one.prefix}QueueMapping",
            EventSourceArn=self.arn,
            FunctionName=alias or function.ref(),
            BatchSize=self.choices.batch_size,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            **without_none(
                MaximumBatchingWindowInSeconds=self.choices.batching_window_seconds,
                ScalingConfig={"MaximumConcurrency": self.choices.maximum_concurrency}
                if self.choices.maximum_concurrency
                else None,
            ),
        )
        return [self.queue, self.dead_letters, mapping]


def function_queue(prefix: str, choices: QueueSettings, timeout: int) -> FunctionQueue:
    """``…Queue`` and ``…DeadLetters`` of a function with *timeout*."""
    aside = dead_letters_queue(f"{prefix}DeadLetters")
    redrive = sqs.RedrivePolicy(
        deadLetterTargetArn=aside.get_att("Arn"), maxReceiveCount=choices.deliveries
    )
    queue = sqs.Queue(
        f"{prefix}Queue",
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        VisibilityTimeout=choices.hidden_seconds(timeout),
        MessageRetentionPeriod=choices.retention_days * DAY,
        SqsManagedSseEnabled=True,
        RedrivePolicy=redrive,
    )
    return FunctionQueue(choices=choices, queue=queue, dead_letters=aside)


def dead_letters_queue(title: str) -> sqs.Queue:
    """The encrypted queue *title*, which keeps what failed as long as SQS does."""
    return sqs.Queue(
        title,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        MessageRetentionPeriod=DEAD_LETTER_DAYS * DAY,
        SqsManagedSseEnabled=True,
    )
