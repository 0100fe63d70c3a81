"""Audit of templates that nobody has written: it ends, without an exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdsproxy_templates import render
from rdsproxy_templates.audit import audit
from rdsproxy_templates.audit.assembly import assembled
from rdsproxy_templates.audit.scenarios import MOST_SCENARIOS, scenarios
from rdsproxy_templates.audit.sources import found
from rdsproxy_templates.rendering import Bundle
from rdsproxy_templates.rendering.documents import document
from rdsproxy_templates.variants import VARIANTS
from strategies.templates import by_schema, damaged

SOUND = [
    document(render(VARIANTS[name], VARIANTS[name].Config(), nesting="flat").root, (), "flat")
    for name in ("base", "edge", "bastion")
]
FUZZED = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzzed") / "template.json"


@FUZZED
@given(body=by_schema())
def test_every_rule_judges_what_schemas_allow(file, body):
    file.write_text(json.dumps(body))

    report = audit([file], aws=False)

    assert report.unread == []
    assert report.not_judged == {}


@FUZZED
@given(body=damaged(SOUND))
def test_damaged_templates_are_judged_or_refused(file, body):
    file.write_text(json.dumps(body))

    report = audit([file], aws=False)

    assert len(report.files) + len(report.unread) == 1
    assert all(one.line >= 1 and one.column >= 1 for one in report.findings)


@FUZZED
@given(text=st.text() | st.text(alphabet="{}[]:,-&*!|>'\"? \n\tResourcesTypA"))
def test_any_text_is_read_or_refused(file, text):
    file.write_text(text, "utf-8")

    report = audit([file], aws=False)

    assert len(report.files) + len(report.unread) == 1


def test_no_number_of_conditions_makes_more_scenarios_than_are_judged(tmp_path):
    names = [f"P{number}" for number in range(60)]
    body = {
        "Parameters": {name: {"Type": "String"} for name in names},
        "Conditions": {name: {"Fn::Equals": [{"Ref": name}, "yes"]} for name in names},
        "Resources": {
            name: {
                "Type": "AWS::SNS::Topic",
                "Properties": {"DisplayName": {"Fn::If": [name, "yes", "no"]}},
            }
            for name in names
        },
    }
    path = tmp_path / "template.json"
    path.write_text(json.dumps(body))
    sources = found([path])
    [root] = sources.roots()
    assembly = assembled(root, sources)
    bundle = Bundle(root=assembly.root, templates=assembly.templates, paths=assembly.paths)

    seen = scenarios(bundle.inlined()[0], {}, {})
    values = {
        (name, one.template.resources[name]["Properties"]["DisplayName"])
        for one in seen
        for name in names
    }

    assert len(seen) <= 4 * MOST_SCENARIOS
    assert len(values) == 2 * len(names), "each condition is seen both ways"


def test_aliases_that_multiply_are_refused(tmp_path):
    lines = ["Resources: {A: {Type: AWS::SNS::Topic}}", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = tmp_path / "template.yaml"
    path.write_text("\n".join(lines))

    [problem] = audit([path], aws=False).unread

    assert "aliases count each time" in problem.sentence
