"""The database engines and their differences, as data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from ..model.wording import did_you_mean
from . import names, support
from .engine_families import MYSQL, POSTGRESQL, EngineFamily
from .names import NameRule
from .support import Lifecycle


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine of RDS or Aurora, by CloudFormation's name for it."""

    name: str
    engine_family: EngineFamily
    default_version: str
    default_class: str
    master: NameRule
    """Rule for the name of the master user."""
    user: NameRule
    """Rule for the name of any other user."""
    database: NameRule
    """Rule for the name of a database."""
    log_exports: tuple[str, ...]
    """``EnableCloudwatchLogsExports``: logs that show failed logins and slow queries."""
    privileges: frozenset[str]
    """Privileges that can be granted on its tables; ``ALL`` stands for all of them."""
    rotation_type: str
    """``RotationType`` of the function that changes a user's password."""
    major_parts: int
    """Number of leading parts of a version that are its major version."""
    tls_parameters: Mapping[str, str]
    """Parameters that refuse connections without TLS."""
    plain_parameters: Mapping[str, str]
    """Parameters that accept connections without TLS."""
    slow_query_parameters: Mapping[str, str]
    """Parameters that write slow statements to a log in ``log_exports``, which no engine does by
    default; ``{seconds}`` stands for the threshold."""
    client: str
    """Command line that logs in through a tunnel whose local end is ``${port}``."""

    @property
    def family(self) -> str:
        """``EngineFamily`` of an RDS Proxy in front of it."""
        return self.engine_family.name

    @property
    def port(self) -> int:
        """The default port of a database, which is the one of a proxy in front of it."""
        return self.engine_family.port

    @property
    def aurora(self) -> bool:
        """True for Aurora, which runs as a cluster with shared storage."""
        return self.name.startswith("aurora-")

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions that are not deprecated, oldest first."""
        past = set(_known(self.name)["deprecated_versions"])
        current = [version for version in _known(self.name)["versions"] if version not in past]
        return tuple(sorted(current, key=_numbers))

    @property
    def classes(self) -> tuple[str, ...]:
        """Instance classes that at least one Region offers."""
        return tuple(_known(self.name)["classes_missing_in"])

    @property
    def reserved_words(self) -> frozenset[str]:
        """Reserved words of its SQL, which no user or database may be named."""
        return frozenset(_known(self.name)["reserved_words"])

    @property
    def database_words(self) -> frozenset[str]:
        """Words that RDS takes for no database's name: those of its SQL, and some more."""
        return self.reserved_words | frozenset(_known(self.name)["refused_databases"])

    def version_problem(self, version: str) -> str | None:
        """Explain why *version* is unknown; None for a current or deprecated version."""
        if version in self.versions or self.is_deprecated(version):
            return None
        return (
            f"unknown version {version!r} of {self.name}{did_you_mean(version, self.versions)}; "
            f"{self.current_versions}"
        )

    @property
    def current_versions(self) -> str:
        """A phrase that names the default and the newest versions."""
        newest = ", ".join(self.versions[-6:])
        return f"the default is {self.default_version}, the newest are {newest}"

    def is_deprecated(self, version: str) -> bool:
        """Return True when RDS keeps databases in *version* but creates no more of them."""
        return version in _known(self.name)["deprecated_versions"]

    def lifecycle(self, version: str) -> Lifecycle | None:
        """Support dates of the major version of *version*; None if unknown."""
        return support.lifecycle(self.name, self.major(version))

    def behind_proxy(self, version: str) -> bool:
        """Return True when AWS documents RDS Proxy for *version*."""
        return support.is_proxied(self.name, version)

    def major(self, version: str) -> str:
        """Major version of *version*: ``8.4``, ``17``."""
        return ".".join(version.split(".")[: self.major_parts])

    def parameter_family(self, version: str) -> str:
        """``Family`` of a parameter group for *version*: ``mysql8.4``, ``postgres17``."""
        return f"{self.name}{self.major(version)}"

    def parameters(self, slow_query_seconds: int, *, tls_only: bool) -> dict[str, str]:
        """``Parameters`` of its parameter group; a statement is slow from *slow_query_seconds*."""
        slow = self.slow_query_parameters.items()
        return {
            **(self.tls_parameters if tls_only else self.plain_parameters),
            **{name: value.format(seconds=slow_query_seconds) for name, value in slow},
        }

    def class_problems(self, instance_class: str, regions: tuple[str, ...]) -> Iterator[str]:
        """Explain why *instance_class* is unknown, or which of *regions* do not offer it."""
        missing = _known(self.name)["classes_missing_in"].get(instance_class)
        if missing is None:
            similar = did_you_mean(instance_class, self.classes)
            yield (
                f"unknown class {instance_class!r} of {self.name}{similar}; "
                f"the default is {self.default_class}"
            )
        elif lacking := [region for region in regions if region in missing]:
            yield (
                f"{instance_class!r} is not offered in {', '.join(lacking)}; "
                "choose another class, or leave the region out of `regions`"
            )


