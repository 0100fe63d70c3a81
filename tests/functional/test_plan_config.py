"""The settings of a plan: one file for all its steps."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from rdsproxy_templates import ConfigError
from rdsproxy_templates.cli import command
from rdsproxy_templates.cli.rendered_variants import RenderSettings, render_plan
from rdsproxy_templates.deploy.plans import PLANS

CROSS_ACCOUNT = PLANS["cross_account"]


@pytest.fixture
def plan(tmp_path):
    def plan(text, name="cross_account"):
        file = tmp_path / "my.yaml"
        file.write_text(text, "utf-8")
        return render_plan(PLANS[name], RenderSettings(config=file, out=tmp_path / "out"))

    return plan


@pytest.fixture
def problems(plan, tmp_path):
    def problems(text):
        with pytest.raises(ConfigError) as caught:
            plan(text)
        return [str(one).replace(f"{tmp_path}/", "") for one in caught.value.problems]

    return problems


def test_each_step_has_its_own_settings(plan):
    network, db, app = plan("cross_account_db: {rds: {readers: 2}}")

    assert db.config.rds.readers == 2
    assert [one.name for one in (network, db, app)] == [s.variant for s in CROSS_ACCOUNT.steps]


def test_every_variant_documents_its_step_by_hand(plan):
    for step in plan(""):
        assert "sam deploy" in step.bundle.extras["DEPLOY.md"].decode()


def test_a_plan_of_one_step_is_configured_as_its_variant(plan):
    [base] = plan("rds: {readers: 2}", "base")

    assert base.config.rds.readers == 2
    assert "DEPLOY.md" not in base.bundle.extras


def test_errors_of_all_steps_are_reported_at_once(problems):
    text = "cross_account_db: {rds: {readers: 99}}\ncross_account_app: {sam: {timeout: 99}}\nbd: {}"

    places = [one.partition("]")[0] for one in problems(text)]
    assert places == [
        "[my.yaml:3:1: bd",
        "[my.yaml:1:26: cross_account_db: rds.readers",
        "[my.yaml:2:27: cross_account_app: sam.timeout",
    ]


def test_steps_that_would_not_fit_together_are_refused(problems):
    assert problems("cross_account_app: {engine: postgres}") == [
        "[my.yaml: cross_account_app: engine] must be 'aurora-mysql', as in cross_account_network, "
        "got 'postgres'"
    ]


def test_a_list_is_not_a_configuration(problems):
    [one] = problems("[1]")

    assert one.startswith("[my.yaml] must be a mapping from cross_account_network, ")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["deploy", "bse"], "[plan] unknown plan 'bse' (did you mean base?); the plans are base, "),
        (["destroy", "vpc"], "[plan] unknown plan 'vpc'"),
        (
            ["deploy", "service"],
            "[plan] unknown plan 'service' (it was renamed: did you mean existing_vpc?)",
        ),
        (["deploy", "base", "--parameter", "VPCCidr"], "[--parameter] must be NAME=VALUE, got"),
    ],
)
def test_an_invalid_option_is_explained(tmp_path, words, error):
    result = CliRunner().invoke(command(out=tmp_path), words)

    assert result.exit_code == 2
    assert f"error: {error}" in result.stderr
