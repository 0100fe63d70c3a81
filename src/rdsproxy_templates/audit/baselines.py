"""A baseline: findings that are known, so that only new ones fail."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..errors import ConfigError, Problem
from ..validators.findings import Finding

VERSION: Final = 1


def written(findings: Sequence[Finding], folder: Path | None) -> str:
    """Return the content of a baseline that knows *findings*.

    A finding is known by its file, its rule and its words; its line may move. Files are relative
    to *folder*, that of the baseline, wherever an audit is started; without one, they are stacks.
    """
    counted = Counter(_identity(one, folder) for one in findings)
    known = [
        {"file": file, "rule": rule, "sentence": sentence, "count": count}
        for (file, rule, sentence), count in sorted(counted.items())
    ]
    return json.dumps({"version": VERSION, "known": known}, indent=2) + "\n"


def beyond(findings: Sequence[Finding], file: Path, folder: Path | None) -> list[Finding]:
    """Return those of *findings* that the baseline in *file* does not know; see :func:`written`.

    Raises :class:`ConfigError` where it cannot be read.
    """
    left = _known(file)
    fresh = []
    for one in findings:
        if left[_identity(one, folder)]:
            left[_identity(one, folder)] -= 1
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


def _identity(one: Finding, folder: Path | None) -> tuple[str, str, str]:
    if folder is None:
        return one.file, one.rule, one.sentence
    file = Path(os.path.relpath(Path(one.file).resolve(), folder.resolve()))
    return file.as_posix(), one.rule, one.sentence
