"""Certificates of throw-away authorities, which trustme makes, in files for servers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import trustme

DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """The files that a server shows and keeps."""

    cert: Path
    key: Path


class Authority:
    """A certificate authority of its own in *folder*; any other one is foreign to its clients."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.file = folder / "authority.pem"
        folder.mkdir(parents=True, exist_ok=True)
        self._authority.cert_pem.write_to_path(self.file)

    def issue(self, name: str, *, valid_for: Iterable[str] = ()) -> Certificate:
        """A server's certificate, valid for *name* if no other hosts are given."""
        now = datetime.now(UTC)
        made = self._authority.issue_cert(
            *(tuple(valid_for) or (name,)),
            common_name=name,
            not_before=now - DAY,
            not_after=now + DAY,
        )
        issued = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        made.cert_chain_pems[0].write_to_path(issued.cert)
        issued.key.touch(mode=0o600)
        made.private_key_pem.write_to_path(issued.key)
        return issued
