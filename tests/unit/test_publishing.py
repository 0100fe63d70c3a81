"""Outputs of a stack as parameters of Systems Manager, for tools that read those."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.variants import VARIANTS, base

PREFIX = {"ssm_prefix": "/shop/db"}


def parameters(bundle):
    return {
        body["Properties"]["Name"]: body["Properties"]
        for body in bundle.root.resources.values()
        if body["Type"] == "AWS::SSM::Parameter"
    }


@pytest.mark.parametrize("name", VARIANTS)
def test_every_output_of_every_variant_is_published_with_its_value(name):
    variant = VARIANTS[name]
    bundle = render(variant, variant.Config(), publish=PREFIX)

    assert {name: one["Value"] for name, one in parameters(bundle).items()} == {
        f"/shop/db/{name}": output["Value"] for name, output in bundle.root.outputs.items()
    }


@pytest.mark.parametrize("nesting", NESTINGS)
def test_it_is_valid_in_every_nesting(nesting):
    bundle = render(base, base.Config(), publish=PREFIX, tags={"team": "shop"}, nesting=nesting)

    assert "Name: /shop/db/RDSProxyEndpoint\n" in bundle.templates["template.yaml"]


def test_nothing_is_published_unless_somebody_asks():
    assert parameters(render(base, base.Config())) == {}


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("shop", "must be 1 to 14 levels"),
        ("/shop/", "must be 1 to 14 levels"),
        ("/", "must be 1 to 14 levels"),
        ("/a b", "must be 1 to 14 levels"),
        ("/a" * 15, "must be 1 to 14 levels"),
        ("/aws/shop", "must not begin with /aws or /ssm"),
        ("/SSM-shop", "must not begin with /aws or /ssm"),
    ],
)
def test_a_name_that_systems_manager_refuses_is_refused(prefix, sentence):
    with pytest.raises(ConfigError, match=r"\[publish.ssm_prefix\] " + sentence):
        render(base, base.Config(), publish={"ssm_prefix": prefix})
