"""What a resource type is to the engine: three functions, and a record of what they made."""

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

    def without(self, *names: str) -> dict[str, Any]:
        """All but these, which remain to be read."""
        return {name: self[name] for name in self._values if name not in names}

    def changed_from(
        self, deployed: DeployedResource, *, resets: Iterable[str] = ()
    ) -> dict[str, Any]:
        """What is not as it was; of what is gone, those that the type *resets* are None."""
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
    """What Ref gives."""
    properties: Mapping[str, Any]
    """As it was made or last updated with."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What GetAtt gives, beside properties that the schema lets it read."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """The properties with their dynamic references unread: what CloudFormation compares."""


class Made(NamedTuple):
    """What creating or updating a resource gives the stack."""

    physical_id: str
    attributes: Mapping[str, Any]


class PartiallyCreated(Failure):
    """A creation that failed and left something behind, which the rollback deletes."""

    def __init__(self, reason: str, made: Made) -> None:
        super().__init__(reason)
        self.made = made


class Context(Protocol):
    """On whose behalf a resource is made, and how its type talks to AWS."""

    account: str
    region: str
    stack_name: str
    logical_id: str
    final_snapshot: bool
    """Whether the template wants a last snapshot of what is deleted."""

    def call(self, service: str, operation: str, /, **parameters: Any) -> Any:
        """Call boto3's *operation* in the stack's account and region.

        A parameter that is None is left out. CloudFormation's strings ("3306", "true")
        become what the API takes; names stay, so that botocore refuses those it does not know.
        """

    def client(self, service: str) -> Any:
        """boto3's client, for what is no operation: presigned URLs."""

    def name(self, longest: int = 63, *, lower: bool = False) -> str:
        """A physical name, the same during one creation: stack, logical ID, random end."""


@dataclass(frozen=True)
class ResourceType:
    """How to create, delete and, where it can be done in place, update a resource.

    Which properties there are, which of them it needs, of what type they are, which changes
    replace the resource and which attributes it has comes from its schema.
    """

    name: str
    create: Callable[[Context, Properties], Made]
    delete: Callable[[Context, DeployedResource], None]
    update: Callable[[Context, DeployedResource, Properties], Made] | None = None


def attributes_in(answer: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of *names* ("DBProxyArn", "Endpoint.Address") that are somewhere in the answer."""
    found = {}
    for name in names:
        value: Any = answer
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            found[name] = value
    return found
