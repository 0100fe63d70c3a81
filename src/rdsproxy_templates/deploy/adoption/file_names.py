"""Names of the files of an adoption."""

from __future__ import annotations

from typing import Final

TEMPLATE: Final = "template.yaml"
TO_IMPORT: Final = "resources-to-import.json"
REPORT: Final = "report.md"
COMMANDS: Final = "commands.sh"
STACK: Final = "stack.py"
SETTINGS: Final = "adopted.yaml"
FILES: Final = (TEMPLATE, TO_IMPORT, REPORT, COMMANDS, STACK, SETTINGS)
