"""Variants rendered side by side, then validated, compared or written together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..deploy.guide import FILE, guide_for
from ..deploy.plans import Plan, plan_of
from ..errors import ConfigError, Problem
from ..rendering import Bundle, Nesting
from ..rendering.documents import consumers_paths
from ..rendering.folder import Changes
from ..rendering.packaging import packaged
from ..validators import REGIONS, Finding, refusing, validate_all
from ..variants import VARIANTS
from .configuration import Roots, VariantSettings, plan_settings, variant_settings, variants_named
from .consumer_code import consumers_code, missing_code
from .consumer_stack import ConsumerStack, consumers_line, explained
from .kept_samconfig import missing_in_samconfig


@dataclass(frozen=True, kw_only=True)
class RenderedVariant:
    """A variant with its configuration and its rendered files."""

    name: str
    config: Any
    bundle: Bundle
    directory: Path
    allowed_accounts: Sequence[str] | None = None
    """Accounts that take it; None allows any."""

    @property
    def warnings(self) -> Sequence[Problem]:
        """The warnings of its configuration, and of its overrides."""
        return (*self.config.warnings(), *self.bundle.warnings)


@dataclass(frozen=True, kw_only=True)
class RenderSettings:
    """The choices that decide what is rendered, and where to."""

    variants: Sequence[str] = ()
    consumer_stack: ConsumerStack | None = None
    """A root stack to render in place of variants."""
    config: Path | None = None
    out: Path = Path("templates_out")
    nesting: Nesting = "sam"
    expand: bool = False
    code_root: Path | None = None
    """Folder that holds ``lambda/``. Bundles inside it refer to the code there; others carry it."""

    @property
    def roots(self) -> Roots:
        """The root stacks to choose from."""
        own = self.consumer_stack
        return {own.name: own.module} if own else VARIANTS


def configured(settings: RenderSettings) -> dict[str, VariantSettings]:
    """Configure the chosen variants; raise :class:`ConfigError` with all that is wrong."""
    names = variants_named(settings.variants, settings.roots)
    with _explained(settings):
        return variant_settings(names, settings.config, settings.roots)


def render_variants(
    settings: RenderSettings, chosen: Mapping[str, VariantSettings] | None = None
) -> list[RenderedVariant]:
    """Render the variants that :func:`configured` has *chosen*, or chooses now."""
    return _rendered(configured(settings) if chosen is None else chosen, settings)


def render_plan(plan: Plan, settings: RenderSettings) -> list[RenderedVariant]:
    """Render the variants of *plan*, in its order; raise :class:`ConfigError` before any is."""
    with _explained(settings):
        return _rendered(plan_settings(plan, settings.config, settings.roots), settings)


def findings(rendered: Sequence[RenderedVariant], *, lint: bool) -> dict[str, list[Finding]]:
    """Validate every variant, and return the findings by its name."""
    return validate_all(
        {one.name: (one.bundle, getattr(one.config, "regions", REGIONS)) for one in rendered},
        lint=lint,
    )


def refused(found: Mapping[str, Sequence[Finding]]) -> dict[str, list[Finding]]:
    """Return those findings with which nothing is written, by the names of the variants."""
    return {name: some for name, every in found.items() if (some := refusing(every))}


def changes(rendered: Sequence[RenderedVariant]) -> dict[str, Changes]:
    """Compare with the files on disk; raise :class:`ConfigError` where writing is impossible."""
    return {one.name: one.bundle.changes(one.directory) for one in rendered}


def write(rendered: Sequence[RenderedVariant]) -> dict[str, Changes]:
    """Write every variant, once all of them can be written."""
    changes(rendered)
    return {one.name: one.bundle.write(one.directory) for one in rendered}


def _explained(settings: RenderSettings) -> AbstractContextManager[None]:
    own = settings.consumer_stack
    return explained(own.place, "rendered") if own else nullcontext()


def _rendered(
    chosen: Mapping[str, VariantSettings], settings: RenderSettings
) -> list[RenderedVariant]:
    rendered: list[RenderedVariant] = []
    problems: list[Problem] = []
    for name, one in chosen.items():
        try:
            with _explained(settings):
                rendered.append(_render(name, one, settings))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return rendered


def _render(name: str, chosen: VariantSettings, settings: RenderSettings) -> RenderedVariant:
    directory = _relative_to_cwd(settings.out) / name
    # The three validators look at all variants at once, later.
    try:
        bundle = packaged(
            settings.roots[name],
            chosen.config,
            name=name,
            nesting=settings.nesting,
            expand=settings.expand,
            code=_code_reference(directory, settings.code_root),
            customization=chosen.customization,
            folder=_settings_folder(chosen, settings),
        )
    except ConfigError as error:
        if consumers_line(error):
            raise
        raise ConfigError(chosen.at(error.relative)) from None
    if own := settings.consumer_stack:
        paths = consumers_paths(bundle.root) - bundle.origins.keys()
        more = consumers_code(paths, own.folder, without=directory)
    else:
        more = _guide(name, bundle)
    bundle = replace(_in_file(bundle, chosen), extras={**bundle.extras, **more})
    if own is None and (absent := [*missing_code(bundle, directory)]):
        raise ConfigError(absent)
    missing = missing_in_samconfig(bundle, directory) if chosen.customization else ()
    bundle = replace(bundle, warnings=(*bundle.warnings, *missing))
    return RenderedVariant(
        name=name,
        config=chosen.config,
        bundle=bundle,
        directory=directory,
        allowed_accounts=chosen.allowed_accounts,
    )


def _settings_folder(chosen: VariantSettings, settings: RenderSettings) -> Path:
    """Return the folder that settings name code from: that of their file, or of the stack."""
    if chosen.file:
        return chosen.file.path.parent
    return settings.consumer_stack.folder if settings.consumer_stack else Path()


def _in_file(bundle: Bundle, chosen: VariantSettings) -> Bundle:
    """Return *bundle* with the line and column of each override."""
    return replace(
        bundle,
        warnings=tuple(chosen.at(bundle.warnings)),
        customized_by={
            where: tuple(problem.place for problem in chosen.at(Problem(p, "") for p in places))
            for where, places in bundle.customized_by.items()
        },
    )


def _relative_to_cwd(folder: Path) -> Path:
    """Shorten *folder* where it lies below the current one, so that messages read better."""
    absolute = folder.resolve()
    return absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else folder


def _code_reference(directory: Path, code_root: Path | None) -> str | None:
    if code_root is None or not directory.resolve().is_relative_to(code_root.resolve()):
        return None
    return Path(os.path.relpath(code_root.resolve(), directory.resolve())).as_posix()


def _guide(name: str, bundle: Bundle) -> dict[str, bytes]:
    """Return DEPLOY.md where the plan has several steps."""
    plan = plan_of(name)
    if len(plan.steps) == 1:
        return {}
    step = next(one for one in plan.steps if one.variant == name)
    return {FILE: guide_for(plan, step, bundle.root).encode()}
