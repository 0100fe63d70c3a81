"""API and the functions behind it, each of which logs in to a database in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import Field

from ...aws.database_users import User
from ...aws.kinds import (
    FunctionArns,
    Hostname,
    Url,
    Urls,
)
from ...errors import Problem, WiringError
from ...model import ListOf, Ports, Settings, Stack
from ...resources.api_functions import (
    Address,
    ApiFunction,
    FunctionApiSettings,
    LoginName,
    RestApiFunctionSettings,
    TwoFunctionsSettings,
)
from ...resources.database_functions import FunctionNetwork, database_function_settings
from ...resources.declared_functions import (
    FunctionContext,
    declared_function,
    layer_for_declared,
)
from ...resources.declared_ports import DeclaredPorts
from ...resources.function_declaration import DeclaredFunction
from ...resources.http_api import HttpApi
from ...resources.login_ports import (
    DatabasePorts,
    FunctionNetworkPorts,
    FunctionRolePorts,
    IAMPorts,
    PasswordPorts,
    RolePorts,
    SharedSecretPorts,
    TokenPorts,
)
from ...resources.logins import Login
from ...resources.proxy_logins import ExistingLogin
from ...resources.rest_api import RestApi
from .function_api import RestApiSecrets, api_of
from .function_logins import login_of, shared_rights, unwired, way_to_secrets

__all__ = [
    "Config",
    "FunctionApiSettings",
    "Inputs",
    "Outputs",
    "RestApiFunctionSettings",
    "RestApiSecrets",
    "TwoFunctionsSettings",
    "build",
]


class Config(Settings):
    """The API's settings, and what the parent stack knows of functions and database."""

    api: FunctionApiSettings | TwoFunctionsSettings | RestApiFunctionSettings = Field(
        description="The API, and what its functions run on."
    )
    functions: ListOf[ApiFunction] = Field(
        default=(), description="The library's own functions behind the API."
    )
    declared: ListOf[DeclaredFunction] = Field(
        default=(), description="Functions that a person declares, in their place."
    )
    users: ListOf[User] = Field(default=(), description="Users that declared functions log in as.")
    existing_logins: ListOf[ExistingLogin] = Field(
        default=(), description="Logins of users that exist, as whom declared functions log in."
    )
    declared_login: LoginName | None = Field(
        default=None, description="Login of all declared functions with a user, where it is one."
    )
    engine_family: str = Field(default="MYSQL", description="Protocol that the database speaks.")
    by_ipv6: bool = Field(
        default=False, description="Let functions in a VPC connect by IPv6, as the proxy demands."
    )

    @property
    def entries(self) -> Sequence[DeclaredFunction]:
        """All functions, in their order: the library's own are entries like the declared ones."""
        return [*(one.entry(self.api) for one in self.functions), *self.declared]


class Inputs(Ports):
    network: FunctionNetworkPorts | None = Field(
        default=None, description="Network of the functions; without it they are in no VPC."
    )
    function_role: FunctionRolePorts | None = Field(
        default=None, description="A role that exists, in place of one for each function."
    )
    token: TokenPorts | None = Field(default=None, description="For login `token`.")
    password: PasswordPorts | None = Field(default=None, description="For login `password`.")
    iam: IAMPorts | None = Field(default=None, description="For login `iam`.")
    role: RolePorts | None = Field(default=None, description="For login `role`.")
    shared_secret: SharedSecretPorts | None = Field(
        default=None, description="For login `shared_secret`."
    )
    database: DatabasePorts | None = Field(default=None, description="For login `database`.")
    declared: DeclaredPorts | None = Field(
        default=None, description="For declared functions with a user."
    )
    rest_api: RestApiSecrets | None = Field(default=None, description="For a REST API.")

    def login(self, name: LoginName) -> Login:
        """Return the login *name*; raises :class:`WiringError` where it is not wired."""
        ports = {
            "token": self.token,
            "password": self.password,
            "iam": self.iam,
            "role": self.role,
            "shared_secret": self.shared_secret,
            "database": self.database,
        }[name]
        if ports is None:
            raise unwired(name, "a function's login")
        return ports.login


class Outputs(Ports):
    when_read = frozenset({"function_arns", "queue_urls"})

    api_endpoint: Url | None = Field(
        default=None, description="Address of the HTTP API in front of the functions."
    )
    password_url: Url | None = Field(
        default=None, description="Address of the function that uses a password."
    )
    iam_url: Url | None = Field(
        default=None, description="Address of the function that uses an IAM token."
    )
    api_host: Hostname | None = Field(default=None, description="Host of the API.")
    api_url: Url | None = Field(
        default=None, description="The API's own address, which answers 403 to all but CloudFront."
    )

    function_arns: FunctionArns = Field(description="ARNs of the functions, in their order.")
    queue_urls: Urls | None = Field(
        default=None, description="URLs of the declared functions' queues, in their order."
    )

    def at(self, address: Address) -> Url:
        """Return the output *address*; raises :class:`WiringError` where no function has it."""
        url: Url | None = getattr(self, address)
        if url is None:
            raise _unoffered(address, "no function behind the API has that address")
        return url

    @property
    def rest_api_host(self) -> Hostname:
        """The host of a REST API; raises :class:`WiringError` for an HTTP API."""
        if self.api_host is None:
            raise _unoffered("api_host", "the API is no REST API")
        return self.api_host


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create the functions, and the API of their routes; each may do what its own login needs."""
    functions = config.entries
    settings = database_function_settings(config.api, config.engine_family)
    layer = layer_for_declared(functions, settings)
    has_routes = any(one.titled_routes for one in functions)
    api = api_of(config.api, inputs.rest_api) if has_routes else None
    around = FunctionContext(
        defaults=settings,
        engine_family=config.engine_family,
        api=api,
        network=_network(config, inputs),
        layer=layer,
        role=inputs.function_role,
    )
    created = [declared_function(one, around, login_of(one, config, inputs)) for one in functions]
    addresses = _addresses(config, api) if api else {}
    queues = [one.queue_url for one in created if one.queue_url]
    return Stack(
        resources=[
            *way_to_secrets(inputs.network),
            *shared_rights(config, inputs),
            *([layer] if layer else []),
            *(resource for one in created for resource in one.resources),
            *(api.resources if api else []),
        ],
        outputs=Outputs(
            **addresses,
            api_host=api.host if isinstance(api, RestApi) else None,
            function_arns=FunctionArns([one.function.get_att("Arn") for one in created]),
            queue_urls=Urls(queues) if queues else None,
        ),
    )


def _addresses(config: Config, api: HttpApi | RestApi) -> Mapping[str, Url]:
    """Where the library's own functions answer, each for itself; declared ones share one."""
    if config.functions:
        return {one.address: api.at(one.path) for one in config.functions}
    return {"api_url" if isinstance(api, RestApi) else "api_endpoint": api.at()}


def _network(config: Config, inputs: Inputs) -> FunctionNetwork | None:
    network = inputs.network.function_network if inputs.network else None
    return replace(network, by_ipv6=config.by_ipv6) if network else None


def _unoffered(name: str, reason: str) -> WiringError:
    return WiringError([Problem("functions.Outputs", f"offers no {name}: {reason}")])
