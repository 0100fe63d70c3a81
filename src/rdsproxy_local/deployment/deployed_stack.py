"""A deployed stack with everything that it nests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..databases import Database, databases_of
from ..local_cloud import Account

STACK: Final = "AWS::CloudFormation::Stack"
FUNCTION: Final = "AWS::Lambda::Function"
DATABASES: Final = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")


@dataclass(frozen=True)
class StackResource:
    """A resource, in the stack itself or in one that it nests."""

    stacks: tuple[str, ...]
    """Logical IDs of the stacks around it, inside the root stack."""
    logical_id: str
    type: str
    physical_id: str

    @property
    def path(self) -> str:
        """Its logical ID, after those of the stacks around it."""
        return ".".join((*self.stacks, self.logical_id))


class DeployedStack:
    """A root stack of an account."""

    def __init__(self, account: Account, name: str) -> None:
        self.account, self.name = account, name

    def __repr__(self) -> str:
        return f"DeployedStack({self.name!r}, {self.account.id}, {self.account.region})"

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs by name."""
        return self.account.outputs(self.name)

    @property
    def status(self) -> str:
        """CloudFormation's status of the stack."""
        return str(self.account.stack(self.name)["StackStatus"])

    def resources(self) -> Iterator[StackResource]:
        """Yield all resources, of nested stacks too."""
        yield from self._resources(self.name, ())

    def functions(self) -> list[StackResource]:
        """Return the Lambda functions."""
        return [one for one in self.resources() if one.type == FUNCTION]

    def databases(self) -> list[Database]:
        """Return the clusters, and the instances in none."""
        own = {one.physical_id for one in self.resources() if one.type in DATABASES}
        here = (self.account.id, self.account.region)
        return [
            one
            for one in databases_of(self.account.endpoint)
            if (one.account, one.region) == here and one.name in own
        ]

    def find(self, stacks: tuple[str, ...], logical_id: str) -> StackResource | None:
        """Return a resource; SAM ends the logical ID of a layer with a hash."""
        pattern = re.compile(rf"{re.escape(logical_id)}([0-9a-f]{{10}})?")
        return next(
            (
                one
                for one in self.resources()
                if one.stacks == stacks and pattern.fullmatch(one.logical_id)
            ),
            None,
        )

    def _resources(self, stack: str, stacks: tuple[str, ...]) -> Iterator[StackResource]:
        api = self.account.client("cloudformation")
        for one in api.describe_stack_resources(StackName=stack)["StackResources"]:
            physical_id = one.get("PhysicalResourceId", "")
            yield StackResource(stacks, one["LogicalResourceId"], one["ResourceType"], physical_id)
            if one["ResourceType"] == STACK and physical_id:
                yield from self._resources(physical_id, (*stacks, one["LogicalResourceId"]))
