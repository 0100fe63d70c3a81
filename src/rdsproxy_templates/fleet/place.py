"""Places of a fleet: an account and a Region."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """Where an instance of a stack set is."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"account {self.account}, {self.region}"
