"""Rules that the settings ignore, of any of the three validators, each with a reason."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, InvalidTemplateError, render, validate
from rdsproxy_templates.variants import base

LATE = {"RDSStack.RDSProxyTargetGroup": {"DependsOn": None}}
RULE = "proxy/waits-for-instances"


def test_a_rule_of_ours_is_ignored_by_its_id_or_its_group():
    with pytest.raises(InvalidTemplateError, match=RULE):
        render(base, base.Config(), overrides=LATE)

    for rule in (RULE, "proxy"):
        bundle = render(base, base.Config(), overrides=LATE, ignore={rule: "tried by hand"})
        assert validate(bundle, lint=False) == []


def test_a_rule_of_another_validator_is_ignored_by_its_id():
    change = {"RDSStack.DBInstance1": {"Properties": {"EngineVersion": 5}}}
    bundle = render(base, base.Config(), overrides=change, validate=False)
    others = {one.rule for one in validate(bundle) if "/" not in one.rule}

    ignored = render(
        base,
        base.Config(),
        overrides=change,
        ignore=dict.fromkeys(others, "a test"),
        validate=False,
    )

    assert others
    assert [one for one in validate(ignored) if "/" not in one.rule] == []


def test_an_unknown_rule_is_refused():
    with pytest.raises(ConfigError, match=r"\[ignore.proxy/wait\] unknown rule 'proxy/wait'"):
        render(base, base.Config(), ignore={"proxy/wait": "a typing error"})


def test_a_reason_is_demanded():
    with pytest.raises(ConfigError, match=rf"\[ignore.{RULE}\] must have a reason"):
        render(base, base.Config(), ignore={RULE: " "})


def test_a_file_of_settings_has_it_too(run, config):
    text = (
        "overrides: {RDSStack.RDSProxyTargetGroup: {DependsOn: null}}\n"
        f"ignore: {{{RULE}: tried by hand}}\n"
    )

    assert run("base", "--config", config(text)).exit_code == 0
    assert run("base", "--config", config(text.splitlines()[0])).exit_code == 3
