"""Requests to create or change stacks, and what they come to before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..clients import Clients
from . import capabilities, checks
from .change import Change
from .changes import LookInside, changes, same_outputs, unseen
from .early_validation import invalidities
from .failure import Failure
from .invalidities import Invalidity
from .live_state import LiveState, view
from .parameters import parameters
from .refusals import refusals
from .registry import StackRegistry
from .reverting import with_drift
from .rules import check_rules
from .stack import Plan, Stack
from .template import read


@dataclass(frozen=True)
class Request:
    """A request to create or change a stack."""

    text: str
    given: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] | None = None
    """None keeps the present tags."""
    role: str | None = None
    unknown: frozenset[str] = frozenset()
    """Parameters that resources of the parent give, which are still to be made."""
    notifications: tuple[str, ...] | None = None
    """Topics for the stack's events; None keeps the present ones."""
    reverts: bool = False
    """True if drift is reverted, too."""
    clients: Clients | None = None
    """Those of whoever asks, if what it may do limits what the stack may."""


class StackPlanner(StackRegistry):
    """Plans for the stacks of one account and region."""

    def plan(self, request: Request, *, directly: bool) -> Plan:
        """The plan for *request*, if the request is valid."""
        with refusals():
            template = read(request.text, request.given, self.region_name)
            checks.check(template)
            capabilities.check(template, request.capabilities, directly=directly)
            call = partial(self._call, request.clients or self.clients)
            given = parameters(template.parameters, request.given, call, request.unknown)
            check_rules(template.rules, template.parameters, given, self.region_name, call)
            return Plan(template, given)

    def _call(self, clients: Clients, service: str, operation: str, **given: Any) -> Any:
        return clients.call(service, operation, self.account_id, self.region_name, **given)

    def new(self, name: str, request: Request) -> Stack:
        """A new stack without resources; the first event makes it known."""
        stack = Stack(name, self.account_id, self.region_name, self.clients)
        remember(stack, request)
        return stack

    def differences(
        self,
        stack: Stack,
        plan: Plan,
        request: Request,
        look_inside: LookInside = unseen,
        live: LiveState | None = None,
    ) -> list[Change | str]:
        """The changes, from the resources as they are if those are given; empty without any."""
        seen = stack if live is None else view(stack, live)
        with refusals():
            _check_types(stack, plan)
            planned = changes(seen, plan, self.exported, look_inside)
            found: list[Change | str] = [
                *(planned if live is None else with_drift(planned, stack, plan, live, seen))
            ]
            if not found and not same_outputs(stack, plan, self.exported):
                found.append("Outputs")
        if request.tags is not None and request.tags != stack.tags:
            found.append("Tags")
        return found

    def invalidities(self, stack: Stack, plan: Plan) -> list[Invalidity]:
        """What the validation of a stack that is changed directly finds."""
        with refusals():
            found = changes(stack, plan, self.exported)
            return invalidities(stack, plan, self.exported, found, directly=True)


def remember(stack: Stack, request: Request) -> None:
    stack.tags = stack.tags if request.tags is None else request.tags
    stack.capabilities = request.capabilities
    stack.role = request.role or stack.role
    stack.clients = request.clients or stack.clients
    if request.notifications is not None:
        stack.notifications = request.notifications


def _check_types(stack: Stack, plan: Plan) -> None:
    wanted = plan.template.resources
    changed = [
        deployed.logical_id
        for deployed in [*stack.deployed.values()]
        if deployed.logical_id in wanted and wanted[deployed.logical_id]["Type"] != deployed.type
    ]
    if changed:
        raise Failure(
            "Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(changed)}]"
        )
