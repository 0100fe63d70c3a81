"""Plans: which families are deployed in which order, into whose account, fed with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AccountName = Literal["app", "db"]
"""Who deploys: the account of the function, or that of the database."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One root stack. Inputs are named as ports; those with the same name feed each other."""

    name: str
    variant: str
    account: AccountName = "app"
    region: str | None = None
    """The only one in which AWS takes it; else it goes where the person says."""
    inputs_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Inputs that are outputs of the same name, by the earlier step that offers them."""
    account_ids: Mapping[str, AccountName] = field(default_factory=dict)
    """Inputs that are the ID of an account."""

    def stack_name(self, prefix: str) -> str:
        """Name of the stack; with the usual prefix it is that of samconfig.toml."""
        return f"{prefix}-{self.variant.replace('_', '-')}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Steps in their order; it is undone in the opposite one."""

    name: str
    steps: tuple[Step, ...]
    shared_settings: tuple[str, ...] = ()
    """Settings that all steps must choose alike."""
    shows: tuple[str, ...] = ()
    """Outputs of the last step that are commands, and show that all of it works."""
    before: str = ""
    """What must be known, or done once, before the first step; a sentence."""

    @property
    def accounts(self) -> tuple[AccountName, ...]:
        """Those that it deploys into, each once."""
        return tuple(dict.fromkeys(step.account for step in self.steps))


def alone(variant: str) -> Plan:
    """The plan of a variant that needs no other."""
    return Plan(name=variant, steps=(Step(name=variant, variant=variant),))
