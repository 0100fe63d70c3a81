"""Verdicts of validators that take long, kept between processes: by content, and for 30 days.

A verdict is kept under a hash of everything that it depends on, the validator's version included,
so that it never goes stale. A cache that cannot be read or written is ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

KEPT_SECONDS: Final = 30 * 24 * 3600
KEPT_MOST: Final = 5000
"""Verdicts kept of one validator; 5,000 take some 5 MB."""


def key_of(*parts: object) -> str:
    """Return the name of a verdict that depends on *parts*, which are JSON."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def remembered(validator: str, key: str) -> Any | None:
    """Return the verdict of *validator* that was kept under *key*, if it is there."""
    try:
        return json.loads((_folder(validator) / f"{key}.json").read_bytes())
    except (OSError, ValueError):
        return None


def remember(validator: str, key: str, verdict: Any) -> None:
    """Keep *verdict* under *key*; other processes see it whole or not at all."""
    folder = _folder(validator)
    aside = folder / f"{key}.{os.getpid()}"
    with suppress(OSError):
        _tidy(folder)
        aside.write_text(json.dumps(verdict), "utf-8")
        aside.replace(folder / f"{key}.json")


@cache
def _tidy(folder: Path) -> None:
    """Make *folder*, or remove what it has kept too long and the oldest of too many; once."""
    folder.mkdir(parents=True, exist_ok=True)
    with os.scandir(folder) as entries:
        by_age = sorted((entry.stat().st_mtime, entry.path) for entry in entries)
    for number, (kept_since, path) in enumerate(reversed(by_age)):
        if number >= KEPT_MOST or time.time() - kept_since > KEPT_SECONDS:
            Path(path).unlink(missing_ok=True)


def _folder(validator: str) -> Path:
    from platformdirs import user_cache_path  # noqa: PLC0415 - whoever validates nothing

    return user_cache_path("rdsproxy_templates") / validator
