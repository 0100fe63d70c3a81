"""Security groups in a given VPC: of a function, a proxy and, unless given, a database."""

from __future__ import annotations

from pydantic import Field
from troposphere import AWSHelperFn, ec2

from ...aws.kinds import SecurityGroupId, VpcId
from ...model import Ports, Settings, Stack
from ...resources.security_groups import database_group, ingress_rule, inline_egress


class Config(Settings):
    proxy_port: int = Field(description="TCP port that the proxy listens on.")
    database_port: int = Field(description="TCP port that the database listens on.")


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC of the groups.")
    db_cluster_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of a database that exists, to which a rule for the proxy is "
        "added.",
    )


class Outputs(Ports):
    function_security_group_id: SecurityGroupId = Field(description="Group of the function.")
    rds_proxy_security_group_id: SecurityGroupId = Field(description="Group of the proxy.")
    db_cluster_security_group_id: SecurityGroupId | None = Field(
        default=None, description="Group of the database, where it is made."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Groups that admit the function to the proxy, and the proxy to the database."""
    made = None
    database: SecurityGroupId | AWSHelperFn | None = inputs.db_cluster_security_group_id
    if database is None:
        made = database_group(
            inputs.vpc_id,
            "DBClusterSecurityGroup",
            "Database: in from whoever adds a rule, out to nowhere",
        )
        database = made.get_att("GroupId")
    proxy = ec2.SecurityGroup(
        "RDSProxySecurityGroup",
        GroupDescription="RDS Proxy: in from the function, out to the database",
        VpcId=inputs.vpc_id,
        SecurityGroupEgress=[inline_egress(database, config.database_port, "The database")],
    )
    function = ec2.SecurityGroup(
        "FunctionSecurityGroup",
        GroupDescription="Function: in from nowhere, out to the proxy",
        VpcId=inputs.vpc_id,
        SecurityGroupEgress=[
            inline_egress(proxy.get_att("GroupId"), config.proxy_port, "RDS Proxy")
        ],
    )
    return Stack(
        resources=[
            *([made] if made else ()),
            function,
            proxy,
            ingress_rule(
                "RDSProxySecurityGroupIngress",
                proxy.get_att("GroupId"),
                config.proxy_port,
                function.get_att("GroupId"),
                "The function",
            ),
            ingress_rule(
                "DBSecurityGroupIngress",
                database,
                config.database_port,
                proxy.get_att("GroupId"),
                "RDS Proxy",
            ),
        ],
        outputs=Outputs(
            function_security_group_id=SecurityGroupId(function.ref()),
            rds_proxy_security_group_id=SecurityGroupId(proxy.ref()),
            db_cluster_security_group_id=SecurityGroupId(made.ref()) if made else None,
        ),
    )
