"""YAML is read by version 1.2's core schema, and anything else is refused in one sentence."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdsproxy_templates.model.yaml_reader import MOST_LEVELS, parsed
from rdsproxy_templates.model.yaml_scalars import Mark, ReadError

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x7f", max_codepoint=0xD7FF))
KEYS = st.text(st.characters(codec="ascii", exclude_characters="\x7f"), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=12
)
TRAPS = st.sampled_from(
    [
        *"&*[]{}:-?,!|>#'%@`\"\t\n\x07\x85\ufeff",
        "on",
        "yes",
        "null",
        "~",
        "<<",
        "1",
        "0x1",
        "010",
        "1_0",
        "12:30",
        "2026-01-02",
        ".inf",
        "&a",
        "*a",
        "a:",
        "1:",
        "!!int",
        "---",
        "...",
        "%YAML 1.1",
    ]
)


def refused(text):
    with pytest.raises(ReadError) as caught:
        parsed(text)
    return caught.value


class TestScalars:
    @pytest.mark.parametrize(
        "text",
        [
            "on",
            "off",
            "yes",
            "no",
            "y",
            "n",
            "ON",
            "1_000",
            "12:30",
            "2026-01-02",
            "010",
            "0b1",
            "8.0.42",
            "=",
            "TRue",
            "-0x1",
            "'1'",
            '"true"',
            "!!str 8.0",
        ],
    )
    def test_text_stays_text(self, text):
        value = parsed(text).value

        assert value == text.removeprefix("!!str ").strip("'\"")
        assert isinstance(value, str)

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("true", True),
            ("FALSE", False),
            ("~", None),
            ("Null", None),
            ("", None),
            ("-7", -7),
            ("0o17", 15),
            ("0x1F", 31),
            ("+1.5", 1.5),
            (".5e3", 500),
            ("-.inf", -math.inf),
        ],
    )
    def test_other_scalars_follow_the_core_schema(self, text, value):
        read = parsed(text).value

        assert read == value
        assert isinstance(read, bool) == isinstance(value, bool)

    def test_a_number_is_shown_as_it_was_written(self):
        assert repr(parsed("17.10").value) == "17.10"

    def test_a_number_of_too_many_digits_is_refused(self):
        assert refused("9" * 5000).sentence == "is a number of more than 100 digits"


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "shown"), [("1", "1"), ("8.0", "8.0"), ("true", "true"), ("~", "null")]
    )
    def test_a_key_that_is_not_text_is_refused(self, key, shown):
        wrong = refused(f"a: 0\n{key}: 1")

        assert wrong.mark == Mark(2, 1)
        assert wrong.sentence == f'must have text as a key, got {shown}; write "{shown}"'

    @pytest.mark.parametrize("key", ["[a]", "{a: 1}"])
    def test_a_list_or_a_mapping_is_refused_as_a_key(self, key):
        assert refused(f"? {key}\n: 1").sentence.endswith("got a list or a mapping")

    def test_on_and_true_are_two_keys(self):
        assert parsed("on: 1\n'true': 2").value == {"on": 1, "true": 2}

    @pytest.mark.parametrize(
        "text", ["a: 1\n'a': 2", "{a: 1, b: 2, a: 3}", "<<: {}\n<<: {a: 1}\n<<: {}"]
    )
    def test_the_same_key_twice_is_refused(self, text):
        assert refused(text).sentence.endswith("is given twice")


class TestAnchors:
    def test_an_alias_is_what_it_refers_to(self):
        assert parsed("a: &x [1]\nb: *x").value == {"a": [1], "b": [1]}

    def test_merged_values_give_way(self):
        assert parsed("a: &x {p: 1, q: 2}\nb: {p: 3, <<: *x}").value["b"] == {"p": 3, "q": 2}

    def test_of_several_merged_mappings_the_first_counts(self):
        assert parsed("{<<: [{p: 1}, {p: 2, q: 2}]}").value == {"p": 1, "q": 2}

    def test_only_mappings_are_merged(self):
        assert refused("{<<: [1]}").sentence.startswith("<< must be given a mapping")

    def test_an_alias_of_nothing_is_refused(self):
        assert refused("a: *x").sentence == "refers to *x, and no &x stands before it"

    def test_a_value_that_contains_itself_is_refused(self):
        assert refused("a: &x [*x]").sentence == "refers to *x, which it is a part of"

    def test_aliases_that_multiply_are_refused(self):
        lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 12)]

        assert refused("\n".join(lines)).sentence.startswith("makes more than 20000 values")

    def test_aliases_that_deepen_are_refused(self):
        lines = ["a0: &a0 [1]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 40))]

        assert "levels deep" in refused("\n".join(lines)).sentence


def test_nesting_has_a_limit():
    assert parsed("[" * MOST_LEVELS + "]" * MOST_LEVELS).value
    assert "levels deep" in refused("[" * 100_000).sentence


def test_each_setting_has_its_mark():
    marks = parsed("a:\n  - b: 1\n    c: 2\n").marks

    assert marks == {"a": Mark(1, 1), "a.0": Mark(2, 5), "a.0.b": Mark(2, 5), "a.0.c": Mark(3, 5)}


@given(JSON)
def test_json_is_read_as_json(value):
    assert parsed(json.dumps(value)).value == value


@given(st.lists(TRAPS | st.text(max_size=3), max_size=30).map(" ".join) | st.text())
def test_any_text_is_a_value_or_a_sentence(text):
    try:
        value = parsed(text).value
    except ReadError as wrong:
        assert wrong.sentence
        assert "\n" not in wrong.sentence
    else:
        json.dumps(value)


class TestTags:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("!Ref Key", {"Ref": "Key"}),
            ("!Ref 5", {"Ref": "5"}),
            ("!GetAtt Role.Arn", {"Fn::GetAtt": ["Role", "Arn"]}),
            ("!GetAtt DB.Endpoint.Address", {"Fn::GetAtt": ["DB", "Endpoint.Address"]}),
            ("!GetAtt [Role, Arn]", {"Fn::GetAtt": ["Role", "Arn"]}),
            ("!Sub '${A}-b'", {"Fn::Sub": "${A}-b"}),
            ("!Sub ['${a}', {a: !Ref B}]", {"Fn::Sub": ["${a}", {"a": {"Ref": "B"}}]}),
            ("!Join [',', [!Ref A, b]]", {"Fn::Join": [",", [{"Ref": "A"}, "b"]]}),
            ("!Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
            ("!Base64 {Fn::Sub: a}", {"Fn::Base64": {"Fn::Sub": "a"}}),
        ],
    )
    @pytest.mark.parametrize("outer", ["overrides", "extra_resources"])
    def test_a_function_is_read_where_pieces_of_templates_stand(self, outer, text, value):
        assert parsed(f"{outer}: {{A: {text}}}").value == {outer: {"A": value}}
        assert parsed(f"base: {{{outer}: {{A: {text}}}}}").value == {"base": {outer: {"A": value}}}

    def test_an_alias_repeats_a_function(self):
        value = parsed("overrides: {a: &key !Ref Key, b: *key}").value["overrides"]

        assert value == {"a": {"Ref": "Key"}, "b": {"Ref": "Key"}}

    @pytest.mark.parametrize("text", ["rds: !Ref Key", "a: {b: {overrides: !Ref Key}}", "!Ref Key"])
    def test_a_setting_takes_none(self, text):
        assert refused(text).sentence == (
            "has the tag !Ref, which settings do not take; extra_resources and overrides do"
        )

    @pytest.mark.parametrize(
        ("tag", "sentence"),
        [
            ("!If", "has the tag !If, which needs a condition; decide in the settings, templates"),
            ("!FindInMap", "has the tag !FindInMap, which is not taken here; taken are !Ref, !Get"),
            ("!!python/name:os.system", "has the tag !tag:yaml.org,2002:python/name:os.system, wh"),
        ],
    )
    def test_other_tags_are_refused_there_too(self, tag, sentence):
        wrong = refused(f"overrides:\n  a: {tag} b")

        assert wrong.mark == Mark(2, 6)
        assert wrong.sentence.startswith(sentence)

    def test_a_function_is_no_key(self):
        assert refused("overrides: {? !Ref a : 1}").sentence.startswith("must have text as a key")
