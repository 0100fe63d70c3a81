"""A record of the connections to and from a VPC, refused ones too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field
from troposphere import AWSObject, ec2, iam

from ..aws.documentation import VPC_GUIDE
from ..aws.policies import trusts_flow_logs, writes_log
from ..errors import Problem
from .functions import LogKeySettings, LogRetention, log_group


class FlowLogSettings(LogKeySettings):
    """Settings of a VPC's flow log and its retention."""

    flow_log: bool = Field(
        default=True,
        description="Record all connections to and from the VPC, refused ones included, in "
        "CloudWatch Logs, which charges for the data it takes in. See "
        f"{VPC_GUIDE}flow-logs.html",
    )
    log_retention_in_days: LogRetention = Field(
        default=30, description="Days that CloudWatch Logs keeps the flow log."
    )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if not self.flow_log:
            yield Problem(
                "flow_log",
                "is off: connections leave no trace in a VPC that is reachable from the internet",
            )


def vpc_flow_log(choices: FlowLogSettings, vpc: ec2.VPC) -> Sequence[AWSObject]:
    """``FlowLog`` of the whole VPC, its log group and its role; empty when it is off."""
    if not choices.flow_log:
        return []
    group = log_group("FlowLogGroup", choices)
    role = iam.Role(
        "FlowLogRole",
        AssumeRolePolicyDocument=trusts_flow_logs(),
        Policies=[
            iam.Policy(PolicyName="WriteFlowLog", PolicyDocument=writes_log(group.get_att("Arn")))
        ],
    )
    log = ec2.FlowLog(
        "FlowLog",
        ResourceType="VPC",
        ResourceId=vpc.ref(),
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogGroupName=group.ref(),
        DeliverLogsPermissionArn=role.get_att("Arn"),
    )
    return [group, role, log]
