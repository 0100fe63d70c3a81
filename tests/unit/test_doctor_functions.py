"""What `doctor` says of functions before a proxy, and of its pool, by an account's answers."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rdsproxy_templates.doctor.functions import connection_arn, function_diagnoses
from rdsproxy_templates.doctor.pool import ALLOWED, BORROWED, PINNED, pool_diagnoses
from rdsproxy_templates.doctor.proxied import ProxyView
from rdsproxy_templates.doctor.reach import reach_diagnoses

ROLE = "arn:aws:iam::111122223333:role/function"
ARN = "arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0123456789abcdef0"
HOST = "shop.proxy-abc.eu-west-1.rds.amazonaws.com"
BODY = {"DBProxyName": "shop", "DBProxyArn": ARN, "Endpoint": HOST}
FUNCTION = {
    "Role": ROLE,
    "State": "Active",
    "LastUpdateStatus": "Successful",
    "Environment": {"Variables": {"RDS_PROXY_ENDPOINT": HOST, "RDS_USER": "app"}},
}


class Reader:
    """An account with these answers, by operation."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []
        self.refusals = []
        self.session = SimpleNamespace(region="eu-west-1")

    def ask(self, _service, operation, _place, **arguments):
        self.asked.append((operation, arguments))
        return self.answers.get(operation)


def decision(word):
    return {"EvaluationResults": [{"EvalDecision": word}]}


def found_by(**answers):
    reader = Reader(**{"get_function_configuration": FUNCTION, **answers})
    return [*function_diagnoses(reader, "api", [ProxyView(reader, "shop", BODY)])], reader


def test_a_function_that_may_log_in_is_healthy():
    found, reader = found_by(simulate_principal_policy=decision("allowed"))

    assert found == []
    asked = dict(reader.asked)["simulate_principal_policy"]
    assert asked["ResourceArns"] == [connection_arn(ARN, "app")]
    assert asked["PolicySourceArn"] == ROLE


def test_a_role_that_may_not_log_in_is_told_the_resource():
    [one], _ = found_by(simulate_principal_policy=decision("implicitDeny"))

    assert (one.severity, one.reason) == ("error", "rds-db:connect")
    assert one.remedy.endswith(
        "arn:aws:rds-db:eu-west-1:111122223333:dbuser:prx-0123456789abcdef0/app"
    )


def test_what_may_not_be_asked_is_not_judged():
    assert found_by()[0] == []


def test_a_function_that_lambda_could_not_update_carries_lambdas_reason():
    failed = {**FUNCTION, "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "No addresses"}

    [one], _ = found_by(get_function_configuration=failed)

    assert (one.severity, one.sentence) == ("error", "Lambda says: No addresses")


def test_the_last_errors_of_its_log_are_evidence():
    lines = [{"message": f"[ERROR] 1045 {number}\n"} for number in range(5)]

    [one], _ = found_by(filter_log_events={"events": lines})

    assert (one.severity, one.evidence) == (
        "warning",
        ("[ERROR] 1045 2", "[ERROR] 1045 3", "[ERROR] 1045 4"),
    )


def rule(**more):
    return {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, **more}


@pytest.mark.parametrize(
    ("rules", "passes"),
    [
        ([], False),
        ([rule(UserIdGroupPairs=[{"GroupId": "sg-proxy"}])], True),
        ([rule(UserIdGroupPairs=[{"GroupId": "sg-other"}])], False),
        ([rule(FromPort=5432, ToPort=5432, UserIdGroupPairs=[{"GroupId": "sg-proxy"}])], False),
        ([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], True),
        ([rule(IpRanges=[{"CidrIp": "10.0.0.0/16"}])], True),
        ([rule(IpRanges=[{"CidrIp": "10.9.0.0/16"}])], False),
        ([rule(PrefixListIds=[{"PrefixListId": "pl-1"}])], True),
    ],
)
def test_groups_are_judged_by_the_rule_that_templates_are(rules, passes):
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    groups = [
        {"GroupId": "sg-proxy", "IpPermissions": [], "IpPermissionsEgress": everywhere},
        {"GroupId": "sg-db", "IpPermissions": rules, "IpPermissionsEgress": []},
    ]
    database = {
        "DBInstanceIdentifier": "shop",
        "DBInstanceStatus": "available",
        "Endpoint": {"Port": 3306},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db"}],
    }
    reader = Reader(
        describe_db_proxy_targets={"Targets": [{"Type": "RDS_INSTANCE", "RdsResourceId": "shop"}]},
        describe_db_instances={"DBInstances": [database]},
        describe_security_groups={"SecurityGroups": groups},
        describe_subnets={"Subnets": [{"SubnetId": "subnet-1", "CidrBlock": "10.0.1.0/24"}]},
    )
    body = {**BODY, "VpcSecurityGroupIds": ["sg-proxy"], "VpcSubnetIds": ["subnet-1"]}

    [one] = reach_diagnoses(ProxyView(reader, "shop", body), "UNREACHABLE")

    refusal = "no rule lets TCP on port 3306 into the database's groups sg-db from the proxy's"
    assert one.sentence.startswith(refusal) is not passes


class Metrics(Reader):
    """An account whose proxy had these connections, by metric."""

    def __init__(self, **most):
        super().__init__()
        self.most = most

    def ask(self, _service, operation, _place, **arguments):
        assert operation == "get_metric_statistics"
        most = self.most.get(arguments["MetricName"])
        return {"Datapoints": [] if most is None else [{"Maximum": 1.0}, {"Maximum": most}]}


@pytest.mark.parametrize(
    ("most", "sentences"),
    [
        ({}, []),
        ({BORROWED: 10.0, PINNED: 1.0, ALLOWED: 90.0}, []),
        ({BORROWED: 81.0, ALLOWED: 90.0}, ["81 of 90 connections were borrowed at once"]),
        ({BORROWED: 10.0, PINNED: 5.0}, ["5 of 10 borrowed connections were pinned"]),
    ],
)
def test_a_pool_that_is_used_up_or_pinned_is_a_warning(most, sentences):
    found = [*pool_diagnoses(ProxyView(Metrics(**most), "shop", BODY))]

    assert [one.severity for one in found] == ["warning"] * len(sentences)
    for one, sentence in zip(found, sentences, strict=True):
        assert one.sentence.startswith(sentence)
