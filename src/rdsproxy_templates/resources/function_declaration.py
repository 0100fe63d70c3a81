"""Functions that a person declares: code, user, events and what Lambda may be told of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from ..aws.database_users import User
from ..aws.documentation import API_GATEWAY_GUIDE, EVENTBRIDGE_GUIDE, LAMBDA_GUIDE
from ..aws.runtimes import IMAGE, language, runtime_doubt, runtime_problem
from ..aws.schedules import schedule_problem
from ..errors import Problem
from ..model import ListOf, LocalPath
from .function_environment import environment_problems
from .function_groups import AliasSettings, AsynchronousSettings, QueueSettings
from .function_policies import Policy, policy_problems, policy_warnings
from .function_tuning import API_SECONDS, FunctionTuning
from .routes import route_problems

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*")
LONGEST_NAME: Final = 40
IMAGE_URI: Final = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})"
)
HANDLERS: Final[Mapping[str, str]] = {
    "python": "app.handler",
    "nodejs": "app.handler",
    "ruby": "app.handler",
    "provided": "bootstrap",
}
"""Handlers of functions that name none, by the language of their runtime."""
FOLDER: Final = "functions"
"""Folder of the rendered files into which code is copied."""


class DeclaredFunction(FunctionTuning):
    """One function of your own. Role, rights, log group, routes, schedule and queue follow."""

    name: str = Field(
        description="Name: `orders` becomes OrdersFunction. At most 40 letters, digits and single "
        "- or _, a letter first.",
    )
    code: str = Field(
        min_length=1,
        description="Folder of its code, relative to the file that says so, or the URI of an image "
        "in ECR. The folder is copied beside the templates.",
    )
    handler: str | None = Field(
        default=None,
        pattern=r"^[^\s]{1,128}$",
        description="File and function that Lambda calls. Left out: `app.handler` in Python, "
        f"Node.js and Ruby. See {LAMBDA_GUIDE}lambda-functions.html",
    )
    runtime: str | None = Field(
        default=None,
        description="Any runtime of Lambda, such as `nodejs24.x`, or `image`, which is built by "
        "the folder's Dockerfile. Left out: `sam.runtime`. See "
        f"{LAMBDA_GUIDE}lambda-runtimes.html",
    )
    build: Literal["makefile", "runtime", "none"] | None = Field(
        default=None,
        description="How `sam build` makes the package: by the target `build-<Name>Function` of "
        "the folder's Makefile, as it does for the runtime, or not at all. Left out: for Python by "
        "a Makefile, which is written if the folder has none; by the folder's Makefile for "
        "`provided`; else by the runtime.",
    )
    user: str | None = Field(
        default=None,
        description="One of `rds.users` that it logs in as; it may connect as no other. Left out: "
        "it has no database, and is outside the VPC.",
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
        if len(self.name) > LONGEST_NAME or not NAME.fullmatch(self.name):
            yield Problem(
                "name",
                f"must be at most {LONGEST_NAME} letters, digits and single - or _, a letter "
                f"first, got {self.name!r}",
            )
        yield from environment_problems(self.environment)
        yield from policy_problems(self.policies)
        yield from route_problems(self.routes)
        if self.schedule and (sentence := schedule_problem(self.schedule)):
            yield Problem("schedule", sentence)
        for index, arn in enumerate(self.layers):
            if not re.fullmatch(r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+", arn):
                yield Problem(f"layers.{index}", f"must be the ARN of a layer version, got {arn!r}")
        for index, group in enumerate(self.security_groups):
            if not re.fullmatch(r"sg-[0-9a-f]{8,17}", group):
                yield Problem(
                    f"security_groups.{index}", f"must be the ID of a security group, got {group!r}"
                )
        yield from self._code_problems()
        yield from self._event_problems()
        yield from self._network_problems()

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.runtime not in {None, IMAGE} and (doubt := runtime_doubt(str(self.runtime))):
            yield Problem("runtime", doubt)
        yield from policy_warnings(self.policies)
        if not (self.routes or self.schedule or self.queue):
            yield Problem(
                "routes",
                "are missing, and so are `schedule` and `queue`: nothing calls it",
            )

    def _code_problems(self) -> Iterator[Problem]:
        if self.is_remote_image:
            for name in ("handler", "runtime", "build"):
                if getattr(self, name) is not None:
                    yield Problem(name, f"is part of the image {self.code}; leave it out")
        elif "dkr.ecr" in self.code or "://" in self.code:
            yield Problem(
                "code",
                "must be a folder, or the URI of an image in ECR with its tag or digest, got "
                f"{self.code!r}",
            )
        elif self.code.startswith(("/", "~")):
            yield Problem("code", f"must be relative to the file that says so, got {self.code!r}")
        if self.is_image and not self.is_remote_image:
            for name in ("handler", "build"):
                if getattr(self, name) is not None:
                    yield Problem(name, "is for the Dockerfile to say, with `runtime: image`")
        if self.is_image and (self.layers or self.database_layer):
            place = "layers" if self.layers else "database_layer"
            yield Problem(place, "must be left out: an image has no layers")
        if self.runtime not in {None, IMAGE}:
            if sentence := runtime_problem(str(self.runtime)):
                yield Problem("runtime", sentence)
            elif self.handler is None and language(str(self.runtime)) not in HANDLERS:
                yield Problem("handler", f"is missing; {self.runtime} has no default")

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
        if self.alias and self.alias.provisioned_concurrency and self.reserved_concurrency == 0:
            yield Problem("reserved_concurrency", "must not be 0 with provisioned concurrency")

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
    def is_remote_image(self) -> bool:
        """True where its code is an image in ECR."""
        return bool(IMAGE_URI.fullmatch(self.code))

    @property
    def is_image(self) -> bool:
        """True where it is a container image."""
        return self.is_remote_image or self.runtime == IMAGE

    @property
    def prefix(self) -> str:
        """Its name as the first part of logical IDs: ``NightlyReport`` of ``nightly-report``."""
        return "".join(word[:1].upper() + word[1:] for word in re.split(r"[_-]", self.name))

    @property
    def title(self) -> str:
        """Title of its resource."""
        return f"{self.prefix}Function"

    @property
    def rendered_path(self) -> str:
        """Folder beside the templates that its code is copied to."""
        return f"{FOLDER}/{self.name}"

    @property
    def code_path(self) -> LocalPath:
        """The folder of its code, as templates name it."""
        return LocalPath(self.rendered_path)

    def entry(self, runtime: str) -> str:
        """Its handler in *runtime*."""
        return self.handler or HANDLERS[language(runtime)]

    def builder(self, runtime: str) -> str:
        """How its package is made in *runtime*: ``makefile``, ``runtime`` or ``none``."""
        if self.build:
            return self.build
        return "makefile" if language(runtime) in {"python", "provided"} else "runtime"

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
