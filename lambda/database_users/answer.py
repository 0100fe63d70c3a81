"""The function that CloudFormation calls: has a change applied, and answers in every case.

It is in no network of ours. From there CloudFormation's bucket could not be reached, and
no answer would leave when the function that applies the change is ended before it is done.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from itertools import chain, repeat
from typing import Any, NamedTuple

import physical_id
from aws import Answer, CallFailed, invoked
from response import delivered
from unexpected import logged

logging.getLogger().setLevel(os.environ.get("LOG_LEVEL", "INFO"))
log = logging.getLogger(__name__)

ANSWER_SECONDS = 20
"""What is left of the function's time to answer in, when waiting ends."""

PAUSES = (0.5, 1, 2, 4)
"""Seconds before each further try to invoke the other function; then the last one's again."""

FOR_NOW = frozenset({None, 403, 409, 429, 500, 502, 503, 504})
"""A permission or a function that is only just there, a limit, a fault; None is no answer."""

NEVER_BEGAN = frozenset(
    {
        "Runtime.ImportModuleError",
        "Runtime.UserCodeSyntaxError",
        "Runtime.HandlerNotFound",
        "Runtime.MalformedHandlerName",
    }
)
SENTENCE_LENGTH = 2000
"""CloudFormation takes 4096 bytes of everything ("Custom resource response objects")."""


class Outcome(NamedTuple):
    """What CloudFormation is told."""

    physical_id: str
    failure: str | None = None
    data: Mapping[str, Any] = {}


class _Failed(Exception):
    """The other function gave no outcome; *began* is whether it may have changed something."""

    def __init__(self, sentence: str, *, began: bool) -> None:
        self.began = began
        super().__init__(sentence)


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Never raises: Lambda would repeat the event, which helps nobody."""
    ends = time.monotonic() + context.get_remaining_time_in_millis() / 1000
    try:
        outcome = _outcome(event, context, ends - ANSWER_SECONDS)
        body = json.dumps(_response(event, outcome)).encode()
        sent = delivered(event["ResponseURL"], body, ends)
    except Exception as error:  # noqa: BLE001 - the last that can answer
        logged(error)
        return
    facts = {"request_type": event.get("RequestType"), "failure": outcome.failure, "sent": sent}
    log.log(logging.INFO if sent else logging.ERROR, "answered", extra=facts)


def _outcome(event: Mapping[str, Any], context: Any, until: float) -> Outcome:
    given = event.get("PhysicalResourceId")
    if event.get("RequestType") == "Delete" and physical_id.is_of_nothing(str(given)):
        return Outcome(str(given))
    stream = context.log_stream_name
    try:
        said = _said(_applied(event, until))
        if not said.get("failure"):
            return Outcome(said["physical_id"], data=said["data"])
        sentence, stream = said["failure"], said["log"]
        made = said["physical_id"]
    except _Failed as failed:
        sentence, made = str(failed), _id_if(event, began=failed.began)
    except Exception as error:  # noqa: BLE001 - whatever it is, there is an answer
        logged(error)
        sentence, made = "Something went wrong that nobody expected.", _id_if(event, began=True)
    failed_id = given or made or physical_id.of_nothing(context.aws_request_id)
    return Outcome(failed_id, f"{sentence[:SENTENCE_LENGTH]} See the log stream {stream}.")


def _applied(event: Mapping[str, Any], until: float) -> Answer:
    """The answer of the other function, which gets no address that a log could show."""
    payload = json.dumps({k: v for k, v in event.items() if k != "ResponseURL"}).encode()
    name, region = os.environ["APPLY_FUNCTION_NAME"], os.environ["AWS_REGION"]
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return invoked(name, region, payload, max(until - time.monotonic(), 1))
        except CallFailed as failed:
            late = time.monotonic() + pause > until
            if late or failed.status not in FOR_NOW:
                sentence = f"The function that applies changes did not answer: {failed}."
                raise _Failed(sentence, began=failed.status is None) from None
            log.warning("not invoked", extra={"reason": str(failed)})
        time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _said(answer: Answer) -> dict[str, Any]:
    """What is in the answer, if it has the form that it must have."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if answer.headers.get("X-Amz-Function-Error"):
        kind = said.get("errorType") if isinstance(said, dict) else None
        # Its message may quote anything, and even its type is only shown where it is known.
        known = f" ({kind})" if kind in NEVER_BEGAN else ""
        sentence = f"The function that applies changes ended without an outcome{known}."
        raise _Failed(sentence, began=kind not in NEVER_BEGAN)
    match said:
        case {"physical_id": str(), "data": dict()}:
            return dict(said)
        case {"failure": str(), "physical_id": str() | None, "log": str()}:
            return dict(said)
    raise _Failed("The function that applies changes gave an outcome of no sense.", began=True)


def _id_if(event: Mapping[str, Any], *, began: bool) -> str | None:
    """The ID of the user that may be there, so that it is deleted with the resource."""
    properties = event.get("ResourceProperties")
    name = properties.get("UserName") if isinstance(properties, dict) else None
    if not began or not isinstance(name, str):
        return None
    return physical_id.of_user(os.environ["RDS_ENGINE_FAMILY"], name)


def _response(event: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    same = {name: event.get(name) for name in ("StackId", "RequestId", "LogicalResourceId")}
    return same | {
        "Status": "FAILED" if outcome.failure else "SUCCESS",
        "Reason": outcome.failure or "",
        "PhysicalResourceId": outcome.physical_id,
        "Data": outcome.data,
    }
