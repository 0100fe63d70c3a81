"""boto3's clients of an account and region, and CloudFormation's loose types made the API's."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from copy import copy
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.model import ListShape, MapShape, Shape, StructureShape

from .cloudformation.failure import Failure
from .constraints import refusal

ENGINE: Final = "rdsproxy-local-engine"
"""Marks calls that the local cloud itself makes: no faults are put in their way."""
CONFIG: Final = Config(retries={"max_attempts": 0}, user_agent_extra=ENGINE)
NOBODY: Final = {"AccessKeyId": "nobody", "SecretAccessKey": "none"}
"""Keys that suffice for STS, which here issues the keys of any role to anybody."""

_turn: Final = threading.Lock()


def client(
    service: str,
    endpoint: str,
    region: str,
    keys: Mapping[str, str],
    config: Config | None = None,
) -> Any:
    """A client of *keys*, as STS gives them; all share what describes AWS, slow to read."""
    return _session().client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        config=config,
    )


@cache
def _session() -> boto3.Session:
    return boto3.Session()


class Clients:
    """Clients for a local cloud at *endpoint*."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._keys = cache(self._assumed)
        self._client = cache(self._new_client)

    def client(self, service: str, account: str, region: str) -> Any:
        with _turn:
            return self._client(service, account, region)

    def call(self, service: str, operation: str, account: str, region: str, **given: Any) -> Any:
        """The answer of *operation*; parameters that are None are left out."""
        client = self.client(service, account, region)
        shape = client.meta.service_model.operation_model(
            client.meta.method_to_api_mapping[operation]
        ).input_shape
        parameters = {name: value for name, value in given.items() if value is not None}
        if shape:
            parameters = coerced(shape, parameters)
        if refused := refusal(shape, parameters):
            raise Failure(f'Resource handler returned message: "{refused}"')
        return getattr(client, operation)(**parameters)

    @property
    def of_service(self) -> Clients:
        """Clients of CloudFormation itself, whoever the stack's resources are made as."""
        return self

    def _assumed(self, account: str) -> dict[str, str]:
        # moto sees the account of a caller in the role that its keys were got with.
        sts = client("sts", self.endpoint, "us-east-1", NOBODY)
        role = f"arn:aws:iam::{account}:role/cloudformation"
        keys: dict[str, str] = sts.assume_role(RoleArn=role, RoleSessionName="cloudformation")[
            "Credentials"
        ]
        return keys

    def _new_client(self, service: str, account: str, region: str) -> Any:
        return client(service, self.endpoint, region, self._keys(account), CONFIG)


class CallContext:
    """A :class:`~rdsproxy_local.cloudformation.resource.Context`: one resource of one stack."""

    def __init__(
        self,
        clients: Clients,
        account: str,
        region: str,
        stack_name: str,
        logical_id: str,
        *,
        final_snapshot: bool = False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pause = pause
        self.account, self.region = account, region
        self.stack_name, self.logical_id = stack_name, logical_id
        self.final_snapshot = final_snapshot
        self._clients = clients
        self._end = secrets.token_hex(4)

    def call(self, service: str, operation: str, /, **parameters: Any) -> Any:
        return self._clients.call(service, operation, self.account, self.region, **parameters)

    def client(self, service: str) -> Any:
        return self._clients.client(service, self.account, self.region)

    def as_service(self) -> CallContext:
        """The same resource, called for by CloudFormation itself."""
        other = copy(self)
        other._clients = self._clients.of_service
        return other

    def name(self, longest: int = 63, *, lower: bool = False) -> str:
        start = f"{self.stack_name}-{self.logical_id}"[: longest - len(self._end) - 1]
        name = f"{start.rstrip('-')}-{self._end}"
        return name.lower() if lower else name


def coerced(shape: Shape, value: Any) -> Any:
    """*value* with "3306" and "true" as the API takes them; names stay as they are."""
    match shape, value:
        case StructureShape(), dict():
            return {
                name: coerced(shape.members[name], one) if name in shape.members else one
                for name, one in value.items()
            }
        case ListShape(), list():
            return [coerced(shape.member, one) for one in value]
        case MapShape(), dict():
            return {name: coerced(shape.value, one) for name, one in value.items()}
    match shape.type_name, value:
        case "integer" | "long", str():
            return int(value)
        case "float" | "double", str():
            return float(value)
        case "boolean", str():
            return value.lower() == "true"
        case "string", bool() | dict() | list():
            return json.dumps(value)
        case "string", int() | float():
            return str(value)
    return value
