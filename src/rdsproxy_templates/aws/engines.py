"""What differs between the database engines: data, not ifs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

from ..model import did_you_mean
from . import names, support
from .names import NameRule
from .support import Lifecycle


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine of RDS or Aurora, under the name that CloudFormation gives it."""

    name: str
    family: str
    """``EngineFamily`` of an RDS Proxy in front of it."""
    port: int
    """The port that RDS Proxy listens on, which cannot be configured, and the default of the
    database behind it."""
    default_version: str
    default_class: str
    master: NameRule
    """What the master user may be named."""
    user: NameRule
    """What every other user may be named."""
    database: NameRule
    log_exports: tuple[str, ...]
    """``EnableCloudwatchLogsExports``: what helps to find a failed login or a slow query."""
    privileges: frozenset[str]
    """What can be granted on its tables; ``ALL`` stands for all of them."""
    rotation_type: str
    """``RotationType`` of the function that changes a user's password."""
    password_types: frozenset[str]
    """``ClientPasswordAuthType`` of a proxy for it."""
    major_parts: int
    """How many parts of a version are its major version."""
    tls_parameters: Mapping[str, str]
    """Parameters with which it takes no connection without TLS."""
    plain_parameters: Mapping[str, str]
    """Parameters with which it takes connections without TLS, too."""
    slow_query_parameters: Mapping[str, str]
    """Parameters with which a log of ``log_exports`` holds slow statements, which none does by
    default; ``{seconds}`` stands for how slow."""
    client: str
    """What a person types to log in through a tunnel that ends at ``${port}``."""

    @property
    def aurora(self) -> bool:
        """Whether it runs as a cluster, storage and all; else an instance has its own."""
        return self.name.startswith("aurora-")

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that are not deprecated, oldest first."""
        past = set(_known(self.name)["deprecated_versions"])
        current = [version for version in _known(self.name)["versions"] if version not in past]
        return tuple(sorted(current, key=_numbers))

    @property
    def classes(self) -> tuple[str, ...]:
        """The instance classes that some region offers."""
        return tuple(_known(self.name)["classes_missing_in"])

    @property
    def reserved_words(self) -> frozenset[str]:
        """Words of its SQL that no user and no database may be named."""
        return frozenset(_known(self.name)["reserved_words"])

    def version_problem(self, version: str) -> str | None:
        """Explain why *version* is none of the engine; None for those that are, or were."""
        if version in self.versions or self.is_deprecated(version):
            return None
        return (
            f"{version!r} is no version of {self.name}{did_you_mean(version, self.versions)}; "
            f"{self.current_versions}"
        )

    @property
    def current_versions(self) -> str:
        """Which versions to choose, in words."""
        newest = ", ".join(self.versions[-6:])
        return f"the default is {self.default_version}, the newest are {newest}"

    def is_deprecated(self, version: str) -> bool:
        """Whether RDS creates no more databases in *version*, and leaves those that there are."""
        return version in _known(self.name)["deprecated_versions"]

    def lifecycle(self, version: str) -> Lifecycle | None:
        """The support of the major version of *version*; None where our data has none."""
        return support.lifecycle(self.name, self.major(version))

    def behind_proxy(self, version: str) -> bool:
        """Whether AWS says that RDS Proxy supports *version*."""
        return support.is_proxied(self.name, version)

    def major(self, version: str) -> str:
        """The major version of *version*: ``8.4``, ``17``."""
        return ".".join(version.split(".")[: self.major_parts])

    def parameter_family(self, version: str) -> str:
        """``Family`` of a parameter group for *version*: ``mysql8.4``, ``postgres17``."""
        return f"{self.name}{self.major(version)}"

    def parameters(self, slow_query_seconds: int, *, tls_only: bool) -> dict[str, str]:
        """``Parameters`` of its parameter group."""
        slow = self.slow_query_parameters.items()
        return {
            **(self.tls_parameters if tls_only else self.plain_parameters),
            **{name: value.format(seconds=slow_query_seconds) for name, value in slow},
        }

    def class_problems(self, instance_class: str, regions: tuple[str, ...]) -> Iterator[str]:
        """Why *regions* offer no *instance_class*."""
        missing = _known(self.name)["classes_missing_in"].get(instance_class)
        if missing is None:
            similar = did_you_mean(instance_class, self.classes)
            yield (
                f"{instance_class!r} is no class of {self.name}{similar}; "
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
    family="MYSQL",
    port=3306,
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
    password_types=frozenset({"MYSQL_NATIVE_PASSWORD", "MYSQL_CACHING_SHA2_PASSWORD"}),
    major_parts=2,
    # Aurora takes ON and OFF alone, RDS takes 1 and 0 alone.
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
    family="POSTGRESQL",
    port=5432,
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
    password_types=frozenset({"POSTGRES_SCRAM_SHA_256", "POSTGRES_MD5"}),
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
"""Every engine that RDS Proxy and this library speak of, by CloudFormation's name."""


def runtimes() -> dict[str, str | None]:
    """Lambda's Python runtimes, each with the day from which it is deprecated, where known."""
    known: dict[str, str | None] = _data()["runtimes"]
    return known


def regions() -> tuple[str, ...]:
    """The regions of AWS that our data covers."""
    return tuple(_data()["regions"])


@cache
def _data() -> dict[str, Any]:
    text = (resources.files(__package__) / "engines.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def _known(engine: str) -> dict[str, Any]:
    known: dict[str, Any] = _data()["engines"][engine]
    return known


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
