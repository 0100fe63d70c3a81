"""References: an ARN where one belongs, and a name where a name belongs."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, get_att, ref, resource, template, violations

from rdsproxy_templates.validators.rules import arn

OTHERS = {
    "Role": resource("IAM::Role"),
    "Function": resource("Lambda::Function"),
    "Alias": resource("Lambda::Alias"),
    "Queue": resource("SQS::Queue"),
    "Topic": resource("SNS::Topic"),
    "Secret": resource("SecretsManager::Secret"),
    "Rule": resource("Events::Rule"),
    "Logs": resource("Logs::LogGroup"),
    "Proxy": resource("RDS::DBProxy"),
    "Cluster": resource("RDS::DBCluster"),
    "Custom": {"Type": "Custom::Thing"},
}
PLACES = [
    (lambda value: resource("Lambda::Function", Role=value), "Role", ref("Role"), "Role"),
    (lambda value: resource("RDS::DBProxy", RoleArn=value), "RoleArn", ref("Role"), "Role"),
    (
        lambda value: resource("RDS::DBProxy", Auth=[{"SecretArn": value}]),
        "Auth",
        get_att("Cluster", "Endpoint.Address"),
        "Secret",
    ),
    (
        lambda value: resource("Lambda::EventSourceMapping", EventSourceArn=value),
        "EventSourceArn",
        ref("Queue"),
        "Queue",
    ),
    (
        lambda value: resource("Events::Rule", Targets=[{"Id": "a", "Arn": value}]),
        "Targets",
        ref("Function"),
        "Function",
    ),
    (
        lambda value: resource("Scheduler::Schedule", Target={"Arn": GIVEN, "RoleArn": value}),
        "Target",
        ref("Role"),
        "Role",
    ),
    (
        lambda value: resource("SQS::Queue", RedrivePolicy={"deadLetterTargetArn": value}),
        "RedrivePolicy",
        ref("Queue"),
        "Queue",
    ),
    (
        lambda value: resource("SNS::Subscription", Protocol="sqs", Endpoint=value),
        "Endpoint",
        ref("Queue"),
        "Queue",
    ),
    (
        lambda value: resource("Lambda::Permission", SourceArn=value),
        "SourceArn",
        ref("Rule"),
        "Rule",
    ),
    (
        lambda value: resource("ApiGateway::Stage", AccessLogSetting={"DestinationArn": value}),
        "AccessLogSetting",
        ref("Logs"),
        "Logs",
    ),
    (
        lambda value: resource(
            "Lambda::Function", Environment={"Variables": {"DbProxyArn": value, "HOST": GIVEN}}
        ),
        "Environment",
        get_att("Proxy", "Endpoint"),
        "Proxy",
    ),
]
KINDS = [place[1] for place in PLACES]


@pytest.mark.parametrize(("made", "key", "wrong", "target"), PLACES, ids=KINDS)
class TestArn:
    def test_a_name_a_host_or_an_address_is_refused(self, made, key, wrong, target):
        [one] = violations(arn.arn, template(Place=made(wrong), **OTHERS))

        assert (one.resource, one.property) == ("Place", key)
        assert one.sentence.endswith("which is no ARN")

    def test_an_arn_in_any_form_is_accepted(self, made, key, wrong, target):
        attribute = {"Proxy": "DBProxyArn", "Secret": "Id"}.get(target, "Arn")
        forms = [
            get_att(target, attribute),
            {"Fn::Sub": f"${{{target}.{attribute}}}"},
            {"Fn::Sub": f"arn:${{AWS::Partition}}:x:::${{{target}}}"},
            "arn:aws:iam::111122223333:role/app",
            GIVEN,
            {"Fn::ImportValue": "shared"},
            ref("Topic"),
            ref("Secret"),
            ref("Alias"),
            get_att("Custom", "Name"),
        ]

        for one in forms:
            assert_holds(arn.arn, template(Place=made(one), **OTHERS))


def test_a_list_and_a_condition_are_followed():
    target = {"Fn::If": ["On", {"Id": "a", "Arn": ref("Queue")}, ref("AWS::NoValue")]}

    made = resource("Events::Rule", Targets=[target])
    assert len(violations(arn.arn, template(Place=made, **OTHERS))) == 1


def test_an_address_of_mail_is_no_arn_and_need_not_be():
    made = resource("SNS::Subscription", Protocol="email", Endpoint=ref("Queue"))

    assert_holds(arn.arn, template(Place=made, **OTHERS))


class TestName:
    GROUP = "RDSStackRDSProxyTargetGroup"
    PROXY = "RDSStackRDSProxy"

    @pytest.mark.parametrize("attribute", ["DBProxyArn", "Endpoint"])
    def test_an_arn_or_a_host_is_no_name_of_a_proxy(self, attribute):
        wrong = faulted(f"{self.GROUP}/DBProxyName", get_att(self.PROXY, attribute))

        [one] = violations(arn.name_of, wrong)

        assert one.resource == self.GROUP
        assert one.remedy == f"Write !Ref {self.PROXY}"

    def test_the_arn_of_a_role_is_not_its_name(self):
        policy = resource("IAM::Policy", Roles=[get_att("Role", "Arn")])

        assert violations(arn.name_of, template(Policy=policy, Role=resource("IAM::Role")))

    @pytest.mark.parametrize("value", ["shop", GIVEN, ref(PROXY), get_att("Custom", "Name")])
    def test_a_name_in_any_form_is_accepted(self, value):
        named = faulted(f"{self.GROUP}/DBProxyName", value)

        assert_holds(arn.name_of, faulted("Custom", {"Type": "Custom::Thing"}, named))
