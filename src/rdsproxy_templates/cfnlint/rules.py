"""Classes of cfn-lint's form, made of our rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from ..audit import audit
from ..audit.catalogue import EVERY
from ..validators.findings import Finding
from ..validators.rule import Rule

if TYPE_CHECKING:
    from cfnlint.template import Template

LETTERS: Final[Mapping[str, str]] = {"error": "E", "warning": "W", "opinion": "I"}
"""The first letter of cfn-lint's ids, which is the level of a rule."""


def rule_classes(module: str) -> dict[str, type]:
    """Return a class for each of our rules, by its name, for *module* to hold."""
    classes = (_class(rule, module) for rule in EVERY)
    return {one.__name__: one for one in classes}


def _class(rule: Rule[Any, Any], module: str) -> type:
    def match(_: object, cfn: Template) -> list[RuleMatch]:
        return [_match(one) for one in _findings(cfn.filename) if one.rule == rule.id]

    described = f"{rule.title} Else: {rule.why}"
    attributes = {
        "__module__": module,
        "__doc__": rule.title,
        "id": f"{LETTERS[rule.level]}-{rule.id}",
        "shortdesc": rule.title,
        "description": f"{described} {rule.remedy}".strip(),
        "source_url": rule.source,
        "tags": ["rdsproxy", rule.id.partition("/")[0]],
        "match": match,
    }
    words = rule.id.replace("/", "-").split("-")
    return type("".join(map(str.capitalize, words)), (CloudFormationLintRule,), attributes)


def _match(one: Finding) -> RuleMatch:
    # cfn-lint counts from 0, and ends where the next character begins.
    line, column = one.line - 1, one.column - 1
    return RuleMatch([], f"{one.sentence}. {one.remedy}", location=(line, column, line, column + 1))


def _findings(filename: str | None) -> list[Finding]:
    """Return what our rules find in a file; a template from a pipe has none."""
    if not filename or not Path(filename).is_file():
        return []
    path = Path(filename).resolve()
    return [one for one, place in _audited(path, path.stat().st_mtime_ns) if place == path]


@lru_cache(maxsize=64)
def _audited(path: Path, _: int) -> list[tuple[Finding, Path]]:
    """Judge a file once for all rules, and return each finding with its file."""
    report = audit([path], aws=False)
    return [(one, Path(one.file).resolve()) for one in report.findings]
