"""Limits of a CloudFormation template."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import get_att, ref, resource, template

from rdsproxy_templates import ConfigError
from rdsproxy_templates.model.template import Nested
from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.validators.graph import Graph
from rdsproxy_templates.validators.lengths import Lengths
from rdsproxy_templates.validators.rules.size import BYTES, templates_fit, values_fit
from rdsproxy_templates.variants import base

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
        assert list(templates_fit.judge(bundle(made(limit)))) == []

    def test_one_more_is_refused(self, made, limit, thing):
        [one] = templates_fit.judge(bundle(made(limit + 1)))

        assert (one.file, one.line) == ("template.yaml", 1)
        assert one.sentence == f"it has {limit + 1} {thing}, and {limit} are allowed"
        assert one.remedy == "Move a part of it into a stack of its own"


def test_a_nested_stack_is_a_resource_too():
    child = Nested(template=topics(1), arguments={})

    [one] = templates_fit.judge(bundle(replace(topics(500), children={"ChildStack": child})))

    assert "501 resources" in one.sentence


def test_a_child_is_measured_too():
    child = Nested(template=topics(501), arguments={})

    [one] = templates_fit.judge(bundle(replace(topics(1), children={"ChildStack": child})))

    assert one.file == "cloudformation/child.yaml"


class TestBytes:
    BUNDLE = bundle(topics(1))

    def of(self, text):
        return list(templates_fit.judge(replace(self.BUNDLE, templates={"template.yaml": text})))

    def test_a_megabyte_is_accepted(self):
        assert self.of("x" * BYTES) == []

    def test_more_than_a_megabyte_is_refused(self):
        [one] = self.of("x" * (BYTES + 1))

        assert one.sentence == "it has 1048577 bytes, and 1048576 are allowed"

    def test_bytes_are_counted_and_not_characters(self):
        [one] = self.of("é" * (BYTES // 2 + 1))

        assert "bytes" in one.sentence


def test_sixty_dynamic_references_are_accepted_and_one_more_is_not():
    def secrets(count):
        names = [f"{{{{resolve:secretsmanager:{number}}}}}" for number in range(count)]
        return bundle(template(Topic=resource("SNS::Topic", Names=names)))

    assert list(templates_fit.judge(secrets(60))) == []
    [one] = templates_fit.judge(secrets(61))
    assert one.sentence == "it has 61 dynamic references, and 60 are allowed"


class TestValues:
    """AWS limits the values that cross a border, and the policies of a role."""

    def passing(self, count):
        """A stack that passes the ARNs of so many secrets to another."""
        secret = resource("SecretsManager::Secret")
        secrets = {f"User{number:02}Secret": secret for number in range(count)}
        inner = replace(
            template(Topic=resource("SNS::Topic", TopicName=ref("Arns"))),
            parameters={"Arns": {"Type": "CommaDelimitedList"}},
        )
        arns = {"Arns": {"Fn::Join": [",", [ref(name) for name in secrets]]}}
        child = Nested(template=inner, arguments=arns)
        return bundle(replace(template(**secrets), children={"InnerStack": child}))

    def test_a_parameter_with_room_is_accepted(self):
        assert list(values_fit.judge(self.passing(42))) == []

    def test_a_parameter_that_may_be_too_long_is_refused_with_the_number_that_fits(self):
        changed = self.passing(60)
        [one] = values_fit.judge(changed)

        assert one.sentence == (
            "InnerStack is passed Arns of up to 5819 bytes, and 4096 are allowed; "
            "there is room for 42 of 60"
        )
        assert "Arns:" in changed.templates[one.file].splitlines()[one.line - 1]

    def test_the_policies_of_a_role_are_added_up(self):
        def holding(*counts):
            statements = [
                {
                    "Effect": "Allow",
                    "Action": "rds-db:connect",
                    "Resource": [
                        {"Fn::Sub": f"arn:${{AWS::Partition}}:rds-db:*:*:dbuser:{number}-{user}"}
                        for user in range(count)
                    ],
                }
                for number, count in enumerate(counts)
            ]
            inline = {"PolicyDocument": {"Version": "2012-10-17", "Statement": [statements[0]]}}
            apart = {"Version": "2012-10-17", "Statement": statements[1:]}
            return bundle(
                template(
                    Role=resource("IAM::Role", Policies=[inline]),
                    Policy=resource("IAM::Policy", Roles=[ref("Role")], PolicyDocument=apart),
                )
            )

        assert list(values_fit.judge(holding(100, 100))) == []
        [one] = values_fit.judge(holding(150, 150))
        assert one.sentence.startswith("Role: its inline policies come to up to 1")
        assert one.sentence.endswith(" characters, and 10240 are allowed")

    def test_as_many_users_as_a_configuration_takes_are_rendered(self):
        def configured(count):
            users = [{"name": f"user{n:02}", "login": "password"} for n in range(count)]
            return base.Config.parse({"rds": {"users": users}}, "a test")

        with pytest.raises(ConfigError, match=r"rds.users\] must be at most (\d+) .* got 60,"):
            configured(60)
        most = max(count for count in range(30, 60) if _accepted(configured, count))
        assert list(values_fit.judge(unpackaged(base, configured(most)))) == []


def _accepted(configured, count):
    try:
        return configured(count)
    except ConfigError:
        return None


def test_what_a_value_comes_to_is_known_by_its_kind():
    graph = Graph(template(Secret=resource("SecretsManager::Secret")))
    lengths = Lengths(graph, {})

    assert lengths.longest({"Fn::Sub": "<${AWS::AccountId}>"}) == 14
    assert lengths.longest({"Fn::Sub": ["${A}${!B}", {"A": "éa"}]}) == 3 + len("${!B}")
    assert lengths.longest(get_att("Cluster", "DBClusterResourceId")) == 34
    assert lengths.longest(ref("Secret")) == len(
        "arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:Secret-123456789012-123456"
    )
    assert lengths.written({"A": [1, "b", ref("AWS::AccountId")]}) == len(
        '{"A":[1,"b","111122223333"]}'
    )
