"""Functions that a person declares: code, user, events and what Lambda may be told of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from ..aws.database_users import User
from ..aws.documentation import API_GATEWAY_GUIDE, EVENTBRIDGE_GUIDE, LAMBDA_GUIDE
from ..aws.runtimes import language
from ..aws.schedules import schedule_problem
from ..errors import Problem
from ..model import ListOf
from .function_environment import environment_problems
from .function_groups import AliasSettings, AsynchronousSettings, QueueSettings
from .function_limits import (
    concurrency_problems,
    concurrency_warnings,
    layer_problems,
    policy_count_problems,
    policy_count_warnings,
    route_count_problems,
    route_count_warnings,
)
from .function_package import FunctionPackage
from .function_policies import Policy, policy_problems, policy_warnings, reads_secrets
from .function_tuning import API_SECONDS, FunctionTuning
from .routes import Route, parsed, route_problems


class DeclaredFunction(FunctionTuning, FunctionPackage):
    """One function of your own. Role, rights, log group, routes, schedule and queue follow."""

    user: str | None = Field(
        default=None,
        description="One of `rds.users`, or a `user` of the proxy's `logins`, that it logs in as; "
        "it may connect as no other. Left out: it has no database, and is outside the VPC.",
    )
    reads_only: bool = Field(
        default=False,
        description="Connect to the proxy's read-only endpoint, which leads to readers.",
    )
    routes: ListOf[str] = Field(
        default=(),
        description="Routes of the API that it answers, such as `GET /orders/{id}`; `ANY` is "
        "every method, and `{name+}` every path below. See "
        f"{API_GATEWAY_GUIDE}http-api-develop-routes.html",
    )
    schedule: str | None = Field(
        default=None,
        description="When EventBridge calls it: `rate(5 minutes)`, `cron(0 3 * * ? *)` in UTC. See "
        f"{EVENTBRIDGE_GUIDE}eb-scheduled-rule-pattern.html",
    )
    queue: QueueSettings | None = Field(
        default=None, description="Queue of SQS whose messages it handles; `{}` has the defaults."
    )
    asynchronous: AsynchronousSettings | None = Field(
        default=None,
        description="Calls that nobody waits for. Left out: the defaults, for a function with a "
        "schedule.",
    )
    alias: AliasSettings | None = Field(
        default=None, description="Versions and an alias; `{}` has the defaults."
    )
    environment: Mapping[str, Any] = Field(
        default_factory=dict,
        description="Environment variables; never a secret, which belongs into Secrets Manager. "
        f"See {LAMBDA_GUIDE}configuration-envvars.html",
    )
    policies: ListOf[Policy] = Field(
        default=(),
        description="What else it may do: names or ARNs of managed policies, or statements with "
        "Effect, Action and Resource.",
    )
    layers: ListOf[str] = Field(
        default=(), description="ARNs of layer versions, beside the library's."
    )
    database_layer: bool | None = Field(
        default=None,
        description="Have the library's layer: drivers, `rdsproxy_client`, and the roots of RDS. "
        "Left out: with Python and a user.",
    )
    vpc: bool | None = Field(
        default=None,
        description="Run in the VPC's private subnets. Left out: with a user, who can be reached "
        "only there.",
    )
    security_groups: ListOf[str] = Field(
        default=(),
        max_length=4,
        description="IDs of further security groups, such as `sg-0abc…`, in the VPC.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from environment_problems(self.environment)
        yield from policy_problems(self.policies)
        yield from route_problems(self.routes)
        if self.schedule is not None and (sentence := schedule_problem(self.schedule)):
            yield Problem("schedule", sentence)
        own = self.has_database_layer(self.runtime or "python3.13")
        yield from layer_problems(self.layers, int(own))
        yield from policy_count_problems(self)
        yield from route_count_problems(self.routes)
        yield from concurrency_problems(self)
        for index, group in enumerate(self.security_groups):
            if not re.fullmatch(r"sg-[0-9a-f]{8,17}", group):
                yield Problem(
                    f"security_groups.{index}", f"must be the ID of a security group, got {group!r}"
                )
        if self.is_image and (self.layers or self.database_layer):
            place = "layers" if self.layers else "database_layer"
            yield Problem(place, "must be left out: an image has no layers")
        yield from self._event_problems()
        yield from self._network_problems()

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from policy_warnings(self.policies)
        yield from policy_count_warnings(self)
        yield from route_count_warnings(self.routes)
        yield from concurrency_warnings(self)
        if not (self.routes or self.schedule or self.queue):
            yield Problem(
                "routes",
                "are missing, and so are `schedule` and `queue`: nothing calls it",
            )

    def _event_problems(self) -> Iterator[Problem]:
        if self.routes and self.timeout > API_SECONDS:
            yield Problem(
                "timeout",
                f"must be at most {API_SECONDS} with routes, because the API waits no longer, got "
                f"{self.timeout}",
            )
        if self.queue:
            for problem in self.queue.visibility_problems(self.timeout):
                yield problem.within("queue")

    def _network_problems(self) -> Iterator[Problem]:
        if self.user is not None and self.vpc is False:
            yield Problem(
                "vpc", "must be true or left out where there is a user: the proxy is in the VPC"
            )
        if self.reads_only and self.user is None:
            yield Problem("reads_only", "is for a function with a user, and there is none")
        if self.security_groups and not self.in_vpc:
            yield Problem("security_groups", "are for a function in the VPC, and this one is not")

    @property
    def in_vpc(self) -> bool:
        """True where it runs in the VPC."""
        return self.user is not None if self.vpc is None else self.vpc

    @property
    def titled_routes(self) -> Mapping[str, Route]:
        """Its routes, by the titles of their events."""
        return {f"Route{number}": parsed(text) for number, text in enumerate(self.routes, 1)}

    @property
    def reads_further_secrets(self) -> bool:
        """True where its own policies let it read secrets, from inside the VPC."""
        return self.in_vpc and reads_secrets(self.policies)

    def has_database_layer(self, runtime: str) -> bool:
        """True where the library's layer is its, too."""
        if self.is_image:
            return False
        if self.database_layer is None:
            return self.user is not None and language(runtime) == "python"
        return self.database_layer

    def variables(self) -> dict[str, Any]:
        """Its own environment variables, as text."""
        return {name: _text(value) for name, value in self.environment.items()}


def token_users(functions: Sequence[DeclaredFunction], users: Sequence[User]) -> tuple[str, ...]:
    """Those of *users* that *functions* log in as with a token, in the order of the functions."""
    logins = {user.name: user.login for user in users}
    names = dict.fromkeys(one.user for one in functions if one.user is not None)
    return tuple(name for name in names if logins.get(name, "password") != "password")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
