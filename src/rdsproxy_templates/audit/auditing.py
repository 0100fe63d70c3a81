"""Audit: templates are found, put together and judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..validators.findings import Finding
from . import other_validators
from .assembly import assembled
from .judging import judged
from .report import Report
from .sources import found


def audit(
    paths: Iterable[str | Path],
    *,
    parameters: Mapping[str, str] | None = None,
    region: str | None = None,
    aws: bool = True,
    lint: bool = False,
) -> Report:
    """Judge the templates at *paths*: files, and folders with all templates in them.

    What a template nests by a path that is there is judged together with it. *parameters* and
    *region* decide what else only a deployment knows. Our rules always run; *aws* runs AWS's
    validator and *lint* cfn-lint, which takes seconds, on the files as they are.
    """
    sources = found(paths)
    values = {**(parameters or {}), **({"AWS::Region": region} if region else {})}
    findings: set[Finding] = set()
    not_judged: dict[str, str] = {}
    for root in sources.roots():
        findings.update(judged(assembled(root, sources), values, not_judged))
    every = list(sources.by_path.values())
    if aws:
        findings.update(other_validators.of_aws(every))
    if lint:
        findings.update(other_validators.of_cfn_lint(every, region))
    return Report(
        findings=sorted(findings),
        files=[source.file for source in every],
        unread=sources.problems,
        not_judged=not_judged,
    )
