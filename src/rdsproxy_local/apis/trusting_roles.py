"""Roles that AWS makes in an account by itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Final

from moto.iam.models import iam_backends

PARTITION: Final = "aws"
VERSION: Final = "2012-10-17"
ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"

_turn: Final = threading.Lock()


def role_trusting(principal: Mapping[str, str], account: str, name: str, path: str = "/") -> str:
    """The ARN of a role that *principal* may assume, made at first."""
    backend = iam_backends[account][PARTITION]
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    with _turn:
        if known := next((one for one in backend.get_roles() if one.name == name), None):
            return str(known.arn)
        made = backend.create_role(
            role_name=name,
            assume_role_policy_document=json.dumps({"Version": VERSION, "Statement": [statement]}),
            path=path,
            permissions_boundary="",
            description="",
            tags=[],
            max_session_duration="3600",
        )
    return str(made.arn)


def administrator_trusting(principal: Mapping[str, str], account: str, name: str) -> str:
    """The ARN of a role that *principal* may assume, and that administers *account*."""
    arn = role_trusting(principal, account, name)
    iam_backends[account][PARTITION].attach_role_policy(ADMINISTRATOR, name)
    return arn
