"""Subnet groups and parameter groups of what is adopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ...records import record
from . import properties as known
from .owners import StackOf, nobodys
from .properties import Described, Properties

OWNER: Final = "aws:cloudformation:stack-name"


@record(frozen=True, kw_only=True)
class Adopted:
    """A resource that a stack can take over."""

    title: str
    """Its logical ID, that of the stack ``rds``."""
    type: str
    identifier: str
    """The property that names it."""
    properties: Mapping[str, Any]
    owner: str | None = None
    """The stack that it belongs to already."""
    notes: tuple[str, ...] = ()
    """What a person should know of it before the import."""

    @property
    def name(self) -> str:
        return str(self.properties[self.identifier])


@record(frozen=True)
class Groups:
    """Reads the groups that a database refers to; *rds* is boto3's client.

    Those of AWS, and those that another stack has, stay outside: the database names them.
    """

    rds: Any
    stack_of: StackOf = nobodys

    def subnet_group(self, values: Properties, title: str) -> tuple[list[Adopted], list[str]]:
        """Return the subnet group in *values*, which refer to it from then on, and notes."""
        name = values.get("DBSubnetGroupName")
        if name is None or name == "default":
            return [], []
        (found,) = self.rds.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
        tagged = {**found, "TagList": self.tags(found["DBSubnetGroupArn"])}
        described = with_tags(known.properties(known.SUBNET_GROUP, tagged), tagged)
        group = self.adopted(
            title, "DBSubnetGroup", described, tagged, identifier="DBSubnetGroupName"
        )
        return self._taken(group, values, "DBSubnetGroupName")

    def parameter_group(
        self, values: Properties, title: str, api: str
    ) -> tuple[list[Adopted], list[str]]:
        """Return the parameter group in *values*, which refer to it from then on, and notes."""
        kind = title.rstrip("0123456789")
        name = values.get(f"{kind}Name")
        if name is None or name.startswith("default"):
            return [], []
        named = {f"{kind}Name": name}
        (found,) = getattr(self.rds, f"describe_{api}_groups")(**named)[f"{kind}s"]
        pages = self.rds.get_paginator(f"describe_{api}s").paginate(**named, Source="user")
        parameters = {
            one["ParameterName"]: one["ParameterValue"]
            for page in pages
            for one in page["Parameters"]
            if "ParameterValue" in one
        }
        tagged = {**found, "TagList": self.tags(found[f"{kind}Arn"])}
        # A cluster's group needs them, even if there are none.
        told = {"Parameters": parameters} if parameters or "Cluster" in kind else {}
        described: Properties = {
            f"{kind}Name": name,
            "Description": found["Description"],
            "Family": found["DBParameterGroupFamily"],
            **told,
        }
        group = self.adopted(
            title, kind, with_tags(described, tagged), tagged, identifier=f"{kind}Name"
        )
        return self._taken(group, values, f"{kind}Name")

    def tags(self, arn: str) -> list[Mapping[str, str]]:
        return list(self.rds.list_tags_for_resource(ResourceName=arn).get("TagList", ()))

    def adopted(  # noqa: PLR0913 - what makes a resource
        self,
        title: str,
        kind: str,
        values: Properties,
        found: Described,
        *,
        identifier: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> Adopted:
        """Return a resource with the stack that has it, if any."""
        owners = [one["Value"] for one in found.get("TagList", ()) if one["Key"] == OWNER]
        one = Adopted(
            title=title,
            type=f"AWS::RDS::{kind}",
            identifier=identifier or f"{kind}Identifier",
            properties=values,
            owner=owners[0] if owners else None,
            notes=notes,
        )
        if one.owner:
            return one
        return replace(one, owner=self.stack_of(one.type, one.name))

    @staticmethod
    def _taken(group: Adopted, values: Properties, name: str) -> tuple[list[Adopted], list[str]]:
        if group.owner:
            return [], [f"Its {group.type} `{group.name}` belongs to the stack {group.owner}."]
        values[name] = {"Ref": group.title}
        return [group], []


def with_tags(values: Properties, found: Described) -> Properties:
    tags = known.tags(found["TagList"])
    return {**values, "Tags": tags} if tags else values
