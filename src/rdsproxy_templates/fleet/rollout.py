"""The rollout of a fleet: wave by wave, each asked for, until one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..deploy.change_sets import HOLDING_DATA
from ..errors import DeploymentError, Problem
from .batches import Batch, batches
from .canary import canary_change
from .desired import DesiredStackSet
from .failing_places import failed_places, outdated_places
from .fleet_operations import FleetOperations
from .fleet_sessions import FleetSessions
from .fleet_settings import FleetSettings
from .place import Place
from .planning import FleetPlan, WavePlan, by_region
from .stack_set import Result, StackSet
from .targets import Wave
from .tolerance import share_of


@dataclass(kw_only=True)
class Rollout:
    """A plan, and what a person accepts of it."""

    plan: FleetPlan
    desired: DesiredStackSet
    operations: FleetOperations
    accept_data_loss: bool = False
    accepted_losses: Sequence[str] = ()
    """Paths of resources that may lose their data, or ACCOUNT/REGION of removed stacks."""
    data_types: frozenset[str] = frozenset()
    """Types of resources in the templates, by which removed stacks are judged."""
    _pending: bool = field(init=False)
    """True until the stack set itself says what it is to say."""
    _tolerated: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pending = bool(self.plan.differences)

    def carry_out(self, only: str | None = None) -> None:
        """Deploy every wave, or the one named *only*, and remove what is in none.

        Raises :class:`DeploymentError` where a wave fails; whatever is done stays, and the same
        call goes on from there.
        """
        if self.plan.is_new:
            self.operations.requests.create(self.desired.content())
            self.operations.console.say(f"stack set {self.plan.stack_set} is created")
        for one in self.plan.waves:
            if only in {None, one.wave.name} and one.changed:
                self._deploy(one)
        if only is None:
            if self._pending:
                self._change_stack_set()
            if self.plan.auto_deployment:
                requests, unchanged = self.operations.requests, self.desired.unchanged()
                self._say(self.plan.auto_deployment)
                self.operations.run_whole(lambda: requests.change_auto_deployment(unchanged))
            if self.plan.removed:
                self._remove()
        problems = [*failed_places(*self._read_by(), self._tolerated), *self._inoperable()]
        if count := len(self._tolerated):
            sentence = f"{count} failed within the tolerance; the same command tries again"
            problems.append(Problem(self.plan.stack_set, sentence))
        if problems:
            raise DeploymentError(problems)

    def _inoperable(self) -> Iterator[Problem]:
        for place in self.plan.inoperable:
            sentence = (
                "is INOPERABLE, because its deletion has failed, and StackSets leave it out; "
                "delete the instance by `aws cloudformation delete-stack-instances "
                f"--stack-set-name {self.plan.stack_set} --retain-stacks`, and then its stack"
            )
            yield Problem(str(place), sentence)

    def _deploy(self, one: WavePlan) -> None:
        say, requests, units = self._say, self.operations.requests, one.wave.units
        say(f"wave {one.wave.name}: {one.counts()}")
        self._ask(f"wave {one.wave.name}", one.changed[0], one.counts())
        updates = batches(one.updates)
        failed: list[Result] = []
        if self._pending:
            # Instances elsewhere are OUTDATED from then on, until their wave comes.
            first = updates.pop(0) if updates else next(iter(batches(one.overrides)), None)
            failed += self._change_stack_set((first, units) if first else None)
            self._require_tolerable(one, failed)
        values = self.desired.rows.overrides
        steps: list[tuple[list[Batch], Callable[[Batch], str]]] = [
            (updates, lambda batch: requests.update_instances(batch, units, values=False)),
            (
                batches(one.overrides, values),
                lambda batch: requests.update_instances(batch, units, values=True),
            ),
            (
                batches(one.creates, values),
                lambda batch: requests.create_instances(batch, units, self._left_out(one, batch)),
            ),
        ]
        for some, begin in steps:
            failed += self._run(one, some, begin, failed)
            self._require_tolerable(one, failed)
        self._tolerated += failed
        say(f"wave {one.wave.name}: done{f', {len(failed)} failed' if failed else ''}")

    def _left_out(self, one: WavePlan, batch: Batch) -> Sequence[str] | None:
        """Return the accounts that the wave leaves out of its units, where *batch* is all of it."""
        is_all = set(batch.accounts) == {*one.wave.accounts} and not batch.overrides
        is_joined = self._settings.auto_deployment != "off"
        return one.wave.left_out if is_all and is_joined else None

    def _run(
        self,
        one: WavePlan,
        some: Sequence[Batch],
        begin: Callable[[Batch], str],
        before: Sequence[Result],
    ) -> list[Result]:
        return self.operations.run(
            [(batch, partial(begin, batch)) for batch in some],
            accounts=len(one.wave.accounts),
            stops=lambda failed: exceeded(self._settings, one.wave, [*before, *failed]),
        )

    def _change_stack_set(self, target: tuple[Batch, Sequence[str]] | None = None) -> list[Result]:
        """Change the stack set itself, with the instances of *target*, or with the first of all.

        StackSets take a new template only with an instance to update, where there are any.
        """
        self._pending = False
        requests, content = self.operations.requests, self.desired.content()
        chosen = target or self._first_of_all()
        if chosen is None:
            return self.operations.run_whole(lambda: requests.update(content, None, ()))
        batch, units = chosen
        if target is None:
            self._say(f"the stack set changes with {batch.places[0]} first")
            self._ask(f"stack set {self.plan.stack_set}", batch.places[0], "change it there")
        return self.operations.run([(batch, lambda: requests.update(content, batch, units))])

    def _first_of_all(self) -> tuple[Batch, Sequence[str]] | None:
        for one in self.plan.waves:
            for place in one.wave.places:
                if place in self.plan.instances:
                    return batches([place])[0], one.wave.units
        for place in self.plan.removed:
            return batches([place])[0], self.operations.root_units
        return None

    def _ask(self, name: str, place: Place, work: str) -> None:
        """Show what changes in *place*, and ask; raise where data is lost, or nobody agrees."""
        stack_set, sessions = self._read_by()
        stack_id = self.plan.stack_in(place)
        with canary_change(sessions, place, stack_id, self.desired, stack_set.name) as change:
            if not change.change_set.empty:
                self._say(f"  changes in {place}, the canary:")
                for line in change.lines(str(place)):
                    self._say(f"    {line}")
                losses, accepts_all = self.accepted_losses, self.accept_data_loss
                if refused := change.refusals(losses, accepts_all=accepts_all):
                    raise DeploymentError(refused, within=name)
        if not self.operations.console.confirm(f"Deploy {name}: {work}?"):
            raise DeploymentError([Problem(name, "was not deployed")])

    def _remove(self) -> None:
        """Delete, or let go, the stacks of places that are in no wave any more."""
        retain, places = self._settings.retain, self.plan.removed
        for line in by_region(places):
            self._say(f"in no wave any more: {line}")
        if not retain and (refused := [*self._losses(places)]):
            raise DeploymentError(refused)
        question = (
            "Let these stacks go, which stay in their accounts?"
            if retain
            else "Delete these stacks, and all that is in them?"
        )
        if not self.operations.console.confirm(question):
            raise DeploymentError([Problem("targets", "the places in no wave were not removed")])
        self.operations.delete(places, retain=retain)

    def _losses(self, places: Sequence[Place]) -> Iterator[Problem]:
        """Yield the removed stacks that may hold data, and that nobody has accepted to lose."""
        held = ", ".join(sorted(self.data_types & {*HOLDING_DATA}))
        for place in places if held and not self.accept_data_loss else ():
            path = f"{place.account}/{place.region}"
            if path not in self.accepted_losses:
                sentence = (
                    f"its stack may hold data ({held}), and would be deleted; set `retain: true`, "
                    f"add --accept-data-loss-of {path}, or leave out --yes to be asked"
                )
                yield Problem(str(place), sentence)

    def _require_tolerable(self, one: WavePlan, failed: Sequence[Result]) -> None:
        if not exceeded(self._settings, one.wave, failed):
            return
        problems = [*failed_places(*self._read_by(), failed)]
        left = "; ".join(by_region(outdated_places(self.operations.stack_set.instances())))
        sentence = (
            f"stopped, because {len(failed)} failed; no wave after it began. OUTDATED: "
            f"{left or 'none'}. Mend what failed, and run the same command again"
        )
        raise DeploymentError([*problems, Problem(f"wave {one.wave.name}", sentence)])

    @property
    def _settings(self) -> FleetSettings:
        return self.operations.settings

    def _read_by(self) -> tuple[StackSet, FleetSessions]:
        return self.operations.stack_set, self.operations.sessions

    def _say(self, text: str) -> None:
        self.operations.console.say(text)


def exceeded(settings: FleetSettings, wave: Wave, failed: Sequence[Result]) -> bool:
    """Tell if more accounts of a Region have *failed* than the tolerance lets."""
    for region in {one.place.region for one in failed}:
        accounts = sum(place.region == region for place in wave.places)
        most = share_of(settings.tolerance.failures, accounts)
        if sum(one.place.region == region for one in failed) > most:
            return True
    return False
