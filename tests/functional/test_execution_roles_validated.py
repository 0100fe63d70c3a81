"""Execution roles of every variant, as validators judge them."""

from __future__ import annotations

from functools import cache

import pytest

from rdsproxy_templates import render, validate
from rdsproxy_templates.audit.reading import read
from rdsproxy_templates.fleet.execution_role import (
    MOST_CHARACTERS,
    characters,
    role_bundle,
    role_name,
)
from rdsproxy_templates.fleet.handler_actions import undocumented_types
from rdsproxy_templates.fleet.self_managed_roles import (
    ADMINISTRATION_ROLE,
    EXECUTION_ROLE,
    administration_role,
)
from rdsproxy_templates.variants import VARIANTS

TRUSTED = "arn:${AWS::Partition}:iam::111111111111:role/trusted"


@cache
def templates_of(variant):
    module = VARIANTS[variant]
    bundle = render(module, module.Config(), nesting="plain", expand=True, validate=False)
    return [read(text).value for text in bundle.templates.values()]


def execution_role(variant):
    stack_set = f"rdsproxy-{variant.replace('_', '-')}"
    return role_bundle(
        templates_of(variant),
        stack_set,
        name=role_name(stack_set),
        trusts=TRUSTED,
        buckets=["acme-packages-*"],
    )


def policy_of(bundle):
    (role,) = bundle.root.resources.values()
    return role["Properties"]["Policies"][0]["PolicyDocument"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_rule_finds_anything_in_the_execution_role_of_a_variant(variant):
    assert validate(execution_role(variant), lint=False) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_role_of_a_variant_has_no_wildcard_beyond_its_own_stacks(variant):
    document = policy_of(execution_role(variant))

    for statement in document["Statement"]:
        wild = [action for action in statement["Action"] if "*" in action]
        assert wild in ([], ["cloudformation:*"])
        if wild:
            (own,) = statement["Resource"]
            assert f"stack/StackSet-rdsproxy-{variant.replace('_', '-')}-*" in own["Fn::Sub"]
    assert characters(document) <= MOST_CHARACTERS


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_actions_of_every_type_of_a_variant_are_known(variant):
    types = {body["Type"] for one in templates_of(variant) for body in one["Resources"].values()}

    assert undocumented_types(types - {"AWS::CloudFormation::Stack"}) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_roles_are_changed_and_passed_only_under_the_names_of_the_stack_set(variant):
    document = policy_of(execution_role(variant))

    for statement in document["Statement"]:
        names = {action.partition(":")[2] for action in statement["Action"]}
        if names & {"PassRole", "CreateRole", "PutRolePolicy"}:
            for resource in statement["Resource"]:
                assert ":role/StackSet-rdsproxy-" in resource["Fn::Sub"]


def test_cfn_lint_finds_nothing_in_the_largest_role_and_in_the_administrators():
    roles = [execution_role("edge"), administration_role(ADMINISTRATION_ROLE, EXECUTION_ROLE)]

    assert [validate(one) for one in roles] == [[], []]
