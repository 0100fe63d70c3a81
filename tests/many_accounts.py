"""APIs of AWS for a fleet of many accounts that are nowhere: pages, rates and throttling only.

A stub, and no part of the local cloud: nothing is deployed. It answers what reading a fleet asks of
CloudFormation, STS and Organizations, in the protocols, pages and rates of the APIs.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

ADMINISTRATOR: Final = "999999999999"
REGIONS: Final = ("eu-west-1", "us-east-1")
FLEET: Final = """\
variant: base
targets:
  waves:
    - {name: all, organizational_units: [ou-abcd-11111111], regions: [eu-west-1, us-east-1]}
"""
"""The fleet.yaml of the stack set."""
STACK_SET: Final = "rdsproxy-base"
OPERATION: Final = "11111111-2222-3333-4444-555555555555"
PAGE: Final = 100
"""Most entries of a page of CloudFormation's lists."""
ACCOUNTS_PAGE: Final = 20
"""Most entries of a page of Organizations."""
OUTPUTS: Final = 12
RATES: Final = {
    "ListStackInstances": 10,
    "DescribeStackSet": 10,
    "DescribeStackSetOperation": 10,
    "ListStackSetOperations": 10,
    "ListStackSetOperationResults": 10,
    "DescribeStackInstance": 100,
    "AssumeRole": 600,
    "DescribeStacks": 10,
    "ListAccountsForParent": 10,
    "ListAccounts": 10,
}
"""Requests a second of one account, with twice as many at once.

STS documents 600 a second; CloudFormation and Organizations give no numbers, and throttle early.
"""


