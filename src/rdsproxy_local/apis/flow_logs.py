"""Flow logs that could not be written: AWS makes them and says so later, here they fail at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.ec2.exceptions import InvalidParameterValueError
from moto.ec2.models.flow_logs import FlowLogsBackend

from ..data_plane.identities import role_may
from .surround import surround

SERVICE: Final = "vpc-flow-logs.amazonaws.com"
# Amazon VPC User Guide, "Publish flow logs to CloudWatch Logs": what the role has to allow.
NEEDED: Final = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


def install() -> None:
    surround(FlowLogsBackend, "create_flow_logs", _create)


def _create(create: Callable[..., Any], backend: Any, **given: Any) -> Any:
    made = create(backend, **given)
    role, group = given["deliver_logs_permission_arn"], given["log_group_name"]
    for log in made[0]:
        if log.log_destination_type != "cloud-watch-logs":
            continue
        account, region = backend.account_id, backend.region_name
        source = f"arn:aws:ec2:{region}:{account}:vpc-flow-log/{log.id}"
        stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:any"
        may = (
            role_may(role, SERVICE, action, stream, **{"aws:SourceArn": source})
            for action in NEEDED
        )
        if log.deliver_logs_status != "SUCCESS" or not all(may):
            del backend.flow_logs[log.id]
            raise InvalidParameterValueError(f"Access error: {role} cannot write to {group}")
    return made
