"""Stacks that make more than an account may have by default."""

from __future__ import annotations

import pytest

from made_up_stacks import Stacks
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-stack-quotas")

OPTIONS = {"EngineName": "mysql", "MajorEngineVersion": "8.4", "OptionGroupDescription": "d"}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "123456789012", "eu-west-1")


def resources(kind, count, **properties):
    return {
        f"One{number}": {"Type": kind, "Properties": {**properties, **_range(kind, number)}}
        for number in range(count)
    }


def _range(kind, number):
    return {"CidrBlock": f"10.{number}.0.0/16"} if kind == "AWS::EC2::VPC" else {}


@pytest.mark.parametrize(
    ("kind", "most", "properties", "reason"),
    [
        ("AWS::EC2::EIP", 5, {}, "AddressLimitExceeded: The maximum number of addresses"),
        ("AWS::EC2::InternetGateway", 5, {}, "InternetGatewayLimitExceeded"),
        ("AWS::EC2::VPC", 5, {}, "VpcLimitExceeded"),
        ("AWS::RDS::OptionGroup", 20, OPTIONS, "OptionGroupQuotaExceededFault"),
    ],
)
def test_one_more_than_the_quota_fails(stacks, kind, most, properties, reason):
    assert stacks.create("full", resources(kind, most, **properties)) == "CREATE_COMPLETE"
    more = resources(kind, most + 1, **properties)
    assert stacks.update("full", more) == "UPDATE_ROLLBACK_COMPLETE"
    events = stacks.api.describe_stack_events(StackName="full")["StackEvents"]
    assert any(reason in event.get("ResourceStatusReason", "") for event in events)
    stacks.delete("full")


@pytest.fixture(scope="module")
def others(server):
    """Stacks in an account of their own."""
    return Stacks(Account(server.endpoint, "999999999999", "eu-west-1"))


@pytest.fixture
def crowded(others, with_faults):
    """The same, where whatever there is counts."""
    with with_faults(account_quotas=True):
        yield others


@pytest.mark.parametrize(
    ("kind", "most", "properties", "reason"),
    [
        ("AWS::EC2::EIP", 5, {}, "AddressLimitExceeded"),
        ("AWS::EC2::InternetGateway", 5, {}, "InternetGatewayLimitExceeded"),
        # A VPC is there in each Region of a new account.
        ("AWS::EC2::VPC", 4, {}, "VpcLimitExceeded"),
        ("AWS::RDS::OptionGroup", 20, OPTIONS, "OptionGroupQuotaExceededFault"),
    ],
)
def test_stacks_of_an_account_share_its_quotas_where_they_are_asked_to(
    crowded, kind, most, properties, reason
):
    assert crowded.create("full", resources(kind, most, **properties)) == "CREATE_COMPLETE"
    assert crowded.create("more", resources(kind, 1, **properties)) == "ROLLBACK_COMPLETE"
    events = crowded.api.describe_stack_events(StackName="more")["StackEvents"]
    assert any(reason in event.get("ResourceStatusReason", "") for event in events)
    crowded.delete("full")
    crowded.delete("more")
    assert crowded.create("more", resources(kind, 1, **properties)) == "CREATE_COMPLETE"
    crowded.delete("more")


def test_an_address_that_no_stack_has_made_counts_too(crowded):
    ec2 = crowded.account.client("ec2")
    made = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(5)]
    assert crowded.create("full", resources("AWS::EC2::EIP", 1)) == "ROLLBACK_COMPLETE"
    crowded.delete("full")
    for one in made:
        ec2.release_address(AllocationId=one)


def test_what_was_deleted_makes_room(stacks):
    five = resources("AWS::EC2::EIP", 5)
    assert stacks.create("full", five) == "CREATE_COMPLETE"
    fewer = {name: one for name, one in five.items() if name != "One0"}
    assert stacks.update("full", fewer) == "UPDATE_COMPLETE"
    assert stacks.update("full", five) == "UPDATE_COMPLETE"
    stacks.delete("full")
