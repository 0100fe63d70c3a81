"""`deploy --plan` and `--from`: what they refuse, and the files of a plan."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NoReturn

from ..deploy.deployment import Deployment
from ..deploy.plan_file import read_plan
from ..deploy.planning import discarded, planned
from ..deploy.rendered_step import RenderedStep
from ..errors import Problem
from .exit_statuses import CHANGES
from .following import Lines
from .interrupts import interruptible
from .refusals import given_options, refuse, refused_beside

BESIDE_NO_PLAN: Final = {
    "--from",
    "--yes",
    "--outputs",
    "--keep-on-failure",
    "--time-limit",
    "--no-wait",
    "--skip-resource",
    "--stack-policy",
    "--termination-protection",
}
"""Options that are of an execution; a plan has none."""
BESIDE_NO_FROM: Final = {
    "--config",
    "--parameter",
    "--tag",
    "--role-arn",
    "--notification-arn",
    "--express",
    "--drift",
    "--revert-drift",
    "--adopt-stack",
    "--skip-resource",
    "--step",
    "--bucket",
    "--app-bucket",
    "--db-bucket",
    "--s3-prefix",
    "--kms-key-id",
    "--no-cache",
}
"""Options that decide what a plan is; one that was made has decided."""

BESIDE_NO_NO_WAIT: Final = {"--outputs", "--stack-policy", "--time-limit"}
"""Options that are of the end of what is begun."""


def meaningless() -> Iterator[Problem]:
    """Yield a problem for each two options that say nothing together."""
    given = given_options()
    if "--plan" in given:
        yield from refused_beside("--plan", given & BESIDE_NO_PLAN)
    if "--no-wait" in given:
        yield from refused_beside("--no-wait", given & BESIDE_NO_NO_WAIT)
    if "--from" in given:
        yield from refused_beside("--from", given & BESIDE_NO_FROM)


def leave_plan(
    deployment: Deployment, steps: Mapping[str, RenderedStep], file: Path, shown: Lines
) -> NoReturn:
    """Leave the change sets of *steps*, in place of those of the plan that *file* has; end."""
    before = read_plan(file) if file.exists() else None
    with interruptible():
        if before:
            discarded(deployment, before)
        made = planned(deployment, steps)
    try:
        file.write_text(made.text(), "utf-8")
        file.with_suffix(".md").write_text(made.markdown(), "utf-8")
    except OSError as error:
        discarded(deployment, made)
        refuse([Problem(str(file), f"cannot be written: {error.strerror}")])
    for line in (str(file), str(file.with_suffix(".md"))):
        shown.say(f"  {line}")
    shown.conclude(
        f"{made.plan} would change; the same command with --from {file} carries it out"
        if made.has_changes
        else f"{made.plan} would not change"
    )
    sys.exit(CHANGES if made.has_changes else 0)
