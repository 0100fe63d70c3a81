"""API and the functions behind it, each of which logs in to a database in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field
from troposphere import AWSObject, Select, Split
from troposphere.iam import PolicyType

from ...aws.kinds import (
    FunctionArns,
    Hostname,
    RoleArn,
    SecretArn,
    Url,
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
from ...resources.database_functions import database_function, database_function_settings
from ...resources.functions import database_layer
from ...resources.http_api import HttpApi, http_api
from ...resources.login_ports import (
    DatabasePorts,
    FunctionNetworkPorts,
    IAMPorts,
    PasswordPorts,
    RolePorts,
    SharedSecretPorts,
    TokenPorts,
)
from ...resources.logins import Login
from ...resources.rest_api import RestApi, rest_api
from ...resources.security_groups import endpoint_access_rules

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
    functions: ListOf[ApiFunction] = Field(description="The functions behind the API.")
    engine_family: str = Field(default="MYSQL", description="Protocol that the database speaks.")


class RestApiSecrets(Ports):
    """Secrets that a REST API wants to be shown."""

    api_key_secret_arn: SecretArn = Field(description="Secret with the API's key.")
    origin_secret_arn: SecretArn = Field(
        description="Secret with the value by which the API knows CloudFront."
    )


class Inputs(Ports):
    network: FunctionNetworkPorts | None = Field(
        default=None, description="Network of the functions; without it they are in no VPC."
    )
    function_role_arn: RoleArn | None = Field(default=None, description="Role of the function.")
    token: TokenPorts | None = Field(default=None, description="For login `token`.")
    password: PasswordPorts | None = Field(default=None, description="For login `password`.")
    iam: IAMPorts | None = Field(default=None, description="For login `iam`.")
    role: RolePorts | None = Field(default=None, description="For login `role`.")
    shared_secret: SharedSecretPorts | None = Field(
        default=None, description="For login `shared_secret`."
    )
    database: DatabasePorts | None = Field(default=None, description="For login `database`.")
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
            raise _unwired(name, "a function's login")
        return ports.login


class Outputs(Ports):
    when_read = frozenset({"function_arns"})

    api_endpoint: Url | None = Field(
        default=None, description="Address of the HTTP API; see /initialize and /load."
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
    """Create the API and its functions; each may do what its own login needs, and no more."""
    settings = database_function_settings(config.api, config.engine_family)
    network = inputs.network.function_network if inputs.network else None
    api = _api(config, inputs)
    layer = database_layer(settings)
    functions = [
        database_function(
            one.title,
            settings,
            inputs.login(one.login),
            code=one.code,
            # Another's function brings its own drivers.
            layers=[] if one.code_uri else [layer],
            network=network,
            role=inputs.function_role_arn,
            events={event: api.route(path) for event, path in one.routes.items()},
        )
        for one in config.functions
    ]
    shared = [] if all(one.code_uri for one in config.functions) else [layer]
    urls = {one.address: api.at(one.path) for one in config.functions}
    return Stack(
        resources=[
            *_way_to_secrets(inputs.network),
            *_rights(config, inputs),
            *shared,
            *(resource for one in functions for resource in one.resources),
            *api.resources,
        ],
        outputs=Outputs(
            api_endpoint=urls.get("api_endpoint"),
            password_url=urls.get("password_url"),
            iam_url=urls.get("iam_url"),
            api_host=api.host if isinstance(api, RestApi) else None,
            api_url=urls.get("api_url"),
            function_arns=FunctionArns([one.function.get_att("Arn") for one in functions]),
        ),
    )


def _api(config: Config, inputs: Inputs) -> HttpApi | RestApi:
    if not isinstance(config.api, RestApiFunctionSettings):
        return http_api(config.api)
    if inputs.rest_api is None:
        raise _unwired("rest_api", "the secrets of a REST API")
    return rest_api(
        config.api, inputs.rest_api.api_key_secret_arn, inputs.rest_api.origin_secret_arn
    )


def _way_to_secrets(network: FunctionNetworkPorts | None) -> Sequence[AWSObject]:
    if network is None or network.endpoint_security_group_id is None:
        return []
    return endpoint_access_rules(
        network.function_security_group_id,
        network.endpoint_security_group_id,
        api="Secrets Manager",
        who="The functions",
    )


def _rights(config: Config, inputs: Inputs) -> Iterator[AWSObject]:
    """Policies of the functions' logins for a role that another account knows already."""
    if inputs.function_role_arn is None:
        return
    for one in config.functions:
        for name, document in inputs.login(one.login).rights.items():
            yield PolicyType(
                f"FunctionRole{name}",
                PolicyName=name,
                Roles=[Select(1, Split("/", inputs.function_role_arn))],
                PolicyDocument=document,
            )


def _unoffered(name: str, reason: str) -> WiringError:
    return WiringError([Problem("functions.Outputs", f"offers no {name}: {reason}")])


def _unwired(name: str, meaning: str) -> WiringError:
    return WiringError([Problem("functions.Inputs", f"must wire {name}, {meaning}; got nothing")])
