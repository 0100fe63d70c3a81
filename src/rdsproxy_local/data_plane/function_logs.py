"""Functions' output in CloudWatch Logs, where their role lets Lambda put it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import Any

from moto.logs.models import logs_backends

from .identities import Identity


def group_of(function: Any) -> str:
    """The log group that the function writes to."""
    settings = getattr(function, "logging_config", None) or {}
    name: str = settings.get("LogGroup") or f"/aws/lambda/{function.function_name}"
    return name


def format_of(function: Any) -> str:
    """Text, unless the function asks for JSON."""
    settings = getattr(function, "logging_config", None) or {}
    log_format: str = settings.get("LogFormat") or "Text"
    return log_format


def stream_of(function: Any) -> str:
    """A name for the stream of a new environment."""
    version = function.version if str(function.version).isdigit() else "$LATEST"
    published = function.function_arn.endswith(f":{version}")
    day = time.strftime("%Y/%m/%d", time.gmtime())
    return f"{day}/[{version if published else '$LATEST'}]{secrets.token_hex(16)}"


def write(function: Any, role: Identity, stream: str, lines: Sequence[str]) -> None:
    """Add lines to a stream; without permission they are lost, as on AWS."""
    group, now = group_of(function), int(time.time() * 1000)
    arn = f"arn:aws:logs:{function.region}:{function.account_id}:log-group:{group}"
    backend = logs_backends[function.account_id][function.region]
    if group not in backend.groups:
        if not role.may("logs:CreateLogGroup", f"{arn}:*"):
            return
        backend.ensure_log_group(group)
    in_stream = f"{arn}:log-stream:{stream}"
    if not lines or not role.may("logs:PutLogEvents", in_stream):
        return
    if stream not in backend.groups[group].streams:
        if not role.may("logs:CreateLogStream", in_stream):
            return
        backend.create_log_stream(group, stream)
    events = [{"timestamp": now, "message": line} for line in lines]
    backend.put_log_events(group, stream, events)
