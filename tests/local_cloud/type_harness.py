"""A harness that exercises one resource type by itself, as the engine would use it."""

from __future__ import annotations

from typing import Any

from rdsproxy_local.clients import CallContext, Clients
from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.resource import DeployedResource, Properties
from rdsproxy_local.cloudformation.schemas import schema
from rdsproxy_local.types import TYPES


class TypeHarness:
    """Makes, updates and deletes resources of any type in one account and region."""

    def __init__(
        self, clients: Clients, account: str = "123456789012", region: str = "eu-west-1"
    ) -> None:
        self._clients, self.account, self.region = clients, account, region

    def context(self, logical_id: str = "Thing") -> CallContext:
        return CallContext(self._clients, self.account, self.region, "harness", logical_id)

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        return self.context().call(service, operation, **parameters)

    def create(self, type_name: str, **properties: Any) -> DeployedResource:
        """Create the resource, if AWS's schema and its type accept these properties."""
        properties = self._checked(type_name, properties)
        read = Properties(properties)
        made = TYPES[type_name].create(self.context(), read)
        assert not read.unread, f"{type_name} ignores {sorted(read.unread)}"
        return self._deployed(type_name, made.physical_id, properties, made.attributes)

    def update(self, deployed: DeployedResource, **properties: Any) -> DeployedResource:
        """Update the resource in place."""
        properties = self._checked(deployed.type, properties)
        declared = schema(deployed.type)
        assert declared is not None
        assert not declared.replaces(deployed.properties, properties), "AWS would replace it"
        update = TYPES[deployed.type].update
        assert update is not None, f"{deployed.type} cannot be updated in place"
        read = Properties(properties)
        made = update(self.context(), deployed, read)
        ignored = {n for n in read.unread if deployed.properties.get(n) != properties[n]}
        assert not ignored, f"{deployed.type} ignores {sorted(ignored)}"
        return self._deployed(deployed.type, made.physical_id, properties, made.attributes)

    def delete(self, deployed: DeployedResource) -> None:
        TYPES[deployed.type].delete(self.context(), deployed)

    def _checked(self, type_name: str, properties: dict[str, Any]) -> dict[str, Any]:
        declared = schema(type_name)
        assert declared is not None, f"AWS has no type {type_name}"
        properties = declared.converted(properties)
        if problems := declared.problems(properties):
            raise Failure("; ".join(problems))
        return properties

    def _deployed(
        self, type_name: str, physical_id: str, properties: dict[str, Any], attributes: Any
    ) -> DeployedResource:
        declared = schema(type_name)
        assert declared is not None
        strange = [name for name in attributes if not declared.has_attribute(name)]
        assert not strange, f"{type_name} has no attributes {strange}"
        return DeployedResource("Thing", type_name, physical_id, properties, attributes)
