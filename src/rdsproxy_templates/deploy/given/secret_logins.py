"""What a secret that exists holds: a login, and that of the database that is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import Problem
from .account import AccountReader
from .database import ExistingDatabase, existing_databases, family_of
from .values import Given, GivenValues

WANTED: Final = ("username", "password")
MASTER, MASTER_NAME = "RDSMasterUserSecretArn", "RDSMasterUsername"


def login_problems(
    account: AccountReader, given: GivenValues, secret: Given, text: str | None
) -> Iterator[Problem]:
    """Report a secret that holds no login, or one of somebody else; nothing of it is shown."""
    held = _mapping(text)
    if not all(isinstance(one, str) and one for one in map(held.get, WANTED)):
        yield Problem(
            secret.place,
            "must hold JSON with username and password, and does not"
            if text is not None
            else "must hold JSON with username and password as text, and holds bytes",
        )
        return
    wanted = given.parameters.get(MASTER_NAME)
    if secret.place == MASTER and wanted and wanted != held["username"]:
        sentence = f"is {wanted!r}, and the secret of {MASTER} is another user's; give its username"
        yield Problem(MASTER_NAME, sentence)
    declared = {one.name for one in getattr(given.database, "users", ())}
    if secret.place == MASTER and held["username"] in declared:
        yield Problem(
            secret.place,
            "holds a user that `rds.users` declares, and who would get another password; give the "
            "secret of the master user, or declare another name",
        )
    for login in getattr(given.database, "existing_logins", ()):
        if login.secret_arn == secret.text and login.user not in {None, held["username"]}:
            yield Problem(
                secret.place,
                f"holds another user than {login.user!r}, as whom `rds.proxy.logins` and functions "
                "log in by it; give the user's own secret, or the name that the secret has",
            )
    for database in existing_databases(account, given):
        if other := _is_told_otherwise(held, database):
            account.note(
                f"{secret.place}: its JSON has another {other} than {database.identifier}; is it "
                "the secret of this database?"
            )


def _mapping(text: str | None) -> Mapping[str, Any]:
    try:
        read = json.loads(text or "")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _is_told_otherwise(held: Mapping[str, Any], database: ExistingDatabase) -> str | None:
    """Return the key that contradicts *database*: what RDS and rotation write beside a login."""
    host, engine, port = held.get("host"), held.get("engine"), held.get("port")
    if isinstance(host, str) and host and host.lower() not in database.hosts:
        return "host"
    if isinstance(engine, str) and engine and family_of(engine) not in {None, database.family}:
        return "engine"
    if port and database.port and str(port) != str(database.port):
        return "port"
    return None
