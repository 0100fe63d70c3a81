"""Results of cfn-lint, kept between builds for 30 days."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_path

KEPT_SECONDS: Final = 30 * 24 * 3600


def remembered(key: str) -> list[dict[str, Any]] | None:
    """Return the matches that were kept under *key*, if they are there."""
    try:
        matches: list[dict[str, Any]] = json.loads(_entry(key).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return matches


def remember(key: str, matches: list[dict[str, Any]]) -> None:
    """Keep *matches*; a cache that cannot be written is ignored."""
    entry = _entry(key)
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        for old in entry.parent.iterdir():
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink(missing_ok=True)
        aside = entry.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(matches), "utf-8")
        aside.replace(entry)
    except OSError:
        return


def _entry(key: str) -> Path:
    return user_cache_path("rdsproxy_templates") / "cfn-lint" / f"{key}.json"
