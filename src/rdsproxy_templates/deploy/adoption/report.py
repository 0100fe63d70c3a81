"""The report of an adoption: what to know before, and how it differs from settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .differences import REPLACED
from .file_names import TEMPLATE
from .targets import made_anew

if TYPE_CHECKING:
    from .documents import Adoption


def report_lines(adoption: Adoption) -> Iterator[str]:
    """Return the lines of the report."""
    yield f"# Adoption into the stack {adoption.stack}"
    yield "\n## What the stack takes over\n"
    for one in adoption.resources:
        yield f"- `{one.title}`: {one.type} {one.name}"
    yield from _notes(adoption)
    if "RDSProxy" in {one.title for one in adoption.resources}:
        names = ", ".join(one.name for one in adoption.proxy_targets) or "nothing"
        yield "\n## What stays outside\n"
        yield (
            f"- The proxy's target group, which points to {names}: CloudFormation cannot "
            "import it: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/"
            "issues/2132. It works on as it is, with its pool."
        )
        yield from made_anew(adoption)
        yield "- Its further endpoints, its role, its secrets and its security groups."
    yield "\n## What differs from the settings\n"
    if adoption.not_compared:
        yield (
            f"Not compared, because the settings render none: {', '.join(adoption.not_compared)}.\n"
        )
    if not adoption.differences:
        if len(adoption.not_compared) < len(adoption.resources):
            yield "Nothing."
        return
    yield (
        f"`{TEMPLATE}` describes what is deployed, and deploying it changes nothing. These "
        "properties differ in what the settings would render; a deployment of that in place "
        "of it would do what the last column says.\n"
    )
    yield "| resource | property | deployed | settings | would |"
    yield "| --- | --- | --- | --- | --- |"
    for row in adoption.differences:
        cells = (row.title, row.property, row.deployed, row.rendered, row.outcome)
        yield f"| {' | '.join(cells)} |"
    replaced = sorted({row.title for row in adoption.differences if row.outcome == REPLACED})
    if replaced:
        yield (
            f"\nThe settings would replace {', '.join(replaced)}: take single properties from "
            f"them into `{TEMPLATE}`, and not their template as a whole."
        )


def _notes(adoption: Adoption) -> Iterator[str]:
    """Tell what to know of each resource before the import."""
    notes = [(one.title, note) for one in adoption.resources for note in one.notes]
    if notes:
        yield "\n## What to know before\n"
        for title, note in notes:
            yield f"- `{title}`: {note}"
