"""The account that servers run as if root runs the tests: one without rights of its own."""

from __future__ import annotations

import getpass
import os
import pwd
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

SERVICES: Final = "daemon"
"""The account of servers that need no account of their own; `nobody` is locked to OpenSSH."""


class Account:
    """The first account that exists, if root runs the tests; otherwise the present user."""

    def __init__(self, *names: str) -> None:
        self._names = names

    @property
    def name(self) -> str:
        return self._entry.pw_name if self._entry else getpass.getuser()

    @property
    def options(self) -> dict[str, Any]:
        """The options with which :class:`subprocess.Popen` starts a program under the account."""
        if self._entry is None:
            return {}
        return {"user": self._entry.pw_uid, "group": self._entry.pw_gid, "extra_groups": []}

    def own(self, paths: Iterable[Path]) -> None:
        """Make the account the owner of these paths."""
        if self._entry is not None:
            for path in paths:
                os.chown(path, self._entry.pw_uid, self._entry.pw_gid)

    @cached_property
    def _entry(self) -> pwd.struct_passwd | None:
        if os.geteuid() != 0:
            return None
        entries = {entry.pw_name: entry for entry in pwd.getpwall()}
        return next(entries[name] for name in self._names if name in entries)
