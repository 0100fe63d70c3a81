"""A baseline: findings that are known, so that only new ones fail."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..errors import ConfigError, Problem
from ..validators.findings import Finding

VERSION: Final = 1


def written(findings: Sequence[Finding]) -> str:
    """Return the content of a baseline that knows *findings*.

    A finding is known by its file, its rule and its words; its line may move.
    """
    counted = Counter(map(_identity, findings))
    known = [
        {"file": file, "rule": rule, "sentence": sentence, "count": count}
        for (file, rule, sentence), count in sorted(counted.items())
    ]
    return json.dumps({"version": VERSION, "known": known}, indent=2) + "\n"


def beyond(findings: Sequence[Finding], file: Path) -> list[Finding]:
    """Return those of *findings* that the baseline in *file* does not know.

    Raises :class:`ConfigError` where it cannot be read.
    """
    left = _known(file)
    fresh = []
    for one in findings:
        if left[_identity(one)]:
            left[_identity(one)] -= 1
        else:
            fresh.append(one)
    return fresh


def _known(file: Path) -> Counter[tuple[str, str, str]]:
    try:
        content = json.loads(file.read_text("utf-8"))
        known = {VERSION: content["known"]}[content["version"]]
        return Counter({(one["file"], one["rule"], one["sentence"]): one["count"] for one in known})
    except OSError as error:
        sentence = f"cannot be read: {error.strerror}; --write-baseline writes one"
        raise ConfigError([Problem(str(file), sentence)]) from None
    except (ValueError, KeyError, TypeError):
        sentence = "is no baseline of this version; --write-baseline writes one"
        raise ConfigError([Problem(str(file), sentence)]) from None


def _identity(one: Finding) -> tuple[str, str, str]:
    return one.file, one.rule, one.sentence
