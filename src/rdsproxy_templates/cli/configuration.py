"""Variants by name, and their configurations from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..deploy.plans import PLANS, Plan
from ..errors import ConfigError, Problem
from ..model import Settings, StackModule
from ..model.settings_file import SettingsFile, read
from ..variants import similar_variant

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


def variant_configs(names: Sequence[str], file: Path | None, roots: Roots) -> dict[str, Settings]:
    """Configure each of *roots* in *names*; *file* holds the settings of a single one."""
    if file is None:
        return {name: roots[name].Config.parse(None, name) for name in names}
    if len(names) != 1:
        sentence = f"is for one variant; name it: {' or '.join(names)}"
        raise ConfigError([Problem("--config", sentence)])
    (name,) = names
    return {name: read(file).parse(roots[name].Config)}


def plan_configs(plan: Plan, file: Path | None, roots: Roots) -> dict[str, Settings]:
    """Configure each step of *plan*, in its order.

    With several steps, *file* maps each variant to its settings. Raises
    :class:`ConfigError` with everything that is wrong with any of them.
    """
    names = [step.variant for step in plan.steps]
    if len(names) == 1 or file is None:
        return variant_configs(names, file, roots)
    configs = _parsed_by_variant(names, read(file), roots)
    if problems := list(_differing_shared_settings(plan, configs)):
        raise ConfigError(problems, within=f"{file}:")
    return configs


def _parsed_by_variant(
    names: Sequence[str], file: SettingsFile, roots: Roots
) -> dict[str, Settings]:
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
        kind: type[Settings] = roots[name].Config
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
