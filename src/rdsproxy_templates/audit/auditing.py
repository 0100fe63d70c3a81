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
from .transform import of_sam


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
    not_judged: dict[str, str] = {}
    roots = [assembled(root, sources, number) for number, root in enumerate(sources.roots())]
    findings: set[Finding] = {*judged(roots, values, not_judged)}
    every = list(sources.by_path.values())
    alone = [source for source in every if source.is_whole]
    findings.update(of_sam(alone))
    if aws:
        findings.update(other_validators.of_aws(alone))
    if lint:
        findings.update(other_validators.of_cfn_lint(alone, region))
    return Report(
        findings=sorted(findings),
        files=[source.file for source in every],
        unread=sources.problems,
        not_judged=not_judged,
    )
