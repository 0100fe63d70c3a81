"""Diagnosis of a function before a proxy: its state, its right to log in, its last errors."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final

from ..deploy.given.account import AccountReader
from .diagnosis import Diagnosis
from .proxied import Body, ProxyView

HOST, USER, SECRET = "RDS_PROXY_ENDPOINT", "RDS_USER", "RDS_SECRET_ARN"
HOUR: Final = 3600
MOST_LINES: Final = 3
LONGEST_LINE: Final = 200


def function_diagnoses(
    reader: AccountReader, name: str, proxies: Sequence[ProxyView]
) -> Iterator[Diagnosis]:
    """Yield everything that is wrong with the function *name*."""
    place = f"function {name}"
    body = reader.ask("lambda", "get_function_configuration", place, FunctionName=name)
    if body is None:
        return
    for key in ("State", "LastUpdateStatus"):
        if body.get(key) in {"Failed", "Inactive"}:
            said = body.get(f"{key}Reason") or "Lambda gives no reason"
            yield Diagnosis(
                resource=place,
                severity="error" if body[key] == "Failed" else "warning",
                reason=f"{key} {body[key]}",
                sentence=f"Lambda says: {said}",
                remedy="Mend that, and deploy the function again",
            )
    yield from _of_login(place, body, proxies)
    yield from _of_errors(reader, place, name)


def _of_login(place: str, body: Body, proxies: Sequence[ProxyView]) -> Iterator[Diagnosis]:
    variables = body.get("Environment", {}).get("Variables", {})
    view = next((one for one in proxies if _is_told(one, variables.get(HOST))), None)
    user = variables.get(USER)
    if view is None or not user or variables.get(SECRET):
        return
    resource = connection_arn(str(view.body["DBProxyArn"]), user)
    if view.simulated(str(body["Role"]), "rds-db:connect", resource) is False:
        yield Diagnosis(
            resource=place,
            severity="error",
            reason="rds-db:connect",
            sentence=f"its role {body['Role']} may not log in as {user} at {view.place}",
            remedy=f"Allow it rds-db:connect on {resource}",
        )


def connection_arn(proxy_arn: str, user: str) -> str:
    """Return the ARN of a login as *user* at the proxy with this ARN.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html.
    """
    _, partition, _, region, account, _, proxy_id = proxy_arn.split(":")
    return f"arn:{partition}:rds-db:{region}:{account}:dbuser:{proxy_id}/{user}"


def _is_told(view: ProxyView, host: str | None) -> bool:
    return host is not None and host == view.body.get("Endpoint")


def _of_errors(reader: AccountReader, place: str, name: str) -> Iterator[Diagnosis]:
    since = int((time.time() - HOUR) * 1000)
    answer = reader.ask(
        "logs",
        "filter_log_events",
        place,
        logGroupName=f"/aws/lambda/{name}",
        startTime=since,
        filterPattern='?ERROR ?"Task timed out"',
    )
    lines = [one["message"].strip()[:LONGEST_LINE] for one in (answer or {}).get("events", ())]
    if lines:
        yield Diagnosis(
            resource=place,
            severity="warning",
            reason="errors",
            sentence=f"{len(lines)} lines of its log in the last hour are errors",
            remedy="The database's error number stands in them",
            evidence=tuple(lines[-MOST_LINES:]),
        )
