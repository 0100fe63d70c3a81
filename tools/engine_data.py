"""Print engines.json: what cfn-lint and SQLAlchemy know of our engines, in one small file.

    python tools/engine_data.py > src/rdsproxy_templates/engines.json

cfn-lint's own files are 9 MB and take longer to read than a family takes to render. A test
says when the small file is no longer what the installed packages know.
"""

from __future__ import annotations

import json
import re
from importlib import metadata, resources
from typing import Any

from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MYSQL
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS as RESERVED_WORDS_POSTGRESQL

# Words that MySQL reserved in one release and freed in a later one ("Keywords and Reserved
# Words", dev.mysql.com), which SQLAlchemy quotes to be safe; `admin` is RDS's own suggestion.
FREED = {"admin", "array", "general", "member", "persist", "persist_only", "role", "slow"}
MYSQL_WORDS = RESERVED_WORDS_MYSQL - FREED

ENGINES = {
    "aurora-mysql": ("aws_rds_dbcluster", MYSQL_WORDS),
    "aurora-postgresql": ("aws_rds_dbcluster", RESERVED_WORDS_POSTGRESQL),
    "mysql": ("aws_rds_dbinstance", MYSQL_WORDS),
    "postgres": ("aws_rds_dbinstance", RESERVED_WORDS_POSTGRESQL),
}


def extension(module: str, name: str) -> Any:
    """One of cfn-lint's additional schemas."""
    folder = resources.files(f"cfnlint.data.schemas.extensions.{module}")
    return json.loads((folder / name).read_text("utf-8"))


def listed(schema: Any, engine: str, section: str, name: str) -> list[str]:
    """The enum that *schema* holds for *engine*, for any license."""
    for rule in schema["allOf"]:
        tested = rule["if"]["properties"]
        if tested["Engine"].get("const") == engine and not tested.get("LicenseModel"):
            found = rule[section] if section == "if" else rule.get("then")
            return sorted(found["properties"][name].get("enum", []))
    return []


def classes(engine: str) -> dict[str, list[str]]:
    """Each instance class of *engine*, with the regions that do not offer it."""
    regions: dict[str, Any] = extension("aws_rds_dbinstance", "dbinstanceclass_enum.json")
    offered = {
        region: set(listed(schema, engine, "then", "DBInstanceClass"))
        for region, schema in regions.items()
    }
    return {
        name: [region for region in sorted(regions) if name not in offered[region]]
        for name in sorted(set().union(*offered.values()))
    }


def known() -> dict[str, Any]:
    """What goes into the file."""
    regions = extension("aws_rds_dbinstance", "dbinstanceclass_enum.json")
    return {
        "source": {name: metadata.version(name) for name in ("cfn-lint", "SQLAlchemy")},
        "regions": sorted(regions),
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
            }
            for engine, (module, reserved) in ENGINES.items()
        },
    }


def text(data: dict[str, Any]) -> str:
    """*data* as JSON with a list a line, so that a change reads well in a diff."""
    return re.sub(
        r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), json.dumps(data, indent=1)
    )


if __name__ == "__main__":
    print(text(known()))
