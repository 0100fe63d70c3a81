"""`fleet`: one root stack in many accounts and Regions, by CloudFormation StackSets."""

from __future__ import annotations

from typing import Final

from ..lazy_group import LazyGroup

SUBCOMMANDS: Final = {
    "plan": "Show what `apply` would change.",
    "apply": "Deploy the fleet, wave by wave.",
    "roles": "Write the roles by which a fleet is deployed, as templates.",
    "status": "Show every instance, or what the last operation did.",
    "outputs": "Print the outputs of the stacks in every account.",
    "drift": "Show what was changed past CloudFormation.",
    "destroy": "Delete the stacks of the fleet, and its stack set.",
}

fleet_command = LazyGroup(
    "fleet",
    package=__name__,
    subcommands=SUBCOMMANDS,
    description="Deploy one root stack into many accounts and Regions, by CloudFormation "
    "StackSets, as fleet.yaml says. All state is theirs.",
)
