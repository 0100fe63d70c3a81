"""Attachments of secrets to a database: they tell a secret where its database is."""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import AWSObject, secretsmanager

from ..aws.database_users import User
from ..aws.kinds import SecretArn
from .database_record import Database
from .master_user import MasterSettings


def attachments(
    database: Database, master: MasterSettings, others: Iterable[tuple[User, SecretArn]] = ()
) -> list[secretsmanager.SecretTargetAttachment]:
    """Write host, port and engine into each secret, as rotation expects them.

    RDS itself keeps the master's secret that it manages.
    """
    itself = database.itself
    if itself is None:
        return []
    own_master = database.master_secret if master.is_own else None
    return [
        *([_attachment(f"{itself.title}Attachment", itself, own_master)] if own_master else ()),
        *(_attachment(f"{user.title}SecretAttachment", itself, own) for user, own in others),
    ]


def _attachment(
    title: str, database: AWSObject, secret: SecretArn
) -> secretsmanager.SecretTargetAttachment:
    return secretsmanager.SecretTargetAttachment(
        title,
        SecretId=secret,
        TargetId=database.ref(),
        TargetType=database.resource_type,
    )
