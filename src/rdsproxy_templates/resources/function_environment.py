"""Environment variables that a declared function may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..aws.secret_signs import secret_sign
from ..errors import Problem

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
RESERVED: Final = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
"""Names that Lambda keeps ("Defined runtime environment variables"), beside ``AWS_LAMBDA_…``."""
SETTABLE: Final = frozenset({"AWS_LAMBDA_EXEC_WRAPPER"})
"""Names of Lambda's that are for a person to set ("Modifying the runtime environment")."""
LOGIN: Final = frozenset(
    {
        "RDS_CA_FILE",
        "RDS_CONNECT_ROLE_ARN",
        "RDS_DATABASE_NAME",
        "RDS_ENGINE_FAMILY",
        "RDS_HOST",
        "RDS_PORT",
        "RDS_PROXY_ENDPOINT",
        "RDS_PROXY_READ_ONLY_ENDPOINT",
        "RDS_SECRET_ARN",
        "RDS_USER",
        "RDSPROXY_SETTINGS",
    }
)
"""Names that say how the function logs in, and what a version of it keeps."""
MOST_BYTES: Final = 4096


def environment_problems(variables: Mapping[str, object]) -> Iterator[Problem]:
    """Reject names that Lambda or the login keeps, secrets, and more than Lambda takes."""
    for name, value in variables.items():
        place = f"environment.{name}"
        if not _NAME.fullmatch(name):
            yield Problem(
                place, "must have a name of letters, digits and _, a letter first, two at least"
            )
        elif name in RESERVED or (name.startswith("AWS_LAMBDA_") and name not in SETTABLE):
            yield Problem(place, "must have another name, because Lambda sets this one")
        elif name in LOGIN:
            yield Problem(place, "must have another name, because the library sets this one")
        elif not isinstance(value, str | int | float):
            yield Problem(place, "must be text, a number, true or false")
        elif sign := secret_sign(name, str(value)):
            yield Problem(
                place,
                f"must not be a secret, and {sign}: whoever may read the function or the template "
                "would read it; keep it in Secrets Manager, and name its ARN here",
            )
    size = sum(len(f"{name}{value}".encode()) for name, value in variables.items())
    if size > MOST_BYTES:
        yield Problem("environment", f"must be at most {MOST_BYTES} bytes, got {size}")
