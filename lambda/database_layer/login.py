"""Who the function logs in as, and with what: a token, a secret, or another role's token."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from aws import assumed_role, secret_value
from rds_token import token
from sigv4 import Keys

MARGIN = 300
"""Seconds before their end in which assumed keys are renewed."""


class Token:
    """The user of the environment, with a token signed by the function's role."""

    def credentials(self, host: str, port: int) -> tuple[str, str]:
        user = os.environ["RDS_USER"]
        return user, token(host, port, user, os.environ["AWS_REGION"], self.keys())

    def keys(self) -> Keys:
        return Keys.of_environment()

    pauses: Sequence[float] = ()
    """A token is fresh each time: what was refused once is refused again."""

    def renew(self) -> None:
        """Nothing: the next token is another one anyway."""


class RoleToken(Token):
    """The same, signed by a role of the database's account."""

    def __init__(self, role_arn: str) -> None:
        self._role_arn = role_arn
        self._keys: Keys | None = None
        self._ends = 0.0

    def keys(self) -> Keys:
        if self._keys is None or time.time() > self._ends - MARGIN:
            name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "function")[:64]
            self._keys, self._ends = assumed_role(self._role_arn, name, os.environ["AWS_REGION"])
        return self._keys


class Secret:
    """The username and password of a secret, read when they are first needed."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._content: dict[str, str] | None = None

    def credentials(self, host: str, port: int) -> tuple[str, str]:  # noqa: ARG002
        if self._content is None:
            self._content = secret_value(self._arn)
        return self._content["username"], self._content["password"]

    pauses: Sequence[float] = (0, 0.2, 0.5, 1, 2, 2)
    """Seconds before each further try: while a password is rotated, the database has the new
    one for some seconds before the secret does."""

    def renew(self) -> None:
        """Read the secret again."""
        self._content = secret_value(self._arn)


def login() -> Token | Secret:
    """The login that the environment asks for."""
    if arn := os.environ.get("RDS_SECRET_ARN"):
        return Secret(arn)
    if arn := os.environ.get("RDS_CONNECT_ROLE_ARN"):
        return RoleToken(arn)
    return Token()
