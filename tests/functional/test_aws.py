"""AWS's validator as a part of the build."""

from __future__ import annotations

import pytest
from broken_variants import broken

from rdsproxy_templates import render
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.rendering.documents import bundle as rendered
from rdsproxy_templates.validators import aws
from rdsproxy_templates.variants import VARIANTS


def changed(name, value):
    def change(cluster):
        return cluster | {"Properties": cluster["Properties"] | {name: value}}

    return rendered(broken(change).root)


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("name", VARIANTS)
def test_finds_nothing_in_what_we_render(name, nesting):
    assert aws.find(render(VARIANTS[name], VARIANTS[name].Config(), nesting=nesting)) == []


def test_a_finding_names_file_line_rule_sentence_and_remedy():
    bundle = changed("BackupRetentionPeriod", 400)
    finding = aws.find(bundle)[0]

    line = bundle.templates[finding.file].splitlines()[finding.line - 1]
    assert (finding.file, line.strip()) == ("cloudformation/rds.yaml", "BackupRetentionPeriod: 400")
    assert finding.level == "error"
    assert finding.rule
    assert finding.sentence
    assert finding.remedy


def test_a_finding_in_both_forms_of_a_variant_is_reported_once():
    assert len(aws.find(changed("BackupRetentionPeriod", 400))) == 1