EngineName = Literal["aurora-mysql", "aurora-postgresql", "mysql", "postgres"]

_AURORA_MYSQL: Final = Engine(
    name="aurora-mysql",
    engine_family=MYSQL,
    # 3.10 is the long-term support line of Aurora MySQL 3.
    default_version="8.0.mysql_aurora.3.10.6",
    default_class="db.t4g.medium",
    master=names.MYSQL_MASTER,
    user=names.MYSQL_USER,
    database=names.MYSQL_DATABASE,
    log_exports=("error", "slowquery"),
    # dev.mysql.com, "Privileges Provided by MySQL", those on tables.
    privileges=frozenset({
        "ALL", "ALTER", "CREATE", "CREATE VIEW", "DELETE", "DROP", "INDEX", "INSERT",
        "REFERENCES", "SELECT", "SHOW VIEW", "TRIGGER", "UPDATE",
    }),
    rotation_type="MySQLSingleUser",
    major_parts=2,
    # Aurora takes only ON and OFF, RDS only 1 and 0.
    tls_parameters=MappingProxyType({"require_secure_transport": "ON"}),
    plain_parameters=MappingProxyType({"require_secure_transport": "OFF"}),
    # RDS writes logs into tables by default, and exports only those in files: "Publishing MySQL
    # logs to Amazon CloudWatch Logs"; the values are those of "Configuring your database to
    # monitor slow SQL queries with Database Insights".
    slow_query_parameters=MappingProxyType({
        "slow_query_log": "1", "long_query_time": "{seconds}", "log_output": "FILE",
    }),
    client="mysql -h 127.0.0.1 -P ${port} -u ${user} -p ${database}",
)  # fmt: skip
_AURORA_POSTGRESQL: Final = Engine(
    name="aurora-postgresql",
    engine_family=POSTGRESQL,
    default_version="17.7",
    default_class="db.t4g.medium",
    master=names.POSTGRESQL_MASTER,
    user=names.POSTGRESQL_USER,
    database=names.POSTGRESQL_DATABASE,
    log_exports=("postgresql",),
    # postgresql.org, "Privileges", table "ACL Privilege Abbreviations".
    privileges=frozenset({
        "ALL", "DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE",
    }),
    rotation_type="PostgreSQLSingleUser",
    major_parts=1,
    tls_parameters=MappingProxyType({"rds.force_ssl": "1"}),
    plain_parameters=MappingProxyType({"rds.force_ssl": "0"}),
    slow_query_parameters=MappingProxyType({"log_min_duration_statement": "{seconds}000"}),
    client="psql -h localhost -p ${port} -U ${user} -d ${database}",
)  # fmt: skip

ENGINES: Final[dict[str, Engine]] = {
    engine.name: engine
    for engine in (
        _AURORA_MYSQL,
        _AURORA_POSTGRESQL,
        replace(
            _AURORA_MYSQL,
            name="mysql",
            default_version="8.4.11",
            default_class="db.t4g.micro",
            tls_parameters=MappingProxyType({"require_secure_transport": "1"}),
            plain_parameters=MappingProxyType({"require_secure_transport": "0"}),
        ),
        replace(
            _AURORA_POSTGRESQL,
            name="postgres",
            default_version="17.11",
            default_class="db.t4g.micro",
        ),
    )
}
"""Every engine that the library supports, by CloudFormation's name."""


def runtimes() -> dict[str, str | None]:
    """Lambda's Python runtimes, each with its deprecation date (ISO 8601) or None if unknown."""
    known: dict[str, str | None] = _data()["runtimes"]
    return known


def regions() -> tuple[str, ...]:
    """AWS Regions that our data covers."""
    return tuple(_data()["regions"])


@cache
def _data() -> dict[str, Any]:
    text = Path(__file__).with_name("engines.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def _known(engine: str) -> dict[str, Any]:
    known: dict[str, Any] = _data()["engines"][engine]
    return known


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
