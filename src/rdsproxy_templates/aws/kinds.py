"""Kinds of values that cross stacks' borders."""

from __future__ import annotations

from ..model import Value, Values
from . import names


class Cidr(Value):
    """An IPv4 address range: ``10.1.0.0/16``."""


class VpcId(Value):
    """ID of a VPC: ``vpc-0abc…``."""

    parameter_type = "AWS::EC2::VPC::Id"


class ZoneIds(Values):
    """IDs of Availability Zones, which are the same in every account: ``use1-az1``."""


class SubnetId(Value):
    """ID of a subnet: ``subnet-0abc…``."""

    parameter_type = "AWS::EC2::Subnet::Id"


class SubnetIds(Values):
    """IDs of subnets in two or more Availability Zones."""

    parameter_type = "List<AWS::EC2::Subnet::Id>"


class RouteTableId(Value):
    """ID of a route table: ``rtb-0abc…``."""


class SecurityGroupId(Value):
    """ID of a security group: ``sg-0abc…``."""

    parameter_type = "AWS::EC2::SecurityGroup::Id"


class InstanceId(Value):
    """ID of an EC2 instance: ``i-0abc…``."""

    parameter_type = "AWS::EC2::Instance::Id"


class GroupIdElsewhere(SecurityGroupId):
    """ID of a security group that may belong to another account.

    Its parameter is a String: CloudFormation looks up values of ``AWS::EC2::SecurityGroup::Id``,
    and finds no other account's groups.
    """

    parameter_type = "String"


class DatabaseName(Value):
    """Name of a database on a cluster or instance."""

    @classmethod
    def problem(cls, text: str) -> str | None:
        rules = [names.MYSQL_DATABASE, names.POSTGRESQL_DATABASE]
        return names.refused_by_all(text, rules)


class DatabaseUsers(Values):
    """Names of database users, in the order that the producing stack documents."""


class DatabaseUser(Value):
    """Name of a database user, the master user included."""

    @classmethod
    def problem(cls, text: str) -> str | None:
        return names.refused_by_all(
            text,
            [
                names.MYSQL_MASTER,
                names.MYSQL_USER,
                names.POSTGRESQL_MASTER,
                names.POSTGRESQL_USER,
            ],
        )


class SecretArn(Value):
    """ARN of a Secrets Manager secret."""


class SecretArns(Values):
    """ARNs of secrets, in the order that the producing stack documents."""


class KeyArn(Value):
    """ARN of a KMS key."""


class AccountId(Value):
    """ID of an AWS account: twelve digits."""


class RoleArn(Value):
    """ARN of an IAM role."""


class RoleName(Value):
    """Name of an IAM role, without the path that its ARN has before it."""


class FunctionArn(Value):
    """ARN of a Lambda function."""


class FunctionArns(Values):
    """ARNs of Lambda functions, in the order that the producing stack documents."""


class ProxyArn(Value):
    """ARN of an RDS Proxy: ``arn:aws:rds:<region>:<account>:db-proxy:prx-…``."""


class DatabaseArn(Value):
    """ARN of a cluster or an instance: ``arn:aws:rds:<region>:<account>:cluster:…``."""


class DatabaseResourceId(Value):
    """ID by which ``rds-db:connect`` names a cluster or an instance: ``db-ABC…``."""


class DatabaseIdentifier(Value):
    """Identifier of a cluster or an instance, by which RDS knows it: ``shop``."""


class WebACLArn(Value):
    """ARN of a WAF web ACL: ``arn:aws:wafv2:<region>:<account>:global/webacl/…``."""


class Hostname(Value):
    """DNS name of an endpoint, without scheme or port."""


class Hostnames(Values):
    """DNS names of endpoints, in the order that the producing stack documents."""


class Url(Value):
    """URL that a client calls: ``https://…/``."""


class Urls(Values):
    """URLs, in the order that the producing stack documents."""


class Command(Value):
    """A command line, ready to paste into a shell."""
