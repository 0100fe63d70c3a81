"""Settings for plans whose defaults let no one in, or nothing of this machine's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from ...deploy.plans import Plan

FUNCTIONS: Final = "198.51.100.10/32"
"""Source address, in the local cloud, of functions outside any VPC."""

SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "edge": {
        "edge_waf": {"waf": {"allowed_cidrs": ["127.0.0.1/32", "::1/128"]}},
        "edge": {"rds": {"allowed_cidrs": [FUNCTIONS]}},
    },
}
"""Settings by plan, used unless others are given."""


def settings_file(plan: Plan, folder: Path) -> Path | None:
    """Write the settings that *plan* needs on this machine; None where its defaults do."""
    if plan.name not in SETTINGS:
        return None
    file = folder / f"{plan.name}.yaml"
    file.write_text(json.dumps(SETTINGS[plan.name], indent=2) + "\n")  # which is YAML
    click.echo(f"settings: {file}, because the defaults of {plan.name} let no one in")
    return file
