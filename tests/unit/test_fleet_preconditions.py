"""Templates and Regions that a stack set does not take are refused before it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.fleet.desired import DesiredStackSet
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.parameter_rows import ParameterRows
from rdsproxy_templates.fleet.place import Place
from rdsproxy_templates.fleet.preconditions import (
    require_enabled_regions,
    require_regions,
    template_problems,
)
from rdsproxy_templates.fleet.proxy_quota import require_room_for_proxies
from rdsproxy_templates.fleet.rendered_fleet import RenderedFleet
from rdsproxy_templates.model import Template
from rdsproxy_templates.rendering import Bundle

ONE, TWO = "1" * 12, "2" * 12


def refusals(resources: str, transform: str = "", **more: Any) -> list[str]:
    """What is wrong with a template of *resources*."""
    text = f"{transform}\nResources:\n{resources}"
    root = Template(description="", parameters={}, children={}, resources={}, outputs={})
    bundle = Bundle(root=root, templates={"template.yaml": text}, paths={(): "template.yaml"})
    rendered = RenderedFleet(name="mine", bundle=bundle, folder=Path())
    waves = [{"name": "a", "accounts": [ONE], "regions": ["eu-west-1"]}]
    settings = FleetSettings.parse({"variant": "base", "targets": {"waves": waves}, **more}, "f")
    return [str(one) for one in template_problems(rendered, settings)]


def of_type(type_: str, count: int = 1) -> str:
    return "".join(f"  R{number}: {{Type: '{type_}'}}\n" for number in range(count))


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ({"resources": of_type("AWS::CloudFormation::Stack")}, "nests a stack, which service-man"),
        (
            {"resources": of_type("AWS::SNS::Topic"), "transform": "Transform: Ours"},
            "has the macro Ours, which service-managed StackSets refuse with their own role; set "
            "`custom_execution_role: true`, or `permissions: self-managed`",
        ),
        ({"resources": of_type("AWS::SNS::Topic", 501)}, "has 501 resources, and CloudFormation"),
        (
            {"resources": of_type("AWS::SNS::Topic") + "  # " + "x" * 51_200},
            "above 51,200 it needs a bucket: give `packages`",
        ),
        (
            {
                "resources": of_type("AWS::SNS::Topic") + "  # " + "x" * 1_000_000,
                "packages": {"bucket_prefix": "ours"},
            },
            "and CloudFormation takes 1,000,000",
        ),
    ],
)
def test_a_template_that_stack_sets_refuse_is_refused(
    template: dict[str, Any], sentence: str
) -> None:
    [problem] = refusals(**template)
    assert sentence in problem


@pytest.mark.parametrize("role", [{"custom_execution_role": True}, {"permissions": "self-managed"}])
def test_other_roles_take_nested_stacks_and_macros(role: dict[str, Any]) -> None:
    assert not refusals(of_type("AWS::CloudFormation::Stack"), "Transform: Ours", **role)


class Regions:
    """Sessions of accounts of which one has enabled a Region that others have not."""

    region = "eu-west-1"

    def __init__(self, account: str = TWO) -> None:
        self._account = account
        self.asked: list[str] = []

    @property
    def administrator(self) -> Regions:
        return self

    def member(self, place: Place) -> Regions:
        self.asked.append(place.account)
        return Regions(place.account)

    def client(self, _: str) -> Regions:
        return self

    def describe_regions(self, **given: Any) -> dict[str, Any]:
        open_ = {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"}
        milan = {"RegionName": "eu-south-1", "OptInStatus": "not-opted-in"}
        newer = {"RegionName": "eu-west-8", "OptInStatus": "opt-in-not-required"}
        has_both = self._account == ONE or given.get("AllRegions")
        return {"Regions": [open_, milan, newer] if has_both else [open_]}


def test_a_region_that_an_account_has_not_enabled_is_refused() -> None:
    sessions: Any = Regions()
    places = [Place(account, "eu-south-1") for account in (ONE, TWO)]
    with pytest.raises(ConfigError) as caught:
        require_enabled_regions(sessions, [*places, Place("3" * 12, "eu-west-1")])
    [problem] = caught.value.problems
    assert str(problem) == f"[account {TWO}] has not enabled eu-south-1; enable it, or leave it out"
    assert sessions.asked == [ONE, TWO]


def test_a_region_that_only_aws_knows_is_asked_for_before_anything_is_made() -> None:
    sessions: Any = Regions()
    waves = [{"name": "a", "accounts": [ONE], "regions": ["eu-west-1", "eu-west-8", "eu-west-9"]}]
    settings = FleetSettings.parse({"variant": "base", "targets": {"waves": waves}}, "f")
    with pytest.raises(ConfigError) as caught:
        require_regions(sessions, settings.regions)
    [problem] = caught.value.problems
    assert str(problem) == "[targets.waves] AWS has no Region eu-west-9 (did you mean eu-west-8?)"

    nobody: Any = None
    require_regions(nobody, ["eu-west-1", "us-east-1"])


class Proxies(Regions):
    """Sessions of accounts with proxies, and a quota."""

    def __init__(self, there: int, quota: int | None = None) -> None:
        super().__init__()
        self._there, self._quota = there, quota

    def member(self, _: Place) -> Proxies:
        return self

    def client(self, service: str) -> Proxies:
        if service == "service-quotas" and self._quota is None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "List")
        return self

    def get_paginator(self, _: str) -> Proxies:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        quotas = [{"QuotaName": "Proxies", "Value": float(self._quota or 0)}]
        return [{"DBProxies": [{}] * self._there, "Quotas": quotas}]


@pytest.mark.parametrize(("there", "quota"), [(19, None), (0, None), (20, 21)])
def test_an_account_with_room_takes_a_proxy(there: int, quota: int | None) -> None:
    sessions: Any = Proxies(there, quota)
    require_room_for_proxies(sessions, [Place(ONE, "eu-west-1")], 1)


@pytest.mark.parametrize(("there", "quota"), [(20, None), (40, 40)])
def test_an_account_without_room_for_a_proxy_is_refused(there: int, quota: int | None) -> None:
    sessions: Any = Proxies(there, quota)
    with pytest.raises(ConfigError) as caught:
        require_room_for_proxies(sessions, [Place(ONE, "eu-west-1")], 1)
    [problem] = caught.value.problems
    assert f"has {there} proxies and would get 1, and its quota is {quota or 20};" in str(problem)
    require_room_for_proxies(sessions, [Place(ONE, "eu-west-1")], 0)


def test_a_stack_set_that_says_the_same_has_no_differences() -> None:
    desired = DesiredStackSet(
        template="Resources: {}\n",
        template_argument={"TemplateBody": "Resources: {}\n"},
        declared={"Days": {"Type": "Number", "Default": 7}, "Vpc": {"Type": "String"}},
        rows=ParameterRows(),
        parameters={"Vpc": "vpc-1"},
        capabilities=("CAPABILITY_IAM",),
        tags={"team": "a"},
        description="",
    )
    found: dict[str, Any] = {
        "TemplateBody": "Resources: {}",
        "Parameters": [
            {"ParameterKey": "Vpc", "ParameterValue": "vpc-1"},
            {"ParameterKey": "Days", "ParameterValue": "7"},
        ],
        "Tags": [{"Key": "team", "Value": "a"}],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    assert [*desired.differences(found)] == []
    found["Parameters"][1]["ParameterValue"] = "8"
    found["Tags"] = []
    assert [*desired.differences(found)] == ["parameter Days: '8' -> '7'", "tags"]
