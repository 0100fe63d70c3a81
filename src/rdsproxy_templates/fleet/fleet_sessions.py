"""Sessions of a fleet: the administrator's, and those in the accounts of its instances."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

from ..deploy.accounts import AccountSession, AccountSettings, aws_errors_at, patient_session
from .place import Place

NAME: Final = "rdsproxy-templates-fleet"
"""Name of the sessions in the accounts, as CloudTrail shows it."""


@dataclass(kw_only=True)
class FleetSessions:
    """The administrator's session, and a session in each account, opened when it is asked for."""

    administrator: AccountSession
    reader_role: str
    """Name of the role that the administrator may assume in each account."""
    _members: dict[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def member(self, place: Place) -> AccountSession:
        """Return a session for *place*; threads may ask at the same time."""
        if place.account == self.administrator.id:
            return self.administrator.at(place.region)
        with self._lock:
            if place.account not in self._members:
                self._members[place.account] = self._assumed(place.account)
            session = self._members[place.account]
        return replace(
            self.administrator,
            id=place.account,
            session=session,
            region=place.region,
            settings=AccountSettings(),
        )

    def _assumed(self, account: str) -> Any:
        """Return a session of boto3 with the reader role, which renews its credentials."""
        import boto3  # noqa: PLC0415 - optional
        from botocore.credentials import (  # noqa: PLC0415
            RefreshableCredentials,
        )

        partition = self.administrator.session.get_partition_for_region(self.administrator.region)
        role = f"arn:{partition}:iam::{account}:role/{self.reader_role}"
        sts = self.administrator.client("sts")

        def fresh() -> dict[str, str]:
            with aws_errors_at(f"account {account}: reader_role {self.reader_role}"):
                answer = sts.assume_role(RoleArn=role, RoleSessionName=NAME)["Credentials"]
            return {
                "access_key": answer["AccessKeyId"],
                "secret_key": answer["SecretAccessKey"],
                "token": answer["SessionToken"],
                "expiry_time": answer["Expiration"].isoformat(),
            }

        inner = patient_session()
        inner._credentials = RefreshableCredentials.create_from_metadata(  # noqa: SLF001 - no setter
            metadata=fresh(), refresh_using=fresh, method="sts-assume-role"
        )
        return boto3.Session(botocore_session=inner, region_name=self.administrator.region)
