"""Change sets of nested stacks, made while those of their parents are.

What is documented is in "Change sets for nested stacks" of CloudFormation's guide; of what is not,
https://github.com/aws-amplify/amplify-cli/pull/14764 tells what AWS was seen to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from moto.cloudformation.exceptions import CloudFormationError

from ..types.cloudformation import parameter_text
from .change import Change
from .change_set import ChangeSet
from .changes import Preview
from .early_validation import invalidities
from .failure import Failure
from .functions import resolved
from .invalidities import Invalidity
from .live_state import live_state
from .planning import Request
from .refusals import refusals
from .stack import STACK, Stack, from_described
from .stacks import StackBackend
from .template_url import template_at


class Insight:
    """Looks into the stacks that are nested in the stack of a change set."""

    def __init__(self, backend: StackBackend, parent: ChangeSet) -> None:
        self._backend, self._parent = backend, parent
        self._resources = parent.plan.template.resources

    def __call__(self, preview: Preview, logical_id: str, change: Change | None) -> Change | None:
        properties = self._resources[logical_id].get("Properties", {})
        child = self._child(logical_id, _request(self._parent, properties, preview))
        try:
            with refusals():
                url = resolved(properties["TemplateURL"], preview)
                text = template_at(url, self._backend.account_id)
            self._fill(child, replace(child.request, text=text))
        except CloudFormationError as error:
            child.fail(error.message)
        if change is None and child.empty:
            return None
        self._parent.children.append(child)
        seen = change or Change("Modify", logical_id, STACK, child.stack.id, "False")
        return replace(seen, change_set_id=child.id, same_inside=child.empty)

    def _child(self, logical_id: str, request: Request) -> ChangeSet:
        parent = self._parent
        deployed = parent.stack.deployed.get(logical_id)
        return ChangeSet(
            f"{parent.name}-{logical_id}",
            "UPDATE" if deployed else "CREATE",
            self._backend.find(deployed.physical_id)
            if deployed
            else self._new(logical_id, request),
            request,
            parent=parent,
            nested=True,
        )

    def _new(self, logical_id: str, request: Request) -> Stack:
        name = self._parent.stack.context(logical_id).name(128)
        return self._backend.new(name, request)

    def _fill(self, child: ChangeSet, request: Request) -> None:
        child.request = request
        child.plan = self._backend.plan(request, directly=True)
        look_inside = Insight(self._backend, child)
        if self._parent.live is not None and child.kind == "UPDATE":
            # A nested change set is of the mode of its root, as it is of its other settings.
            child.live = live_state(child.stack)
        found = self._backend.differences(child.stack, child.plan, request, look_inside, child.live)
        child.conclude(found, found_invalid(self._backend, child, found))


def found_invalid(
    backend: StackBackend, one: ChangeSet, found: Iterable[Change | str]
) -> list[Invalidity]:
    """Return what the validation of a change set finds, unless it is turned off."""
    if not one.root.validated:
        return []
    with refusals():
        return invalidities(one.stack, one.plan, backend.exported, found)


def _request(parent: ChangeSet, properties: Mapping[str, Any], preview: Preview) -> Request:
    """The request for a nested stack, without its template, as far as its values are known."""
    given, unknown = _values(properties.get("Parameters", {}), preview)
    own, _ = _values({"Tags": properties.get("Tags", [])}, preview)
    inherited = parent.stack.tags if parent.request.tags is None else parent.request.tags
    return Request(
        "",
        {name: parameter_text(value) for name, value in given.items()},
        parent.request.capabilities,
        {**inherited, **from_described(own.get("Tags", []))},
        parent.request.role,
        frozenset(unknown),
    )


def _values(written: Mapping[str, Any], preview: Preview) -> tuple[dict[str, Any], set[str]]:
    """The values that are known already, and the names of those that are not."""
    known: dict[str, Any] = {}
    unknown = set()
    for name, value in written.items():
        try:
            known |= resolved({name: value}, preview)
        except Failure:
            unknown.add(name)
    return known, unknown
