"""Function that CloudFormation calls: it has a change applied, and answers in every case.

It runs outside the VPC, which has no route to CloudFormation's bucket, and it is a function of its
own, so that it can answer even if the function that applies the change is stopped.
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
from rdsproxy_client.aws import Answer, CallFailed, invoked
from response import delivered
from unexpected import logged

logging.getLogger().setLevel(os.environ.get("LOG_LEVEL", "INFO"))
log = logging.getLogger(__name__)

ANSWER_SECONDS = 20
"""Part of the function's time that is reserved for the answer."""

PAUSES = (0.5, 1, 2, 4)
"""Seconds before each retry of the invocation; the last pause repeats."""

FOR_NOW = frozenset({None, 403, 409, 429, 500, 502, 503, 504})
"""Transient statuses: a permission or function that is new, a limit, a fault; None: no answer."""

NEVER_BEGAN = frozenset(
    {
        "Runtime.ImportModuleError",
        "Runtime.UserCodeSyntaxError",
        "Runtime.HandlerNotFound",
        "Runtime.MalformedHandlerName",
    }
)
SENTENCE_LENGTH = 2000
"""Longest sentence; a whole response has 4096 bytes ("Custom resource response objects")."""


class Outcome(NamedTuple):
    """Outcome of a change, as CloudFormation is told it."""

    physical_id: str
    failure: str | None = None
    data: Mapping[str, Any] = {}


class _Failed(Exception):
    """The other function returned no outcome; *began*: it may have changed something."""

    def __init__(self, sentence: str, *, began: bool) -> None:
        self.began = began
        super().__init__(sentence)


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Answer an event; never raise, or Lambda would repeat the event."""
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
    except Exception as error:  # noqa: BLE001 - whatever happened, CloudFormation gets an answer
        logged(error)
        sentence, made = "An unexpected error occurred.", _id_if(event, began=True)
    failed_id = given or made or physical_id.of_nothing(context.aws_request_id)
    return Outcome(failed_id, f"{sentence[:SENTENCE_LENGTH]} See the log stream {stream}.")


def _applied(event: Mapping[str, Any], until: float) -> Answer:
    """Invoke the other function with the event, without the address, which a log could show."""
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
            log.warning("invocation failed", extra={"reason": str(failed)})
        time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _said(answer: Answer) -> dict[str, Any]:
    """Read the outcome from the answer. Raises :class:`_Failed` if the form is wrong."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if answer.headers.get("X-Amz-Function-Error"):
        kind = said.get("errorType") if isinstance(said, dict) else None
        # The message may quote a secret, and so may the type, which is shown only if it is known.
        known = f" ({kind})" if kind in NEVER_BEGAN else ""
        sentence = f"The function that applies changes ended without an outcome{known}."
        raise _Failed(sentence, began=kind not in NEVER_BEGAN)
    match said:
        case {"physical_id": str(), "data": dict()}:
            return dict(said)
        case {"failure": str(), "physical_id": str() | None, "log": str()}:
            return dict(said)
    raise _Failed("The function that applies changes returned a malformed outcome.", began=True)


def _id_if(event: Mapping[str, Any], *, began: bool) -> str | None:
    """Return the ID of a user that may exist, so that it is deleted with the resource."""
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
