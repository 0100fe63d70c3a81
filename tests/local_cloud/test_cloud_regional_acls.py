"""The local cloud's web ACLs of a region: a header decides, and nothing else is understood."""

from __future__ import annotations

import base64

import pytest

from rdsproxy_local.data_plane.not_understood import NotUnderstood
from rdsproxy_local.data_plane.regional_acls import decided
from rdsproxy_local.servers.http_event import Request

BLOCK, ALLOW = {"Block": {}}, {"Allow": {}}


def matching(value="open sesame", header="X-Origin", **more):
    return {
        "FieldToMatch": {"SingleHeader": {"Name": header}},
        "PositionalConstraint": "EXACTLY",
        "SearchString": base64.b64encode(value.encode()).decode(),
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        **more,
    }


def rule(match, action=ALLOW, priority=0):
    return {
        "Name": f"r{priority}",
        "Priority": priority,
        "Action": action,
        "Statement": {"ByteMatchStatement": match},
        "VisibilityConfig": {},
    }


def showing(**headers):
    shown = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request("GET", "/", shown, b"", "127.0.0.1")


def test_only_the_whole_value_in_the_right_header_fits():
    [one], default = decided([rule(matching())], BLOCK)

    assert not default
    assert one.allows
    assert one.fits(showing(x_origin="open sesame"))
    for headers in ({}, {"x_origin": "open sesame!"}, {"x_other": "open sesame"}):
        assert not one.fits(showing(**headers))


def test_rules_are_in_the_order_of_their_priorities():
    rules, _ = decided([rule(matching(), ALLOW, 7), rule(matching(), BLOCK, 3)], ALLOW)

    assert [one.allows for one in rules] == [False, True]


def test_the_value_is_in_no_representation():
    [one], _ = decided([rule(matching())], BLOCK)

    assert "sesame" not in repr(one)


@pytest.mark.parametrize(
    "match",
    [
        matching(PositionalConstraint="CONTAINS"),
        matching(TextTransformations=[{"Priority": 0, "Type": "LOWERCASE"}]),
        matching(FieldToMatch={"Method": {}, "UriPath": {"a": 1}}),
        matching("x" * 201),
        matching(""),
    ],
    ids=["constraint", "transformation", "field", "too long", "empty"],
)
def test_another_match_is_not_understood(match):
    with pytest.raises(NotUnderstood):
        decided([rule(match)], BLOCK)


def test_another_statement_is_not_understood():
    strange = {**rule(matching()), "Statement": {"GeoMatchStatement": {"CountryCodes": ["DE"]}}}

    with pytest.raises(NotUnderstood, match="GeoMatchStatement"):
        decided([strange], BLOCK)
