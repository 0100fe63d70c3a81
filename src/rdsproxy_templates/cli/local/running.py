"""The local cloud of the current folder, for the subcommands that use it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from ...errors import ConfigError, DeploymentError, Problem

if TYPE_CHECKING:
    from rdsproxy_local.deployment.deployed_stack import DeployedStack
    from rdsproxy_local.state import DeployedStep, State

EXTRA: Final = (
    "awslambdaric",
    "boto3",
    "cfn_flip",
    "cryptography",
    "jmespath",
    "jsonschema",
    "moto",
    "pg8000",
    "pymysql",
    "regex",
    "trustme",
)
"""Modules of the extra `local`."""


def require_extra() -> None:
    """Raise :class:`ConfigError` where the library was installed without its extra `local`."""
    if missing := [name for name in EXTRA if find_spec(name) is None]:
        sentence = (
            f"needs {', '.join(missing)}: run `pip install 'rdsproxy_templates[local]'` in this "
            "environment"
        )
        raise ConfigError([Problem("local", sentence)])


def running(*, ready: bool = True) -> State:
    """Return the state of the local cloud that runs; raise :class:`DeploymentError` for none.

    With *ready*, everything must be deployed in it.
    """
    require_extra()
    from rdsproxy_local.state import State, is_owned  # noqa: PLC0415

    state = State.read()
    if not is_owned():
        sentence = "nothing runs for this folder; `rdsproxy-templates local up` starts it"
        if state is not None:
            sentence = (
                f"the local cloud of this folder, with {state.plan}, has died (it was process "
                f"{state.pid}, started {state.started}); `rdsproxy-templates local up` starts "
                "another"
            )
        raise DeploymentError([Problem("local", sentence)])
    if state is None or (ready and not state.is_ready):
        sentence = "is being deployed; try again when `local up` says that it is"
        raise DeploymentError([Problem(state.plan if state else "local", sentence)])
    return state


def already_runs() -> ConfigError:
    """Return the error of a second local cloud for the current folder."""
    from rdsproxy_local.state import State  # noqa: PLC0415 - an extra

    known = State.read()
    what = f"{known.plan}, at {known.endpoint}, process {known.pid}" if known else "it is starting"
    sentence = f"a local cloud runs for this folder: {what}; end it by `local down`"
    return ConfigError([Problem("local", sentence)])


def stacks(state: State) -> dict[str, DeployedStack]:
    """Return the root stacks by their steps."""
    from rdsproxy_local.deployment.deployed_stack import DeployedStack  # noqa: PLC0415
    from rdsproxy_local.local_cloud import Account  # noqa: PLC0415

    def deployed(one: DeployedStep) -> DeployedStack:
        return DeployedStack(Account(state.endpoint, one.account, one.region), one.stack)

    return {one.step: deployed(one) for one in state.steps}
