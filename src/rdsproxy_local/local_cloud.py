"""The local cloud in a process of its own, and accounts in it for tests and programs."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from contextlib import closing
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Self
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .clients import NOBODY, client
from .servers.loopback import free_port, wait_for

SECONDS: Final = 60
PROGRAMS: Final = Path(sys.executable).parent
NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class LocalCloud:
    """Runs while its ``with`` block does.

    With *wait* it is ready at once, else after :meth:`wait_until_ready`. If it is *eager*,
    databases start when they are created, and not at their first use.
    """

    def __init__(self, port: int = 0, *, wait: bool = True, eager: bool = False) -> None:
        port = port or free_port()
        self.endpoint = f"http://localhost:{port}"
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name) / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "rdsproxy_local", "--port", str(port)),
                    *(["--eager"] if eager else []),
                ],
                env=_clean_environment(),
                # It ends when this pipe does, however this process ends.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait_until_ready()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait_until_ready(self) -> None:
        """Return when it answers; raise :class:`RuntimeError` with its output if it does not."""
        # Not asked again: a machine that does much else may not answer in time a second time.
        has_settled = wait_for(lambda: not self.runs or self._is_healthy(), SECONDS)
        if not has_settled or not self.runs:
            log_so_far = self.log[-2000:]
            self.close()
            raise RuntimeError(f"the local cloud did not start:\n{log_so_far}")

    @property
    def runs(self) -> bool:
        """True until its process has ended."""
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """Everything that the process wrote, its own mistakes among it."""
        return self._log.read_text()

    def account(self, account_id: str = "123456789012", region: str = "eu-west-1") -> Account:
        return Account(self.endpoint, account_id, region)

    def close(self) -> None:
        """End it, which ends the databases and functions that it runs."""
        self._process.terminate()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(SECONDS)
        self._folder.cleanup()

    def _is_healthy(self) -> bool:
        try:
            with NO_PROXY.open(f"{self.endpoint}/_local/health", timeout=1) as answer:
                return bool(answer.read().decode() == str(self._process.pid))
        except OSError:
            return False


class Account:
    """An account of a local cloud, seen from one region."""

    def __init__(self, endpoint: str, account_id: str, region: str) -> None:
        self.endpoint, self.id, self.region = endpoint, account_id, region

    def at(self, region: str) -> Account:
        """The same account, seen from another region."""
        return self if region == self.region else Account(self.endpoint, self.id, region)

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment for programs such as sam and aws."""
        return _clean_environment() | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self._keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": self._keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": self._keys["SessionToken"],
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.3",
        }

    @property
    def credentials(self) -> Credentials:
        """The credentials of the account's developer."""
        keys = self._keys
        return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def client(self, service: str) -> Any:
        """boto3's client for a service."""
        return self._clients(service)

    def local(self, url: str) -> str:
        """The address on this machine of the API of *url*, an output of a stack."""
        api = urlsplit(url)
        host = f"{(api.hostname or '').partition('.')[0]}.execute-api.localhost"
        query = f"?{api.query}" if api.query else ""
        return f"http://{host}:{urlsplit(self.endpoint).port}{api.path}{query}"

    def call(
        self, method: str, url: str, *, signed: bool = True, **headers: str
    ) -> tuple[int, Any]:
        """Status and content of what the API of *url* answers to this account's developer."""
        request = AWSRequest(method, self.local(url), headers=headers)
        if signed:
            SigV4Auth(self.credentials, "execute-api", self.region).add_auth(request)
        address = urlsplit(self.local(url))
        # By its address: only browsers and curl know that *.localhost is this machine.
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=SECONDS)
        with closing(connection):
            connection.request(
                method, address.path, headers=dict(request.headers) | {"Host": address.netloc}
            )
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def fire(self, name: str) -> dict[str, Any]:
        """Fire a rule, a schedule or a queue, by name or ARN, without waiting for its time."""
        place = f"{self.endpoint}/_local/fire/{quote(name)}"
        try:
            with NO_PROXY.open(place, b"", timeout=SECONDS * 3) as answer:
                fired: dict[str, Any] = json.loads(answer.read())
        except HTTPError as error:
            raise LookupError(json.loads(error.read())["message"]) from None
        return fired

    def stack(self, name: str) -> dict[str, Any]:
        """A stack as the API describes it."""
        found: dict[str, Any] = self._stacks.describe_stacks(StackName=name)["Stacks"][0]
        return found

    def outputs(self, name: str) -> dict[str, str]:
        """A stack's outputs by name."""
        found = self.stack(name).get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def resources(self, name: str) -> dict[str, str]:
        """The physical IDs of a stack's resources by logical ID."""
        found = self._stacks.describe_stack_resources(StackName=name)["StackResources"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}

    def nested(self, name: str, *logical_ids: str) -> str:
        """The ID of a stack inside of a stack, and so on inwards."""
        for logical_id in logical_ids:
            name = self.resources(name)[logical_id]
        return name

    def events(self, name: str) -> list[dict[str, Any]]:
        """A stack's events, the oldest first."""
        pages = self._stacks.get_paginator("describe_stack_events").paginate(StackName=name)
        found: list[dict[str, Any]] = [one for page in pages for one in page["StackEvents"]]
        return found[::-1]

    def failures(self, name: str) -> list[str]:
        """The reasons why the stack and its nested stacks failed, for the message of a test."""
        events = self.events(name)
        inside = {
            event["PhysicalResourceId"]
            for event in events
            if event["ResourceType"] == "AWS::CloudFormation::Stack"
        } - {events[0]["StackId"], ""}
        own = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
            for event in events
            if event["ResourceStatus"].endswith("FAILED")
        ]
        return own + [failure for child in sorted(inside) for failure in self.failures(child)]

    @cached_property
    def _clients(self) -> Callable[[str], Any]:
        """Makes each client only once: making one takes longer than most calls."""
        return cache(lambda service: client(service, self.endpoint, self.region, self._keys))

    @cached_property
    def _stacks(self) -> Any:
        return self.client("cloudformation")

    @cached_property
    def _keys(self) -> dict[str, str]:
        # moto sees the account of a caller in the role that its keys were got with.
        sts = client("sts", self.endpoint, self.region, NOBODY)
        role = f"arn:aws:iam::{self.id}:role/developer"
        keys: dict[str, str] = sts.assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
        return keys


def _clean_environment() -> dict[str, str]:
    """The environment of this process without AWS and proxies; our programs come first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "SAM_", "MOTO_")) and "proxy" not in name.lower()
    }
    return kept | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
