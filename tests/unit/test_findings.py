"""Levels of findings."""

from __future__ import annotations

import pytest

from rdsproxy_templates.validators.findings import level_of


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("FATAL", "error"),
        ("ERROR", "error"),
        ("error", "error"),
        ("WARN", "warning"),
        ("warning", "warning"),
        ("INFO", "opinion"),
        ("DEBUG", "opinion"),
        ("informational", "opinion"),
    ],
)
def test_only_what_a_validator_calls_an_error_is_one(word, level):
    assert level_of(word) == level
