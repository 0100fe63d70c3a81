"""AWS's validator and cfn-lint, which read the author's own files, beside our own rules.

Of templates that the library has rendered, `render` ignores a few findings with reasons, and so
does an audit. Matters of taste are opinions; what does not hold is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from ..aws import cfn_lint
from ..aws.engines import ENGINES
from ..aws.processes import Worker
from ..aws.validator import Diagnostic
from ..rendering.stamp import is_stamped
from ..validators.aws import begun
from ..validators.findings import Finding
from ..validators.ignored import AWS_VALIDATOR, CFN_LINT, is_ignored
from ..validators.taste import level_in_audit
from .refuted import is_refuted
from .sources import Source

_REFUSED_VALUE: Final = re.compile(r"'([^']+)' is not one of ")
VERSIONS: Final = "E9006"
"""AWS's rule of engine versions, whose list is older than cfn-lint's, which ours comes from."""


def of_aws(sources: Sequence[Source]) -> Iterator[Finding]:
    """Have AWS's validator judge *sources*, and yield what it says when asked for it."""
    return _of_aws(sources, begun([_without_mark(source) for source in sources]))


def _of_aws(
    sources: Sequence[Source], verdicts: Callable[[], Mapping[str, list[Diagnostic]]]
) -> Iterator[Finding]:
    said = verdicts()
    for source in sources:
        paths, stamped = _ssm_paths(source), is_stamped(source.body)
        for one in said[_without_mark(source)]:
            if stamped and is_ignored(AWS_VALIDATOR, one["rule"], one["property"], one["message"]):
                continue
            refused = _REFUSED_VALUE.match(one["message"])
            if refused and (refused[1] in paths or _is_known_version(one["rule"], refused[1])):
                continue
            if is_refuted(source, one["message"]):
                continue
            yield Finding(
                file=source.file,
                line=one["line"],
                column=one["column"],
                rule=one["rule"],
                level=level_in_audit(one["rule"], one["severity"]),
                sentence=one["message"].rstrip("."),
                remedy=one["remedy"],
            )


def _without_mark(source: Source) -> str:
    """Return the text of *source* without a mark of its encoding, which the validator reads."""
    return source.text.removeprefix("\ufeff")


def _ssm_paths(source: Source) -> frozenset[str]:
    """Return the defaults of parameters that are paths in Systems Manager, and no values."""
    declared = source.body.get("Parameters") or {}
    return frozenset(
        str(one.get("Default"))
        for one in declared.values()
        if isinstance(one, dict) and str(one.get("Type")).startswith("AWS::SSM::Parameter::Value<")
    )


def _is_known_version(rule: str, version: str) -> bool:
    return rule == VERSIONS and any(
        engine.version_problem(version) is None for engine in ENGINES.values()
    )


def of_cfn_lint(sources: Sequence[Source], region: str | None) -> Iterator[Finding]:
    """Have cfn-lint judge *sources*, and yield what it says when asked for it."""
    worker = cfn_lint.worker()
    regions = [region or "us-east-1"]
    cfn_lint.send(worker, [{**_work(one), "regions": regions} for one in sources])
    return _of_cfn_lint(sources, worker)


def _of_cfn_lint(sources: Sequence[Source], worker: Worker) -> Iterator[Finding]:
    for source, matches in zip(sources, cfn_lint.finished(worker), strict=True):
        stamped = is_stamped(source.body)
        for match in matches:
            place = "/".join(map(str, match["path"]))
            if stamped and is_ignored(CFN_LINT, match["rule"], place, match["message"]):
                continue
            if is_refuted(source, match["message"]):
                continue
            yield Finding(
                file=source.file,
                line=match["line"],
                column=match["column"],
                rule=match["rule"],
                level=level_in_audit(match["rule"], match["level"]),
                sentence=match["message"].rstrip("."),
                remedy=match["remedy"],
            )


def _work(source: Source) -> dict[str, object]:
    if source.path.is_file():
        return {"path": str(source.path)}
    return {"file": "template.yaml", "files": {"template.yaml": source.text}}
