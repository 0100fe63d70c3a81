"""The count of other modules' inputs names only what exists, and holds what the docs say."""

from __future__ import annotations

import pytest

from peer_inputs import EXPRESSIBLE, PEERS, peer_of, read_peer

LEAST = {
    "terraform_aws_rds_proxy": 40,
    "terraform_aws_rds_aurora": 91,
    "terraform_aws_rds": 83,
    "cdk_proxy": 18,
    "cdk_cluster": 51,
    "cdk_instance": 51,
}
"""Inputs that we have settings for; a lower count is a setting lost."""

APPLICABLE = {
    "terraform_aws_rds_proxy": 42,
    "terraform_aws_rds_aurora": 104,
    "terraform_aws_rds": 96,
    "cdk_proxy": 18,
    "cdk_cluster": 56,
    "cdk_instance": 54,
}
HEADER = ("# a module", "# 1.0", "# https://example.org")


@pytest.mark.parametrize("key", PEERS)
def test_every_input_of_a_peer_is_mapped_to_something_that_exists(key):
    assert list(map(str, read_peer(key).problems)) == []


@pytest.mark.parametrize("key", PEERS)
def test_no_setting_that_a_peer_has_is_lost(key):
    peer = read_peer(key)

    assert peer.count(*EXPRESSIBLE) >= LEAST[key]
    assert peer.applicable == APPLICABLE[key]


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("rds.idle_client_timeouts", "which no variant has (did you mean rds.idle_client_timeout"),
        (
            {"parameter": "PrivateSubnet9Id"},
            "names the parameter PrivateSubnet9Id, which no variant",
        ),
        (
            {"override": "AWS::RDS::DBProxy.DebugLoging"},
            "which AWS does not have (did you mean DebugLogging",
        ),
        ({"override": "AWS::RDS::DBProxy.Endpoint"}, "which nobody can set"),
        ({"extra_resources": "AWS::RDS::Proxy.Tags"}, "names the resource type AWS::RDS::Proxy"),
        ({"decided": ""}, "needs a reason"),
        ({"settled": "on"}, "is 'settled', and must be one of setting, parameter"),
    ],
)
def test_a_mapping_to_what_does_not_exist_is_a_problem(value, wrong):
    (problem,) = peer_of([*HEADER, "name"], {"name": value}, "a.yaml").problems

    assert problem.place == "a.yaml: name"
    assert wrong in problem.sentence


def test_an_input_that_is_not_mapped_is_a_problem():
    peer = peer_of([*HEADER, "name", "port"], {"name": {"decided": "so"}}, "a.yaml")

    assert [str(one) for one in peer.problems] == ["[a.yaml: port] is not mapped"]


def test_a_mapping_of_an_input_that_the_peer_lacks_is_a_problem():
    mapping = {"name": {"decided": "so"}, "nam": "regions"}

    (problem,) = peer_of([*HEADER, "name"], mapping, "a.yaml").problems

    assert problem.sentence == "is no input of a module (did you mean name?)"
