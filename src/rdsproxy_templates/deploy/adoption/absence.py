"""Names that RDS does not have, or has for something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from ...errors import DeploymentError, Problem

CODES: Final = {
    "cluster": "DBClusterNotFoundFault",
    "instance": "DBInstanceNotFound",
    "proxy": "DBProxyNotFoundFault",
}
"""The answer of RDS to a name that it does not know."""


@contextmanager
def absence_told(rds: Any, option: str, name: str, where: str) -> Iterator[None]:
    """Say of an unknown name where it was looked for, and of which option it is the name."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != CODES[option]:
            raise
        if option == "instance" and _is_there(rds.describe_db_clusters, DBClusterIdentifier=name):
            sentence = f"is a cluster; give --cluster {name}"
        elif option == "cluster" and _is_there(
            rds.describe_db_instances, DBInstanceIdentifier=name
        ):
            sentence = f"is an instance; give --instance {name}"
        else:
            sentence = f"does not exist in {where}; look at the name, --region and --profile"
        raise DeploymentError([Problem(f"--{option} {name}", sentence)]) from error


def _is_there(describe: Any, **named: str) -> bool:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        describe(**named)
    except ClientError as error:
        if error.response["Error"]["Code"] in CODES.values():
            return False
        raise
    return True
