"""RDS: instance classes that were ended for newer versions of an engine.

"Supported DB engines for DB instance classes" of the Amazon Aurora User Guide and of the Amazon RDS
User Guide. cfn-lint's data know classes of an engine, and not of its versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Ended(NamedTuple):
    """Classes, by their beginnings, that versions of an engine do not have."""

    engine: str
    versions: re.Pattern[str]
    classes: tuple[str, ...]


ENDED: Final = (
    Ended("aurora-mysql", re.compile(r"8\..*"), ("db.r3.", "db.r4.", "db.t2.", "db.t3.small")),
    Ended(
        "aurora-postgresql",
        re.compile(r"1[1-9](\..*)?"),
        ("db.r3.", "db.r4.", "db.t2.", "db.t3.micro", "db.t3.small"),
    ),
    Ended("postgres", re.compile(r"1[3-9](\..*)?"), ("db.m4.", "db.r4.", "db.t2.")),
)


def class_problems(engine: str, version: str, instance_class: str) -> Iterator[str]:
    for ended in ENDED:
        is_of = ended.engine == engine and ended.versions.fullmatch(version)
        if is_of and instance_class.startswith(ended.classes):
            yield (
                "RDS does not support creating a DB instance with the following combination: "
                f"DBInstanceClass={instance_class}, Engine={engine}, EngineVersion={version}. For "
                "supported combinations of instance class and database engine version, see the "
                "documentation."
            )
