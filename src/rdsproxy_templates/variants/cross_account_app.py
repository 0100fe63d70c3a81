"""Across two accounts, 3 of 3: HTTP API and function, which reaches the database elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES, EngineName
from ..aws.kinds import (
    DatabaseName,
    Hostname,
    RoleArn,
    RoleName,
    SecurityGroupId,
    SubnetIds,
    Url,
    Urls,
)
from ..errors import Problem, WiringError
from ..model import ListOf, Ports, Stack, nest
from ..model.local_code import LocalCode
from ..resources.api_functions import LoginName
from ..resources.function_code import function_folders
from ..resources.function_declaration import DeclaredFunction
from ..resources.login_ports import (
    FunctionNetworkPorts,
    FunctionRolePorts,
    RolePorts,
    SharedSecretPorts,
)
from ..resources.port_groups import RoleCredentials, SecretCredentials
from .common import RegionalSettings
from .cross_account import AcrossAccountsSettings, Login
from .declared import (
    declared_problems,
    declared_warnings,
    region_problems,
    replaced_problems,
)

TAKEN: Final[Mapping[Login, frozenset[str]]] = {
    "iam": frozenset({"rds_user", "connect_role_arn"}),
    "password": frozenset({"secret_arn", "key_arn"}),
}
"""Ports that the function's login needs."""
READING: Final = "`database.reader` here: set has_readers, and leave this out"
READER: Final = frozenset({"rds_proxy_read_only_endpoint"})


class Config(AcrossAccountsSettings, RegionalSettings):
    """Settings of the variant; each has a safe default."""

    engine: EngineName = Field(default="aurora-mysql", description="Engine of the database.")
    sam: stacks.functions.FunctionApiSettings = Field(
        default_factory=stacks.functions.FunctionApiSettings, description="Function and HTTP API."
    )

    functions: ListOf[DeclaredFunction] = Field(
        default=(),
        description="Functions of your own, in place of the library's; docs/functions.md. Those "
        "with a `user` share the role and the login of `cross_account_network`, and so one user, "
        "`function_user` of `cross_account_db`.",
    )

    has_readers: bool = Field(
        default=False,
        description="`cross_account_db` has `rds.readers`: `functions` know the proxy's read-only "
        "endpoint, to which `database.reader` of `rdsproxy_client` connects.",
    )

    def root_inputs(self) -> frozenset[str]:
        return TAKEN[self.login] | (READER if self.has_readers else frozenset())

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        named = [one.user for one in self.functions if one.user is not None]
        for problem in declared_problems(self.functions, named, readers=READING):
            yield problem.within("functions")
        for index, one in enumerate(self.functions):
            if one.user not in {None, *named[:1]}:
                yield Problem(
                    f"functions.{index}.user",
                    f"must be {named[0]!r}, as of the other functions, got {one.user!r}: they "
                    "share the role that the database's account trusts, and its one user",
                )
            for number, policy in enumerate(one.policies):
                if one.user is not None and isinstance(policy, str):
                    yield Problem(
                        f"functions.{index}.policies.{number}",
                        f"must be a statement, got {policy!r}: the role is another stack's, and "
                        "takes no managed policies from this one",
                    )
        yield from region_problems(self.functions, self)
        if self.functions:
            yield from replaced_problems(self, self.sam)
            if not named:
                yield Problem("functions", "must have one with a user among them")
        elif self.has_readers:
            yield Problem("has_readers", "is for `functions`: the library's own reads no readers")

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from declared_warnings(self.functions, self.sam)

    def local_code(self) -> Iterator[LocalCode]:
        yield from super().local_code()
        yield from function_folders(self.functions, self.sam.runtime, self.sam.architecture)


class RemoteDatabase(Ports):
    """The function's identity, and the database in another account as it knows it."""

    function_security_group_id: SecurityGroupId = Field(
        description="Security group of the function."
    )
    function_role_arn: RoleArn = Field(description="Role of the function.")
    function_role_name: RoleName = Field(description="Name of that role, without its path.")
    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host of the proxy's read-only endpoint, which leads to readers."
    )
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    by_role: RoleCredentials | None = Field(default=None, description="For login by IAM.")
    by_secret: SecretCredentials | None = Field(default=None, description="For login by password.")

    @property
    def login(self) -> LoginName:
        """Name of the login that is wired; raises :class:`WiringError` where none is."""
        if self.by_role:
            return "role"
        if self.by_secret:
            return "shared_secret"
        sentence = "must wire by_role or by_secret, the function's login; got neither"
        raise WiringError([Problem("cross_account_app.RemoteDatabase", sentence)])

    @property
    def role(self) -> RolePorts | None:
        """The login by IAM, if that is the one."""
        if self.by_role is None:
            return None
        return RolePorts(
            rds_proxy_endpoint=self.rds_proxy_endpoint,
            rds_database_name=self.rds_database_name,
            rds_proxy_read_only_endpoint=self.rds_proxy_read_only_endpoint,
            by_role=self.by_role,
        )

    @property
    def shared_secret(self) -> SharedSecretPorts | None:
        """The login by password, if that is the one."""
        if self.by_secret is None:
            return None
        return SharedSecretPorts(
            rds_proxy_endpoint=self.rds_proxy_endpoint,
            rds_database_name=self.rds_database_name,
            rds_proxy_read_only_endpoint=self.rds_proxy_read_only_endpoint,
            by_secret=self.by_secret,
        )


class Inputs(Ports):
    shared_subnet_ids: SubnetIds = Field(description="Subnets of the function.")
    remote: RemoteDatabase = Field(description="The function's role, and what it logs in to.")


class Outputs(Ports):
    api_endpoint: Url | None = Field(
        default=None, description="Address of the HTTP API in front of the functions."
    )
    queue_urls: Urls | None = Field(
        default=None,
        description="With `functions`: URLs of the queues, in the order of their functions.",
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The function in its network, which knows of the database by what it is told."""
    remote = inputs.remote
    sam = nest(
        "SAMStack",
        stacks.functions,
        stacks.functions.Config(
            api=config.sam,
            functions=() if config.functions else (config.sam.function(remote.login),),
            declared=config.functions,
            declared_login=remote.login if config.functions else None,
            engine_family=ENGINES[config.engine].family,
        ),
        stacks.functions.Inputs(
            network=FunctionNetworkPorts(
                subnet_ids=inputs.shared_subnet_ids,
                function_security_group_id=remote.function_security_group_id,
            ),
            function_role=FunctionRolePorts(
                function_role_arn=remote.function_role_arn,
                function_role_name=remote.function_role_name,
            ),
            role=remote.role,
            shared_secret=remote.shared_secret,
        ),
    )
    return Stack(
        children=[sam],
        outputs=Outputs(api_endpoint=sam.outputs.api_endpoint, queue_urls=sam.outputs.queue_urls),
    )
