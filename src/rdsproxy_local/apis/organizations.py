"""Organizations: delegated administrators that moto does not know."""

from __future__ import annotations

from typing import Final

from moto.organizations.models import FakeDelegatedAdministrator

STACK_SETS: Final = "member.org.stacksets.cloudformation.amazonaws.com"


def install() -> None:
    """Let accounts administer stack sets for their organization."""
    if STACK_SETS not in FakeDelegatedAdministrator.SUPPORTED_SERVICES:
        FakeDelegatedAdministrator.SUPPORTED_SERVICES.append(STACK_SETS)
