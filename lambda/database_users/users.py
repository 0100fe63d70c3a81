"""Users of the database that belong to a resource, as a table in it remembers.

A user's mark names the resource that creates it. It is there before the user is, so that
whoever finds a user knows whether it may be touched.
"""

from __future__ import annotations

import time

from declaration import User
from dialect import Dialect
from session import Lost, Refused, Session

LOCK_PAUSE = 0.2
OWNER_OF = "SELECT owner FROM rdsproxy_templates_users WHERE name = %s"
MARK = "INSERT INTO rdsproxy_templates_users (name, owner) VALUES (%s, %s)"
UNMARK = "DELETE FROM rdsproxy_templates_users WHERE name = %s"


def claim(session: Session, dialect: Dialect, name: str, owner: str) -> None:
    """Mark the user *name* as *owner*'s. Raises :class:`Refused` where it is somebody else's."""
    begin(session, dialect)
    if name == session.master:
        raise Refused("[UserName] is the master user, which no stack may alter.")
    if _owner(session, name) == owner:
        return
    if session.run("look for the user", dialect.FIND, name):
        raise Refused(
            f"There is a user {name} already, which this resource did not create; "
            "it was left as it is."
        )
    session.run("forget the mark of a user that is gone", UNMARK, name)
    session.run("mark the user", MARK, name, owner)


def make(session: Session, dialect: Dialect, user: User, password: str | None) -> None:
    """Give a user that was claimed in this session exactly this login and these grants."""
    dialect.make(session.run, user, password)


def drop(session: Session, dialect: Dialect, name: str, owner: str) -> None:
    """Drop the user *name* if it is *owner*'s; what is gone already, or another's, is left."""
    begin(session, dialect)
    if _owner(session, name) != owner:
        return
    if session.run("look for the user", dialect.FIND, name):
        dialect.drop(session.run, name)
    session.run("forget the mark", UNMARK, name)


def begin(session: Session, dialect: Dialect) -> None:
    """Let nobody else make users or tables while this session lasts."""
    for statement in dialect.SESSION:
        session.run("begin a session", statement)
    while not session.run("lock the users", dialect.TRY_LOCK)[0][0]:
        time.sleep(LOCK_PAUSE)
        if session.over:
            raise Lost("Another change of users did not end in time.")
    session.run("create the table of marks", dialect.CREATE_MARKS)


def _owner(session: Session, name: str) -> str | None:
    rows = session.run("read the marks", OWNER_OF, name)
    return rows[0][0] if rows else None
