"""The parameters of a step: given, of earlier steps, or as they were; compared with the account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import DeploymentError, Problem
from ..model import Template
from ..model.port import logical_id
from .accounts import aws_errors_at
from .given import given_problems
from .guide import parameters_from_steps
from .parameters import Previous, for_api
from .plan import Step
from .rendered_step import RenderedStep
from .states import state_of

if TYPE_CHECKING:
    from .deployment import Deployment


def _values(
    deployment: Deployment, step: Step, root: Template, outputs: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the parameters that are given, are IDs of accounts, or come from earlier steps."""
    values = {
        name: deployment.parameters[key]
        for name in root.parameters
        for key in (name, f"{step.name}.{name}")
        if key in deployment.parameters
    }
    for port, account in step.account_ids.items():
        values[logical_id(port)] = deployment.account_sessions[account].id
    for name, source in parameters_from_steps(deployment.plan, step, root):
        if name not in outputs[source.name]:
            sentence = f"needs {name}, which is not an output of step {source.name}"
            raise DeploymentError([Problem(step.name, sentence)])
        values[name] = outputs[source.name][name]
    return values


def _before(deployment: Deployment, step: Step) -> tuple[dict[str, Previous], bool]:
    """Return the parameters that an update will find, and True where it will be a creation."""
    stack = deployment.stack(step)
    found = stack.description()
    status = found["StackStatus"] if found else "DELETE_COMPLETE"
    if state_of(status).way in {"create", "create again"}:
        return {}, True
    return stack.parameters(), False


def require_given(deployment: Deployment, rendered: Mapping[str, RenderedStep]) -> None:
    """Raise for what is wrong with the parameters of steps to which no other step gives any."""
    for step in deployment.steps:
        one = rendered[step.variant]
        if not any(parameters_from_steps(deployment.plan, step, one.root)):
            with aws_errors_at(step.name):
                previous, creates = _before(deployment, step)
                step_parameters(deployment, step, one, {}, previous, creates=creates)


def step_parameters(  # noqa: PLR0913 - one of each kind
    deployment: Deployment,
    step: Step,
    rendered: RenderedStep,
    outputs: Mapping[str, Mapping[str, str]],
    previous: Mapping[str, Previous],
    *,
    creates: bool,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the values that are given, and all for the API; raise for what is wrong."""
    values = _values(deployment, step, rendered.root, outputs)
    parameters = for_api(step.name, rendered.root.parameters, values, previous)
    known = {name: one.value for name, one in previous.items()} | values
    if wrong := given_problems(
        deployment.session(step),
        rendered.root,
        known,
        say,
        config=rendered.config,
        creates=creates,
    ):
        raise DeploymentError(wrong, within=step.name)
    return values, parameters
