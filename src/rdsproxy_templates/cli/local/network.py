"""A network for plans that are given one: that of the variant `base`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...rendering import unpackaged
from ...variants import base

if TYPE_CHECKING:
    from rdsproxy_local.local_cloud import Account

STACK: Final = "local-network"
CHILD: Final = "VPCStack"


def offered(engine: str | None) -> set[str]:
    """Return the names of parameters that a network for *engine* can fill in."""
    return set(_child(engine).outputs)


def create(account: Account, names: Sequence[str], engine: str | None) -> dict[str, str]:
    """Create the network, and return its outputs with these *names*."""
    from rdsproxy_local.deployment.bucket import PackageBucket  # noqa: PLC0415 - an extra
    from rdsproxy_local.deployment.stacks import WantedStack, put_stack  # noqa: PLC0415

    bundle = _bundle(engine)
    parameters = bundle.root.parameters
    values = {name: str(parameters[name]["Default"]) for name in _child(engine).parameters}
    text = bundle.templates[bundle.paths[(CHILD,)]]
    bucket = PackageBucket(account.client("s3"), account.id, account.region)
    put_stack(account, bucket, WantedStack(name=STACK, template=text, parameters=values))
    outputs = account.outputs(STACK)
    return {name: outputs[name] for name in names}


def _child(engine: str | None) -> Any:
    return _bundle(engine).root.children[CHILD].template


def _bundle(engine: str | None) -> Any:
    settings: Mapping[str, Any] = {"rds": {"engine": engine}} if engine else {}
    return unpackaged(base, base.Config.parse(settings, "the network"))
