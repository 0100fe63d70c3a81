"""Merge patches follow RFC 7396, except that an intrinsic function is one value."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdsproxy_templates.model.merge_patch import merged, patch_between

KEYS = st.sampled_from("abcd")
SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


def without_null(node):
    return (
        {k: without_null(v) for k, v in node.items() if v is not None}
        if isinstance(node, dict)
        else node
    )


def reference(target, patch):
    """MergePatch of RFC 7396, section 2, to the letter."""
    if isinstance(patch, dict):
        if not isinstance(target, dict):
            target = {}
        for name, value in patch.items():
            if value is None:
                if name in target:
                    del target[name]
            else:
                target[name] = reference(target.get(name), value)
        return target
    return patch


RFC_EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC_EXAMPLES)
def test_the_examples_of_the_standard_hold(target, patch, result):
    assert merged(target, patch) == result


@given(VALUES, VALUES)
def test_a_patch_does_what_the_standard_says(target, patch):
    assert merged(target, patch) == reference(copy.deepcopy(target), patch)


@given(VALUES, VALUES)
def test_a_patch_changes_neither_of_its_arguments(target, patch):
    before = copy.deepcopy((target, patch))
    merged(target, patch)

    assert (target, patch) == before


@given(VALUES, VALUES)
def test_a_patch_twice_is_a_patch_once(target, patch):
    once = merged(target, patch)

    assert merged(once, patch) == once


@given(VALUES.map(without_null), VALUES.map(without_null))
def test_the_patch_between_two_values_turns_one_into_the_other(before, after):
    assert merged(before, patch_between(before, after)) == after


@given(st.dictionaries(KEYS, VALUES.map(without_null).filter(lambda v: v is not None), min_size=1))
def test_what_is_removed_can_be_put_back(target):
    removed = merged(target, dict.fromkeys(target))

    assert removed == {}
    assert merged(removed, target) == target


@pytest.mark.parametrize(
    ("target", "patch"),
    [
        ({"Ref": "One"}, {"Fn::Sub": "${Two}"}),
        ({"Fn::Sub": "${Two}"}, {"Ref": "One"}),
        ({"Ref": "One"}, {"a": 1}),
        ({"a": 1}, {"Fn::GetAtt": ["One", "Arn"]}),
    ],
)
def test_a_function_is_replaced_as_a_whole(target, patch):
    assert merged({"p": target}, {"p": patch}) == {"p": patch}
    assert patch_between({"p": target}, {"p": patch}) == {"p": patch}
