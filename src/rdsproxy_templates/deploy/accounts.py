"""The accounts of a plan, as the person at the command reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import DeploymentError, Problem
from .plan import AccountName, Plan

EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was said of an account."""

    profile: str | None = None
    bucket: str | None = None
    """For packages, in the region of the session; else SAM's own, made where it is not there."""


@dataclass(frozen=True, kw_only=True)
class AccountSession:
    """An account with which calls are made."""

    name: AccountName
    choice: Choice
    id: str
    session: Any
    region: str

    def at(self, region: str | None) -> AccountSession:
        """The same in another region; the bucket that was given is not there."""
        if region in {None, self.region}:
            return self
        return replace(self, region=region, choice=replace(self.choice, bucket=None))

    def client(self, service: str) -> Any:
        """boto3's client for a service."""
        return self.session.client(service, region_name=self.region)


def account_sessions(
    plan: Plan, choices: Mapping[AccountName, Choice], region: str | None
) -> dict[AccountName, AccountSession]:
    """All accounts of *plan*; raises :class:`DeploymentError` before anything is done."""
    found: dict[AccountName, AccountSession] = {}
    problems: list[Problem] = []
    for name in plan.accounts:
        try:
            found[name] = _access(name, choices.get(name, Choice()), region)
        except DeploymentError as failed:
            problems += failed.problems
    if problems := [*problems, *_mixed_up(list(found.values()))]:
        raise DeploymentError(problems)
    return found


@contextmanager
def refusals(place: str) -> Iterator[None]:
    """What AWS, or the way to it, refuses becomes a sentence about *place*."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - optional

    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code in EXPIRED:
            message = "the credentials have expired; log in again, and run the same command"
        raise DeploymentError([Problem(place, f"{error.operation_name}: {message}")]) from error
    except BotoCoreError as error:
        raise DeploymentError([Problem(place, str(error))]) from error


def _access(name: AccountName, choice: Choice, region: str | None) -> AccountSession:
    try:
        import boto3  # noqa: PLC0415 - optional
    except ImportError:
        sentence = "needs boto3: install `rdsproxy_templates[deploy]`"
        raise DeploymentError([Problem("deploy", sentence)]) from None
    place = f"account {name}"
    with refusals(f"{place}: --{name}-profile {choice.profile or 'left out'}"):
        session = boto3.Session(profile_name=choice.profile, region_name=region)
        if session.region_name is None:
            raise DeploymentError([Problem(place, "has no region; give --region")])
        caller = session.client("sts").get_caller_identity()
    return AccountSession(
        name=name,
        choice=choice,
        id=caller["Account"],
        session=session,
        region=session.region_name,
    )


def _mixed_up(found: list[AccountSession]) -> Iterator[Problem]:
    """Two accounts that are one, or in two regions."""
    if len(found) < 2:  # noqa: PLR2004 - a pair
        return
    app, db = found
    if app.id == db.id:
        yield Problem(
            f"account {db.name}",
            f"is {db.id}, and so is account {app.name}; give --{app.name}-profile and "
            f"--{db.name}-profile of two accounts",
        )
    if app.region != db.region:
        yield Problem(
            f"account {db.name}",
            f"is used in {db.region}, and account {app.name} in {app.region}; subnets are lent "
            "within a region: give --region",
        )
