"""Ownership of users: a table of marks records which resource each user belongs to.

A mark names the resource that creates the user. It is written before the user is created, so that
whoever finds a user knows if it may be touched. The table has a schema of its own (in MySQL, a
database), on which no declared user can have grants.
"""

from __future__ import annotations

import time
from enum import Enum, auto

from declaration import User
from dialect import Dialect
from session import Lost, Refused, Session

LOCK_PAUSE = 0.2
OWNER_OF = "SELECT owner FROM rdsproxy_templates.users WHERE name = %s"
MARK = "INSERT INTO rdsproxy_templates.users (name, owner) VALUES (%s, %s)"
UNMARK = "DELETE FROM rdsproxy_templates.users WHERE name = %s"


class Claim(Enum):
    """Existing users that may be claimed."""

    OWN = auto()
    """Only a user with the resource's own mark."""
    UNMARKED = auto()
    """Also a user without a mark."""
    ANY = auto()
    """Any user, because the declaration says so."""


def claim(
    session: Session, dialect: Dialect, name: str, owner: str, how: Claim = Claim.OWN
) -> None:
    """Mark the user *name* as *owner*'s. Raises :class:`Refused` if it is somebody else's."""
    begin(session, dialect)
    if name == session.master:
        raise Refused("[UserName] is the master user, which no stack may alter.")
    marked = _owner(session, name)
    if marked == owner:
        return
    taken = how is Claim.ANY or (how is Claim.UNMARKED and marked is None)
    if not taken and session.run("look for the user", dialect.FIND, name):
        raise Refused(
            f"User {name} already exists, and this resource did not create it; "
            "it was left unchanged. To take it over, declare it with adopt: true."
        )
    session.run("forget the mark of another resource", UNMARK, name)
    session.run("mark the user", MARK, name, owner)


def make(session: Session, dialect: Dialect, user: User, password: str | None) -> None:
    """Give a user that this session claimed exactly this login and these grants."""
    dialect.make(session.run, user, password)
    if user.login == "iam" and dialect.IAM_REACHES_MASTER and not session.master_logs_in():
        dialect.end_iam(session.run, user.name)
        raise Refused(
            "With this user in rds_iam the database would let the master in by IAM only, "
            "because PostgreSQL makes the master a member of the users that it creates; "
            'its login was revoked. Give the user a password: Login "password".'
        )


def drop(session: Session, dialect: Dialect, name: str, owner: str) -> None:
    """Drop the user *name* if it is *owner*'s; leave one that is another's or already gone."""
    begin(session, dialect)
    if _owner(session, name) != owner:
        return
    if session.run("look for the user", dialect.FIND, name):
        dialect.drop(session.run, name)
    session.run("forget the mark", UNMARK, name)


def begin(session: Session, dialect: Dialect) -> None:
    """Lock out other changes of users and tables while this session lasts."""
    for statement in dialect.SESSION:
        session.run("begin a session", statement)
    while not session.run("lock the users", dialect.TRY_LOCK)[0][0]:
        time.sleep(LOCK_PAUSE)
        if session.over:
            raise Lost("Another change of users did not end in time.")
    dialect.prepare(session.run)


def _owner(session: Session, name: str) -> str | None:
    rows = session.run("read the marks", OWNER_OF, name)
    return rows[0][0] if rows else None
