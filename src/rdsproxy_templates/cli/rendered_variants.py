"""The command's steps: configure, render, validate, compare, write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..deploy.guide import FILE, document
from ..deploy.plans import Plan, plan_of
from ..errors import ConfigError, Problem
from ..model import Settings
from ..model.settings_file import read
from ..rendering import Bundle, Nesting
from ..rendering.folder import Changes
from ..rendering.packaging import packaged
from ..validators import REGIONS, Finding, validate_all
from ..variants import VARIANTS, similar_variant

Step = Callable[[str], None]
"""Says that a step of the work, such as ``validate``, begins."""


@dataclass(frozen=True, kw_only=True)
class RenderedVariant:
    """One variant with its configuration and what it renders to."""

    name: str
    config: Any
    bundle: Bundle
    directory: Path

    @property
    def warnings(self) -> Sequence[Problem]:
        """What its configuration allows and warns of."""
        return tuple(self.config.warnings())


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the person at the command chose."""

    variants: Sequence[str] = ()
    config: Path | None = None
    out: Path = Path("templates_out")
    nesting: Nesting = "sam"
    expand: bool = False
    code_root: Path | None = None
    """Folder with the functions' ``lambda/``; where *out* lies inside it, families refer to
    the code there instead of carrying it."""


def families(options: Options) -> list[RenderedVariant]:
    """Configure and render; raises :class:`ConfigError` before anything is rendered."""
    chosen = names(options.variants)
    configs = {name: _config(name, chosen, options.config) for name in chosen}
    return [_family(name, config, options) for name, config in configs.items()]


def planned(plan: Plan, options: Options) -> list[RenderedVariant]:
    """The families of *plan*, in its order; raises :class:`ConfigError`.

    A plan of several steps reads its settings from one file, those of each variant by name.
    """
    chosen = [step.variant for step in plan.steps]
    if len(chosen) == 1 or options.config is None:
        return families(replace(options, variants=chosen))
    configs = _configs(chosen, options.config)
    if problems := list(_unlike(plan, configs)):
        raise ConfigError(problems, within=f"{options.config}:")
    return [_family(name, config, options) for name, config in configs.items()]


def findings(rendered: Sequence[RenderedVariant], *, lint: bool) -> dict[str, list[Finding]]:
    """What the validators find in each family."""
    return validate_all(
        {f.name: (f.bundle, getattr(f.config, "regions", REGIONS)) for f in rendered},
        lint=lint,
    )


def changes(rendered: Sequence[RenderedVariant]) -> dict[str, Changes]:
    """What writing would change; raises :class:`ConfigError` where it cannot be written."""
    return {family.name: family.bundle.changes(family.directory) for family in rendered}


def write(rendered: Sequence[RenderedVariant]) -> dict[str, Changes]:
    """Write every family, once all of them can be written."""
    changes(rendered)
    return {family.name: family.bundle.write(family.directory) for family in rendered}


def names(chosen: Sequence[str]) -> Sequence[str]:
    """The variants of these names, all of them for none; raises :class:`ConfigError`."""
    known = list(VARIANTS)
    if problems := [
        Problem(
            "variant",
            f"{name!r} is none{similar_variant(name, known)}; there are {', '.join(known)}",
        )
        for name in chosen
        if name not in VARIANTS
    ]:
        raise ConfigError(problems)
    return list(dict.fromkeys(chosen)) or known


def _config(name: str, chosen: Sequence[str], file: Path | None) -> Settings:
    kind: type[Settings] = VARIANTS[name].Config
    if file is None:
        return kind()
    if len(chosen) != 1:
        sentence = f"is for one variant; name it: {' or '.join(chosen)}"
        raise ConfigError([Problem("--config", sentence)])
    return read(file).parse(kind)


def _configs(chosen: Sequence[str], file: Path) -> dict[str, Settings]:
    """Each variant's configuration; all that is wrong with any of them is said at once."""
    chosen_file = read(file)
    settings = {} if chosen_file.settings is None else chosen_file.settings
    if not isinstance(settings, Mapping):
        sentence = f"must be a mapping from {', '.join(chosen)} to their settings"
        raise ConfigError([Problem(str(file), sentence)])
    problems = [
        Problem(
            str(name),
            f"is no step{similar_variant(str(name), chosen)}; there are {', '.join(chosen)}",
        )
        for name in settings
        if name not in chosen
    ]
    configs: dict[str, Settings] = {}
    for name in chosen:
        kind: type[Settings] = VARIANTS[name].Config
        try:
            configs[name] = kind.parse(settings.get(name), name)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(chosen_file.at(problems))
    return configs


def _unlike(plan: Plan, configs: Mapping[str, Settings]) -> Iterator[Problem]:
    """The settings that the steps should have chosen alike and did not."""
    (first, pattern), *others = configs.items()
    for setting in plan.shared_settings:
        wanted = getattr(pattern, setting)
        for name, config in others:
            if (got := getattr(config, setting)) != wanted:
                sentence = f"must be {wanted!r}, as {first} has it, got {got!r}"
                yield Problem(f"{name}: {setting}", sentence)


def _near(folder: Path) -> Path:
    """*folder* as seen from here, where it lies below; messages read better so."""
    absolute = folder.resolve()
    return absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else folder


def _family(name: str, config: Settings, options: Options) -> RenderedVariant:
    directory = _near(options.out) / name
    code = None
    if options.code_root and directory.resolve().is_relative_to(options.code_root.resolve()):
        code = Path(os.path.relpath(options.code_root.resolve(), directory.resolve())).as_posix()
    # The three validators look at all variants at once, later.
    bundle = packaged(
        VARIANTS[name], config, nesting=options.nesting, expand=options.expand, code=code
    )
    bundle = replace(bundle, extras={**bundle.extras, **_document(name, bundle)})
    return RenderedVariant(name=name, config=config, bundle=bundle, directory=directory)


def _document(name: str, bundle: Bundle) -> dict[str, bytes]:
    """DEPLOY.md, where it takes more than one family."""
    plan = plan_of(name)
    if len(plan.steps) == 1:
        return {}
    step = next(one for one in plan.steps if one.variant == name)
    return {FILE: document(plan, step, bundle.root).encode()}
