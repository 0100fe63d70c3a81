"""Render every variant into templates_out/, validated; ``python build.py --help``."""

from __future__ import annotations

from pathlib import Path

from rdsproxy_templates.cli import command

REPOSITORY = Path(__file__).resolve().parent

if __name__ == "__main__":
    command(out=REPOSITORY / "templates_out", code_root=REPOSITORY)(prog_name="build.py")
