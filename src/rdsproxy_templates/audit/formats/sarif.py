"""SARIF 2.1.0, which code scanning reads, with a description of every rule that is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from ...validators.findings import Finding
from ..catalogue import EVERY, stale

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "opinion": "note"}


def written(findings: Sequence[Finding]) -> str:
    """Return *findings* as a log of one run."""
    rules = list(_rules(findings))
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    driver = {
        "name": "rdsproxy-templates",
        "version": metadata.version("rdsproxy_templates"),
        "rules": rules,
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index[one.rule]) for one in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rules(findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    known = {rule.id: rule for rule in (*EVERY, stale)}
    for rule_id in sorted({one.rule for one in findings}):
        if rule := known.get(rule_id):
            yield {
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.why},
                "help": {"text": f"{rule.remedy or rule.title} See {rule.source}"},
                "helpUri": rule.source,
                "defaultConfiguration": {"level": _LEVELS[rule.level]},
            }
        else:
            yield {"id": rule_id}


def _result(one: Finding, index: int) -> dict[str, Any]:
    region = {"startLine": one.line, "startColumn": one.column}
    place = {"artifactLocation": {"uri": _uri(one.file)}, "region": region}
    # A line moves with what stands before it, and the finding is still the same.
    identity = hashlib.sha256(f"{one.file}\0{one.rule}\0{one.sentence}".encode()).hexdigest()
    return {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": _LEVELS[one.level],
        "message": {"text": f"{one.sentence}. {one.remedy}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": identity},
    }


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
