"""RDS: what databases refer to by name, subnet groups and parameter groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from ..cloudformation.schemas import schema
from .steps import gone_tags, refuse_others, undone_on_failure

MOST_PARAMETERS: Final = 20
"""As many as one call may change."""


def set_rds_tags(context: Context, arn: str, old: Any, new: Any) -> None:
    if gone := gone_tags(old, new):
        context.call("rds", "remove_tags_from_resource", ResourceName=arn, TagKeys=gone)
    if new:
        context.call("rds", "add_tags_to_resource", ResourceName=arn, Tags=new)


def _create_subnet_group(context: Context, properties: Properties) -> Made:
    name = properties.get("DBSubnetGroupName") or context.name(255, lower=True)
    group = context.call(
        "rds",
        "create_db_subnet_group",
        DBSubnetGroupName=name,
        **properties.without("DBSubnetGroupName"),
    )["DBSubnetGroup"]
    return Made(group["DBSubnetGroupName"], {"DBSubnetGroupArn": group["DBSubnetGroupArn"]})


def _update_subnet_group(
    context: Context, deployed: DeployedResource, properties: Properties
) -> Made:
    set_rds_tags(
        context,
        deployed.attributes["DBSubnetGroupArn"],
        deployed.properties.get("Tags"),
        properties.get("Tags"),
    )
    context.call(
        "rds",
        "modify_db_subnet_group",
        DBSubnetGroupName=deployed.physical_id,
        **properties.without("DBSubnetGroupName", "Tags"),
    )
    return Made(deployed.physical_id, deployed.attributes)


def _delete_subnet_group(context: Context, deployed: DeployedResource) -> None:
    context.call("rds", "delete_db_subnet_group", DBSubnetGroupName=deployed.physical_id)


def _parameter_group(kind: str) -> ResourceType:
    """The type of DBClusterParameterGroup or DBParameterGroup, which differ in their names."""
    api = {
        "DBClusterParameterGroup": "db_cluster_parameter_group",
        "DBParameterGroup": "db_parameter_group",
    }[kind]
    identifier = f"{kind}Name"
    declared = schema(f"AWS::RDS::{kind}")
    attributes = declared.attributes if declared else ()

    def create(context: Context, properties: Properties) -> Made:
        name = properties.get(identifier) or context.name(255, lower=True)
        group = context.call(
            "rds",
            f"create_{api}",
            **{identifier: name},
            DBParameterGroupFamily=properties["Family"],
            Description=properties["Description"],
            Tags=properties.get("Tags"),
        )[kind]
        with undone_on_failure(lambda: context.call("rds", f"delete_{api}", **{identifier: name})):
            set_parameters(context, name, properties.get("Parameters", {}))
        return Made(group[identifier], attributes_in(group, attributes))

    def update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
        changed = properties.changed_from(deployed, resets=["Tags"])
        refuse_others(changed, ["Parameters", "Tags"])
        before = deployed.properties.get("Parameters", {})
        after = properties.get("Parameters", {})
        if gone := sorted(set(before) - set(after)):
            raise Failure(f"the local cloud cannot reset the parameters {', '.join(gone)}")
        set_parameters(
            context,
            deployed.physical_id,
            {name: value for name, value in after.items() if before.get(name) != value},
        )
        found = context.call("rds", f"describe_{api}s", **{identifier: deployed.physical_id})
        arn = found[f"{kind}s"][0][f"{kind}Arn"]
        set_rds_tags(context, arn, deployed.properties.get("Tags"), properties.get("Tags"))
        return Made(deployed.physical_id, deployed.attributes)

    def delete(context: Context, deployed: DeployedResource) -> None:
        context.call("rds", f"delete_{api}", **{identifier: deployed.physical_id})

    def set_parameters(context: Context, group: str, values: Mapping[str, Any]) -> None:
        names = list(values)
        for start in range(0, len(names), MOST_PARAMETERS):
            parameters = [
                {
                    "ParameterName": name,
                    "ParameterValue": values[name],
                    "ApplyMethod": "pending-reboot",
                }
                for name in names[start : start + MOST_PARAMETERS]
            ]
            context.call("rds", f"modify_{api}", **{identifier: group}, Parameters=parameters)

    return ResourceType(f"AWS::RDS::{kind}", create, delete, update)


TYPES: Final = [
    ResourceType(
        "AWS::RDS::DBSubnetGroup", _create_subnet_group, _delete_subnet_group, _update_subnet_group
    ),
    _parameter_group("DBClusterParameterGroup"),
    _parameter_group("DBParameterGroup"),
]
