"""`deploy --drift` and `--revert-drift`: what is looked for, and what must not be reverted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import DeploymentError
from .attached_rules import without_attached
from .change_sets import ChangeSet
from .drift import NO_DRIFT, detected_drift
from .review import RequestedChange
from .root_stack import RootStack
from .stack_options import StackOptions

if TYPE_CHECKING:
    from .deployment import Deployment


def requested_change(
    deployment: Deployment,
    stack: RootStack,
    request: Callable[[StackOptions], ChangeSet],
    notes: Sequence[str],
) -> RequestedChange:
    """Request a change set, after a look for drift where that is wanted.

    Raises :class:`DeploymentError` where it would revert what no person has changed, and says what
    a person has.
    """
    options = deployment.options
    drift = NO_DRIFT
    if (deployment.looks_for_drift or options.revert_drift) and stack.description() is not None:
        deployment.console.say("  looking for changes by hand, which takes minutes on AWS")
        drift, problems = without_attached(stack, detected_drift(stack))
        if options.revert_drift and drift.found and problems:
            deployment.console.say_each(drift.lines(whole=True))
            raise DeploymentError(problems)
        if not drift.found:
            deployment.console.say("  nothing was changed by hand")
    # Without drift there is nothing to revert, and nothing else is to be taken for it.
    options = replace(options, revert_drift=options.revert_drift and bool(drift.found))
    return RequestedChange(
        stack=stack,
        change_set=request(options),
        notes=tuple(notes),
        drift=drift,
        reverts=options.revert_drift,
    )
