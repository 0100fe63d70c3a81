"""Parameter groups as strict as RDS's: which group has a parameter, and which values it takes.

Of the parameters named here the values are judged, of all others the names; moto takes any. As of
November 2026: "Requiring SSL/TLS for all connections to a MySQL DB instance", "Aurora MySQL
configuration parameters", "Amazon Aurora PostgreSQL parameters"; prowler-cloud/prowler pull request
4116 shows that RDS for MySQL has 1 where Aurora MySQL has ON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from moto.rds.exceptions import InvalidParameterValue
from moto.rds.models import RDSBackend

from ..engine_data import has_parameter
from .parameter_values import is_named, problem
from .surround import surround

AllowedValues = tuple[str, ...] | range | frozenset[str]

SWITCH: Final = ("0", "1")
# "Specifying DB parameters": "{DBInstanceClassMemory/12582880}", "GREATEST({…},…)".
FORMULA: Final = re.compile(r"\{|GREATEST\(|LEAST\(|SUM\(")
SECONDS: Final = range(31_536_001)
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
CONNECTIONS: Final[Mapping[str, range]] = {
    "aurora-mysql": range(1, 16_001),
    "aurora-postgresql": range(6, 8_388_608),
    "mysql": range(1, 100_001),
    "postgres": range(6, 8_388_608),
}
MILLISECONDS: Final = range(-1, 2_147_483_648)
MYSQL_LOGS: Final[Mapping[str, AllowedValues]] = {
    "slow_query_log": SWITCH,
    "long_query_time": SECONDS,
    "log_output": ("TABLE", "FILE", "NONE"),
    "general_log": SWITCH,
}
AUDIT: Final[Mapping[str, AllowedValues]] = {
    "server_audit_logging": SWITCH,
    "server_audit_events": frozenset(
        {"CONNECT", "QUERY", "QUERY_DCL", "QUERY_DDL", "QUERY_DML", "TABLE"}
    ),
}
POSTGRESQL_LOGS: Final[Mapping[str, AllowedValues]] = {"log_min_duration_statement": MILLISECONDS}

KNOWN: Final[Mapping[tuple[str, str], Mapping[str, AllowedValues]]] = {
    ("cluster", "aurora-mysql"): {
        "require_secure_transport": ("ON", "OFF"),
        **MYSQL_LOGS,
        **AUDIT,
    },
    ("instance", "aurora-mysql"): MYSQL_LOGS,
    ("instance", "mysql"): {"require_secure_transport": SWITCH, **MYSQL_LOGS},
    ("cluster", "aurora-postgresql"): {"rds.force_ssl": SWITCH, **POSTGRESQL_LOGS},
    ("instance", "aurora-postgresql"): POSTGRESQL_LOGS,
    ("instance", "postgres"): {"rds.force_ssl": SWITCH, **POSTGRESQL_LOGS},
}
JUDGED: Final = frozenset(name for known in KNOWN.values() for name in known)


def install() -> None:
    surround(RDSBackend, "modify_db_parameter_group", _modify("instance", "db_parameter_groups"))
    surround(
        RDSBackend,
        "modify_db_cluster_parameter_group",
        _modify("cluster", "db_cluster_parameter_groups"),
    )


def _modify(kind: str, groups: str) -> Callable[..., Any]:
    def modify(
        known: Callable[..., Any], backend: RDSBackend, *arguments: Any, **named: Any
    ) -> Any:
        name, parameters = [*arguments, *named.values()]
        parameters = list(parameters)
        if group := getattr(backend, groups).get(name):
            engine = _family(group).rstrip("0123456789.")
            known_values = dict(KNOWN.get((kind, engine), {}))
            if engine in CONNECTIONS:
                known_values["max_connections"] = CONNECTIONS[engine]
            _require_parameters(engine, known_values, parameters)
            for one in parameters:
                given = one["ParameterName"], str(one["ParameterValue"])
                if said := problem(_family(group), *given, of_cluster=kind == "cluster"):
                    raise InvalidParameterValue(said)
        return known(backend, name, parameters)

    return modify


def _family(group: Any) -> str:
    """``mysql8.4`` of a group of either kind."""
    return str(getattr(group, "db_parameter_group_family", None) or group.family)


def _require_parameters(
    engine: str, known: Mapping[str, AllowedValues], parameters: Iterable[Mapping[str, Any]]
) -> None:
    for parameter in parameters:
        name, value = parameter["ParameterName"], str(parameter["ParameterValue"])
        named = is_named(engine, name) or has_parameter(engine, name)
        if name in JUDGED - known.keys() or not named:
            raise InvalidParameterValue(f"Could not find parameter with name: {name}")
        if name in known and not _fits(value, known[name]):
            raise InvalidParameterValue(
                f"Invalid parameter value: {value} for: {name} allowed values are: "
                f"{_text(known[name])}"
            )


def _fits(value: str, allowed: AllowedValues) -> bool:
    if FORMULA.match(value):
        return True
    if isinstance(allowed, tuple):
        return value in allowed
    if isinstance(allowed, frozenset):
        return set(value.split(",")) <= allowed
    # Of seconds, which have fractions, the whole ones count.
    whole = value.partition(".")[0] if allowed is SECONDS else value
    return whole.lstrip("-").isdigit() and int(whole) in allowed


def _text(allowed: AllowedValues) -> str:
    if not isinstance(allowed, range):
        return ",".join(sorted(allowed) if isinstance(allowed, frozenset) else allowed)
    return f"{allowed.start}-{allowed.stop - 1}"
