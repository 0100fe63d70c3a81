"""Room for proxies: how many an account takes in a Region, and how many it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from ..deploy.accounts import AccountSession, aws_errors_at
from ..errors import ConfigError, Problem
from .concurrently import in_threads
from .fleet_sessions import FleetSessions
from .place import Place

PROXIES: Final = 20
"""Proxies of an account in a Region, unless the quota was raised.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations"""
NAME: Final = "Proxies"
"""The quota's name in Service Quotas."""
AT_ONCE: Final = 8


def require_room_for_proxies(sessions: FleetSessions, places: Sequence[Place], wanted: int) -> None:
    """Raise :class:`ConfigError` for each of *places* without room for *wanted* more proxies."""
    if not wanted:
        return

    def problems(place: Place) -> list[Problem]:
        with aws_errors_at(str(place)):
            return [*_problems(sessions.member(place), place, wanted)]

    if found := [one for some in in_threads(problems, places, AT_ONCE) for one in some]:
        raise ConfigError(found)


def _problems(session: AccountSession, place: Place, wanted: int) -> Iterator[Problem]:
    pages = session.client("rds").get_paginator("describe_db_proxies").paginate()
    there = sum(len(page["DBProxies"]) for page in pages)
    if there + wanted <= PROXIES or there + wanted <= (most := _quota(session)):
        return
    sentence = (
        f"has {there} proxies and would get {wanted}, and its quota is {most}; raise it in Service "
        "Quotas, or delete some"
    )
    yield Problem(str(place), sentence)


def _quota(session: AccountSession) -> int:
    """Return the account's quota; the usual one where it may not be read."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - optional

    with suppress(BotoCoreError, ClientError):
        api: Any = session.client("service-quotas")
        for page in api.get_paginator("list_service_quotas").paginate(ServiceCode="rds"):
            for one in page["Quotas"]:
                if one["QuotaName"] == NAME:
                    return int(one["Value"])
    return PROXIES
