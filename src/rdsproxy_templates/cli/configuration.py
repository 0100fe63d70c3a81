"""Variants by name, and their configurations from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..deploy.plans import Plan
from ..errors import ConfigError, Problem
from ..model import Settings
from ..model.settings_file import SettingsFile, read
from ..variants import VARIANTS, similar_variant


def variants_named(chosen: Sequence[str]) -> Sequence[str]:
    """Return *chosen* without duplicates, or every variant's name if *chosen* is empty.

    Raises :class:`ConfigError` for unknown names.
    """
    known = list(VARIANTS)
    if problems := [
        Problem(
            "variant",
            f"unknown variant {name!r}{similar_variant(name, known)}; the variants are "
            f"{', '.join(known)}",
        )
        for name in chosen
        if name not in VARIANTS
    ]:
        raise ConfigError(problems)
    return list(dict.fromkeys(chosen)) or known


def variant_configs(names: Sequence[str], file: Path | None) -> dict[str, Settings]:
    """Configure each variant in *names*; *file* holds the settings of a single one."""
    if file is None:
        return {name: VARIANTS[name].Config() for name in names}
    if len(names) != 1:
        sentence = f"is for one variant; name it: {' or '.join(names)}"
        raise ConfigError([Problem("--config", sentence)])
    (name,) = names
    return {name: read(file).parse(VARIANTS[name].Config)}


def plan_configs(plan: Plan, file: Path | None) -> dict[str, Settings]:
    """Configure each step of *plan*, in its order.

    With several steps, *file* maps each variant to its settings. Raises
    :class:`ConfigError` with everything that is wrong with any of them.
    """
    names = [step.variant for step in plan.steps]
    if len(names) == 1 or file is None:
        return variant_configs(names, file)
    configs = _parsed_by_variant(names, read(file))
    if problems := list(_differing_shared_settings(plan, configs)):
        raise ConfigError(problems, within=f"{file}:")
    return configs


def _parsed_by_variant(names: Sequence[str], file: SettingsFile) -> dict[str, Settings]:
    settings = {} if file.settings is None else file.settings
    if not isinstance(settings, Mapping):
        sentence = f"must be a mapping from {', '.join(names)} to their settings"
        raise ConfigError([Problem(str(file.path), sentence)])
    problems = [
        Problem(
            str(name),
            f"is not a variant of this plan{similar_variant(str(name), names)}; its variants are "
            f"{', '.join(names)}",
        )
        for name in settings
        if name not in names
    ]
    configs: dict[str, Settings] = {}
    for name in names:
        kind: type[Settings] = VARIANTS[name].Config
        try:
            configs[name] = kind.parse(settings.get(name), name)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(file.at(problems))
    return configs


def _differing_shared_settings(plan: Plan, configs: Mapping[str, Settings]) -> Iterator[Problem]:
    (first, pattern), *others = configs.items()
    for setting in plan.shared_settings:
        wanted = getattr(pattern, setting)
        for name, config in others:
            if (got := getattr(config, setting)) != wanted:
                sentence = f"must be {wanted!r}, as in {first}, got {got!r}"
                yield Problem(f"{name}: {setting}", sentence)
