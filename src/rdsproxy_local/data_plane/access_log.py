"""The line that a stage writes about every request, if it is told where."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, Final

from moto.logs.models import logs_backends

STREAM: Final = "access"


def write(settings: Mapping[str, Any] | None, context: Mapping[str, object]) -> None:
    """Fill the format of a stage's settings in, and add it to the log group that they name."""
    if not settings or not settings.get("destinationArn"):
        return
    _, _, _, region, account, _, group, *_ = settings["destinationArn"].split(":")
    backend = logs_backends[account][region]
    if group not in backend.groups:
        return
    backend.ensure_log_stream(group, STREAM)
    event = {"timestamp": int(time.time() * 1000), "message": _filled(settings["format"], context)}
    backend.put_log_events(group, STREAM, [event])


def _filled(line: str, context: Mapping[str, object]) -> str:
    """Variables without a value are a dash."""

    def value(name: re.Match[str]) -> str:
        found = context.get(name[1])
        return "-" if found is None else str(found)

    return re.sub(r"\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)", value, line)
