"""Print the data that goes stale, in the form of the file that holds it.

    python tools/engine_data.py > src/rdsproxy_templates/aws/engines.json
    python tools/engine_data.py --lifecycles > support.new
    mv support.new src/rdsproxy_templates/aws/support.json

The first has what cfn-lint and SQLAlchemy know of our engines and of Lambda's runtimes, in one
small file: cfn-lint's own data has 9 MB and takes longer to read than a variant takes to render.
A test fails when the file differs from what the installed packages know.

The second prints ``support.json`` with the ends of support that RDS's API returns
(``rds:DescribeDBMajorEngineVersions``, with the credentials of the environment). No API returns
its data on RDS Proxy: its ``source`` names the pages to read.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MARIADB, RESERVED_WORDS_MYSQL
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS as RESERVED_WORDS_POSTGRESQL

# Words that MySQL reserved in one release and freed in a later one ("Keywords and Reserved
# Words", dev.mysql.com), which SQLAlchemy quotes to be safe; `admin` is RDS's own suggestion.
FREED = {"admin", "array", "general", "member", "persist", "persist_only", "role", "slow"}
MYSQL_WORDS = RESERVED_WORDS_MYSQL - FREED

# Words that PostgreSQL does not reserve, and RDS refuses as the name of a first database of it:
# "DatabaseName admin cannot be used. It is a reserved word for this engine". No page of AWS lists
# them. Seen by awslabs/aws-saas-boost issue 180 (admin) and by public records of failed
# deployments in other repositories (catalog, database, dispatch, flag, identity).
REFUSED_DATABASES = {"admin", "catalog", "database", "dispatch", "flag", "identity"}

ENGINES = {
    "aurora-mysql": ("aws_rds_dbcluster", MYSQL_WORDS),
    "aurora-postgresql": ("aws_rds_dbcluster", RESERVED_WORDS_POSTGRESQL),
    "mysql": ("aws_rds_dbinstance", MYSQL_WORDS),
    "postgres": ("aws_rds_dbinstance", RESERVED_WORDS_POSTGRESQL),
}


SUPPORT = Path(__file__).parents[1] / "src" / "rdsproxy_templates" / "aws" / "support.json"


def extension(module: str, name: str) -> Any:
    """One of cfn-lint's additional schemas."""
    folder = resources.files(f"cfnlint.data.schemas.extensions.{module}")
    return json.loads((folder / name).read_text("utf-8"))


def listed(schema: Any, engine: str, section: str, name: str) -> list[str]:
    """Sorted enum of property *name* that *schema* has for *engine* with any license."""
    for rule in schema["allOf"]:
        tested = rule["if"]["properties"]
        if tested["Engine"].get("const") == engine and not tested.get("LicenseModel"):
            found = rule[section] if section == "if" else rule.get("then")
            return sorted(found["properties"][name].get("enum", []))
    return []


def classes(engine: str) -> dict[str, list[str]]:
    """Instance classes of *engine*, each with the Regions that do not offer it."""
    regions: dict[str, Any] = extension("aws_rds_dbinstance", "dbinstanceclass_enum.json")
    offered = {
        region: set(listed(schema, engine, "then", "DBInstanceClass"))
        for region, schema in regions.items()
    }
    return {
        name: [region for region in sorted(regions) if name not in offered[region]]
        for name in sorted(set().union(*offered.values()))
    }


def runtimes() -> dict[str, str | None]:
    """Python runtimes, each with its deprecation date (ISO 8601).

    None for a runtime that is too new for cfn-lint's table of lifecycles.
    """
    schemas = resources.files("cfnlint.data.schemas.resources")
    function = next(
        schema
        for one in schemas.iterdir()
        if one.name.endswith(".json")
        and (schema := json.loads(one.read_text("utf-8")))["typeName"] == "AWS::Lambda::Function"
    )
    table = json.loads(
        (resources.files("cfnlint.data.AdditionalSpecs") / "LmbdRuntimeLifecycle.json").read_text(
            "utf-8"
        )
    )
    names = [name for name in function["properties"]["Runtime"]["enum"] if "python3." in name]
    return {
        name: table.get(name, {}).get("deprecated")
        for name in sorted(names, key=lambda name: float(name.removeprefix("python3.")))
    }


def today() -> str:
    """Today's date in UTC, in ISO 8601."""
    return datetime.now(UTC).date().isoformat()


def known() -> dict[str, Any]:
    """Content of ``engines.json``."""
    regions = extension("aws_rds_dbinstance", "dbinstanceclass_enum.json")
    return {
        "source": {name: metadata.version(name) for name in ("cfn-lint", "SQLAlchemy")},
        "regions": sorted(regions),
        "runtimes": runtimes(),
        "engines": {
            engine: {
                "versions": listed(
                    extension(module, "engine_version.json"), engine, "then", "EngineVersion"
                ),
                "deprecated_versions": listed(
                    extension(module, "engine_version_deprecated.json"),
                    engine,
                    "if",
                    "EngineVersion",
                ),
                "classes_missing_in": classes(engine),
                "reserved_words": sorted(reserved),
                "refused_databases": sorted(REFUSED_DATABASES if "postgres" in engine else ()),
            }
            for engine, (module, reserved) in ENGINES.items()
        },
        "other_reserved_words": {"mariadb": sorted(RESERVED_WORDS_MARIADB - FREED)},
    }


def lifecycles(rds: Any) -> dict[str, dict[str, list[str | None]]]:
    """Ends of standard and Extended Support by engine and major version, from the client *rds*."""
    names = ("open-source-rds-standard-support", "open-source-rds-extended-support")
    found: dict[str, dict[str, list[str | None]]] = {engine: {} for engine in ENGINES}
    for page in rds.get_paginator("describe_db_major_engine_versions").paginate():
        for version in page["DBMajorEngineVersions"]:
            ends = {
                one["LifecycleSupportName"]: one["LifecycleSupportEndDate"].date().isoformat()
                for one in version.get("SupportedEngineLifecycles", ())
            }
            if version["Engine"] in found and names[0] in ends:
                majors = found[version["Engine"]]
                majors[version["MajorEngineVersion"]] = [ends.get(name) for name in names]
    return {
        engine: dict(sorted(majors.items(), key=lambda item: float(item[0])))
        for engine, majors in found.items()
    }


def refreshed(data: dict[str, Any], rds: Any) -> dict[str, Any]:
    """Content of ``support.json`` with today's ends of support."""
    fresh = {
        "date": today(),
        "source": ["RDS API, DescribeDBMajorEngineVersions"],
        "engines": lifecycles(rds),
    }
    return {**data, "lifecycles": fresh}


def text(data: dict[str, Any]) -> str:
    """JSON of *data* with one list on a line, so that a change reads well in a diff."""
    return re.sub(
        r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), json.dumps(data, indent=1)
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--lifecycles"]:
        import boto3

        old = json.loads(SUPPORT.read_text("utf-8"))
        print(text(refreshed(old, boto3.client("rds", region_name="us-east-1"))))
    else:
        print(text(known()))
