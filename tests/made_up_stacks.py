"""Small stacks of log groups and SSM parameters, in a local cloud of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.local_cloud import Account

Document = dict[str, Any]


def group(**properties: Any) -> Document:
    """A log group."""
    return {"Type": "AWS::Logs::LogGroup", "Properties": properties}


def parameter(value: Any, **more: Any) -> Document:
    """A parameter of SSM."""
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value, **more}}


def nested(url: str, **parameters: Any) -> Document:
    """A stack in a stack."""
    properties = {"TemplateURL": url, "Parameters": parameters}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


class Stacks:
    """One account's stacks, from templates of dictionaries."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.api = account.client("cloudformation")
        self._buckets = account.client("s3")
        self._bucket = f"templates-{account.id}-{account.region}"
        self._buckets.create_bucket(
            Bucket=self._bucket,
            CreateBucketConfiguration={"LocationConstraint": account.region},
        )

    def create(self, name: str, resources: Document, **more: Any) -> str:
        """Create a stack; returns its status."""
        self.api.create_stack(StackName=name, **_request(resources, more))
        return self.status(name)

    def update(self, name: str, resources: Document, **more: Any) -> str:
        """Update a stack; returns its status."""
        self.api.update_stack(StackName=name, **_request(resources, more))
        return self.status(name)

    def delete(self, name: str) -> str:
        """Delete a stack; returns its status."""
        stack_id = self.account.stack(name)["StackId"]
        self.api.delete_stack(StackName=name)
        return self.status(stack_id)

    def delete_all(self) -> None:
        """Delete every stack."""
        # What is in a stack goes with it.
        while names := self.names():
            self.delete(names[0])

    def execute(self, change_set: Document) -> str:
        """Execute a change set; returns the status of its stack."""
        self.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
        return self.status(change_set["StackId"])

    def refusal(self, name: str, resources: Document, **more: Any) -> str:
        """The reason why the API does not even begin to create a stack; nothing is left of it."""
        with pytest.raises(ClientError) as caught:
            self.create(name, resources, **more)
        assert name not in self.names()
        return str(caught.value)

    def change_set(self, stack: str, kind: str, resources: Document, **more: Any) -> Document:
        """A change set as the API describes it."""
        count = (
            len(self.api.list_change_sets(StackName=stack)["Summaries"])
            if (stack in self.names())
            else 0
        )
        made = self.api.create_change_set(
            StackName=stack,
            ChangeSetName=f"set{count}",
            ChangeSetType=kind,
            **_request(resources, more),
        )
        described: Document = self.api.describe_change_set(ChangeSetName=made["Id"])
        return described

    def status(self, name: str) -> str:
        """The status of a stack, once nothing is in progress: the local cloud waits for that."""
        return str(self.account.stack(name)["StackStatus"])

    def names(self) -> list[str]:
        """The names of all stacks that are not deleted."""
        pages = self.api.get_paginator("describe_stacks").paginate()
        return [one["StackName"] for page in pages for one in page["Stacks"]]

    def groups(self) -> dict[str, int | None]:
        """The account's log groups, and how long they keep what is written."""
        found = self.account.client("logs").describe_log_groups()["logGroups"]
        return {one["logGroupName"]: one.get("retentionInDays") for one in found}

    def statuses(self, name: str) -> list[tuple[str, str]]:
        """The events of the stack and its resources, in their order."""
        events = self.account.events(name)
        return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in events]

    def put(self, key: str, resources: Document, **sections: Any) -> str:
        """A template in S3; returns its URL."""
        body = json.dumps({"Resources": resources, **sections}).encode()
        self._buckets.put_object(Bucket=self._bucket, Key=key, Body=body)
        return f"{self.account.endpoint}/{self._bucket}/{key}"


def _request(resources: Document, more: Document) -> Document:
    """Arguments in capitals are the template's sections or the API's; the others are parameters."""
    sections = {"Parameters", "Outputs", "Conditions", "Mappings", "Rules", "Transform"} & set(more)
    template = {"Resources": resources} | {name: more[name] for name in sections}
    given = more.get("given", {})
    rest = {name: more[name] for name in more if name not in sections | {"given"}}
    return {
        "TemplateBody": json.dumps(template),
        "Parameters": [{"ParameterKey": key, "ParameterValue": given[key]} for key in given],
        **rest,
    }
