"""Plans: variants in their order of deployment, each with its account and its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AccountName = Literal["app", "db"]
"""The account of the function, or that of the database."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A root stack of a plan."""

    name: str
    variant: str
    account: AccountName = "app"
    region: str | None = None
    """The only Region that takes the stack. Default: the Region of the account's session."""
    inputs_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ports that take the output of the same name, by the earlier step that has it."""
    account_ids: Mapping[str, AccountName] = field(default_factory=dict)
    """Ports that take the ID of an account."""

    def stack_name(self, prefix: str) -> str:
        """Return the stack's name; with the default prefix, the one in samconfig.toml."""
        return f"{prefix}-{self.variant.replace('_', '-')}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Steps in their order of deployment; `destroy` reverses it."""

    name: str
    steps: tuple[Step, ...]
    shared_settings: tuple[str, ...] = ()
    """Settings that must have the same value in all steps."""
    smoke_test: tuple[str, ...] = ()
    """Outputs of the last step that hold commands; running them shows that the plan works."""
    prerequisites: str = ""
    """Conditions of the first step, in one sentence."""

    @property
    def accounts(self) -> tuple[AccountName, ...]:
        """The accounts of its steps, without duplicates."""
        return tuple(dict.fromkeys(step.account for step in self.steps))


def single_step(variant: str) -> Plan:
    """Return the plan of a variant that needs no other."""
    return Plan(name=variant, steps=(Step(name=variant, variant=variant),))
