"""The values that RDS takes for a parameter, and the parameters that nobody may set.

``database_parameters.json`` has the types and ranges of the servers. RDS has 0 and 1 for most
switches and ON and OFF for some; both are taken for all of them.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

from ..values import numbers_of

SWITCHES: Final = frozenset({"0", "1", "false", "off", "on", "true"})
INTEGER: Final = re.compile(r"-?\d+")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")

# "Specifying DB parameters" in the Amazon RDS User Guide.
FORMULA: Final = re.compile(r"\{|GREATEST\(|LEAST\(|SUM\(", re.IGNORECASE)
VARIABLES: Final = (
    *("AllocatedStorage", "DBInstanceClassMemory", "DBInstanceVCPU", "EndPointPort"),
    *("TrueIfClusterReplica", "TrueIfReplica", "AuroraDBEnabled", "ServerlessV2"),
)
WORD: Final = re.compile(r"[A-Za-z_]\w*")
MARIADB: Final = "mariadb"
"""The engine whose ranges are not those of MySQL."""
FUNCTIONS: Final = ("GREATEST", "LEAST", "SUM", "IF")


def problem(group_family: str, name: str, value: str, *, of_cluster: bool) -> str | None:
    """RDS's answer to a value of a parameter in a group; None for one that it takes."""
    engine = group_family.rstrip("0123456789.")
    version = numbers_of(group_family.removeprefix(engine))
    data, family = _data(), _family(engine)
    if engine != MARIADB and not _has(family, version, name):
        return f"Could not find parameter with name: {name}"
    if not of_cluster and name in data["of_clusters"].get(engine, ()):
        return f"Could not find parameter with name: {name}"
    if not _is_known(family, name):
        return f"Could not find parameter with name: {name}"
    if name in data["fixed"][family] or name in data["fixed"].get(engine, ()):
        return f"The parameter {name} is not modifiable"
    if FORMULA.search(value):
        return _formula(value)
    allowed = None if engine == MARIADB else _allowed(family, name)
    if allowed is None or _fits(value, allowed):
        return None
    return f"Invalid parameter value: {value} for: {name} allowed values are: {_text(allowed)}"


def _has(family: str, version: list[int], name: str) -> bool:
    """False for a parameter of a newer version, and for one that older ones had."""
    newer = any(
        name in names and version < numbers_of(first)
        for first, names in _data()["since"].get(family, {}).items()
    )
    return not newer and not any(
        name in names and version >= numbers_of(first)
        for first, names in _data()["gone"][family].items()
    )


def is_named(engine: str, name: str) -> bool:
    """True for a parameter that the servers here lack, or call otherwise: ``gtid-mode``."""
    data, family = _data(), _family(engine)
    newer = data["since"].get(family, {}).values()
    return any(name in names for names in (*newer, data["hyphenated"].get(family, ())))


def _family(engine: str) -> str:
    return "POSTGRESQL" if "postgres" in engine else "MYSQL"


def _is_known(family: str, name: str) -> bool:
    """False for an extension that RDS lacks, and for a slip in a name of RDS's own."""
    extension, _, _ = name.partition(".")
    if family == "MYSQL" or "." not in name:
        return True
    names = [one for one in _data()["allowed"][family] if one.startswith("rds.")]
    slip = extension == "rds" and name not in names and get_close_matches(name, names, 1, 0.9)
    return extension in _data()["extensions"] and not slip


def _formula(value: str) -> str | None:
    """Refuse a formula that does not close its brackets, or has words that RDS does not know."""
    words = [one for one in WORD.findall(value) if one.upper() not in FUNCTIONS]
    strange = [one for one in words if one not in VARIABLES]
    if value.count("{") == value.count("}") and value.count("(") == value.count(")"):
        if not strange:
            return None
        return f"The formula {value} is invalid: RDS does not know {strange[0]}"
    return f"The function syntax you have provided ({value}) is invalid."


def _allowed(family: str, name: str) -> Any:
    """The type, the range or the values of a parameter; None where they are not known."""
    lists = _data()["lists"]
    if name in lists:
        return frozenset(lists[name])
    if name.startswith("character_set_"):
        return lists["character_sets"]
    if name.startswith("collation_"):
        return "collation"
    if name in {"time_zone", "timezone"}:
        return "time zone"
    return _data()["allowed"][family].get(name)


def _fits(value: str, allowed: Any) -> bool:
    match allowed:
        case "switch":
            return value.lower() in SWITCHES
        case "collation":
            return value.partition("_")[0] in _data()["lists"]["character_sets"]
        case "time zone":
            zones = {zone.lower() for zone in available_timezones()}
            return not zones or value.lower() in zones or value.upper() == "UTC"
        case [int(least), int(most)]:
            return INTEGER.fullmatch(value) is not None and least <= int(value) <= most
        case [float(least), float(most)]:
            return NUMBER.fullmatch(value) is not None and least <= float(value) <= most
        case frozenset():
            return {one.strip() for one in value.split(",")} - {""} <= allowed
    values = {one.lower() for one in allowed}
    return value.lower() in values | (SWITCHES if {"on", "off"} & values else frozenset())


def _text(allowed: Any) -> str:
    match allowed:
        case "switch":
            return "0,1"
        case str():
            return f"each {allowed} of the engine"
        case [int() | float() as least, most]:
            return f"{least}-{most}"
    return ",".join(sorted(allowed))


@cache
def _data() -> dict[str, Any]:
    place = Path(__file__).parents[1] / "database_parameters.json"
    data: dict[str, Any] = json.loads(place.read_text("utf-8"))
    return data
