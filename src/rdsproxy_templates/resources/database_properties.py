"""Properties that clusters and instances have in common."""

from __future__ import annotations

from typing import Any

from .database import DatabaseSettings
from .optional_properties import without_none


def instance_properties(choices: DatabaseSettings) -> dict[str, Any]:
    """Properties of every instance, in a cluster or without one."""
    return {
        **choices.maintenance.of_instance,
        **without_none(CACertificateIdentifier=choices.ca_certificate),
    }


def durability(choices: DatabaseSettings) -> dict[str, Any]:
    """Encryption, backups, snapshots and deletion protection, as attributes and properties."""
    return {
        **choices.backup.policies,
        # A restored database is encrypted as its source is.
        **({} if choices.restore.is_chosen else {"StorageEncrypted": True}),
        "BackupRetentionPeriod": choices.backup_retention_period,
        **choices.backup.properties,
        "DeletionProtection": choices.deletion_protection,
    }
