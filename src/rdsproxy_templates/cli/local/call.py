"""`local call`: a signed request to what is deployed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from ...errors import ConfigError, DeploymentError, Problem
from ...model import did_you_mean
from .running import running, stacks

if TYPE_CHECKING:
    from rdsproxy_local.deployment.deployed_stack import DeployedStack
    from rdsproxy_local.local_cloud import Account

API: Final = "APIEndpoint"
"""Output that a path without a name belongs to, where several have an address."""


class Address(NamedTuple):
    """The address in an output, and the account of its stack."""

    url: str
    account: Account


@click.command(
    "call",
    help="Send a request to a deployed API, signed by its developer, and print the answer. TARGET "
    "is a path, such as /orders, or an output that holds an address, with or without a path: "
    "IAMUrl, OrdersUrl/orders. An answer from 400 up is status 1.",
)
@click.argument("target")
@click.option(
    "-X", "--request", "method", metavar="METHOD", help="Default: GET, and POST with --data."
)
@click.option("-d", "--data", metavar="TEXT", help="Body of the request, JSON or text.")
@click.option("--unsigned", is_flag=True, help="Leave the signature out.")
def call_command(*, target: str, method: str | None, data: str | None, unsigned: bool) -> None:
    """Run the subcommand."""
    state = running()
    from rdsproxy_local.testing.answers import answer_of  # noqa: PLC0415 - an extra

    address, path = _chosen(_addresses(stacks(state)), target)
    method = method or ("GET" if data is None else "POST")
    answer = answer_of(
        address.account,
        method.upper(),
        f"{address.url.rstrip('/')}{path}",
        (data or "").encode(),
        _headers(data),
        signed=not unsigned,
    )
    click.echo(answer.body.decode(errors="replace"))
    if answer.status >= HTTPStatus.BAD_REQUEST:
        sentence = f"answered {answer.status} {_phrase(answer.status)}"
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            sentence += "; `rdsproxy-templates local logs` shows why"
        raise DeploymentError([Problem(f"{method.upper()} {target}", sentence)])


def _headers(data: str | None) -> dict[str, str]:
    """Return the type of a body that an HTTP API hands on as text."""
    if data is None:
        return {}
    kind = "application/json" if data.lstrip()[:1] in {"{", "["} else "text/plain"
    return {"content-type": f"{kind}; charset=utf-8"}


def _addresses(deployed: dict[str, DeployedStack]) -> dict[str, Address]:
    """Return the addresses by the names of their outputs."""
    from rdsproxy_local.testing.answers import is_callable  # noqa: PLC0415 - an extra

    return {
        name: Address(value, stack.account)
        for stack in deployed.values()
        for name, value in stack.outputs.items()
        if is_callable(value)
    }


def _chosen(known: dict[str, Address], target: str) -> tuple[Address, str]:
    name, slash, path = target.partition("/")
    if not known:
        raise ConfigError([Problem("call", "nothing deployed has an API")])
    if not name:
        name = API if API in known or len(known) > 1 else next(iter(known))
    if name not in known:
        outputs = ", ".join(known)
        sentence = f"no output {name!r} holds an address{did_you_mean(name, [*known])}; {outputs}"
        raise ConfigError([Problem("call", f"{sentence} {'does' if len(known) == 1 else 'do'}")])
    return known[name], slash + path


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {*HTTPStatus} else ""
