"""Commands to paste into another terminal once a plan is deployed."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from integration.planning import KEYS
from rdsproxy_local.servers.loopback import HOST
from rdsproxy_local.viewer import Viewer
from rdsproxy_templates.deploy.guide import PREFIX

from .deployment import CLIENTS, Deployment

STRANGER: Final = "127.0.0.2"
"""Address of this machine that may not call CloudFront."""

REQUESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "APIEndpoint": ("-X POST {}initialize", "{}load", "-X POST {}visits"),
    "PasswordUrl": ("{}",),
    "IAMUrl": ("{}",),
}
"""Requests to an API, by the output that has its address; ``{}`` stands for the address."""

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


def to_paste(deployment: Deployment) -> str:
    """All sections that apply to the outputs of the plan."""
    sections = [str(one) for sections in SECTIONS for one in sections(deployment)]
    return "\n".join(["", *sections, "The functions' logs follow. Ctrl-C ends everything."])


def _environment(deployment: Deployment) -> Iterator[Section]:
    account = deployment.caller
    own = account.environment
    variables = {
        "AWS_ENDPOINT_URL": account.endpoint,
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_CONFIG_FILE": deployment.planner.environment["AWS_CONFIG_FILE"],
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **{name: own[name] for name in KEYS},
    }
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    path = f'export PATH={shlex.quote(str(CLIENTS))}:"$PATH"'
    yield Section("The plan is deployed. In another terminal:", [*exports, path])


def _signed(deployment: Deployment) -> Iterator[Section]:
    calls = [
        f"signed {request.format(deployment.caller.local(deployment.outputs[name]))}"
        for name, requests in REQUESTS.items()
        if name in deployment.outputs
        for request in requests
    ]
    if calls:
        yield Section("The API answers to signed requests:", [SIGNED, *calls])


def _viewers(deployment: Deployment) -> Iterator[Section]:
    outputs = deployment.outputs
    if "CallByCurl" in outputs:
        allowed, other = _by_curl(deployment, HOST), _by_curl(deployment, STRANGER)
        through, around = outputs["CallByCurl"], outputs["CallAroundByCurl"]
        yield Section(f"CloudFront lets {HOST} in:", [f"{allowed} {through}"])
        yield Section(f"CloudFront answers 403 to {STRANGER}:", [f"{other} {through}"])
        yield Section(
            "The API itself answers 403 to anyone who bypasses CloudFront:", [f"{allowed} {around}"]
        )


def _by_curl(deployment: Deployment, address: str) -> str:
    """Prefix of a curl command that calls from *address*."""
    home = deployment.folder / address
    home.mkdir()
    viewer = Viewer(deployment.caller.endpoint, address)
    api_url = shlex.split(deployment.outputs["CallAroundByCurl"])[-1]
    viewer.configure_curl(home, deployment.outputs["SiteUrl"], api_url)
    return f"CURL_HOME={shlex.quote(str(home))}"


def _client(deployment: Deployment) -> Iterator[Section]:
    outputs = deployment.outputs
    if "ConnectThroughTunnel" in outputs:
        viewer = Viewer(deployment.caller.endpoint)
        _, port = viewer.place("postgresql", outputs["DBClusterEndpoint"])
        connect = re.sub(r"-p \d+", f"-p {port}", outputs["ConnectThroughTunnel"])
        yield Section(
            "The bastion instance does not run here; this is the database at a tunnel's end:",
            [outputs["GetSecretValueByCLI"], connect],
        )


def _stacks(deployment: Deployment) -> Iterator[Section]:
    commands = []
    for step in deployment.plan.steps:
        where = f" --region {step.region}" if step.region else ""
        name = f"--profile {step.account}{where} --stack-name {step.stack_name(PREFIX)}"
        commands.append(f"aws cloudformation describe-stacks {name}")
    yield Section("CloudFormation describes the stacks:", commands)


SECTIONS: Final[tuple[Callable[[Deployment], Iterator[Section]], ...]] = (
    _environment,
    _signed,
    _viewers,
    _client,
    _stacks,
)
