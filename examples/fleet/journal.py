"""The journal of an account: a log group whose name and retention the organization decides."""

from __future__ import annotations

from troposphere import logs  # type: ignore[import-untyped]

from rdsproxy_templates import Field, Ports, Settings, Stack, Value


class GroupName(Value):
    """The name of a log group."""


class Config(Settings):
    days: int = Field(default=30, ge=1, description="Days that entries are kept.")


class Inputs(Ports):
    journal_name: GroupName = Field(description="Name of the journal.")


class Outputs(Ports):
    journal: GroupName = Field(description="Name of the journal.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Place one log group."""
    journal = logs.LogGroup(
        "Journal", LogGroupName=inputs.journal_name, RetentionInDays=config.days
    )
    return Stack(resources=[journal], outputs=Outputs(journal=GroupName(journal.ref())))
