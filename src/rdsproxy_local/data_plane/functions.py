"""Functions of the local cloud, run on this machine's Python and Node.js."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.core.exceptions import JsonRESTError

from ..servers.runtime import Answer, Environment
from . import function_logs, identities
from .function_variables import CloudContext, place_of, variables_of
from .identities import Identity
from .packages import Code
from .pool import Pool, Throttled
from .programs import program_of, unsupported
from .reachability import Interface

LAMBDA: Final = "lambda.amazonaws.com"
ENVIRONMENTS: Final = 4
"""The limit for each function: all share this machine."""

LOG_TAIL: Final = 4096
"""Bytes of the log that an invocation may ask for."""


class TooManyRequests(LambdaClientError):
    """Lambda's answer when a function's concurrency is used up."""

    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class Outcome(NamedTuple):
    """The outcome of an event: the answer, and the output written meanwhile."""

    answer: Answer
    lines: list[str]


class _Running(Environment):
    """An environment and its identity towards AWS."""

    def __init__(self, role: Identity, stream: str, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.role, self.stream = role, stream


class _Deployed(NamedTuple):
    """The deployment that a pool was made for; a pool for any other is of no more use."""

    code: str
    last_modified: str
    handler: str
    role: str
    timeout: int
    layers: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    concurrency: int


class Functions:
    """Runs functions as they are deployed at the moment, in processes that are kept."""

    def __init__(self, folder: Path, context: Callable[[], CloudContext]) -> None:
        self._code = Code(folder)
        self._context = context
        self._pools: dict[str, tuple[_Deployed, Pool]] = {}
        self._lock = threading.Lock()

    def invoke(self, function: Any, event: Any, request_id: str | None = None) -> Outcome:
        """Have the function handle *event*; raises :class:`TooManyRequests` at its limit."""
        if (says := unsupported(function)) is not None:
            role, stream = _assumed(function), function_logs.stream_of(function)
            function_logs.write(function, role, stream, [says])
            return Outcome(Answer("error", {"errorType": "Local", "errorMessage": says}), [])
        try:
            with self._pool(function).environment() as environment:
                assert isinstance(environment, _Running)
                written = len(environment.log)
                answer = environment.invoke(event, request_id)
                lines = environment.log[written:]
                function_logs.write(function, environment.role, environment.stream, lines)
        except Throttled:
            raise TooManyRequests from None
        return Outcome(answer, lines)

    def where(self, function_arn: str) -> Interface | None:
        """The function's place in a VPC; None for a function in none."""
        _, _, _, region, account, *_ = function_arn.split(":")
        return place_of(lambda_backends[account][region].get_function(function_arn))

    def sweep(self) -> None:
        """Close the environments of functions that were deleted."""
        with self._lock:
            gone = [arn for arn in self._pools if not _exists(arn)]
            retired = [self._pools.pop(arn)[1] for arn in gone]
        for pool in retired:
            pool.retire()

    def close(self) -> None:
        with self._lock:
            for _, pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, function: Any) -> Pool:
        variables = variables_of(function, self._code, self._context())
        deployed = _deployed(function, variables)
        with self._lock:
            known, pool = self._pools.get(function.function_arn, (None, None))
            if known == deployed and pool is not None:
                return pool
            if pool is not None:
                pool.retire()
            fresh = Pool(lambda: self._environment(function, variables), deployed.concurrency)
            self._pools[function.function_arn] = deployed, fresh
            return fresh

    def _environment(self, function: Any, variables: Mapping[str, str]) -> Environment:
        role = _assumed(function)
        stream = function_logs.stream_of(function)
        own = {
            "AWS_ACCESS_KEY_ID": role.key_id,
            "AWS_SECRET_ACCESS_KEY": role.secret,
            "AWS_SESSION_TOKEN": role.session or "",
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        }
        return _Running(
            role,
            stream,
            self._code.of(function),
            function.handler,
            {**variables, **own},
            timeout=int(function.timeout),
            program=program_of(function),
        )


def invoke_by_moto(
    functions: Functions, submit: Callable[[str, Any], object]
) -> Callable[..., bytes]:
    """A replacement for moto's ``LambdaFunction.invoke``, which starts a container.

    *submit* calls the function of an ARN as an event.
    """

    def invoke(
        function: Any, body: str | bytes, request: Mapping[str, str], response: dict[str, str]
    ) -> bytes:
        if request.get("x-amz-invocation-type") == "DryRun":
            return b""
        event = json.loads(body) if body else {}
        if request.get("x-amz-invocation-type") == "Event":
            submit(function.function_arn, event)
            return b""
        answer, lines = functions.invoke(function, event)
        if answer.kind != "response":
            response["x-amz-function-error"] = "Unhandled"
        tail = "\n".join(lines).encode()[-LOG_TAIL:]
        response["x-amz-log-result"] = base64.b64encode(tail).decode()
        return json.dumps(answer.body).encode()

    return invoke


def _assumed(function: Any) -> Identity:
    try:
        return identities.assume(function.role, LAMBDA, function.function_name, function.region)
    except identities.NotTrusted:
        says = "The role defined for the function cannot be assumed by Lambda."
        raise InvalidParameterValueException(says) from None


def _deployed(function: Any, variables: Mapping[str, str]) -> _Deployed:
    reserved = function.reserved_concurrency
    return _Deployed(
        function.code_sha_256,
        str(function.last_modified),
        function.handler,
        function.role,
        int(function.timeout),
        tuple(layer["Arn"] for layer in function.layers),
        tuple(sorted(variables.items())),
        ENVIRONMENTS if reserved is None else min(int(reserved), ENVIRONMENTS),
    )


def _exists(arn: str) -> bool:
    _, _, _, region, account, *_ = arn.split(":")
    try:
        lambda_backends[account][region].get_function(arn)
    except JsonRESTError:
        return False
    return True
