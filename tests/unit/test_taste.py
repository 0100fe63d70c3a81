"""Matters of taste: rules of the other validators that stop nothing in an audit."""

from __future__ import annotations

import pytest

from rdsproxy_templates.validators.taste import TASTE, level_in_audit


@pytest.mark.parametrize("rule", sorted(TASTE))
def test_a_matter_of_taste_is_an_opinion_and_has_a_reason(rule):
    assert level_in_audit(rule, "warning") == "opinion"
    assert TASTE[rule].endswith(".")


@pytest.mark.parametrize(("word", "level"), [("warn", "warning"), ("fatal", "error")])
def test_any_other_rule_has_its_own_level(word, level):
    assert level_in_audit("W3037", word) == level
