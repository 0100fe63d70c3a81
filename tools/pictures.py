"""Draw the picture of `deploy` on a terminal, from a made-up deployment: docs/deploy.svg."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from rich.console import Console

from rdsproxy_templates.cache import unused
from rdsproxy_templates.cli.following import Lines, table_of
from rdsproxy_templates.deploy.stack_events import StackEvent

FILE: Final = Path(__file__).resolve().parents[1] / "docs" / "deploy.svg"
TYPES: Final = {
    "RDSStack.DBCluster": "AWS::RDS::DBCluster",
    "RDSStack.DBInstance1": "AWS::RDS::DBInstance",
    "RDSStack.DBInstance2": "AWS::RDS::DBInstance",
    "VPCStack.VPC": "AWS::EC2::VPC",
    "VPCStack.FunctionSubnet1": "AWS::EC2::Subnet",
}
HAPPENED: Final = (
    (0, "CREATE_IN_PROGRESS", "VPCStack.VPC"),
    (11, "CREATE_COMPLETE", "VPCStack.VPC"),
    (12, "CREATE_IN_PROGRESS", "VPCStack.FunctionSubnet1"),
    (16, "CREATE_COMPLETE", "VPCStack.FunctionSubnet1"),
    (20, "CREATE_IN_PROGRESS", "RDSStack.DBCluster"),
    (101, "CREATE_COMPLETE", "RDSStack.DBCluster"),
    (102, "CREATE_IN_PROGRESS", "RDSStack.DBInstance1"),
    (103, "CREATE_IN_PROGRESS", "RDSStack.DBInstance2"),
)
"""Second, status and resource."""
NOW: Final = 472


def drawn() -> str:
    """Return the picture, as SVG; durations of this machine are not in it."""
    with unused():
        return _drawn()


def _drawn() -> str:
    seconds = 0.0
    console = Console(record=True, width=96, file=io.StringIO())
    lines = Lines(now=lambda: seconds, write=lambda text: console.print(text, highlight=False))
    lines.say("step 1 of 1: base in account 111122223333 (app), eu-west-1, stack rdsproxy-base")
    for seconds, status, path in HAPPENED:  # noqa: B007 - the clock reads it
        event = StackEvent(status=status, path=path, type=TYPES[path])
        show = lines.progress.note if event.is_in_progress else lines
        show(event)
    seconds = NOW
    console.print(table_of(lines.progress.waiting(), seconds))
    return console.export_svg(title="rdsproxy-templates deploy base", unique_id="deploy")


if __name__ == "__main__":
    FILE.write_text(drawn(), "utf-8")
