"""Log groups of AWS's own naming, such as ``/aws/rds/proxy/NAME``, which a service writes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from troposphere import AWSHelperFn, logs

from ..aws.arns import KMS_KEY
from ..aws.documentation import CLOUDWATCH_LOGS_GUIDE
from ..aws.identifiers import identifier_problems
from ..errors import Problem
from ..model import Settings
from ..model.tags import tag_problems
from .functions import LogRetention
from .optional_properties import own_tags, without_none


class NamedLogSettings(Settings):
    """Settings of a log group that the stack creates before a service does."""

    retention_in_days: LogRetention = Field(
        default=30, description="Days that CloudWatch Logs keeps the log."
    )
    kms_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the log; its policy must admit CloudWatch "
        "Logs. Left out: CloudWatch Logs' own encryption. See "
        f"{CLOUDWATCH_LOGS_GUIDE}encrypt-log-data-kms.html",
    )
    log_class: Literal["STANDARD", "INFREQUENT_ACCESS"] | None = Field(
        default=None,
        description="Class of the log group. `INFREQUENT_ACCESS` costs half to take in, and has no "
        "metric filters, subscriptions or live tail; at creation only. Left out: "
        f"STANDARD. See {CLOUDWATCH_LOGS_GUIDE}CloudWatch_Logs_Log_Classes.html",
    )

    tags: dict[str, str] = Field(
        default={},
        description="Tags of the log group, beside those of the stack, which they override. "
        f"Default: none. See {CLOUDWATCH_LOGS_GUIDE}Working-with-log-groups-and-streams.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from (problem.within("tags") for problem in tag_problems(self.tags))
        yield from identifier_problems(KMS_KEY, "kms_key_arn", self.kms_key_arn)


def named_log_group(
    title: str, choices: NamedLogSettings, name: AWSHelperFn | str
) -> logs.LogGroup:
    """Log group *name*, which goes with the stack."""
    return logs.LogGroup(
        title,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        LogGroupName=name,
        RetentionInDays=choices.retention_in_days,
        **without_none(KmsKeyId=choices.kms_key_arn, LogGroupClass=choices.log_class),
        **own_tags(choices.tags),
    )
