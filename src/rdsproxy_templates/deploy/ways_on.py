"""What makes a stack ready for an update: the way on from each of its states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..errors import DeploymentError, Problem
from .change_sets import is_stack
from .failures import advice, failures
from .plan import Step
from .root_stack import RootStack
from .stack_events import Report
from .states import state_of

if TYPE_CHECKING:
    from .deployment import Deployment

ROLLED_BACK: Final = "UPDATE_ROLLBACK_COMPLETE"
FAILED: Final = "UPDATE_FAILED"
ALL: Final = "*"
"""In the place of paths to skip: each resource whose rollback failed."""


@dataclass(frozen=True)
class FailedResource:
    """A resource that could not be rolled back."""

    path: str
    """The logical ID, after those of the nested stacks around it."""
    api_name: str
    """Its name for CloudFormation: the nested stack's name, and the logical ID."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class WayOn:
    """A stack that may take no update, and the person who decides."""

    step: str
    stack: RootStack
    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    report: Report
    place: Callable[[], str]
    """Returns the account and the Region, for questions."""
    skip: Sequence[str] = ()
    """Paths of resources that a rollback skips."""

    def prepare(self) -> None:
        """Bring the stack to where it takes a change set; raise :class:`DeploymentError` if not."""
        found = self.stack.wait_until_settled(self.report)
        status = found["StackStatus"] if found else "DELETE_COMPLETE"
        way = state_of(status).way
        if self.skip and way != "continue rollback":
            sentence = (
                f"is for a stack in UPDATE_ROLLBACK_FAILED, and {self.stack.name} is {status}; "
                "leave it out"
            )
            raise DeploymentError([Problem("--skip-resource", sentence)])
        if problem := destroy_first(status):
            raise DeploymentError([problem], within=self.step)
        if way == "create again":
            self.say(f"{status}: deleting the remains of the last attempt")
            self._ended(self.stack.delete(self.report), "DELETE_COMPLETE", "destroy")
        elif way in {"complete", "roll back"} and self.stack.was_never_whole():
            self.say(f"{status}: completing the creation; if that fails, what is there stays")
        elif way == "roll back":
            self._asked(status, "Roll the failed update back?")
            self._ended(self.stack.roll_back(self.report), ROLLED_BACK, "roll back")
        elif way == "continue rollback":
            self._continue(status)

    def _continue(self, status: str) -> None:
        failed = list(failed_resources(self.stack))
        known = {one.path: one for one in failed}
        skips_all = ALL in self.skip
        if unknown := [path for path in self.skip if path not in {*known, ALL}]:
            paths = ", ".join(known) or "none"
            raise DeploymentError(
                Problem("--skip-resource", f"{path} is not among what failed, which is: {paths}")
                for path in unknown
            )
        for one in failed:
            self.say(f"could not be rolled back: {one.path}: {one.reason}{advice(one.reason)}")
        skip = list(known) if skips_all else self.skip
        without = f", skipping {', '.join(skip)}" if skip else ""
        self._asked(status, f"Continue the rollback{without}?")
        skipped = [known[path].api_name for path in skip]
        ended = self.stack.continue_rollback(self.report, skipped, skips_all=skips_all)
        self._ended(ended, ROLLED_BACK, "roll back")

    def _asked(self, status: str, question: str) -> None:
        stack = f"{self.stack.name} in {self.place()}"
        if not self.confirm(f"{stack} is {status}. {question}"):
            raise DeploymentError([Problem(self.step, f"is {status}, and was left so")])

    def _ended(self, status: str, wanted: str, work: str) -> None:
        if status == wanted:
            return
        found = failures(self.stack, self.stack.name, work)
        more = (
            "; mend what failed and run the same command again, or skip a resource by "
            "`--skip-resource PATH`: then the next template must match its real state; or "
            "`destroy` the stack"
            if status == "UPDATE_ROLLBACK_FAILED"
            else ""
        )
        problems = [*found, Problem("", f"the stack is {status}{more}")]
        raise DeploymentError(problems, within=self.step)


def make_ready(deployment: Deployment, step: Step) -> None:
    """Bring the stack of *step* to where it takes a change set."""
    with deployment.followed() as report:
        WayOn(
            step=step.name,
            stack=deployment.stack(step),
            say=lambda line: deployment.console.say(f"  {line}"),
            confirm=deployment.console.confirm,
            report=report,
            place=lambda: deployment.place(step),
            skip=deployment.paths_in(step, deployment.skip),
        ).prepare()


def destroy_first(status: str) -> Problem | None:
    """Return why a stack of this *status* takes no deployment, and what to do; None if it does."""
    if state_of(status).way != "destroy first":
        return None
    sentence = f"is {status}, and some of its resources remain: look at them, then `destroy` it"
    return Problem("", sentence)


def failed_resources(
    stack: RootStack, name_or_id: str | None = None, within: str = "", prefix: str = ""
) -> Iterator[FailedResource]:
    """Yield the innermost resources at which a rollback failed."""
    for resource in stack.own_resources(name_or_id or stack.name):
        if resource["ResourceStatus"] != FAILED:
            continue
        path = within + resource["LogicalResourceId"]
        nested = resource.get("PhysicalResourceId") if is_stack(resource) else None
        inside = (
            [*failed_resources(stack, nested, f"{path}.", f"{_name(nested)}.")] if nested else []
        )
        yield from inside or [
            FailedResource(path, prefix + resource["LogicalResourceId"], _reason(resource))
        ]


def _reason(resource: Mapping[str, str]) -> str:
    return resource.get("ResourceStatusReason") or "AWS gives no reason"


def _name(stack_id: str) -> str:
    """Return the name of the stack with this ARN, arn:…:stack/NAME/UUID."""
    return stack_id.split("/")[1]
