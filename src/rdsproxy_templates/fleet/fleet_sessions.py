"""Sessions of a fleet: the administrator's, and those in the accounts of its instances."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from ..deploy.accounts import AccountSession, AccountSettings
from .assumed_role import AssumedRole
from .place import Place

MOST_KEPT: Final = 256
"""Accounts whose credentials are kept, so that memory does not grow with the fleet."""


@dataclass(kw_only=True)
class FleetSessions:
    """The administrator's session, and a session in each account, opened when it is asked for."""

    administrator: AccountSession
    reader_role: str
    """Name of the role that the administrator may assume in each account."""
    _members: OrderedDict[str, AssumedRole] = field(default_factory=OrderedDict)
    _sts: Any = None
    _lock: Lock = field(default_factory=Lock)

    def member(self, place: Place) -> AccountSession:
        """Return a session for *place*; threads may ask at the same time."""
        if place.account == self.administrator.id:
            return self.administrator.at(place.region)
        with self._lock:
            session = self._assumed(place.account)
        # A session that is made from another by `replace` would have its clients, too.
        return AccountSession(
            name=self.administrator.name,
            settings=AccountSettings(),
            id=place.account,
            session=session,
            region=place.region,
        )

    def _assumed(self, account: str) -> AssumedRole:
        """Return the role in *account*, which is not assumed before it is used."""
        if self._sts is None:
            self._sts = self.administrator.client("sts")
        if account not in self._members:
            self._members[account] = AssumedRole(
                self.administrator, self._sts, account, self.reader_role
            )
            if len(self._members) > MOST_KEPT:
                self._members.popitem(last=False)
        self._members.move_to_end(account)
        return self._members[account]
