"""Audit: templates are found, put together and judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from ..errors import ConfigError
from ..validators.findings import Finding
from ..validators.rule_names import covers, problems_of
from . import other_validators
from .assembly import assembled
from .catalogue import IDS
from .given_problems import region_problems, value_faults
from .ignoring import not_ignored, refused
from .judging import judged, misshapen
from .report import Report
from .sources import Sources, found
from .transform import of_sam


def audit(  # noqa: PLR0913 - one parameter a choice
    paths: Iterable[str | Path],
    *,
    parameters: Mapping[str, str] | None = None,
    region: str | None = None,
    rules: Sequence[str] = (),
    ignore: Sequence[str] = (),
    aws: bool = True,
    lint: bool = False,
    templates_only: bool = False,
) -> Report:
    """Judge the templates at *paths*: files, and folders with all templates in them.

    What a template nests by a path that is there is judged together with it. *parameters* and
    *region* decide what else only a deployment knows. Our rules always run; *aws* runs AWS's
    validator and *lint* cfn-lint, which takes seconds, on the files as they are. *rules* are the
    only ones to report, *ignore* those not to, each a rule or a group of rules. *templates_only*
    passes over files that are named and are no template.

    Raises :class:`ConfigError` with those of them that are unknown, and with values that no
    template takes.
    """
    refuse_unknown(rules, ignore, region)
    sources = found(paths, templates_only=templates_only)
    if problems := list(value_faults(sources, parameters or {})):
        raise ConfigError(problems)
    values = {**(parameters or {}), **({"AWS::Region": region} if region else {})}
    return only_rules(audited(sources, values, aws=aws, lint=lint), rules, ignore)


def once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield *findings* without those of cfn-lint that AWS's validator has said already."""
    seen: dict[tuple[str, int, int, str], Finding] = {}
    for one in findings:
        first = seen.setdefault((one.file, one.line, one.column, one.rule), one)
        # Our own rules may say several things of one place.
        if first is one or "/" in one.rule or first.remedy == one.remedy:
            yield one


def refuse_unknown(rules: Sequence[str], ignore: Sequence[str], region: str | None) -> None:
    """Raise :class:`ConfigError` with those of *rules* and *ignore* that are no rules.

    Also with an unknown *region*.
    """
    if problems := [
        *problems_of(rules, IDS, "--rules"),
        *problems_of(ignore, IDS, "--ignore"),
        *region_problems(region),
    ]:
        raise ConfigError(problems)


def only_rules(report: Report, rules: Sequence[str], ignore: Sequence[str]) -> Report:
    """Return *report* with findings only of *rules*, if there are any, and none of *ignore*."""
    return report.only(
        one
        for one in report.findings
        if (not rules or covers(rules, one.rule)) and not covers(ignore, one.rule)
    )


def audited(sources: Sources, values: Mapping[str, str], *, aws: bool, lint: bool) -> Report:
    """Judge *sources*, of which *values* are known; see :func:`audit`."""
    every = list(sources.by_path.values())
    whole = [source for source in every if source.is_whole]
    not_judged: dict[str, str] = {}
    # They work in processes of their own while our rules judge.
    by_others = [
        other_validators.of_aws(whole) if aws else (),
        other_validators.of_cfn_lint(whole, values.get("AWS::Region")) if lint else (),
    ]
    roots = [assembled(root, sources, number) for number, root in enumerate(sources.roots())]
    findings: chain[Finding] = chain(
        judged(roots, values, not_judged),
        of_sam(whole),
        *by_others,
    )
    kept = {*not_ignored(once(findings), every)}
    kept |= {misshapen(source, one) for source in every for one in refused(source)}
    return Report(
        findings=sorted(kept),
        files=[source.file for source in every],
        unread=sources.problems,
        not_judged=not_judged,
    )
