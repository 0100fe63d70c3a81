"""The deletion of resources: of a whole stack's, or of one that its stack no longer wants."""

from __future__ import annotations

from ..live import READERS
from ..live.reading import Gone, absence_noticed
from . import policies
from .handlers import known, reason_of
from .order import dependencies
from .pace import present
from .resource import Context, DeployedResource
from .schedule import take_away
from .stack import Stack


def delete_all(stack: Stack, *, keep: frozenset[str], undone_creation: bool = False) -> list[str]:
    """Delete a stack's resources except those to *keep*; returns the logical IDs that failed."""
    resources = stack.plan.template.resources
    failed: list[str] = []

    def delete(logical_id: str) -> None:
        if logical_id not in stack.deployed:
            return
        if any(logical_id in dependencies(resources[other]) for other in failed):
            failed.append(logical_id)
            return
        choose = policies.on_undone_creation if undone_creation else policies.on_deletion
        policy = "Retain" if logical_id in keep else choose(resources[logical_id])
        if discard(stack, stack.deployed[logical_id], policy):
            del stack.deployed[logical_id]
        else:
            failed.append(logical_id)

    take_away(resources, delete, stack.operation)
    return failed


def discard(stack: Stack, deployed: DeployedResource, policy: policies.Policy) -> bool:
    """Delete a resource, unless it is retained; returns True if nothing is left to do.

    One that somebody has deleted already counts as deleted, as CloudFormation has it.
    """
    if policy == "Retain":
        stack.note(deployed, "DELETE_SKIPPED")
        return True
    seconds = present.pace.delay(deployed.type)
    stack.note(deployed, "DELETE_IN_PROGRESS")
    context = stack.context(deployed.logical_id, final_snapshot=policy == "Snapshot")
    try:
        present.failures.check("delete", deployed.logical_id, deployed.type)
        _delete(context, deployed)
        if seconds:
            stack.operation.pause(seconds)
    except Exception as error:  # noqa: BLE001 - whatever it is, events say it
        stack.note(deployed, "DELETE_FAILED", reason_of(error))
        return False
    stack.note(deployed, "DELETE_COMPLETE")
    return True


def _delete(context: Context, deployed: DeployedResource) -> None:
    try:
        with absence_noticed():
            known(deployed.type).delete(context, deployed)
    except Gone as absence:
        if (reader := READERS.get(deployed.type)) is None:
            return
        try:
            reader.read(context, deployed)
        except Gone:
            return
        # Something that it needed is gone, and not the resource.
        raise absence.__cause__ or absence from absence
