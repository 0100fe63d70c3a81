"""Asynchronous calls of functions: queued, repeated, and recorded where the function says."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from moto.core.exceptions import JsonRESTError

from ..data_plane.functions import Functions, TooManyRequests
from ..data_plane.identities import role_may
from ..servers.runtime import Answer
from .delivery import Undeliverable, deliver, function_at, put_event
from .permissions import LAMBDA

# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
RETRIES: Final = 2
PAUSES: Final = (0.1, 0.2)
"""Seconds before the retries: AWS waits for one minute, and then for two."""

THROTTLED_PAUSE: Final = 0.2
LONGEST_THROTTLING: Final = 60
"""Seconds for which a throttled call is repeated: six hours on AWS."""

AT_ONCE: Final = 8
MOST_OF_AN_ERROR: Final = 1024
"""Bytes of an error message that a dead-letter queue gets."""


class Called(NamedTuple):
    """The end of an asynchronous call."""

    answer: Answer
    attempts: int


class AsynchronousCalls:
    """Calls functions in threads of its own, until it is closed."""

    def __init__(self, functions: Functions, log: list[str]) -> None:
        self._functions = functions
        self._log = log
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(AT_ONCE, "events")

    def submit(self, arn: str, event: Any) -> Future[Called]:
        """Call the function of an ARN, and again if it fails."""
        return self._threads.submit(self._run, arn, event)

    def close(self) -> None:
        """Begin no more calls; those that run end with their functions."""
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, arn: str, event: Any) -> Called:
        function = function_at(arn)
        config = function.event_invoke_config[-1].config if function.event_invoke_config else {}
        request_id = str(uuid.uuid4())
        retries = int(config.get("MaximumRetryAttempts", RETRIES))
        attempts = 0
        while True:
            attempts += 1
            answer = self._answer(function, event, request_id)
            if answer.kind == "response" or attempts > retries:
                break
            if self._closed.wait(PAUSES[attempts - 1]):
                break
        called = Called(answer, attempts)
        self._record(function, config.get("DestinationConfig") or {}, event, request_id, called)
        return called

    def _answer(self, function: Any, event: Any, request_id: str) -> Answer:
        for _ in range(int(LONGEST_THROTTLING / THROTTLED_PAUSE)):
            try:
                return self._functions.invoke(function, event, request_id).answer
            except TooManyRequests:
                if function.reserved_concurrency == 0 or self._closed.wait(THROTTLED_PAUSE):
                    break
            except JsonRESTError as error:
                return Answer("error", {"errorMessage": str(error.message)})
        return Answer("error", {"errorType": "EventAgeExceeded", "errorMessage": "Rate Exceeded."})

    def _record(
        self,
        function: Any,
        destinations: Mapping[str, Any],
        event: Any,
        request_id: str,
        called: Called,
    ) -> None:
        failed = called.answer.kind != "response"
        aside = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn")
        where = (destinations.get("OnFailure" if failed else "OnSuccess") or {}).get("Destination")
        try:
            if failed and aside:
                self._send(function, aside, json.dumps(event), _about(request_id, called.answer))
            if where:
                record = _record_of(function, event, request_id, called)
                if ":events:" in where:
                    self._require(function, where, "events:PutEvents")
                    result = "Failure" if failed else "Success"
                    title = f"Lambda Function Invocation Result - {result}"
                    put_event(where, "lambda", title, record, [function.function_arn])
                else:
                    self._send(function, where, json.dumps(record))
        except Undeliverable as reason:
            self._log.append(f"{function.function_name}: {reason}")

    def _send(
        self,
        function: Any,
        arn: str,
        body: str,
        attributes: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        actions = {"sqs": "SendMessage", "sns": "Publish", "lambda": "InvokeFunction"}
        service = arn.split(":")[2]
        self._require(function, arn, f"{service}:{actions.get(service, 'none')}")
        deliver(arn, body, self.submit, attributes=attributes)

    def _require(self, function: Any, arn: str, action: str) -> None:
        if not role_may(function.role, LAMBDA, action, arn):
            raise Undeliverable(f"its role lacks {action} on {arn}")


def _about(request_id: str, answer: Answer) -> dict[str, tuple[str, str]]:
    """The attributes of a message in a dead-letter queue."""
    message = str((answer.body or {}).get("errorMessage", ""))
    return {
        "RequestID": ("String", request_id),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", message[:MOST_OF_AN_ERROR] or "-"),
    }


# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
def _record_of(function: Any, event: Any, request_id: str, called: Called) -> dict[str, Any]:
    failed = called.answer.kind != "response"
    response = {"statusCode": 200, "executedVersion": "$LATEST"}
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{function.function_arn}:$LATEST",
            "condition": "RetriesExhausted" if failed else "Success",
            "approximateInvokeCount": called.attempts,
        },
        "requestPayload": event,
        "responseContext": response | ({"functionError": "Unhandled"} if failed else {}),
        "responsePayload": called.answer.body,
    }
