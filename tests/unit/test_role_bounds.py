"""Path and permissions boundary that an organization asks of every role."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.variants import VARIANTS, base, existing_vpc

BOUNDARY = "arn:aws:iam::111122223333:policy/developers"
BOUNDS = {"path": "/service/", "permissions_boundary": BOUNDARY}


def resources(bundle, type_):
    return [
        body
        for _, stack in bundle.root.walk()
        for body in stack.resources.values()
        if body["Type"] == f"AWS::{type_}"
    ]


@pytest.mark.parametrize("name", VARIANTS)
def test_every_role_of_every_variant_is_bounded(name):
    variant = VARIANTS[name]
    bundle = render(variant, variant.Config(), iam_roles=BOUNDS, nesting="flat", expand=True)

    for role in resources(bundle, "IAM::Role"):
        assert role["Properties"]["Path"] == "/service/"
        assert role["Properties"]["PermissionsBoundary"] == BOUNDARY
    text = "\n".join(bundle.templates.values())
    assert text.count("Type: AWS::IAM::Role\n") == text.count(f"PermissionsBoundary: {BOUNDARY}\n")


@pytest.mark.parametrize("nesting", NESTINGS)
def test_functions_hand_them_to_the_roles_that_sam_makes(nesting):
    bundle = render(base, base.Config(), iam_roles=BOUNDS, nesting=nesting)
    functions = resources(bundle, "Serverless::Function")

    assert functions
    assert {one["Properties"]["RolePath"] for one in functions} == {"/service/"}
    assert {one["Properties"]["PermissionsBoundary"] for one in functions} == {BOUNDARY}


def test_a_roles_own_path_wins():
    proxy = {"role": {"path": "/proxies/"}}
    config = existing_vpc.Config.parse({"rds": {"proxy": proxy}}, "a test")
    (role,) = resources(render(existing_vpc, config, iam_roles=BOUNDS), "IAM::Role")

    assert role["Properties"]["Path"] == "/proxies/"
    assert role["Properties"]["PermissionsBoundary"] == BOUNDARY


def test_a_role_that_exists_is_left_alone():
    proxy = {"role": {"arn": "arn:aws:iam::111122223333:role/proxy"}}
    config = existing_vpc.Config.parse({"rds": {"proxy": proxy}}, "a test")

    assert resources(render(existing_vpc, config, iam_roles=BOUNDS), "IAM::Role") == []


def test_a_role_that_nobody_can_bound_is_warned_of():
    config = base.Config.parse({"rds": {"rotate_secrets_after_days": 30}}, "a test")
    bundle = render(base, config, iam_roles=BOUNDS)

    (warning,) = [one for one in bundle.warnings if one.place == "iam_roles"]
    assert "RotationStack" in warning.sentence


@pytest.mark.parametrize(
    ("bounds", "problem"),
    [
        ({"path": "service"}, "[iam_roles.path] must begin and end with a slash"),
        ({"path": "/a b/"}, "[iam_roles.path] must begin and end with a slash"),
        (
            {"permissions_boundary": "developers"},
            "[iam_roles.permissions_boundary] must be the ARN",
        ),
        ({"boundary": BOUNDARY}, "[iam_roles.boundary] "),
    ],
)
def test_what_iam_would_refuse_is_refused(bounds, problem):
    with pytest.raises(ConfigError) as caught:
        render(base, base.Config(), iam_roles=bounds)

    assert problem in str(caught.value)
