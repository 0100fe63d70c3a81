"""Engine families: the protocols that RDS Proxy speaks, each for several engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class EngineFamily:
    """A protocol of RDS Proxy, under the name that its ``EngineFamily`` takes."""

    name: str
    port: int
    """The port that RDS Proxy listens on, which cannot be configured."""
    password_types: frozenset[str]
    """``ClientPasswordAuthType`` of a proxy for it."""


MYSQL: Final = EngineFamily(
    name="MYSQL",
    port=3306,
    password_types=frozenset({"MYSQL_NATIVE_PASSWORD", "MYSQL_CACHING_SHA2_PASSWORD"}),
)
POSTGRESQL: Final = EngineFamily(
    name="POSTGRESQL",
    port=5432,
    password_types=frozenset({"POSTGRES_SCRAM_SHA_256", "POSTGRES_MD5"}),
)
ENGINE_FAMILIES: Final = {family.name: family for family in (MYSQL, POSTGRESQL)}
