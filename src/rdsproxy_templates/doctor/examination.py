"""The examination of proxies and functions: by name, of a stack, or of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..deploy.accounts import AccountSession
from ..deploy.given.account import DENIED, AccountReader
from ..deploy.root_stack import RootStack
from ..errors import DeploymentError, NoSuchStackError, Problem
from .diagnosis import Diagnosis
from .drifted import drift_diagnoses
from .functions import function_diagnoses
from .proxied import ProxyView
from .proxies import proxy_diagnoses

PROXY: Final = "AWS::RDS::DBProxy"
FUNCTION: Final = "AWS::Lambda::Function"
NOT_ALLOWED: Final = "not compared with the account: "


@dataclass(frozen=True)
class Examination:
    """What was looked at, and what was found."""

    looked_at: tuple[str, ...]
    found: tuple[Diagnosis, ...]

    @property
    def is_healthy(self) -> bool:
        """True where nothing that was looked at is wrong."""
        return all(one.severity == "skipped" for one in self.found)


def examined_proxy(session: AccountSession, name: str) -> Examination:
    """Examine the proxy *name*; raise :class:`DeploymentError` where there is none."""
    return _examined(session, [name], [])


def examined_stack(session: AccountSession, name: str, *, revert: str | None = None) -> Examination:
    """Examine all proxies and functions of the stack *name*, and of those nested in it.

    With *revert*, the command that takes changes by hand back, such changes are looked for, too.
    Raises :class:`NoSuchStackError` where there is none.
    """
    stack = RootStack(session, name)
    if stack.description() is None:
        sentence = f"there is no stack {name} in {session.place}"
        raise NoSuchStackError([Problem("stack", sentence)])
    by_type: dict[str, list[str]] = {PROXY: [], FUNCTION: []}
    for _path, resource in stack.resources():
        if resource["ResourceType"] in by_type and resource.get("PhysicalResourceId"):
            by_type[resource["ResourceType"]].append(resource["PhysicalResourceId"])
    found = _examined(session, by_type[PROXY], by_type[FUNCTION])
    drifted = _drifted(stack, revert) if revert else ()
    return replace(found, found=(*found.found, *drifted))


def _drifted(stack: RootStack, revert: str) -> tuple[Diagnosis, ...]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        return tuple(drift_diagnoses(stack, revert))
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise
        return tuple(_skipped(["the detection of drift is not allowed"]))


def _examined(session: AccountSession, proxies: list[str], functions: list[str]) -> Examination:
    notes: list[str] = []
    reader = AccountReader(session=session, say=notes.append, creates=False)
    described = _proxies(reader)
    if unknown := [name for name in proxies if name not in described and not notes]:
        known = ", ".join(described) or "none"
        sentence = f"no proxy {unknown[0]!r} in {session.place}; there are: {known}"
        raise DeploymentError([Problem("--proxy", sentence)])
    views = [ProxyView(reader, name, described[name]) for name in proxies if name in described]
    found: list[Diagnosis] = []
    for view in views:
        found += proxy_diagnoses(view)
    for name in functions:
        found += function_diagnoses(reader, name, views)
    found += _skipped(notes)
    looked_at = [*(view.place for view in views), *(f"function {name}" for name in functions)]
    return Examination(tuple(looked_at), tuple(dict.fromkeys(found)))


def _proxies(reader: AccountReader) -> Mapping[str, Any]:
    answer = reader.ask("rds", "describe_db_proxies", "proxies") or {}
    return {one["DBProxyName"]: one for one in answer.get("DBProxies", ())}


def _skipped(notes: list[str]) -> Iterator[Diagnosis]:
    for note in notes:
        yield Diagnosis(
            resource="account",
            severity="skipped",
            reason="rights",
            sentence=note.removeprefix(NOT_ALLOWED).removesuffix(" is not allowed")
            + " is not allowed, so what it tells was not looked at",
            remedy="Examine with a profile that may read it",
        )
