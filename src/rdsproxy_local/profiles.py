"""Accounts for people: members of an organization, and profiles of AWS's clients."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .local_cloud import Account, LocalCloud

KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class Organization:
    """A management account, and members that it makes."""

    def __init__(self, cloud: LocalCloud, account_id: str) -> None:
        self._cloud = cloud
        self._management = cloud.account(account_id)
        self._management.client("organizations").create_organization(FeatureSet="ALL")

    def member(self, name: str) -> Account:
        """A new account."""
        made = self._management.client("organizations").create_account(
            Email=f"{name}@example.com", AccountName=name
        )
        return self._cloud.account(made["CreateAccountStatus"]["AccountId"])

    def enable_sharing(self) -> None:
        """Enable sharing, as a person does once, before any plan that shares something."""
        self._management.client("ram").enable_sharing_with_aws_organization()


def write_profiles(file: Path, accounts: Mapping[str, Account]) -> None:
    """Write a configuration of AWS's clients with a profile for each of *accounts*."""
    profiles = [
        "\n".join(
            [
                f"[profile {name}]",
                f"region = {account.region}",
                f"endpoint_url = {account.endpoint}",
                *(f"{key.lower()} = {account.environment[key]}" for key in KEYS),
            ]
        )
        for name, account in accounts.items()
    ]
    file.touch(mode=0o600)
    file.write_text("\n\n".join(profiles))
