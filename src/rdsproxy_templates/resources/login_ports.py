"""Groups of ports from which functions log in: one for each login, of which a stack wires some."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ..aws.kinds import (
    DatabaseName,
    DatabaseResourceId,
    DatabaseUser,
    Hostname,
    KeyArn,
    ProxyArn,
    RoleArn,
    RoleName,
    SecretArn,
    SecurityGroupId,
    SubnetId,
    SubnetIds,
)
from ..errors import Problem, WiringError
from ..model import Ports
from .database_functions import FunctionNetwork
from .logins import DatabaseLogin, RoleLogin, SecretLogin, SharedSecretLogin, TokenLogin
from .port_groups import PrivateSubnets, RoleCredentials, SecretCredentials


class FunctionRolePorts(Ports):
    """A role that exists, for several functions."""

    function_role_arn: RoleArn = Field(description="Role of the function.")
    function_role_name: RoleName = Field(description="Name of that role, without its path.")


class FunctionNetworkPorts(Ports):
    """Security group of functions in a VPC, and their subnets: two, one, or a list of them."""

    subnets: PrivateSubnets | None = Field(default=None, description="Subnets of the function.")
    function_subnet_id: SubnetId | None = Field(
        default=None, description="Subnet of the functions."
    )
    subnet_ids: SubnetIds | None = Field(default=None, description="Subnets of the function.")
    function_security_group_id: SecurityGroupId = Field(description="Group of the function.")
    endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Group of Secrets Manager's endpoint, which lets the functions in.",
    )

    @property
    def function_network(self) -> FunctionNetwork:
        """The network as functions take it; raises :class:`WiringError` without subnets."""
        return FunctionNetwork(subnets=self._subnets(), group=self.function_security_group_id)

    def _subnets(self) -> Sequence[SubnetId] | SubnetIds:
        if self.subnets:
            return self.subnets.ids
        if self.function_subnet_id:
            return [self.function_subnet_id]
        if self.subnet_ids:
            return self.subnet_ids
        sentence = "must wire subnets, function_subnet_id or subnet_ids, got none of them"
        raise WiringError([Problem("login_ports.FunctionNetworkPorts", sentence)])


class TokenPorts(Ports):
    """A proxy, and the user that logs in to it with an IAM token."""

    rds_master_username: DatabaseUser = Field(description="User that the function logs in as.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_proxy_arn: ProxyArn = Field(description="Proxy that the function may log in to.")

    @property
    def login(self) -> TokenLogin:
        return TokenLogin(
            host=self.rds_proxy_endpoint,
            proxy_arn=self.rds_proxy_arn,
            user=self.rds_master_username,
            database=self.rds_database_name,
        )


class PasswordPorts(Ports):
    """A proxy that takes passwords, beside one that takes IAM tokens."""

    rds_database_name: DatabaseName = Field(description="Database that the functions use.")
    password_proxy_endpoint: Hostname = Field(description="Host that takes passwords.")
    password_secret_arn: SecretArn = Field(
        description="Secret of the user that the password function logs in as."
    )
    own_key_arn: KeyArn | None = Field(
        default=None, description="Key of this secret, where it is not AWS's."
    )

    @property
    def login(self) -> SecretLogin:
        return SecretLogin(
            host=self.password_proxy_endpoint,
            secret_arn=self.password_secret_arn,
            database=self.rds_database_name,
            key_arn=self.own_key_arn,
        )


class IAMPorts(Ports):
    """A proxy that takes IAM tokens, beside one that takes passwords."""

    rds_database_name: DatabaseName = Field(description="Database that the functions use.")
    iam_proxy_endpoint: Hostname = Field(description="Host that takes IAM tokens.")
    iam_proxy_arn: ProxyArn = Field(description="Proxy that the IAM function may log in to.")
    iam_user: DatabaseUser = Field(description="User that the IAM function logs in as.")

    @property
    def login(self) -> TokenLogin:
        return TokenLogin(
            host=self.iam_proxy_endpoint,
            proxy_arn=self.iam_proxy_arn,
            user=self.iam_user,
            database=self.rds_database_name,
        )


class RolePorts(Ports):
    """A proxy of another account, and a role there that signs the tokens."""

    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    by_role: RoleCredentials = Field(description="For login by IAM.")
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host of the proxy's read-only endpoint, which leads to readers."
    )

    @property
    def login(self) -> RoleLogin:
        return RoleLogin(
            host=self.rds_proxy_endpoint,
            role_arn=self.by_role.connect_role_arn,
            user=self.by_role.rds_user,
            database=self.rds_database_name,
            read_only_host=self.rds_proxy_read_only_endpoint,
        )


class SharedSecretPorts(Ports):
    """A proxy of another account, and a secret that it shares."""

    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    by_secret: SecretCredentials = Field(description="For login by password.")
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host of the proxy's read-only endpoint, which leads to readers."
    )

    @property
    def login(self) -> SharedSecretLogin:
        return SharedSecretLogin(
            host=self.rds_proxy_endpoint,
            secret_arn=self.by_secret.secret_arn,
            key_arn=self.by_secret.key_arn,
            database=self.rds_database_name,
            read_only_host=self.rds_proxy_read_only_endpoint,
        )


class DatabasePorts(Ports):
    """A public database, and the user that logs in to it with an IAM token."""

    db_endpoint: Hostname = Field(description="Host that the function connects to.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID of the database that the function may log in to."
    )
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    function_user: DatabaseUser = Field(description="User that the function logs in as.")

    @property
    def login(self) -> DatabaseLogin:
        return DatabaseLogin(
            host=self.db_endpoint,
            resource_id=self.db_resource_id,
            user=self.function_user,
            database=self.rds_database_name,
        )
