"""Function beside the database: creates users as resources declare them.

It returns the outcome to the other function, because only that one can reach CloudFormation.
"""

from __future__ import annotations

import logging
import os
import time
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import physical_id
import tables
import users
from declaration import Invalid, User, declared
from dialect import chosen_dialect
from rdsproxy_client.aws import CallFailed, secret_value
from rdsproxy_client.engine import chosen_engine
from rdsproxy_client.environment import Misconfigured
from rdsproxy_demo import chosen_statements
from session import LAST_SECONDS, Lost, Refused, Session, in_session
from unexpected import logged

logging.getLogger().setLevel(os.environ.get("LOG_LEVEL", "INFO"))
log = logging.getLogger(__name__)

SPARE_SECONDS = LAST_SECONDS + 3
"""Time reserved for the last login or statement, and the answer."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Apply *event*; return the user's ID and attributes, or the failure as a sentence."""
    change = None
    try:
        change = Change(event, context)
        outcome = change.applied()
    except (Invalid, Refused, Lost, Misconfigured) as failure:
        outcome = _failed(str(failure), change, context)
    except Exception as error:  # noqa: BLE001 - the last that can answer
        logged(error)
        outcome = _failed("An unexpected error occurred.", change, context)
    facts = {"request_type": event.get("RequestType"), "failure": outcome.get("failure")}
    log.info("applied", extra=facts)
    return outcome


class Change:
    """One event of CloudFormation, and its progress."""

    def __init__(self, event: Mapping[str, Any], context: Any) -> None:
        self._event = event
        self._owner = f"{event['StackId']}/{event['LogicalResourceId']}"
        self._until = (
            time.monotonic() + context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS
        )
        self._engine, self._dialect = chosen_engine(), chosen_dialect()
        self.made: str | None = None
        """ID of the user, as soon as it may exist."""

    def applied(self) -> dict[str, Any]:
        """Apply the change; a second time, it changes nothing."""
        if self._event["RequestType"] == "Delete":
            given = self._event["PhysicalResourceId"]
            if not physical_id.is_of_nothing(given):
                name = physical_id.user_of(given)
                self._in_session(lambda session: self._drop(session, name))
            return {"physical_id": given, "data": {}}
        if self._event.get("ResourceType") == tables.RESOURCE_TYPE:
            return self._tables_made()
        user = declared(self._event["ResourceProperties"], self._dialect)
        made = physical_id.of_user(os.environ["RDS_ENGINE_FAMILY"], user.name)
        self._in_session(lambda session: self._make(session, user, made))
        return {"physical_id": made, "data": {"UserName": user.name}}

    def _tables_made(self) -> dict[str, Any]:
        properties = self._event["ResourceProperties"]
        tables.check(properties)
        statements = tables.wanted(properties, chosen_statements(), self._engine)
        self._in_session(lambda session: tables.make(session, statements, self._dialect))
        made = physical_id.of_tables(os.environ["RDS_ENGINE_FAMILY"])
        return {"physical_id": made, "data": {}}

    def _make(self, session: Session, user: User, made: str) -> None:
        password = _password(user)
        users.claim(session, self._dialect, user.name, self._owner, self._how(user, made))
        self.made = made
        users.make(session, self._dialect, user, password)
        if self._event.get("PhysicalResourceId") == made:
            self._drop_abandoned(session, user.name)

    def _how(self, user: User, made: str) -> users.Claim:
        """Choose the users to claim; releases that named no database kept their marks elsewhere."""
        if user.adopt:
            return users.Claim.ANY
        before = self._event.get("OldResourceProperties", {})
        is_update = self._event["RequestType"] == "Update" and before.get("UserName") == user.name
        if is_update and self._event.get("PhysicalResourceId") == made:
            return users.Claim.OWN if "DatabaseResourceId" in before else users.Claim.UNMARKED
        return users.Claim.OWN

    def _drop_abandoned(self, session: Session, name: str) -> None:
        """Undo a rename that failed: CloudFormation has no ID by which to delete that user."""
        other = self._event.get("OldResourceProperties", {}).get("UserName")
        if isinstance(other, str) and other != name:
            self._drop(session, other)

    def _drop(self, session: Session, name: str) -> None:
        users.drop(session, self._dialect, name, self._owner)

    def _in_session(self, task: Callable[[Session], None]) -> None:
        in_session(self._engine, task, self._until)


def _password(user: User) -> str | None:
    if user.secret_arn is None:
        return None
    try:
        secret = secret_value(user.secret_arn)
        name, password = secret["username"], secret["password"]
    except CallFailed as failed:
        raise Lost(f"[SecretArn] could not be read: {failed}.") from None
    except (KeyError, TypeError, ValueError):
        raise Refused("[SecretArn] must be JSON with username and password.") from None
    if name != user.name:
        raise Refused("[SecretArn] has a different username than [UserName].")
    if not isinstance(password, str) or not password:
        raise Refused("[SecretArn] has no password.")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in password):
        # Clients treat these differently; for some, a null byte ends the password.
        raise Refused("[SecretArn] has a password with control characters, which no login accepts.")
    return password


def _failed(sentence: str, change: Change | None, context: Any) -> dict[str, Any]:
    made = change.made if change else None
    return {"failure": sentence, "physical_id": made, "log": context.log_stream_name}
