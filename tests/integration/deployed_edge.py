"""`edge` as its plan deploys it: a variant in each of two regions, and viewers of users."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
from deployed import secret_of
from deployed_resources import shown
from deployed_users import as_master
from planning import KEYS, Planner

from rdsproxy_local.local_cloud import Account
from rdsproxy_local.servers.programs import find
from rdsproxy_local.viewer import Answer, Viewer

HOME: Final = "us-east-1"
REGION: Final = "eu-west-1"
ALLOWED: Final = "127.0.0.2"
OTHER: Final = "127.0.0.3"
IPV6: Final = "::1"
FUNCTIONS: Final = "198.51.100.0/24"
"""The range that functions outside VPCs come from."""
OWN_STACK: Final = "aws-sam-cli-managed-default"
"""The stack in which SAM CLI makes a bucket for packages, and keeps it."""
CONFIG: Final = "edge.yaml"
CONFIGURABLE: Final = ("Environment", "Role", "Timeout")
SECONDS: Final = 60


@dataclass(frozen=True)
class EdgeStack:
    """A root stack, in the region into which it was deployed."""

    account: Account
    name: str

    @property
    def outputs(self) -> dict[str, str]:
        return self.account.outputs(self.name)

    def physical(self, stack: str, logical_id: str) -> str:
        """The ID of a resource of a nested stack."""
        return self.account.resources(self.account.nested(self.name, stack))[logical_id]

    def shown(self, stack: str, logical_id: str, **properties: str) -> Mapping[str, Any]:
        """The resource, as its service shows it; some are found by their *properties*."""
        nested = self.account.nested(self.name, stack)
        api = self.account.client("cloudformation")
        [found] = [
            one
            for one in api.describe_stack_resources(StackName=nested)["StackResources"]
            if one["LogicalResourceId"] == logical_id
        ]
        return shown(self.account, found["ResourceType"], found["PhysicalResourceId"], properties)

    def described(self) -> Iterator[str]:
        """All that CloudFormation shows of every stack in the region, texts of templates too."""
        api = self.account.client("cloudformation")
        for stack in api.describe_stacks()["Stacks"]:
            name = {"StackName": stack["StackId"]}
            yield repr(stack)
            yield repr(api.describe_stack_events(**name)["StackEvents"])
            yield repr(api.describe_stack_resources(**name)["StackResources"])
            for stage in ("Original", "Processed"):
                yield str(api.get_template(**name, TemplateStage=stage)["TemplateBody"])
            for one in api.list_change_sets(**name)["Summaries"]:
                yield repr(api.describe_change_set(ChangeSetName=one["ChangeSetId"]))

    def logged(self, *groups: str) -> Iterator[str]:
        """The lines of these logs; left out: of all in the region."""
        logs = self.account.client("logs")
        known = [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
        for group in groups or known:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
                yield from (event["message"] for event in page["events"])


class Edge:
    """Both variants, and changes made to them behind CloudFormation's back."""

    def __init__(self, planner: Planner) -> None:
        app = planner.accounts["app"]
        self.planner, self.endpoint = planner, app.endpoint
        self.waf = EdgeStack(Account(app.endpoint, app.id, HOME), "rdsproxy-edge-waf")
        self.site = EdgeStack(Account(app.endpoint, app.id, REGION), "rdsproxy-edge")

    def configure(self, *allowed: str, **of_edge: Any) -> None:
        """Write the file that the command reads; JSON is YAML."""
        settings = {"edge_waf": {"waf": {"allowed_cidrs": allowed}}, "edge": of_edge}
        (self.planner.folder / CONFIG).write_text(json.dumps(settings))

    def stacks(self) -> dict[str, set[str]]:
        """The names of the root stacks of each region that has any."""
        keys = {key.lower(): self.site.account.environment[key] for key in KEYS}
        session = boto3.Session(**keys)
        found = {}
        for region in session.get_available_regions("cloudformation"):
            api = session.client("cloudformation", region, endpoint_url=self.endpoint)
            stacks = api.describe_stacks()["Stacks"]
            if names := {one["StackName"] for one in stacks if "RootId" not in one}:
                found[region] = names
        return found

    def ask(self, address: str) -> Answer:
        """CloudFront's answer to a client at an address."""
        return Viewer(self.endpoint, address).ask(f"{self.site.outputs['SiteUrl']}users")

    def ask_around(self, address: str, **headers: str) -> Answer:
        """The answer of the API itself to a client that bypasses CloudFront."""
        url = shlex.split(self.site.outputs["CallAroundByCurl"])[-1]
        return Viewer(self.endpoint, address).ask(url, **headers)

    def users(self) -> Any:
        """The names that somebody who may come in is given, or the error."""
        answer = self.ask(ALLOWED)
        body = json.loads(answer.body)
        return body["users"] if answer.status == 200 else (answer.status, body["error"]["code"])

    def lets_in(self, address: str) -> bool:
        """True if an address gets users, and not CloudFront's own page."""
        answer = self.ask(address)
        refused = answer.status == 403 and b"Request blocked" in answer.body
        assert refused or answer.status == 200, answer
        return not refused

    def curl(self, output: str, address: str, folder: Path) -> str:
        """The status line when somebody at an address pastes the command that an output is."""
        command = self.site.outputs[output]
        Viewer(self.endpoint, address).configure_curl(folder, shlex.split(command)[-1])
        program = find("curl", "curl")
        path = os.pathsep.join((str(program.path.parent), os.defpath))
        said = subprocess.run(
            ["bash", "-c", command],
            env={"PATH": path, "CURL_HOME": str(folder), **program.variables},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        return said.stdout.splitlines()[0]

    def failures(self) -> list[str]:
        """The numbers of the errors at which the function did not connect, the last one last."""
        group = self.site.physical("SAMStack", "UserNamesFunctionLogGroup")
        lines = [json.loads(line) for line in self.site.logged(group)]
        return [one["number"] for one in lines if one.get("message") == "connection failed"]

    def key(self) -> str:
        """The key that API Gateway wants."""
        return self._secret("APIKeySecret")

    def origin_value(self) -> str:
        """The header value that the web ACL in front of the API requires."""
        return self._secret("OriginSecret")

    def _secret(self, logical_id: str) -> str:
        arn = self.site.physical("APIKeyStack", logical_id)
        return str(secret_of(self.site.account, arn)["key"])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The database's answer to its master user."""
        applying = self.site.shown("UsersStack", "ApplyUserFunction")
        with as_master(self.site.account, applying["Environment"]["Variables"]) as execute:
            return execute(sql)

    @contextmanager
    def function_with(self, **changed: Any) -> Iterator[None]:
        """New execution environments of the function, configured in another way for a while."""
        functions = self.site.account.client("lambda")
        before = self.site.shown("SAMStack", "UserNamesFunction")
        name = {"FunctionName": before["FunctionName"]}
        functions.update_function_configuration(**name, **changed)
        try:
            yield
        finally:
            own = {one: before[one] for one in CONFIGURABLE}
            functions.update_function_configuration(**name, **own)

    @contextmanager
    def closed_to_ranges(self) -> Iterator[None]:
        """A database that only what is in its VPC may connect to, for a while."""
        groups = self.site.account.client("ec2")
        group = self.site.shown("RDSStack", "DBSecurityGroup")
        ranges = [one for one in group["IpPermissions"] if one["IpRanges"]]
        rules = {"GroupId": group["GroupId"], "IpPermissions": ranges}
        groups.revoke_security_group_ingress(**rules)
        try:
            yield
        finally:
            groups.authorize_security_group_ingress(**rules)
