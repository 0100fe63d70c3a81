"""Outputs of ``auth``: where its functions answer, both proxies, and the database behind them."""

from __future__ import annotations

from pydantic import Field

from ..aws.kinds import (
    Command,
    DatabaseArn,
    DatabaseResourceId,
    FunctionArns,
    Hostname,
    Hostnames,
    ProxyArn,
    SecretArn,
    SecretArns,
    SecurityGroupId,
    Url,
    Urls,
    VpcId,
)
from ..model import Ports


class AuthOutputs(Ports):
    password_url: Url | None = Field(
        default=None, description="Address of the function that uses a password."
    )
    iam_url: Url | None = Field(
        default=None, description="Address of the function that uses an IAM token."
    )
    api_endpoint: Url | None = Field(
        default=None, description="With `functions`: address of the HTTP API of their routes."
    )
    password_proxy_endpoint: Hostname = Field(description="Host that takes passwords.")
    iam_proxy_endpoint: Hostname = Field(description="Host that takes IAM tokens.")
    get_secret_value_by_cli: Command | None = Field(
        default=None,
        description="Prints the master user's secret; needs the AWS CLI and the right to read it.",
    )
    password_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes passwords, and leads to readers."
    )
    iam_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes IAM tokens, and leads to readers."
    )
    password_proxy_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.password_proxy.endpoints`, in their order."
    )
    iam_proxy_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.iam_proxy.endpoints`, in their order."
    )
    password_proxy_arn: ProxyArn = Field(description="ARN of the proxy that takes passwords.")
    iam_proxy_arn: ProxyArn = Field(description="ARN of the proxy that takes IAM tokens.")
    db_endpoint: Hostname = Field(
        description="Host of the database's writer itself, for administration."
    )
    db_arn: DatabaseArn = Field(description="ARN of the database.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID by which `rds-db:connect` names the database itself."
    )
    vpc_id: VpcId = Field(description="ID of the VPC.")
    db_security_group_id: SecurityGroupId = Field(
        description="ID of the database's security group."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="ID of both proxies' security group, which must admit a client's."
    )
    function_security_group_id: SecurityGroupId = Field(
        description="ID of the functions' security group."
    )
    rds_master_user_secret_arn: SecretArn | None = Field(
        default=None, description="ARN of the master user's secret."
    )
    user_secret_arns: SecretArns | None = Field(
        default=None,
        description="ARNs of the secrets of `rds.users` that have a password, in their order.",
    )
    function_arns: FunctionArns = Field(
        description="ARNs of the functions, in their order; by default the one with a password "
        "is first."
    )
    queue_urls: Urls | None = Field(
        default=None,
        description="With `functions`: URLs of the queues, in the order of their functions.",
    )
