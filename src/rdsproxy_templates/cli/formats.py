"""Names of the forms of reports, known before those who write them are imported."""

from __future__ import annotations

from typing import Final

FORMATS: Final = ("text", "json", "sarif", "junit", "github")
