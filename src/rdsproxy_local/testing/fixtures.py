"""Types of the pytest plugin's fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ..deployment.deployed_stack import DeployedStack
from ..local_cloud import Account
from .answers import Answer
from .cloud import RenderedBundle


class Deploy(Protocol):
    """The fixture `deploy`."""

    def __call__(
        self,
        rendered: RenderedBundle | Path,
        *,
        name: str = "stack",
        parameters: Mapping[str, str] | None = None,
        account: Account | None = None,
        folder: Path | None = None,
    ) -> DeployedStack:
        """Create or update the stack *name*; do nothing if it is deployed exactly so."""
        ...


class Call(Protocol):
    """The fixture `call`."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
        account: Account | None = None,
    ) -> Answer:
        """Send a request to an API or a distribution, *signed* by the developer of *account*."""
        ...


class Sql(Protocol):
    """The fixture `sql`."""

    def __call__(
        self, statement: str, *, stack: DeployedStack | None = None, user: str | None = None
    ) -> list[tuple[Any, ...]]:
        """Run *statement* in the only database, or in that of *stack*, by default as its master."""
        ...


class InjectFaults(Protocol):
    """The fixture `faults`."""

    def __call__(self, **wanted: Any) -> None:
        """Have these faults in place of all others; none ends them."""
        ...


class Logs(Protocol):
    """The fixture `logs`."""

    def __call__(
        self, function: str | None = None, *, stack: DeployedStack | None = None
    ) -> list[str]:
        """Return the lines of functions, or of the *function* with this logical ID or name."""
        ...
