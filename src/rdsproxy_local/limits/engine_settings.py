"""RDS: settings that only some engines have. CreateDBInstance says of each which ones do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

OF_OTHERS: Final = (
    *("AdditionalStorageVolumes", "CharacterSetName", "DBSystemId", "NcharCharacterSetName"),
    *("ProcessorFeatures", "TdeCredentialArn", "TdeCredentialPassword", "Timezone"),
)
"""Settings of Oracle, SQL Server and Db2."""
BACKUP_TARGETS: Final = ("local", "outposts", "region")
VERSIONS: Final = {
    "db2": re.compile(r"1[1-9](\..+)?"),
    "oracle": re.compile(r"(12|19|21|23)(\..+)?"),
    "sqlserver": re.compile(r"1\d\.\d\d(\..+)?"),
}
"""The form of the versions of engines that the local cloud does not run."""
LEAST_IAM: Final = {"mariadb": (10, 6), "mysql": (5, 7)}


def engine_problems(engine: str, given: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each setting of an instance that its engine lacks."""
    vendor = engine.removeprefix("custom-").partition("-")[0]
    form, version = VERSIONS.get(vendor), str(given.get("EngineVersion", ""))
    if form is not None and version and not form.fullmatch(version):
        yield f"Cannot find version {version} for {engine}"
    if form is None:
        for name in OF_OTHERS:
            if given.get(name):
                yield f"The parameter {name} is not supported for engine {engine}"
    if given.get("DBSecurityGroups"):
        yield "DBSecurityGroups are not supported for a DB instance in a VPC"
    if given.get("BackupTarget", BACKUP_TARGETS[0]) not in BACKUP_TARGETS:
        yield (
            f"Invalid backup target: {given['BackupTarget']}. "
            f"Valid values: {', '.join(BACKUP_TARGETS)}"
        )
    numbers = tuple(int(one) for one in re.findall(r"\d+", version)[:2])
    by_iam = given.get("EnableIAMDatabaseAuthentication") is True
    if by_iam and numbers and numbers < LEAST_IAM.get(engine, numbers):
        yield f"IAM Database Authentication is not supported for {engine} {version}"
