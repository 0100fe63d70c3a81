"""Variants by name, and their configurations from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..deploy.plans import PLANS, Plan
from ..errors import ConfigError, Problem
from ..model import Settings, StackModule
from ..model.settings_file import RESERVED, SettingsFile, read, split
from ..records import record
from ..variants import similar_variant

if TYPE_CHECKING:
    from ..model.customization import Customization

Roots = Mapping[str, StackModule[Any, Any, Any]]
"""Root stacks by name: the variants, or a consumer's own."""


def variants_named(chosen: Sequence[str], roots: Roots) -> Sequence[str]:
    """Return *chosen* without duplicates, or every name in *roots* if *chosen* is empty.

    Raises :class:`ConfigError` for unknown names.
    """
    if problems := [
        Problem("variant", _unknown_variant(name, list(roots)))
        for name in chosen
        if name not in roots
    ]:
        raise ConfigError(problems)
    return list(dict.fromkeys(chosen)) or list(roots)


def _unknown_variant(name: str, known: Sequence[str]) -> str:
    if name in PLANS:
        steps = " ".join(step.variant for step in PLANS[name].steps)
        return f"{name!r} is a plan, for `deploy`; its variants are {steps}"
    similar = similar_variant(name, known)
    return f"unknown variant {name!r}{similar}; the variants are {', '.join(known)}"


@record(frozen=True, kw_only=True)
class VariantSettings:
    """The settings of a variant, and what they customize."""

    config: Settings
    customization: Customization | None = None
    file: SettingsFile | None = None
    place: str = ""
    """The key of the file that the settings stand below, where it holds those of a plan."""

    @property
    def allowed_accounts(self) -> Sequence[str] | None:
        """The accounts that take the stack; None allows any."""
        return self.customization.allowed_accounts if self.customization else None

    def at(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return *problems*, whose places are settings, as seen in the file."""
        within = [problem.within(self.place) if self.place else problem for problem in problems]
        return list(self.file.at(within)) if self.file else within


def variant_settings(
    names: Sequence[str], file: Path | None, roots: Roots
) -> dict[str, VariantSettings]:
    """Configure each of *roots* in *names*; *file* holds the settings of a single one."""
    if file is None:
        return {
            name: VariantSettings(config=roots[name].Config.parse(None, name)) for name in names
        }
    if len(names) != 1:
        sentence = f"is for one variant; name it: {' or '.join(names)}"
        raise ConfigError([Problem("--config", sentence)])
    (name,) = names
    found = read(file)
    config, customization = found.split(roots[name].Config)
    return {name: VariantSettings(config=config, customization=customization, file=found)}


def plan_settings(plan: Plan, file: Path | None, roots: Roots) -> dict[str, VariantSettings]:
    """Configure each step of *plan*, in its order.

    With several steps, *file* maps each variant to its settings. Raises
    :class:`ConfigError` with everything that is wrong with any of them.
    """
    names = [step.variant for step in plan.steps]
    if len(names) == 1 or file is None:
        return variant_settings(names, file, roots)
    settings = _parsed_by_variant(names, read(file), roots)
    if problems := list(_differing_shared_settings(plan, settings)):
        raise ConfigError(problems, within=f"{file}:")
    return settings


def _parsed_by_variant(
    names: Sequence[str], file: SettingsFile, roots: Roots
) -> dict[str, VariantSettings]:
    settings = {} if file.settings is None else file.settings
    if not isinstance(settings, Mapping):
        sentence = f"must be a mapping from {', '.join(names)} to their settings"
        raise ConfigError([Problem(str(file.path), sentence)])
    problems = [
        Problem(str(name), _unknown_key(str(name), names)) for name in settings if name not in names
    ]
    parsed: dict[str, VariantSettings] = {}
    for name in names:
        kind: type[Settings] = roots[name].Config
        try:
            config, customization = split(kind, settings.get(name))
        except ConfigError as error:
            problems += [problem.within(f"{name}:") for problem in error.relative]
        else:
            parsed[name] = VariantSettings(
                config=config, customization=customization, file=file, place=f"{name}:"
            )
    if problems:
        raise ConfigError(file.at(problems))
    return parsed


def _unknown_key(name: str, names: Sequence[str]) -> str:
    if name in RESERVED:
        return f"belongs to one variant; write it below its name: {' or '.join(names)}"
    return (
        f"is not a variant of this plan{similar_variant(name, names)}; its variants are "
        f"{', '.join(names)}"
    )


def _differing_shared_settings(
    plan: Plan, settings: Mapping[str, VariantSettings]
) -> Iterator[Problem]:
    (first, pattern), *others = settings.items()
    for setting in plan.shared_settings:
        wanted = getattr(pattern.config, setting)
        for name, other in others:
            if (got := getattr(other.config, setting)) != wanted:
                sentence = f"must be {wanted!r}, as in {first}, got {got!r}"
                yield Problem(f"{name}: {setting}", sentence)
