"""The stacks of an account and region, in the place of moto's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from moto.cloudformation import urls
from moto.cloudformation.exceptions import AlreadyExistsException
from moto.cloudformation.models import CloudFormationBackend, cloudformation_backends

from ..clients import Clients
from . import capabilities, checks, imports, operations
from .changes import Change, LookInside, changes, same_outputs, unseen
from .failure import Failure
from .operations import OnFailure
from .parameters import parameters
from .refusals import ValidationError, refusals, require_stack_name
from .scope import StackScope
from .stack import STACK, Plan, Stack
from .template import read

NO_UPDATES = "No updates are to be performed."
TAKES_UPDATES = frozenset(
    {
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)


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


class StackBackend(CloudFormationBackend):
    """The stacks of one account and region."""

    clients: ClassVar[Clients]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.alive: dict[str, Stack] = {}
        """Stacks by their IDs."""
        self.dead: dict[str, Stack] = {}

    @property
    def _url_module(self) -> Any:
        return urls

    def find(self, name_or_id: str) -> Stack:
        """A stack by its name or, deleted ones too, by its ID."""
        for stack in [*self.alive.values(), *self.dead.values()]:
            if name_or_id == stack.id:
                return stack
        if named := self.named(name_or_id):
            return named
        raise ValidationError(f"Stack with id {name_or_id} does not exist")

    def named(self, name_or_id: str) -> Stack | None:
        """A stack that is not deleted."""
        everyone = self.alive.values()
        return next((one for one in everyone if name_or_id in {one.name, one.id}), None)

    def parent(self, stack: Stack) -> Stack | None:
        """The stack of which *stack* is a resource."""
        for other in self.alive.values():
            for deployed in other.deployed.values():
                if deployed.type == STACK and deployed.physical_id == stack.id:
                    return other
        return None

    def plan(self, request: Request, *, directly: bool) -> Plan:
        """The plan for *request*, if the request is valid."""
        with refusals():
            template = read(request.text, request.given, self.region_name)
            checks.check(template)
            capabilities.check(template, request.capabilities, directly=directly)
            given = parameters(template.parameters, request.given, self.call, request.unknown)
            return Plan(template, given)

    def call(self, service: str, operation: str, **given: Any) -> Any:
        return self.clients.call(service, operation, self.account_id, self.region_name, **given)

    def new(self, name: str, request: Request) -> Stack:
        """A new stack without resources; the first event makes it known."""
        stack = Stack(name, self.account_id, self.region_name, self.clients)
        _remember(stack, request)
        return stack

    def create(
        self,
        name: str,
        request: Request,
        *,
        on_failure: OnFailure = "ROLLBACK",
        protected: bool = False,
    ) -> Stack:
        """Create a stack directly; its status shows the outcome."""
        require_stack_name(name)
        if self.named(name):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        plan = self.plan(request, directly=True)
        stack = self.new(name, request)
        stack.protected = protected
        with refusals():
            StackScope(stack, plan, self.exported).active()
        self.carry_out_creation(stack, plan, on_failure)
        return stack

    def carry_out_creation(self, stack: Stack, plan: Plan, on_failure: OnFailure) -> None:
        self.alive[stack.id] = stack
        operations.create(stack, plan, self.exported, self._check_exports, on_failure)
        self._forget_if_deleted(stack)

    def carry_out_import(self, stack: Stack, plan: Plan, taken: imports.Imports) -> None:
        imports.take_over(stack, plan, self.exported, taken)

    def update(self, name: str, request: Request) -> Stack:
        """Update a stack directly."""
        stack = self.updatable(name)
        plan = self.plan(request, directly=True)
        if not self.differences(stack, plan, request):
            raise ValidationError(NO_UPDATES)
        self.carry_out_update(stack, plan, request)
        return stack

    def carry_out_update(self, stack: Stack, plan: Plan, request: Request) -> None:
        before = stack.tags, stack.capabilities, stack.role
        _remember(stack, request)
        operations.update(stack, plan, self.exported, self._check_exports)
        if stack.status != "UPDATE_COMPLETE":
            stack.tags, stack.capabilities, stack.role = before

    def updatable(self, name: str) -> Stack:
        stack = self.named(name)
        if stack is None:
            raise ValidationError(f"Stack [{name}] does not exist")
        if stack.status not in TAKES_UPDATES:
            raise ValidationError(
                f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            )
        return stack

    def differences(
        self, stack: Stack, plan: Plan, request: Request, look_inside: LookInside = unseen
    ) -> list[Change | str]:
        """The changes; empty if nothing would change."""
        with refusals():
            _check_types(stack, plan)
            found: list[Change | str] = [*changes(stack, plan, self.exported, look_inside)]
            if not found and not same_outputs(stack, plan, self.exported):
                found.append("Outputs")
        if request.tags is not None and request.tags != stack.tags:
            found.append("Tags")
        return found

    def delete(self, name: str, keep: Iterable[str] = ()) -> None:
        """Delete a stack, as far as that can be done."""
        stack = self.named(name)
        if stack is None:
            return
        if stack.protected:
            raise ValidationError(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        for export in stack.exports:
            if users := self.users_of(export):
                # The status stays as it was, with a reason.
                stack.becomes(
                    stack.status,
                    f"Export {export} cannot be deleted as it is in use by {' and '.join(users)}",
                )
                return
        operations.delete(stack, frozenset(keep))
        self._forget_if_deleted(stack)

    def exported(self, name: str) -> str:
        """The value of an export of any stack."""
        for stack in self.alive.values():
            if name in stack.exports:
                return stack.exports[name]
        raise Failure(f"No export named {name} found.")

    def users_of(self, export: str) -> list[str]:
        """The names of the stacks that import the export."""
        return [stack.name for stack in self.alive.values() if export in stack.imports]

    def _check_exports(self, stack: Stack, exports: Mapping[str, str]) -> None:
        for name in exports:
            others = [one for one in self.alive.values() if one is not stack]
            if owner := next((one for one in others if name in one.exports), None):
                raise Failure(f"Export with name {name} is already exported by stack {owner.name}.")
        for name, value in stack.exports.items():
            if exports.get(name) != value and (users := self.users_of(name)):
                verb = "updated" if name in exports else "deleted"
                raise Failure(
                    f"Export {name} cannot be {verb} as it is in use by {' and '.join(users)}"
                )

    def _forget_if_deleted(self, stack: Stack) -> None:
        if stack.status == "DELETE_COMPLETE":
            self.dead[stack.id] = self.alive.pop(stack.id)


def backend(account: str, region: str) -> StackBackend:
    """The stacks of an account and region."""
    found = cloudformation_backends[account][region]
    assert isinstance(found, StackBackend)
    return found


def _remember(stack: Stack, request: Request) -> None:
    stack.tags = stack.tags if request.tags is None else request.tags
    stack.capabilities = request.capabilities
    stack.role = request.role or stack.role


def _check_types(stack: Stack, plan: Plan) -> None:
    wanted = plan.template.resources
    changed = [
        deployed.logical_id
        for deployed in stack.deployed.values()
        if deployed.logical_id in wanted and wanted[deployed.logical_id]["Type"] != deployed.type
    ]
    if changed:
        raise Failure(
            "Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(changed)}]"
        )
