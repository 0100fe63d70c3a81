"""Workflow commands of GitHub Actions, which shows each finding beside its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...validators.findings import Finding

_COMMANDS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "opinion": "notice"}


def written(findings: Sequence[Finding]) -> str:
    """Return a command for each of *findings*."""
    return "\n".join(map(_command, findings))


def _command(one: Finding) -> str:
    properties = {"file": one.file, "line": one.line, "col": one.column, "title": one.rule}
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_COMMANDS[one.level]} {listed}::{_data(f'{one.sentence}. {one.remedy}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
