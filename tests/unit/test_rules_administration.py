"""Administration of a database: what lets people in reaches it."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, ref, resource, template, violations, without

from rdsproxy_templates.validators.rules.administration import administration

RANGE = "10.0.0.0/16"


def rule(direction="out", *, port=3306, **peer):
    """A rule inside a group."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **(peer or {"CidrIp": RANGE})}


def group(*, out=(), into=()):
    closed = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]
    return resource(
        "EC2::SecurityGroup",
        SecurityGroupEgress=list(out) or closed,
        SecurityGroupIngress=list(into),
    )


MADE = template(
    Bastion=resource("EC2::Instance", SecurityGroupIds=[ref("BastionGroup")]),
    BastionGroup=group(out=[rule()]),
    Database=resource("RDS::DBInstance", Engine="mysql", VPCSecurityGroups=[ref("DatabaseGroup")]),
    DatabaseGroup=group(into=[rule(SourceSecurityGroupId=ref("BastionGroup"))]),
)


def test_an_instance_that_is_let_out_and_in_is_accepted():
    assert_holds(administration, MADE)


@pytest.mark.parametrize("into", [[], [rule(port=3307)], [rule(CidrIp="127.0.0.1/32")]])
def test_one_that_is_not_let_in_is_found(into):
    [one] = violations(administration, faulted("DatabaseGroup", group(into=into), MADE))

    assert one.resource == "DatabaseGroup"
    assert one.sentence == "Bastion is let out to port 3306, and nothing lets it in"


@pytest.mark.parametrize(
    "changed",
    [
        faulted("DatabaseGroup", group(into=[rule(CidrIp=RANGE)]), MADE),
        faulted("BastionGroup", group(out=[{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]), MADE),
        faulted("Bastion/SecurityGroupIds", [GIVEN], MADE),
        faulted("Database/VPCSecurityGroups", [GIVEN], MADE),
        without("Database", MADE),
    ],
    ids=["by range", "let out to everything", "given", "a given database", "no database"],
)
def test_another_way_in_or_out_is_accepted(changed):
    assert_holds(administration, changed)


@pytest.mark.parametrize(
    ("out", "found"), [([], 1), ([rule(port=22)], 0), ([rule(port=22, CidrIp=GIVEN)], 0)]
)
def test_an_endpoint_of_instance_connect_is_let_out(out, found):
    made = template(
        Endpoint=resource("EC2::InstanceConnectEndpoint", SecurityGroupIds=[ref("Group")]),
        Group=group(out=out),
    )

    assert len(violations(administration, made)) == found
