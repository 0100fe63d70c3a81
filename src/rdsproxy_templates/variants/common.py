"""Settings that several variants have: regions and names in the database, and their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from ..aws import support
from ..aws.database_users import User
from ..aws.engines import ENGINES, Engine, regions
from ..aws.names import MYSQL_PATTERN_LENGTH, NameRule
from ..errors import Problem
from ..model import ListOf, ParameterAttributes, Settings, did_you_mean
from ..resources.database import DatabaseSettings
from ..resources.engine_choice import EngineSettings
from ..resources.functions import WITHOUT_RDS_ROOTS
from ..resources.proxied_database import ProxiedDatabaseSettings
from ..resources.zones import zones_outside_regions


class RegionalSettings(Settings):
    """A variant for some regions."""

    regions: ListOf[str] = Field(
        default=("us-east-1", "eu-west-1", "ap-northeast-1"),
        min_length=1,
        description="Regions that the templates are checked for; they deploy to any.",
    )

    def computed_defaults(self) -> Mapping[str, Any]:
        names, rds = (getattr(self, name, None) for name in ("database", "rds"))
        if isinstance(names, Database) and isinstance(rds, EngineSettings):
            return {"database.master_username": names.master(ENGINES[rds.engine])}
        return {}

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for region in self.regions:
            if region not in regions():
                similar = did_you_mean(region, regions())
                yield Problem("regions", f"must be regions of AWS, got {region!r}{similar}")


class Database(Settings):
    """Names inside the database; they become the defaults of the parameters."""

    mysql_master: ClassVar[str] = "root"
    """The master user's name on MySQL, where nobody chooses another."""

    name: str = Field(
        default="blog_rds_proxy", description="Default of the parameter RDSDatabaseName."
    )
    master_username: str | None = Field(
        default=None,
        description="Default of the parameter RDSMasterUsername. Left out: `postgres` on "
        "PostgreSQL, on MySQL `root`, or `admin` in `auth` and `edge`.",
    )

    def master(self, engine: Engine) -> str:
        """The master user's name on *engine*."""
        default = self.mysql_master if engine.family == "MYSQL" else "postgres"
        return self.master_username or default

    def problems(self) -> Iterator[Problem]:
        """Reject names that no engine accepts; variants apply the rules of theirs."""
        yield from super().problems()
        if self.master_username == "":
            yield Problem("master_username", "must not be empty; leave it out for the default")
            return
        refused = [list(self.refused_by(engine)) for engine in ENGINES.values()]
        for field in ("name", "master_username"):
            sentences = [[p.sentence for p in one if p.place == field] for one in refused]
            if all(sentences):
                yield Problem(field, sentences[0][0])

    def refused_by(self, engine: Engine) -> Iterator[Problem]:
        """The names that *engine* does not take."""
        if refusal := engine.database.problem(self.name, engine.database_words):
            yield Problem("name", refusal)
        if refusal := engine.master.problem(self.master(engine), engine.reserved_words):
            yield Problem("master_username", refusal)

    def attributes(self, engine: Engine) -> dict[str, ParameterAttributes]:
        """Attributes of the root's parameters: these names as defaults, and the patterns of RDS."""
        return {
            "rds_master_username": _named(self.master(engine), engine.master),
            "rds_database_name": _named(self.name, engine.database),
        }


def _named(default: str, rule: NameRule) -> ParameterAttributes:
    return ParameterAttributes(
        default=default,
        allowed_pattern=rule.pattern,
        constraint_description=rule.sentence,
    )


def database_problems(
    rds: DatabaseSettings,
    names: Database,
    regions: tuple[str, ...],
    *,
    has_ipv6: bool = False,
) -> Iterator[Problem]:
    """A class that a region lacks, names that the engine does not take, addresses without subnets.

    *has_ipv6* is True where the database's subnets may have IPv6 ranges.
    """
    if rds.network.type == "DUAL" and not has_ipv6:
        yield Problem(
            "rds.network.type",
            "must be IPV4: the subnets that this variant creates have no IPv6 ranges; choose "
            "`existing_vpc`, with subnets that have them",
        )
    engine = ENGINES[rds.engine]
    for place, instance_class in rds.named_classes.items():
        for sentence in engine.class_problems(instance_class, regions):
            yield Problem(f"rds.{place}", sentence)
    for place, zone in rds.named_zones.items():
        yield from zones_outside_regions((zone,), regions, f"rds.{place}")
    for problem in names.refused_by(engine):
        yield problem.within("database")


def proxy_problems(engine: str, regions: tuple[str, ...]) -> Iterator[Problem]:
    """Regions that lack RDS Proxy for *engine*."""
    for sentence in support.proxy_problems(engine, regions):
        yield Problem("regions", sentence)


def proxy_warnings(engine: str, regions: tuple[str, ...]) -> Iterator[Problem]:
    """Regions that may lack RDS Proxy for *engine*."""
    for sentence in support.proxy_doubts(engine, regions):
        yield Problem("regions", sentence)


def root_problems(users: Sequence[User], regions: tuple[str, ...]) -> Iterator[Problem]:
    """Regions in which a function that reaches the database itself could verify nothing."""
    lacking = [region for region in regions if region in WITHOUT_RDS_ROOTS]
    if users and lacking:
        yield Problem(
            "regions",
            f"must be regions whose databases a function can verify, got {', '.join(lacking)}: the "
            "layer has no roots of RDS there; leave them out, or declare no users",
        )


def user_problems(rds: ProxiedDatabaseSettings, database: Database) -> Iterator[Problem]:
    """Users that are the master, and grants that are longer than what MySQL takes."""
    engine = ENGINES[rds.engine]
    master = database.master(engine)
    for index, user in enumerate(rds.users):
        if user.name == master:
            yield Problem(f"rds.users.{index}.name", f"is the master user's, {user.name!r}")
    escaped = len(database.name) + database.name.count("_")
    is_granted = any(grant.on == "*" for user in rds.users for grant in user.grants)
    if engine.family == "MYSQL" and is_granted and escaped > MYSQL_PATTERN_LENGTH:
        yield Problem(
            "database.name",
            f"must have at most {MYSQL_PATTERN_LENGTH} letters, each _ counted twice, because "
            "rds.users are granted all its tables and MySQL wants _ escaped in such a grant, got "
            f"{escaped} ({database.name!r}); choose a shorter name, or grant on tables by name",
        )
