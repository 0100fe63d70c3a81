"""A role in another account, assumed with the session of the administrator.

A session of boto3 for each of thousands of accounts would read AWS's models again for each; clients
of one session, with other credentials, cost two milliseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final

from ..deploy.accounts import AccountSession, aws_errors_at

NAME: Final = "rdsproxy-templates-fleet"
"""Name of the sessions in the accounts, as CloudTrail shows it."""
SOON: Final = timedelta(minutes=5)
"""Time before the end of credentials in which they are renewed."""

_making: Final = Lock()
"""Held while a client is made, which boto3's sessions do for one thread at a time."""


class AssumedRole:
    """The part of boto3's session that reads an account, as one of its roles."""

    def __init__(self, administrator: AccountSession, sts: Any, account: str, role: str) -> None:
        self._session = administrator.session
        self._sts, self._account, self._role = sts, account, role
        self.region_name = administrator.region
        partition = self._session.get_partition_for_region(administrator.region)
        self._arn = f"arn:{partition}:iam::{account}:role/{role}"
        self._credentials: dict[str, Any] | None = None
        self._turn = Lock()

    def client(self, service: str, *, region_name: str | None = None, **options: Any) -> Any:
        """Return a client of *service* with credentials that last."""
        keys = self._fresh()
        with _making:
            return self._session.client(
                service,
                region_name=region_name or self.region_name,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
                **options,
            )

    def get_partition_for_region(self, region: str) -> str:
        """Return the partition, as boto3's session does."""
        return str(self._session.get_partition_for_region(region))

    def _fresh(self) -> dict[str, Any]:
        with self._turn:
            known = self._credentials
            if known is None or known["Expiration"] - datetime.now(UTC) < SOON:
                place = f"account {self._account}: reader_role {self._role}"
                with aws_errors_at(place):
                    answer = self._sts.assume_role(RoleArn=self._arn, RoleSessionName=NAME)
                known = self._credentials = answer["Credentials"]
            return known
