"""Whose stack it is: that of `deploy`, of another variant, or somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import Problem
from .operation import MARK, REVIEW
from .root_stack import RootStack

TAG: Final = "rdsproxy-templates:variant"
"""Tag of a stack that `deploy` created; the name of its variant is the value.

A stack that an earlier version created, or that was taken over, has none: it is known by the name
of the change set that changed it last. It gets no tag, because a stack's tags are those of all that
is in it, and with other tags a change set may say of a database that it may be replaced.
"""
CREATED: Final = f":changeSet/{MARK}"
ADOPT: Final = "--adopt-stack"


def ownership_problem(stack: RootStack, found: Mapping[str, Any], variant: str) -> Problem | None:
    """Return why the stack that was *found* is not that of *variant*; None where it is."""
    holder = _tags(found).get(TAG)
    if holder == variant or (holder is None and _is_ours(stack, found)):
        return None
    sentence = (
        f"belongs to {holder}, not to {variant}"
        if holder
        else "was not created by this command, so it may be somebody else's"
    )
    remedy = f"choose another name by --stack-prefix, or take it over by {ADOPT}"
    return Problem("", f"the stack {stack.name} in {stack.session.place} {sentence}; {remedy}")


def tags_for(
    found: Mapping[str, Any] | None, variant: str, wanted: Mapping[str, str] | None, *, adopt: bool
) -> Mapping[str, str] | None:
    """Return the tags to deploy; None leaves those of the stack that was *found* as they are."""
    own = {TAG: variant}
    if found is None or found["StackStatus"] == REVIEW:
        return {**(wanted or {}), **own}
    has = _tags(found)
    if TAG not in has:
        return wanted
    if adopt and has[TAG] != variant:
        return {**(has if wanted is None else wanted), **own}
    return None if wanted is None else {**wanted, **own}


def with_tags(
    found: Mapping[str, Any] | None, settings: Mapping[str, str] | None, more: Mapping[str, str]
) -> Mapping[str, str] | None:
    """Return the tags of the *settings*, or of the stack that was *found*, with *more*."""
    if not more:
        return settings
    present = _tags(found or {}) if settings is None else settings
    return {**present, **more}


def _tags(found: Mapping[str, Any]) -> dict[str, str]:
    return {
        tag["Key"]: tag["Value"]
        for tag in found.get("Tags", ())
        if not tag["Key"].startswith("aws:")
    }


def _is_ours(stack: RootStack, found: Mapping[str, Any]) -> bool:
    if found["StackStatus"] == REVIEW:
        return all(name.startswith(MARK) for name in stack.change_set_names())
    return CREATED in (found.get("ChangeSetId") or "")
