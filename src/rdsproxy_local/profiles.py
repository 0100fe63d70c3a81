"""Profiles of AWS's clients for accounts of a local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .local_cloud import Account

KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


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
