"""Parameters of a plan that neither a person gives nor an earlier step fills in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...deploy.guide import parameters_from_steps
from ...deploy.plans import Plan, Step
from ...errors import Problem
from ...model.port import logical_id
from ...resources.existing_database import ExistingDatabaseSettings
from ..rendered_variants import RenderedVariant
from . import database, network


@dataclass(frozen=True, kw_only=True)
class MissingParameters:
    """The required parameters of a step that have no value."""

    step: Step
    rendered: RenderedVariant
    names: tuple[str, ...]

    @property
    def engine(self) -> str | None:
        """The database engine of a variant that has one."""
        return getattr(self._rds, "engine", None)

    @property
    def database(self) -> ExistingDatabaseSettings | None:
        """The database that parameters name, and that a local cloud can make."""
        return database.wanted(self._rds) if database.IDENTIFIER in self.names else None

    @property
    def offered(self) -> set[str]:
        """The names that a network of ours, and a database in it, can fill in."""
        named = database.PARAMETERS if self.database else ()
        return {*network.offered(self.engine), *named}

    @property
    def _rds(self) -> object:
        return getattr(self.rendered.config, "rds", None)


def missing_parameters(
    plan: Plan, rendered: Sequence[RenderedVariant], given: Mapping[str, str]
) -> Iterator[MissingParameters]:
    """Yield each step that lacks parameters; *given* are those of the command line."""
    for step, one in zip(plan.steps, rendered, strict=True):
        root = one.bundle.root
        known = {
            *map(logical_id, step.account_ids),
            *(name for name, _ in parameters_from_steps(plan, step, root)),
            *(key.removeprefix(f"{step.name}.") for key in given),
        }
        names = tuple(
            name
            for name, body in root.parameters.items()
            if "Default" not in body and name not in known
        )
        if names:
            yield MissingParameters(step=step, rendered=one, names=names)


def unmet_parameters(
    plan: Plan, rendered: Sequence[RenderedVariant], given: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield a problem for each missing parameter that no network or database fills in."""
    for missing in missing_parameters(plan, rendered, given):
        offered = missing.offered
        for name in missing.names:
            description = missing.rendered.bundle.root.parameters[name]["Description"]
            if name not in offered:
                sentence = f"needs --parameter {name}=… ({description.rstrip('.')})"
                yield Problem(missing.step.name, sentence)
