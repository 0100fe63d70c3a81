"""AWS's validator and cfn-lint, which read the author's own files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..aws import cfn_lint
from ..validators.aws import verdict
from ..validators.findings import Finding, level_of
from .sources import Source


def of_aws(sources: Sequence[Source]) -> Iterator[Finding]:
    """Yield what AWS's validator says of each of *sources*."""
    for source in sources:
        for one in verdict(source.text):
            yield Finding(
                file=source.file,
                line=one["line"],
                column=one["column"],
                rule=one["rule"],
                level=level_of(one["severity"]),
                sentence=one["message"].rstrip("."),
                remedy=one["remedy"] or "See the documentation of the resource type",
            )


def of_cfn_lint(sources: Sequence[Source], region: str | None) -> Iterator[Finding]:
    """Yield what cfn-lint says of each of *sources*."""
    worker = cfn_lint.worker()
    regions = [region or "us-east-1"]
    cfn_lint.send(worker, [{**_work(one), "regions": regions} for one in sources])
    for source, matches in zip(sources, cfn_lint.finished(worker), strict=True):
        for match in matches:
            yield Finding(
                file=source.file,
                line=match["line"],
                column=match["column"],
                rule=match["rule"],
                level=level_of(match["level"]),
                sentence=match["message"].rstrip("."),
                remedy=match["remedy"],
            )


def _work(source: Source) -> dict[str, object]:
    if source.path.is_file():
        return {"path": str(source.path)}
    return {"file": "template.yaml", "files": {"template.yaml": source.text}}
