"""Groups of ports that stacks hand on together."""

from __future__ import annotations

from pydantic import Field

from ..aws.kinds import (
    Cidr,
    DatabaseArn,
    DatabaseName,
    DatabaseResourceId,
    DatabaseUser,
    KeyArn,
    ProxyArn,
    RoleArn,
    SecretArn,
    SecretArns,
    SecurityGroupId,
    SubnetId,
    SubnetIds,
    VpcId,
)
from ..model import Ports
from .master_user import MasterUser


class DatabaseNames(Ports):
    """The names that a root asks for: they are parameters, at creation only."""

    when_used = frozenset({"rds_master_username", "rds_database_name"})

    rds_master_username: DatabaseUser = Field(
        description="Name of the database's master user; at creation only."
    )
    rds_database_name: DatabaseName = Field(
        description="Name of the first database; at creation only."
    )


class DatabaseCredentials(Ports):
    """The database's name, and the secrets with which its users log in."""

    rds_database_name: DatabaseName | None = Field(
        default=None, description="Name of the first database."
    )
    rds_master_user_secret_arn: SecretArn | None = Field(
        default=None, description="Secret with the username and password of the master user."
    )
    rds_master_username: DatabaseUser | None = Field(
        default=None, description="Name of the master user, where no secret of ours holds it."
    )
    user_secret_arns: SecretArns | None = Field(
        default=None, description="Secrets of the users that have a password, in their order."
    )

    @property
    def database(self) -> DatabaseName:
        """Name of the database to log in to."""
        assert self.rds_database_name  # noqa: S101 - only a restored database is made without it
        return self.rds_database_name

    @property
    def master(self) -> MasterUser:
        """The master user, as a stack of the database needs it."""
        return MasterUser(secret=self.rds_master_user_secret_arn, name=self.rds_master_username)


class VpcRanges(Ports):
    """Address ranges of a VPC and its two private subnets."""

    vpc_cidr: Cidr = Field(description="IPv4 range of the VPC; at creation only.")
    private_subnet1_cidr: Cidr = Field(
        description="IPv4 range of the first private subnet; at creation only."
    )
    private_subnet2_cidr: Cidr = Field(
        description="IPv4 range of the second private subnet; at creation only."
    )


class PrivateSubnets(Ports):
    """Private subnets, two to six, each in another Availability Zone."""

    private_subnet1_id: SubnetId = Field(description="ID of the first private subnet.")
    private_subnet2_id: SubnetId = Field(
        description="ID of the second private subnet, in a different Availability Zone."
    )
    private_subnet3_id: SubnetId | None = Field(
        default=None, description="ID of a third private subnet; at creation only."
    )
    private_subnet4_id: SubnetId | None = Field(
        default=None, description="ID of a fourth private subnet; at creation only."
    )
    private_subnet5_id: SubnetId | None = Field(
        default=None, description="ID of a fifth private subnet; at creation only."
    )
    private_subnet6_id: SubnetId | None = Field(
        default=None, description="ID of a sixth private subnet; at creation only."
    )

    @property
    def ids(self) -> list[SubnetId]:
        """The subnets, in their order."""
        further = (
            self.private_subnet3_id,
            self.private_subnet4_id,
            self.private_subnet5_id,
            self.private_subnet6_id,
        )
        return [
            self.private_subnet1_id,
            self.private_subnet2_id,
            *(one for one in further if one is not None),
        ]

    @property
    def subnet_ids(self) -> SubnetIds:
        """The subnets as one value."""
        return SubnetIds(self.ids)


class ProxyNetwork(Ports):
    """Subnets and security groups of a database and the proxy before it."""

    subnets: PrivateSubnets = Field(description="Subnets of the database and the proxy.")
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, which the proxy may connect to."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Security group of the proxy, which connects to the database."
    )


class ServiceNetwork(PrivateSubnets):
    """Subnets and security groups of a function, a proxy and a database."""

    function_security_group_id: SecurityGroupId = Field(
        description="Security group of the function, which may connect to the proxy."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, which the proxy may connect to."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Security group of the proxy, which admits the function and connects to the "
        "database."
    )

    @property
    def proxy_network(self) -> ProxyNetwork:
        """The same network, without the function's part."""
        return ProxyNetwork(
            subnets=self,
            db_cluster_security_group_id=self.db_cluster_security_group_id,
            rds_proxy_security_group_id=self.rds_proxy_security_group_id,
        )


class DataTierOutputs(Ports):
    """A database and its proxy by ARN and ID, for other stacks, alarms and scripts."""

    rds_proxy_arn: ProxyArn = Field(description="ARN of the proxy.")
    db_arn: DatabaseArn = Field(description="ARN of the database.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID by which `rds-db:connect` names the database itself."
    )
    vpc_id: VpcId = Field(description="ID of the VPC of database and proxy.")
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="ID of the database's security group."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="ID of the proxy's security group, which must admit a client's."
    )
    rds_master_user_secret_arn: SecretArn | None = Field(
        default=None, description="ARN of the master user's secret."
    )
    user_secret_arns: SecretArns | None = Field(
        default=None,
        description="ARNs of the secrets of `rds.users` that have a password, in their order.",
    )


class AdministrationNetwork(Ports):
    """Network of the functions that administer a database, with a route to Secrets Manager."""

    vpc_id: VpcId = Field(description="ID of the database's VPC.")
    subnet_ids: SubnetIds = Field(description="Subnets of the functions.")
    db_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, to which a rule for the functions is added."
    )
    endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of Secrets Manager's interface endpoint, to which a rule for "
        "the functions is added.",
    )


class RoleCredentials(Ports):
    """A user by IAM, with a token that another account's role signs."""

    rds_user: DatabaseUser = Field(description="User that the function logs in as, by IAM.")
    connect_role_arn: RoleArn = Field(
        description="Role of the other account with which the function signs its tokens."
    )


class SecretCredentials(Ports):
    """A user by password, from a secret that another account shares."""

    secret_arn: SecretArn = Field(
        description="Secret of the user that the function logs in as, by password."
    )
    key_arn: KeyArn = Field(description="Key of that secret.")


class PublicNetwork(Ports):
    """A VPC with two public subnets, in different Availability Zones."""

    vpc_id: VpcId = Field(description="ID of the VPC.")
    public_subnet1_id: SubnetId = Field(description="ID of the first public subnet.")
    public_subnet2_id: SubnetId = Field(
        description="ID of the second public subnet, in a different Availability Zone."
    )
