"""The kinds of value that cross our stacks' borders."""

from __future__ import annotations

from ..model import Value, Values
from . import names


class Cidr(Value):
    """An IPv4 address range: ``10.1.0.0/16``."""


class VpcId(Value):
    """ID of a VPC: ``vpc-0abc…``."""

    parameter_type = "AWS::EC2::VPC::Id"


class ZoneIds(Values):
    """IDs of availability zones, which are the same for every account: ``use1-az1``."""


class SubnetId(Value):
    """ID of a subnet: ``subnet-0abc…``."""

    parameter_type = "AWS::EC2::Subnet::Id"


class SubnetIds(Values):
    """IDs of subnets, in two or more zones."""

    parameter_type = "List<AWS::EC2::Subnet::Id>"


class RouteTableId(Value):
    """ID of a route table: ``rtb-0abc…``."""


class SecurityGroupId(Value):
    """ID of a security group: ``sg-0abc…``."""

    parameter_type = "AWS::EC2::SecurityGroup::Id"


class InstanceId(Value):
    """ID of a virtual machine: ``i-0abc…``."""

    parameter_type = "AWS::EC2::Instance::Id"


class GroupIdElsewhere(SecurityGroupId):
    """ID of a security group that may be another account's.

    CloudFormation looks up what is given as a group's ID, and finds no other account's.
    """

    parameter_type = "String"


class DatabaseName(Value):
    """Name of a database on a cluster or instance."""

    @classmethod
    def problem(cls, text: str) -> str | None:
        rules = [names.MYSQL_DATABASE, names.POSTGRESQL_DATABASE]
        return names.refused_by_all(text, rules)


class DatabaseUser(Value):
    """Name of a user of a database, be it the master or another."""

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
    """ARN of a secret of Secrets Manager."""


class SecretArns(Values):
    """ARNs of secrets, in an order that both sides know."""


class KeyArn(Value):
    """ARN of a key of KMS."""


class AccountId(Value):
    """Number of an account: twelve digits."""


class RoleArn(Value):
    """ARN of a role of IAM."""


class FunctionArn(Value):
    """ARN of a Lambda function."""


class ProxyArn(Value):
    """ARN of an RDS Proxy: ``arn:aws:rds:<region>:<account>:db-proxy:prx-…``."""


class DatabaseResourceId(Value):
    """ID by which ``rds-db:connect`` names a cluster or an instance: ``db-ABC…``."""


class WebACLArn(Value):
    """ARN of a WAF web ACL: ``arn:aws:wafv2:<region>:<account>:global/webacl/…``."""


class Hostname(Value):
    """DNS name of an endpoint, without scheme or port."""


class Url(Value):
    """An address that a client calls: ``https://…/``."""


class Command(Value):
    """A command line, ready to paste into a shell."""
