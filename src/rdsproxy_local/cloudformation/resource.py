"""A resource type as the engine sees it: three functions, and a record of their result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from .failure import Failure


class Properties(Mapping[str, Any]):
    """A resource's properties, resolved; knows which of them nobody read.

    A property that the schema allows and a resource type ignores would be deployed
    silently wrong: the engine fails at those that are left in :attr:`unread`.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)
        self.unread = set(self._values)

    def __getitem__(self, name: str) -> Any:
        value = self._values[name]
        self.unread.discard(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def given(self) -> Mapping[str, Any]:
        """All properties; looking at them here does not count as reading."""
        return self._values

    def without(self, *names: str) -> dict[str, Any]:
        """All properties except these, which remain to be read."""
        return {name: self[name] for name in self._values if name not in names}

    def changed_from(
        self, deployed: DeployedResource, *, resets: Iterable[str] = ()
    ) -> dict[str, Any]:
        """The changed properties; removed ones, which the type must reset, are None."""
        gone = {name: None for name in deployed.properties if name not in self._values}
        if unknown := sorted(set(gone) - set(resets)):
            raise Failure(f"the local cloud cannot remove {', '.join(unknown)} in place")
        old = deployed.properties
        return gone | {name: self[name] for name in self if old.get(name) != self._values[name]}


@dataclass(frozen=True)
class DeployedResource:
    """A resource that exists."""

    logical_id: str
    type: str
    physical_id: str
    """The value of Ref."""
    properties: Mapping[str, Any]
    """The properties that it was created or last updated with."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Values of GetAtt, beside properties that the schema makes readable."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """The properties with their dynamic references unread: what CloudFormation compares."""


class Made(NamedTuple):
    """The result of creating or updating a resource."""

    physical_id: str
    attributes: Mapping[str, Any]


class PartiallyCreated(Failure):
    """A creation that failed and left something behind, which the rollback deletes."""

    def __init__(self, reason: str, made: Made) -> None:
        super().__init__(reason)
        self.made = made


class Context(Protocol):
    """The place of a resource, and its type's way to AWS."""

    account: str
    region: str
    stack_name: str
    logical_id: str
    final_snapshot: bool
    """True if the template wants a final snapshot of the deleted resource."""

    def call(self, service: str, operation: str, /, **parameters: Any) -> Any:
        """Call boto3's *operation* in the stack's account and region.

        A parameter that is None is left out. CloudFormation's strings ("3306", "true")
        become what the API takes; names stay, so that botocore refuses those it does not know.
        """

    def client(self, service: str) -> Any:
        """boto3's client, for presigned URLs, which are no operation."""

    def as_service(self) -> Context:
        """The same place, whose calls are CloudFormation's own and need no permission of a role."""

    def pause(self, seconds: float, /) -> None:
        """Wait, unless the operation on the stack is cancelled: that is raised then."""

    def name(self, longest: int = 63, *, lower: bool = False) -> str:
        """A physical name, the same during one creation: stack, logical ID, random end."""


@dataclass(frozen=True)
class ResourceType:
    """The functions that create, delete and, where that works in place, update a resource.

    Its schema says which properties and attributes it has, of what type they are, which of them are
    required, and which changes replace the resource.
    """

    name: str
    create: Callable[[Context, Properties], Made]
    delete: Callable[[Context, DeployedResource], None]
    update: Callable[[Context, DeployedResource, Properties], Made] | None = None
    stabilized: Callable[[Context, DeployedResource], Made | None] | None = None
    """Gives what was created once it is usable, and None before; without it that is at once."""
    timed_out: str = ""
    """The reason of a creation that was never usable."""


def attributes_in(answer: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The attributes among *names* ("DBProxyArn", "Endpoint.Address") that the answer contains."""
    found = {}
    for name in names:
        value: Any = answer
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            found[name] = value
    return found
