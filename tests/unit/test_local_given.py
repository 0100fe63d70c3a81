"""What `local up` can make for a plan that is to be given a network or a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdsproxy_templates import render
from rdsproxy_templates.cli.local.parameters import missing_parameters, unmet_parameters
from rdsproxy_templates.cli.rendered_variants import RenderedVariant
from rdsproxy_templates.deploy.plans import plan_of
from rdsproxy_templates.variants import VARIANTS


def asked(variant, settings, **given):
    """The parameters that a person must give, and the databases that are made."""
    module = VARIANTS[variant]
    config = module.Config.parse(settings, "a test")
    one = RenderedVariant(
        name=variant, config=config, bundle=render(module, config), directory=Path(variant)
    )
    plan = plan_of(variant)
    problems = unmet_parameters(plan, [one], given)
    names = [str(one).partition("--parameter ")[2].partition("=")[0] for one in problems]
    made = [one.database for one in missing_parameters(plan, [one], given)]
    return names, [one.engine for one in made if one is not None]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"subnets": 6, "security_groups": "make"},
        {"subnets": 3, "secrets_manager_endpoint": "existing"},
    ],
)
def test_a_vpc_has_all_that_the_settings_ask_for(settings):
    assert asked("existing_vpc", settings) == ([], [])


@pytest.mark.parametrize("engine", ["aurora-mysql", "aurora-postgresql", "mysql", "postgres"])
def test_a_database_is_made_of_the_engine_that_the_settings_tell(engine):
    settings = {"rds": {"engine": engine}, "secrets_manager_endpoint": "existing"}

    assert asked("existing_database", settings) == ([], [engine])


def test_no_database_is_made_where_one_is_named():
    names, made = asked("existing_database", {}, DBIdentifier="shop")

    assert {"DBEndpoint", "DBResourceId", "RDSMasterUserSecretArn"} <= {*names}
    assert made == []


def test_a_multi_az_cluster_has_to_be_named():
    names, made = asked("existing_database", {"rds": {"engine": "mysql", "kind": "cluster"}})

    assert "DBIdentifier" in names
    assert made == []