@dataclass
class Bucket:
    """Tokens that come back at a rate."""

    rate: float
    tokens: float
    filled: float

    def takes(self, now: float) -> bool:
        """Take a token, if there is one."""
        self.tokens = min(2 * self.rate, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class ManyAccounts:
    """A stack set with *count* instances, in half as many accounts; every seventh is outdated."""

    count: int
    rates: Mapping[str, float] = field(default_factory=lambda: RATES)
    unreadable: frozenset[str] = frozenset()
    """Accounts whose role cannot be assumed."""
    refusing: Counter[str] = field(default_factory=Counter)
    """Numbers of next calls that are throttled whatever the rate."""
    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0
    _at_once: int = 0
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def place(self, number: int) -> tuple[str, str]:
        """Account and Region of an instance."""
        return f"{100_000_000_000 + number // len(REGIONS)}", REGIONS[number % len(REGIONS)]

    def begin(self, action: str, account: str) -> bool:
        """Count a call; False if it is one too many."""
        with self._lock:
            self.calls[action] += 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            now, rate = time.monotonic(), self.rates.get(action, 100)
            bucket = self._buckets.setdefault((action, account), Bucket(rate, 2 * rate, now))
            refused = self.refusing[action] > 0
            self.refusing[action] -= refused
            if not refused and bucket.takes(now):
                return True
            self.throttled[action] += 1
            return False

    def end(self) -> None:
        """Note that a call is answered."""
        with self._lock:
            self._at_once -= 1

    def answer(self, action: str, given: Mapping[str, str]) -> str:
        """Return what is inside of the result of *action*."""
        known: dict[str, Callable[[Mapping[str, str]], str]] = {
            "GetCallerIdentity": lambda _: tagged(
                Account=ADMINISTRATOR, Arn=f"arn:aws:iam::{ADMINISTRATOR}:user/a", UserId="a"
            ),
            "AssumeRole": self._assume_role,
            "DescribeStackSet": self._describe_stack_set,
            "ListStackInstances": self._list_instances,
            "DescribeStackInstance": self._describe_instance,
            "ListStackSetOperations": lambda _: tagged(Summaries=tagged(member=OPERATION_SHOWN)),
            "DescribeStackSetOperation": lambda _: tagged(StackSetOperation=OPERATION_SHOWN),
            "ListStackSetOperationResults": self._list_results,
            "DescribeStacks": self._describe_stacks,
        }
        return known[action](given)

    def organization(self, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return an answer of Organizations: all accounts are in one unit."""
        if action == "DescribeOrganization":
            shown = {"Id": "o-1234567890", "MasterAccountId": ADMINISTRATOR}
            return {"Organization": shown}
        if action == "ListRoots":
            return {"Roots": [{"Id": "r-abcd"}]}
        if action == "ListOrganizationalUnitsForParent":
            return {"OrganizationalUnits": []}
        return self._accounts(given)

    def _accounts(self, given: Mapping[str, Any]) -> dict[str, Any]:
        start = int(given.get("NextToken") or 0)
        everyone = (self.count + 1) // len(REGIONS)
        end = min(start + ACCOUNTS_PAGE, everyone)
        found = [self.place(number * len(REGIONS))[0] for number in range(start, end)]
        page = {"Accounts": [{"Id": one, "Status": "ACTIVE", "Name": one} for one in found]}
        return page | ({"NextToken": str(end)} if end < everyone else {})

    def _assume_role(self, given: Mapping[str, str]) -> str:
        account = given["RoleArn"].split(":")[4]
        if account in self.unreadable:
            raise PermissionError(f"not authorized to perform: sts:AssumeRole on {account}")
        credentials = tagged(
            AccessKeyId=account,
            SecretAccessKey="secret",
            SessionToken="token" * 100,
            Expiration="2099-01-01T00:00:00Z",
        )
        return tagged(Credentials=credentials)

    def _describe_stack_set(self, given: Mapping[str, str]) -> str:
        if given["StackSetName"] != STACK_SET:
            raise LookupError(given["StackSetName"])
        shown = tagged(
            StackSetName=STACK_SET,
            StackSetId=f"{STACK_SET}:1",
            Status="ACTIVE",
            TemplateBody="Parameters: {Name: {Type: String}}\nResources: {}",
            Parameters=tagged(member=tagged(ParameterKey="Name", ParameterValue="/shop")),
            PermissionModel="SERVICE_MANAGED",
        )
        return tagged(StackSet=shown)

    def _list_instances(self, given: Mapping[str, str]) -> str:
        return self._page(given, self._instance)

    def _describe_instance(self, given: Mapping[str, str]) -> str:
        account = int(given["StackInstanceAccount"]) - 100_000_000_000
        region = REGIONS.index(given["StackInstanceRegion"])
        return tagged(StackInstance=self._instance(account * len(REGIONS) + region))

    def _list_results(self, given: Mapping[str, str]) -> str:
        return self._page(given, self._result)

    def _page(self, given: Mapping[str, str], shown: Callable[[int], str]) -> str:
        start = int(given.get("NextToken") or 0)
        end = min(start + min(int(given.get("MaxResults", PAGE)), PAGE), self.count)
        members = "".join(f"<member>{shown(number)}</member>" for number in range(start, end))
        more = tagged(NextToken=str(end)) if end < self.count else ""
        return f"<Summaries>{members}</Summaries>{more}"

    def _instance(self, number: int) -> str:
        account, region = self.place(number)
        stack = f"arn:aws:cloudformation:{region}:{account}:stack/StackSet-{STACK_SET}-{number}/1"
        return tagged(
            StackSetId=f"{STACK_SET}:1",
            Account=account,
            Region=region,
            StackId=stack,
            Status="CURRENT" if number % 7 else "OUTDATED",
            StackInstanceStatus=tagged(DetailedStatus="SUCCEEDED" if number % 7 else "FAILED"),
            DriftStatus="NOT_CHECKED",
            LastOperationId=OPERATION,
        )

    def _result(self, number: int) -> str:
        account, region = self.place(number)
        status = "SUCCEEDED" if number % 7 else "FAILED"
        return tagged(Account=account, Region=region, Status=status)

    def _describe_stacks(self, given: Mapping[str, str]) -> str:
        members = "".join(
            f"<member>{tagged(OutputKey=f'Output{one}', OutputValue='value-' * 10)}</member>"
            for one in range(OUTPUTS)
        )
        stack = tagged(
            StackName="StackSet",
            StackId=given["StackName"],
            CreationTime="2026-11-01T00:00:00Z",
            StackStatus="CREATE_COMPLETE",
        )
        return f"<Stacks><member>{stack}<Outputs>{members}</Outputs></member></Stacks>"

    def serve(self) -> ThreadingHTTPServer:
        """Begin to answer on a free port of loopback; whoever calls it ends it."""
        server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"world": self}))
        Thread(target=server.serve_forever, daemon=True).start()
        return server


class Server(ThreadingHTTPServer):
    """Many connections at once."""

    daemon_threads = True
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    """AWS's query protocol, and JSON for Organizations."""

    world: ManyAccounts
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        """Answer one call."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        target = self.headers.get("X-Amz-Target")
        given = json.loads(body) if target else {k: v[0] for k, v in parse_qs(body).items()}
        action = target.rpartition(".")[2] if target else given["Action"]
        credential = self.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
        if not self.world.begin(action, credential):
            self._send(400, fault("Throttling", "Rate exceeded"), json_too=bool(target))
        elif target:
            self._send(200, json.dumps(self.world.organization(action, given)))
        else:
            self._send(*self._answered(action, given))
        self.world.end()

    def _answered(self, action: str, given: Mapping[str, str]) -> tuple[int, str]:
        try:
            inside = self.world.answer(action, given)
        except LookupError as error:
            return 404, fault("StackSetNotFoundException", f"StackSet {error} not found")
        except PermissionError as error:
            return 403, fault("AccessDenied", str(error))
        result = f"<{action}Result>{inside}</{action}Result>"
        return 200, f"<{action}Response>{result}<ResponseMetadata/></{action}Response>"

    def _send(self, status: int, text: str, *, json_too: bool = False) -> None:
        if json_too:
            text = json.dumps({"__type": "TooManyRequestsException", "message": "Rate exceeded"})
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def tagged(**values: str) -> str:
    """Return values as XML; one that begins with a tag is XML already."""
    return "".join(
        f"<{name}>{value if value.startswith('<') else escape(value)}</{name}>"
        for name, value in values.items()
    )


def fault(code: str, message: str) -> str:
    """Return an error in the query protocol."""
    return f"<ErrorResponse><Error>{tagged(Code=code, Message=message)}</Error></ErrorResponse>"


OPERATION_SHOWN: Final = tagged(
    OperationId=OPERATION,
    StackSetId=f"{STACK_SET}:1",
    Action="UPDATE",
    Status="FAILED",
    CreationTimestamp="2026-11-26T10:00:00Z",
    EndTimestamp="2026-11-26T11:00:00Z",
    StatusDetails=tagged(FailedStackInstancesCount="72"),
)
