"""HTTP API and the function behind it, which logs in to a proxy of another account."""

from __future__ import annotations

from pydantic import Field
from troposphere import Select, Split, iam

from ...aws.kinds import (
    DatabaseName,
    Hostname,
    RoleArn,
    SecurityGroupId,
    SubnetIds,
    Url,
)
from ...errors import Problem, WiringError
from ...model import Ports, Stack
from ...resources.database_functions import FunctionNetwork, database_function
from ...resources.functions import database_layer
from ...resources.http_api import http_api
from ...resources.logins import RoleLogin, SharedSecretLogin
from ...resources.port_groups import RoleCredentials, SecretCredentials
from . import sam

Config = sam.Config


class RemoteDatabase(Ports):
    """The function's identity, and the database in another account as it knows it."""

    function_security_group_id: SecurityGroupId = Field(
        description="Security group of the function."
    )
    function_role_arn: RoleArn = Field(description="Role of the function.")
    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    by_role: RoleCredentials | None = Field(default=None, description="For login by IAM.")
    by_secret: SecretCredentials | None = Field(default=None, description="For login by password.")

    @property
    def login(self) -> RoleLogin | SharedSecretLogin:
        """The login that is wired; raises :class:`WiringError` where none is."""
        if self.by_role:
            return RoleLogin(
                host=self.rds_proxy_endpoint,
                role_arn=self.by_role.connect_role_arn,
                user=self.by_role.rds_user,
                database=self.rds_database_name,
            )
        if self.by_secret:
            return SharedSecretLogin(
                host=self.rds_proxy_endpoint,
                secret_arn=self.by_secret.secret_arn,
                key_arn=self.by_secret.key_arn,
                database=self.rds_database_name,
            )
        sentence = "must wire by_role or by_secret, the function's login; got neither"
        raise WiringError([Problem("remote_sam.RemoteDatabase", sentence)])


class Inputs(Ports):
    subnet_ids: SubnetIds = Field(description="Subnets of the function.")
    remote: RemoteDatabase = Field(description="The function's role, and what it logs in to.")


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The function acts in a role that the other account knows already."""
    api = http_api(config)
    # Another's function brings its own drivers.
    layers = [] if config.code_uri else [database_layer(config)]
    remote, login = inputs.remote, inputs.remote.login
    rights = [
        iam.PolicyType(
            f"FunctionRole{name}",
            PolicyName=name,
            Roles=[Select(1, Split("/", remote.function_role_arn))],
            PolicyDocument=document,
        )
        for name, document in login.rights.items()
    ]
    blog = database_function(
        "BlogRDSProxyFunction",
        config,
        login,
        code=sam.code(config),
        layers=layers,
        network=FunctionNetwork(subnets=inputs.subnet_ids, group=remote.function_security_group_id),
        role=remote.function_role_arn,
        events={"CatchAllApi": api.route("/{proxy+}")},
    )
    return Stack(
        resources=[*rights, *layers, *blog.resources, *api.resources],
        outputs=Outputs(api_endpoint=api.at()),
    )
