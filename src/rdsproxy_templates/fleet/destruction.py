"""The end of a fleet: its stacks wave by wave, the last first, and then the stack set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..deploy.accounts import aws_errors_at
from ..deploy.guide import UNPROTECTED
from ..deploy.protection import protected_databases
from ..deploy.root_stack import RootStack
from ..errors import DeploymentError, Problem
from .concurrently import in_threads
from .fleet_operations import FleetOperations
from .place import Place
from .planning import AT_ONCE, by_region
from .stack_set import StackInstance
from .stack_set_ownership import require_own
from .targets import Wave


@dataclass(frozen=True, kw_only=True)
class Destruction:
    """The deletion of a stack set and of its stacks, or of the stack set only."""

    operations: FleetOperations
    waves: Sequence[Wave]
    retain: bool = False
    """Let the stacks stay in their accounts, where they belong to no stack set any more."""

    def run(self) -> None:
        """Ask, and delete, or nothing where a database is protected.

        Raises :class:`NoSuchStackError` where there is no such stack set, and
        :class:`DeploymentError` where it is somebody else's.
        """
        stack_set, console = self.operations.stack_set, self.operations.console
        require_own(stack_set.name, stack_set.existing())
        self.operations.follow_unfinished()
        instances = [*stack_set.instances()]
        for line in by_region(sorted(one.place for one in instances)):
            console.say(f"stacks in {line}")
        if not self.retain and (problems := self._protected(instances)):
            raise DeploymentError(problems)
        stacks = "let its stacks go, which stay" if self.retain else "delete all its stacks"
        if not console.confirm(f"Delete the stack set {stack_set.name}, and {stacks}?"):
            raise DeploymentError([Problem(stack_set.name, "was not deleted")])
        for name, places in self._in_order(instances):
            console.say(f"{name}: {len(places)} of {len(instances)} stacks")
            self.operations.delete(places, retain=self.retain)
        self.operations.requests.delete()

    def _in_order(self, instances: Sequence[StackInstance]) -> Iterator[tuple[str, list[Place]]]:
        """Yield the places that are in no wave any more, and the waves, the last first."""
        left = {one.place for one in instances}
        waves = {place for wave in self.waves for place in wave.places}
        if others := sorted(left - waves):
            yield "in no wave", others
        for wave in reversed(self.waves):
            if places := [place for place in wave.places if place in left]:
                yield f"wave {wave.name}", places

    def _protected(self, instances: Sequence[StackInstance]) -> list[Problem]:
        found = in_threads(self._protected_in, instances, AT_ONCE)
        return [one for some in found for one in some]

    def _protected_in(self, instance: StackInstance) -> list[Problem]:
        if not instance.stack_id:
            return []
        with aws_errors_at(str(instance.place)):
            session = self.operations.sessions.member(instance.place)
            stack = RootStack(session, instance.stack_id.split("/")[1])
            if stack.description() is None:
                return []
            return [
                Problem(
                    f"{instance.place}: {one.path}",
                    f"{one.name} is protected from deletion; apply `{UNPROTECTED}` first"
                    ", or keep the stacks by --retain; nothing was deleted",
                )
                for one in protected_databases(stack)
            ]
