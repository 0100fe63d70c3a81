"""Limits of a CloudFormation template."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import ref, resource, template

from rdsproxy_templates.frame.render import bundle
from rdsproxy_templates.frame.template import Nested
from rdsproxy_templates.validate import checks
from rdsproxy_templates.validate.checks.size import BYTES, size

TOPIC = resource("SNS::Topic")


def topics(count):
    return template(**{f"Topic{number}": TOPIC for number in range(count)})


def parameters(count):
    return replace(topics(1), parameters={f"P{n}": {"Type": "String"} for n in range(count)})


def outputs(count):
    return replace(topics(1), outputs={f"O{n}": {"Value": ref("Topic0")} for n in range(count)})


@pytest.mark.parametrize(
    ("made", "limit", "thing"),
    [(topics, 500, "resources"), (parameters, 200, "parameters"), (outputs, 200, "outputs")],
    ids=["resources", "parameters", "outputs"],
)
class TestCounts:
    def test_as_many_as_are_allowed_are_accepted(self, made, limit, thing):
        assert list(size(bundle(made(limit)))) == []

    def test_one_more_is_refused(self, made, limit, thing):
        [one] = size(bundle(made(limit + 1)))

        assert (one.rule, one.level) == ("size", "error")
        assert (one.file, one.line) == ("template.yaml", 1)
        assert one.sentence == f"it has {limit + 1} {thing}, and {limit} are allowed"
        assert one.remedy == "Move a part of it into a stack of its own"


def test_a_nested_stack_is_a_resource_too():
    child = Nested(template=topics(1), arguments={})

    [one] = size(bundle(replace(topics(500), children={"ChildStack": child})))

    assert "501 resources" in one.sentence


def test_a_child_is_measured_too():
    child = Nested(template=topics(501), arguments={})

    [one] = checks.find(bundle(replace(topics(1), children={"ChildStack": child})))

    assert (one.file, one.rule) == ("cloudformation/child.yaml", "size")


class TestBytes:
    FAMILY = bundle(topics(1))

    def of(self, text):
        return list(size(replace(self.FAMILY, templates={"template.yaml": text})))

    def test_a_megabyte_is_accepted(self):
        assert self.of("x" * BYTES) == []

    def test_more_than_a_megabyte_is_refused(self):
        [one] = self.of("x" * (BYTES + 1))

        assert one.sentence == "it has 1048577 bytes, and 1048576 are allowed"

    def test_bytes_are_counted_and_not_characters(self):
        [one] = self.of("é" * (BYTES // 2 + 1))

        assert "bytes" in one.sentence
