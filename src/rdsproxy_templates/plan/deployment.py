"""Carrying a plan out, and taking it back; what is done already is in CloudFormation itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import DeploymentFailed, Problem
from ..frame import Template
from ..frame.ports import logical_id
from .access import Access, refusals
from .building import packaged
from .changes import ChangeSet
from .data import AccountName, Plan, Step
from .document import PREFIX, UNPROTECTED, fed
from .failures import failures
from .root_stack import HALF, UNMADE, RootStack

PROTECTED = {
    "AWS::RDS::DBCluster": ("describe_db_clusters", "DBClusterIdentifier", "DBClusters"),
    "AWS::RDS::DBInstance": ("describe_db_instances", "DBInstanceIdentifier", "DBInstances"),
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a step deploys: the root template, and the folder in which it was written."""

    root: Template
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Talk:
    """How the person at the command is spoken to."""

    say: Callable[[str], None]
    asks: Callable[[str], bool]
    """Whether the answer to a question is yes."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A plan, and what it is carried out with."""

    plan: Plan
    accesses: Mapping[AccountName, Access]
    talk: Talk
    prefix: str = PREFIX
    given: Mapping[str, str] = field(default_factory=dict)
    """Parameters that the person gave: of every step that has them, or `step.parameter`."""
    loss_accepted: bool = False
    """Whether what holds data may be replaced or deleted."""

    def deploy(self, parts: Mapping[str, Part]) -> dict[str, str]:
        """Take every step that is not done; the outputs of the last.

        Raises :class:`DeploymentFailed` at the first step that stops, and goes on there
        when it is called again.
        """
        outputs: dict[str, dict[str, str]] = {}
        for step in self.plan.steps:
            self._announce(step)
            with refusals(step.name):
                outputs[step.name] = self._take(step, parts[step.variant], outputs)
        return outputs[self.plan.steps[-1].name]

    def destroy(self) -> None:
        """Delete every stack that is there, the last first; nothing where one is protected."""
        standing = [
            (step, stack)
            for step in reversed(self.plan.steps)
            for stack in [self._stack(step)]
            if self._is_there(step, stack)
        ]
        if problems := [one for step, stack in standing for one in self._protected(step, stack)]:
            raise DeploymentFailed(problems)
        names = ", ".join(stack.name for _, stack in standing)
        if not standing:
            self.talk.say("there is nothing to delete")
        elif not self.talk.asks(f"Delete {names}?"):
            raise DeploymentFailed([Problem(self.plan.name, "was left as it is")])
        for step, stack in standing:
            self._announce(step)
            self._delete(step, stack)

    def _announce(self, step: Step) -> None:
        access, number = self._access(step), self.plan.steps.index(step) + 1
        self.talk.say(
            f"step {number} of {len(self.plan.steps)}: {step.variant} in account {access.id} "
            f"({step.account}), {access.region}, stack {step.stack_name(self.prefix)}"
        )

    def _stack(self, step: Step) -> RootStack:
        return RootStack(self._access(step), step.stack_name(self.prefix))

    def _access(self, step: Step) -> Access:
        return self.accesses[step.account].at(step.region)

    def _is_there(self, step: Step, stack: RootStack) -> bool:
        with refusals(step.name):
            return stack.settled() is not None

    def _take(
        self, step: Step, part: Part, outputs: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        stack = self._stack(step)
        self._clear(step, stack)
        values = self._values(step, part.root, outputs)
        parameters = [*_parameters(step, part.root, values, stack.parameters())]
        template = packaged(step.name, part.root, part.folder, stack.access)
        change_set = stack.change_set(template, parameters)
        if change_set.empty:
            stack.forget(change_set)
            self.talk.say("  nothing to change")
            return stack.outputs()
        if change_set.reason:
            raise DeploymentFailed([Problem(step.name, change_set.reason)])
        self._carry_out(step, stack, change_set)
        return stack.outputs()

    def _clear(self, step: Step, stack: RootStack) -> None:
        """Make way for the stack, where a creation left nothing but its name."""
        status = (stack.settled() or {}).get("StackStatus")
        if status in HALF:
            sentence = f"is {status}, and not all of it is gone: look at it, and `destroy` it"
            raise DeploymentFailed([Problem(step.name, sentence)])
        if status == UNMADE:
            self.talk.say(f"  {status}: what is left of the last try is deleted")
            self._delete(step, stack)

    def _carry_out(self, step: Step, stack: RootStack, change_set: ChangeSet) -> None:
        for line in change_set.lines():
            self.talk.say(f"  {line}")
        if change_set.risky and not self.loss_accepted:
            stack.forget(change_set)
            raise DeploymentFailed(_refused(change_set), within=step.name)
        if not self.talk.asks("Carry it out?"):
            stack.forget(change_set)
            raise DeploymentFailed([Problem(step.name, "was not carried out")])
        status = stack.execute(change_set, self._report)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeploymentFailed(_stopped(stack, stack.name, "deploy", status), within=step.name)

    def _delete(self, step: Step, stack: RootStack) -> None:
        with refusals(step.name):
            found = stack.described()
            status = stack.delete(self._report)
            if found is not None and status != "DELETE_COMPLETE":
                problems = _stopped(stack, found["StackId"], "destroy", status)
                raise DeploymentFailed(problems, within=step.name)

    def _report(self, status: str, logical_id: str) -> None:
        self.talk.say(f"  {status:36} {logical_id}")

    def _values(
        self, step: Step, root: Template, outputs: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        """The parameters that are known: given, of other accounts, and of earlier steps."""
        values = {
            name: self.given[key]
            for name in root.parameters
            for key in (name, f"{step.name}.{name}")
            if key in self.given
        }
        for port, account in step.told.items():
            values[logical_id(port)] = self.accesses[account].id
        for name, source in fed(self.plan, step, root):
            if name not in outputs[source.name]:
                sentence = f"needs {name}, which step {source.name} does not offer"
                raise DeploymentFailed([Problem(step.name, sentence)])
            values[name] = outputs[source.name][name]
        return values

    def _protected(self, step: Step, stack: RootStack) -> Iterator[Problem]:
        """The databases that refuse to be deleted."""
        with refusals(step.name):
            api = stack.access.client("rds")
            for resource in stack.resources():
                if resource["ResourceType"] not in PROTECTED:
                    continue
                operation, key, listed = PROTECTED[resource["ResourceType"]]
                name = resource.get("PhysicalResourceId")
                if not name or resource["ResourceStatus"] == "DELETE_COMPLETE":
                    continue
                [database] = getattr(api, operation)(**{key: name})[listed]
                if database.get("DeletionProtection"):
                    yield Problem(
                        f"{step.name}.{resource['LogicalResourceId']}",
                        "is protected from deletion: deploy it first with "
                        f"`{UNPROTECTED}`; nothing was deleted",
                    )


def _stopped(stack: RootStack, name_or_id: str, work: str, status: str) -> Sequence[Problem]:
    """Every resource that failed; the stack's own status where none says so."""
    found = failures(stack, name_or_id, work)
    return found or [Problem("", f"the stack {stack.name} is {status}")]


def _refused(change_set: ChangeSet) -> list[Problem]:
    """Everything that may lose data, where nobody is asked."""
    way_out = "it was not carried out; leave out --yes to be asked, or add --accept-data-loss"
    return [Problem(change.path, f"{change.risk}: {way_out}") for change in change_set.risky]


def _parameters(
    step: Step, root: Template, values: Mapping[str, str], there: set[str]
) -> Iterator[dict[str, Any]]:
    """As the API takes them; what nobody gave keeps its default, or the value that it has."""
    missing = []
    for name, body in root.parameters.items():
        if name in values:
            yield {"ParameterKey": name, "ParameterValue": values[name]}
        elif "Default" not in body and name in there:
            yield {"ParameterKey": name, "UsePreviousValue": True}
        elif "Default" not in body:
            missing.append(f"--parameter {name}=… ({body['Description'].rstrip('.')})")
    if missing:
        raise DeploymentFailed([Problem(step.name, f"must be told {one}") for one in missing])
