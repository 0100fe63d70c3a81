"""Commands to paste into another terminal once a plan is deployed."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ...resources.routes import parsed
from .deployment import LocalDeployment

if TYPE_CHECKING:
    from rdsproxy_local.viewer import Viewer

LOOPBACK: Final = "127.0.0.1"
STRANGER: Final = "127.0.0.2"
"""Address of this machine that may not call CloudFront."""

REQUESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "APIEndpoint": ("-X POST {}initialize", "{}load", "-X POST {}visits"),
    "PasswordUrl": ("{}",),
    "IAMUrl": ("{}",),
}
"""Requests to an API, by the output that has its address; ``{}`` stands for the address."""
API_OUTPUT: Final = "APIEndpoint"
DATABASES: Final = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
API: Final = re.compile(r"https://[a-z0-9]+\.execute-api\.[^ ]+")

SIGNED: Final = """\
signed() { curl --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" \\
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
    -H "x-amz-security-token: $AWS_SESSION_TOKEN" "$@"; echo; }"""


class Section(NamedTuple):
    """A sentence, and the commands that show it."""

    says: str
    commands: list[str]

    def __str__(self) -> str:
        lines = "\n".join(self.commands).splitlines()
        return "\n".join([f"{self.says}\n", *(f"  {line}" for line in lines), ""])


class Deployed(NamedTuple):
    """A deployed plan, the outputs of its last step, and the folder for files beside it."""

    deployment: LocalDeployment
    outputs: Mapping[str, str]
    folder: Path
    profiles: Path


def to_paste(deployed: Deployed) -> str:
    """Return all sections that apply to the outputs of the plan."""
    sections = [str(one) for sections in SECTIONS for one in sections(deployed)]
    return "\n".join(["", *sections])


def _environment(deployed: Deployed) -> Iterator[Section]:
    account = deployed.deployment.account_of(deployed.deployment.plan.steps[-1])
    from rdsproxy_local.profiles import KEYS  # noqa: PLC0415 - an extra

    variables = {
        "AWS_ENDPOINT_URL": account.endpoint,
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_CONFIG_FILE": str(deployed.profiles),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **{name: account.environment[name] for name in KEYS},
    }
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    yield Section("The plan is deployed. In another terminal:", exports)


def _signed(deployed: Deployed) -> Iterator[Section]:
    account = deployed.deployment.account_of(deployed.deployment.plan.steps[-1])
    calls = [
        f"signed {request.format(account.local(deployed.outputs[name]))}"
        for name, request in _requests(deployed)
    ]
    if calls:
        yield Section("The API answers to signed requests:", [SIGNED, *calls])


def _requests(deployed: Deployed) -> Iterator[tuple[str, str]]:
    """Yield the outputs with an API's address, each with a request to it."""
    declared = tuple(_routes(deployed))
    for name, value in deployed.outputs.items():
        if name == API_OUTPUT and declared:
            yield from ((name, one) for one in declared)
        elif name in REQUESTS:
            yield from ((name, one) for one in REQUESTS[name])
        elif API.fullmatch(value):
            yield name, "{}"


def _routes(deployed: Deployed) -> Iterator[str]:
    """Yield a request for each route of declared functions; a variable in it is 1."""
    for one in deployed.deployment.rendered:
        declared = getattr(one.config, "functions", ())
        for function in declared if isinstance(declared, tuple) else ():
            for text in getattr(function, "routes", ()):
                method, path = parsed(text)
                way = "" if method in {"ANY", "GET"} else f"-X {method} "
                yield way + "{}" + re.sub(r"\{[^}]*\}", "1", path.removeprefix("/"))


def _viewers(deployed: Deployed) -> Iterator[Section]:
    outputs = deployed.outputs
    if "CallByCurl" in outputs:
        allowed, other = _by_curl(deployed, LOOPBACK), _by_curl(deployed, STRANGER)
        through, around = outputs["CallByCurl"], outputs["CallAroundByCurl"]
        yield Section(f"CloudFront lets {LOOPBACK} in:", [f"{allowed} {through}"])
        yield Section(f"CloudFront answers 403 to {STRANGER}:", [f"{other} {through}"])
        yield Section(
            "The API itself answers 403 to anyone who bypasses CloudFront:", [f"{allowed} {around}"]
        )


def _by_curl(deployed: Deployed, address: str) -> str:
    """Return the prefix of a curl command that calls from *address*."""
    home = deployed.folder / f"curl-{address}"
    home.mkdir(exist_ok=True)
    api_url = shlex.split(deployed.outputs["CallAroundByCurl"])[-1]
    _viewer(deployed, address).configure_curl(home, deployed.outputs["SiteUrl"], api_url)
    return f"CURL_HOME={shlex.quote(str(home))}"


def _client(deployed: Deployed) -> Iterator[Section]:
    outputs = deployed.outputs
    if "ConnectThroughTunnel" in outputs:
        _, port = _viewer(deployed).place("postgresql", outputs["DBClusterEndpoint"])
        connect = re.sub(r"-p \d+", f"-p {port}", outputs["ConnectThroughTunnel"])
        yield Section(
            "The bastion instance does not run here; this is the database at a tunnel's end:",
            [outputs["GetSecretValueByCLI"], connect],
        )


def _viewer(deployed: Deployed, address: str = LOOPBACK) -> Viewer:
    from rdsproxy_local.viewer import Viewer  # noqa: PLC0415 - an extra

    account = deployed.deployment.account_of(deployed.deployment.plan.steps[-1])
    return Viewer(account.endpoint, address)


def _commands(deployed: Deployed) -> Iterator[Section]:
    folder = shlex.quote(str(deployed.folder.parent))
    calls = [
        f"call {one.format('/' if name == API_OUTPUT else name)}"
        for name, one in _requests(deployed)
    ]
    subcommands = ["status", *calls[:1], "logs"]
    if _has_database(deployed):
        subcommands.append("sql -c 'SELECT 1'")
    commands = [f"rdsproxy-templates local {one}" for one in subcommands]
    yield Section("The command shows more:", [f"cd {folder}", *commands])


def _stacks(deployed: Deployed) -> Iterator[Section]:
    commands = []
    for step in deployed.deployment.plan.steps:
        where = f" --region {step.region}" if step.region else ""
        stack = deployed.deployment.stack_name(step)
        name = f"--profile {step.account}{where} --stack-name {stack}"
        commands.append(f"aws cloudformation describe-stacks {name}")
    yield Section("AWS CLI, where it is installed, describes the stacks:", commands)


def _has_database(deployed: Deployed) -> bool:
    return bool(deployed.deployment.given_stacks) or any(
        resource["Type"] in DATABASES
        for one in deployed.deployment.rendered
        for _, template in one.bundle.root.walk()
        for resource in template.resources.values()
    )


SECTIONS: Final[tuple[Callable[[Deployed], Iterator[Section]], ...]] = (
    _environment,
    _signed,
    _viewers,
    _client,
    _commands,
    _stacks,
)
