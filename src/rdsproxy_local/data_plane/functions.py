"""Functions of the local cloud, run by AWS's own runtime client on this machine's Python."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from botocore.exceptions import UnknownServiceError
from botocore.session import get_session
from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.core.exceptions import JsonRESTError

from ..servers.runtime import Answer, Environment
from . import function_logs, identities, reachability
from .identities import Identity
from .packages import Code
from .pool import Pool, ThrottlingSettings
from .reachability import Interface
from .roots import Roots

LAMBDA: Final = "lambda.amazonaws.com"
ENVIRONMENTS: Final = 4
"""The limit for each function: all share this machine."""

LOG_TAIL: Final = 4096
"""Bytes of the log that an invocation may ask for."""

IN_FUNCTION: Final = Path(__file__).parent / "in_function"
SPOKEN_TO: Final = ("lambda", "secretsmanager", "sts")
"""Services that the functions call without boto3, each with an endpoint variable of its own."""

IAM_PLUGIN: Final = "unix_socket"
"""The plugin that functions give to users of MariaDB that log in with tokens, for which MariaDB has
none: this one accepts no password either, and the data plane admits users whose token is good."""


class TooManyRequests(LambdaClientError):
    """Lambda's answer when a function's concurrency is used up."""

    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class DatabaseContext(NamedTuple):
    """The facts about the local cloud that a function's process must know."""

    endpoint: str
    nowhere: str
    """A URL at which nothing answers."""
    roots: Roots


class Outcome(NamedTuple):
    """The outcome of an event: the answer, and the output written meanwhile."""

    answer: Answer
    lines: list[str]


class _Running(Environment):
    """An environment and its identity towards AWS."""

    def __init__(self, role: Identity, stream: str, *given: Any, timeout: float) -> None:
        super().__init__(*given, timeout=timeout)
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

    def __init__(self, folder: Path, surroundings: Callable[[], DatabaseContext]) -> None:
        self._code = Code(folder)
        self._surroundings = surroundings
        self._pools: dict[str, tuple[_Deployed, Pool]] = {}
        self._lock = threading.Lock()

    def invoke(self, function: Any, event: Any, request_id: str | None = None) -> Outcome:
        """Have the function handle *event*; raises :class:`TooManyRequests` at its limit."""
        if not (function.run_time or "").startswith("python3"):
            says = f"the local cloud runs no {function.run_time or function.package_type}"
            return Outcome(Answer("error", {"errorType": "Local", "errorMessage": says}), [])
        try:
            with self._pool(function).environment() as environment:
                assert isinstance(environment, _Running)
                written = len(environment.log)
                answer = environment.invoke(event, request_id)
                lines = environment.log[written:]
                function_logs.write(function, environment.role, environment.stream, lines)
        except ThrottlingSettings:
            raise TooManyRequests from None
        return Outcome(answer, lines)

    def where(self, function_arn: str) -> Interface | None:
        """The function's place in a VPC; None for a function in none."""
        _, _, _, region, account, *_ = function_arn.split(":")
        return _place(lambda_backends[account][region].get_function(function_arn))

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
        variables = self._variables(function)
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
        try:
            role = identities.assume(function.role, LAMBDA, function.function_name, function.region)
        except identities.NotTrusted:
            says = "The role defined for the function cannot be assumed by Lambda."
            raise InvalidParameterValueException(says) from None
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
        )

    def _variables(self, function: Any) -> dict[str, str]:
        """Variables that Lambda sets, deployed ones, and ones that lead to the local cloud."""
        around = self._surroundings()
        paths = [*(layer / "python" for layer in self._code.layers_of(function)), IN_FUNCTION]
        lambda_sets = {
            "AWS_DEFAULT_REGION": function.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_LOG_FORMAT": function_logs.format_of(function),
            "AWS_LAMBDA_LOG_GROUP_NAME": function_logs.group_of(function),
            "AWS_REGION": function.region,
        }
        deployed = {"IAM_PLUGIN": IAM_PLUGIN, **(function.environment_vars or {})}
        return {
            **lambda_sets,
            **deployed,
            **_endpoints(function, around),
            "LOCAL_CLOUD_FUNCTION": function.function_arn,
            "LOCAL_CLOUD_URL": around.endpoint,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "RDS_CA_FILE": str(self._trusted(function, deployed, around.roots)),
            "SSL_CERT_FILE": str(around.roots.amazon),
        }

    def _trusted(self, function: Any, deployed: Mapping[str, str], roots: Roots) -> Path:
        """The roots that the function trusts for databases: Amazon's, unless it names others."""
        if "RDS_CA_FILE" not in deployed:
            return roots.amazon
        return roots.instead_of(self._code.file(function, deployed["RDS_CA_FILE"]))


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


def _place(function: Any) -> Interface | None:
    config = function._vpc_config or {}
    if not config.get("SubnetIds"):
        return None
    return Interface.of(config.get("SecurityGroupIds") or (), config["SubnetIds"])


def _endpoints(function: Any, around: DatabaseContext) -> dict[str, str]:
    """The endpoints where the function finds AWS's APIs, or where nothing answers."""
    where = _place(function)
    gets_out = where is None or reachability.reaches_internet(where, reachability.HTTPS)
    everywhere = around.endpoint if gets_out else around.nowhere
    inside = () if where is None else reachability.endpoints(where, function.region)
    own = dict.fromkeys(SPOKEN_TO, everywhere) | dict.fromkeys(inside, around.endpoint)
    named = {f"AWS_ENDPOINT_URL_{_service_id(name)}": url for name, url in own.items()}
    return {"AWS_ENDPOINT_URL": everywhere, **named}


@cache
def _service_id(name: str) -> str:
    """The service's ID in the names of the SDKs' variables."""
    try:
        service_id: str = get_session().get_service_model(name).service_id
    except UnknownServiceError:
        service_id = name
    return str(service_id).replace(" ", "_").replace("-", "_").replace(".", "_").upper()


def _exists(arn: str) -> bool:
    _, _, _, region, account, *_ = arn.split(":")
    try:
        lambda_backends[account][region].get_function(arn)
    except JsonRESTError:
        return False
    return True
