"""Results of slow work, kept between processes: in the user's cache folder, for 30 days.

A result is kept under a hash of everything that it depends on, versions included, so that it never
goes stale. A cache that cannot be read or written is ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final

KEPT_SECONDS: Final = 30 * 24 * 3600
KEPT_MOST: Final = 5000
"""Results of one kind; 5,000 of a validator take some 5 MB."""
KEPT_FEWER: Final = {"code": 40}
"""Results of a kind that are larger: archives of code take some 2 MB each."""
_unused = ContextVar("_unused", default=False)


@contextmanager
def unused() -> Iterator[None]:
    """Remember and keep nothing within the block."""
    token = _unused.set(True)
    try:
        yield
    finally:
        _unused.reset(token)


@cache
def version_of(package: str) -> str:
    """Return the version of *package* that is installed, for keys of what it results in."""
    from importlib.metadata import version  # noqa: PLC0415 - slow

    return version(package)


def key_of(*parts: object) -> str:
    """Return the name of a result that depends on *parts*, which are JSON."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def remembered(kind: str, key: str) -> Any | None:
    """Return the result of this *kind* that was kept under *key*, if it is there."""
    if _unused.get():
        return None
    try:
        return json.loads((_folder(kind) / f"{key}.json").read_bytes())
    except (OSError, ValueError):
        return None


def remember(kind: str, key: str, result: Any) -> None:
    """Keep *result* under *key*; other processes see it whole or not at all."""
    if _unused.get():
        return
    folder = _folder(kind)
    aside = folder / f"{key}.{os.getpid()}"
    with suppress(OSError):
        _tidy(folder)
        aside.write_text(json.dumps(result), "utf-8")
        aside.replace(folder / f"{key}.json")


@cache
def _tidy(folder: Path) -> None:
    """Make *folder*, or remove what it has kept too long and the oldest of too many; once."""
    folder.mkdir(parents=True, exist_ok=True)
    with os.scandir(folder) as entries:
        by_age = sorted((entry.stat().st_mtime, entry.path) for entry in entries)
    for number, (kept_since, path) in enumerate(reversed(by_age)):
        if (
            number >= KEPT_FEWER.get(folder.name, KEPT_MOST)
            or time.time() - kept_since > KEPT_SECONDS
        ):
            Path(path).unlink(missing_ok=True)


def _folder(kind: str) -> Path:
    from platformdirs import user_cache_path  # noqa: PLC0415 - whoever only builds needs none

    return user_cache_path("rdsproxy_templates") / kind
