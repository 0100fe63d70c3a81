"""Validation by three validators: our own rules, AWS's ``cloudformation-validate`` and cfn-lint.

The slow libraries are imported when they are first used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import ConfigError, InvalidTemplateError, Problem
from ..rendering.bundle import Bundle
from . import aws, judgment
from .customized import customized
from .findings import Finding, refusing
from .rule_names import covers, unknown
from .rules import RULES

if TYPE_CHECKING:
    from .lint import Lint

__all__ = ["REGIONS", "Finding", "refuse", "refusing", "validate", "validate_all"]

REGIONS = ("us-east-1",)
"""Regions to validate for where nobody names any."""


def validate(
    bundle: Bundle, regions: Sequence[str] = REGIONS, *, lint: bool = True
) -> list[Finding]:
    """Return everything that is wrong with *bundle*, in order of file and line.

    *regions* are those that cfn-lint validates for. ``lint=False`` skips cfn-lint, and takes
    milliseconds instead of seconds.
    """
    return validate_all({"": (bundle, regions)}, lint=lint)[""]


def validate_all(
    bundles: Mapping[str, tuple[Bundle, Sequence[str]]], *, lint: bool = True
) -> dict[str, list[Finding]]:
    """Validate several bundles at once; what they share is linted once."""
    _refuse_unknown(bundle for bundle, _ in bundles.values())
    findings = {name: judgment.find(bundle) for name, (bundle, _) in bundles.items()}
    # cfn-lint works in other processes while AWS's validator works in this one.
    linting = _linting(bundles) if lint else None
    for name, (bundle, _) in bundles.items():
        findings[name] += aws.find(bundle)
    for name, found in linting.findings().items() if linting else ():
        findings[name] += found
    return {
        name: sorted(
            one
            for one in set(customized(bundles[name][0], found))
            if not covers(bundles[name][0].ignored, one.rule)
        )
        for name, found in findings.items()
    }


def _refuse_unknown(bundles: Iterable[Bundle]) -> None:
    """Raise :class:`ConfigError` with what *bundles* ignore and no validator knows."""
    ids = [rule.id for rule in RULES]
    if problems := [
        Problem(f"ignore.{word}", sentence)
        for bundle in bundles
        for word, sentence in unknown(bundle.ignored, ids)
    ]:
        raise ConfigError(problems)


def _linting(bundles: Mapping[str, tuple[Bundle, Sequence[str]]]) -> Lint:
    from .lint import Lint  # noqa: PLC0415 - it starts processes, and they import cfn-lint

    return Lint(bundles)


def refuse(findings: Sequence[Finding]) -> None:
    """Raise :class:`InvalidTemplateError` with those *findings* that are more than opinions."""
    if problems := [
        Problem(f"{found.file}:{found.line} {found.rule}", f"{found.sentence}. {found.remedy}")
        for found in refusing(findings)
    ]:
        raise InvalidTemplateError(problems)
