"""RDS: option groups, and the options in them."""

from __future__ import annotations

from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .database_groups import set_rds_tags
from .steps import refuse_others, undone_on_failure

NAME: Final = "OptionGroupName"


def _create(context: Context, properties: Properties) -> Made:
    name = properties.get(NAME) or context.name(255, lower=True)
    settings = properties.without(NAME, "OptionConfigurations")
    context.call("rds", "create_option_group", **{NAME: name}, **settings)
    with undone_on_failure(lambda: context.call("rds", "delete_option_group", **{NAME: name})):
        _set_options(context, name, [], properties.get("OptionConfigurations", []))
    return Made(name, {})


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=["OptionConfigurations", "Tags"])
    refuse_others(changed, ["OptionConfigurations", "Tags"])
    name = deployed.physical_id
    if "OptionConfigurations" in changed:
        before = deployed.properties.get("OptionConfigurations", [])
        _set_options(context, name, before, changed["OptionConfigurations"] or [])
    if "Tags" in changed:
        (group,) = context.call("rds", "describe_option_groups", **{NAME: name})["OptionGroupsList"]
        old = deployed.properties.get("Tags")
        set_rds_tags(context, group["OptionGroupArn"], old, changed["Tags"])
    return Made(name, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("rds", "delete_option_group", **{NAME: deployed.physical_id})


def _set_options(context: Context, name: str, old: list[Any], new: list[Any]) -> None:
    kept = {option["OptionName"] for option in new}
    gone = sorted({option["OptionName"] for option in old} - kept)
    if new or gone:
        context.call(
            "rds",
            "modify_option_group",
            **{NAME: name},
            OptionsToInclude=new or None,
            OptionsToRemove=gone or None,
            ApplyImmediately=True,
        )


TYPES: Final = [ResourceType("AWS::RDS::OptionGroup", _create, _delete, _update)]
