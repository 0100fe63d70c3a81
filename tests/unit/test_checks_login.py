"""Logins: end to end by IAM, and passwords that have to be fetched."""

from __future__ import annotations

import pytest
from faults import GIVEN, faulted, found, resource, without

from rdsproxy_templates.rendering import render
from rdsproxy_templates.validators.rules import login
from rdsproxy_templates.variants import auth

PEOPLE = [
    {"name": "reader", "login": "password"},
    {"name": "writer", "login": "end_to_end_iam"},
]
FAMILY = render(
    auth,
    auth.Config.parse({"rds": {"users": PEOPLE}, "iam_user": "writer"}, "a test"),
).flat()[0]

PROXY, ROLE, DATABASE = "RDSStackIAMProxy", "RDSStackIAMProxyRole", "RDSStackDBInstance"
FUNCTION, GROUP = "SAMStackPasswordFunction", "VPCStackFunctionSecurityGroup"
ENDPOINT, ENDPOINT_GROUP = (
    "EndpointsStackSecretsmanagerEndpoint",
    "EndpointsStackEndpointSecurityGroup",
)


def test_users_with_every_login_are_fine():
    assert found(FAMILY) == []


class TestSomebody:
    def test_a_proxy_that_lets_nobody_in_is_refused(self):
        nobody = without("RDSStackPasswordProxy/Auth", FAMILY)

        [one] = found(nobody, login.somebody)

        assert one.about == ("login/somebody", "RDSStackPasswordProxy")
        assert one.sentence == "it has no Auth entry, and its DefaultAuthScheme is not IAM_AUTH"

    def test_one_that_takes_tokens_alone_needs_no_secret(self):
        assert found(without(f"{PROXY}/Auth", FAMILY), login.somebody) == []


class TestEndToEnd:
    @pytest.mark.parametrize("value", [False, "false"])
    def test_a_database_that_takes_no_tokens_is_refused(self, value):
        wrong = faulted(f"{DATABASE}/EnableIAMDatabaseAuthentication", value, FAMILY)

        [one] = found(wrong, login.end_to_end)

        assert one.about == ("login/end-to-end", DATABASE)
        assert one.sentence == f"{PROXY} logs in to it with tokens, which it does not take"
        assert one.remedy == "Set EnableIAMDatabaseAuthentication to true"

    def test_a_role_that_may_not_connect_is_refused(self):
        [one] = found(without(f"{ROLE}/Policies/1", FAMILY), login.end_to_end)

        assert one.about == ("login/end-to-end", ROLE)
        assert "its role may not" in one.sentence

    def test_a_role_that_may_connect_to_another_database_is_refused(self):
        place = f"{ROLE}/Policies/1/PolicyDocument/Statement/0/Resource"

        [one] = found(faulted(place, ["arn:aws:rds-db:eu-west-1:1:dbuser:db-1/writer"], FAMILY))

        assert one.about == ("login/end-to-end", ROLE)

    @pytest.mark.parametrize("key", ["RoleArn", "Role"])
    def test_a_role_that_is_given_is_left_alone(self, key):
        given = (
            faulted(f"{PROXY}/RoleArn", GIVEN, FAMILY)
            if key == "RoleArn"
            else faulted(
                f"{ROLE}/ManagedPolicyArns", ["arn"], without(f"{ROLE}/Policies/1", FAMILY)
            )
        )

        assert found(given, login.end_to_end) == []


class TestSecretsManager:
    def test_a_network_without_a_way_is_refused(self):
        closed = without(ENDPOINT, FAMILY)

        doubts = found(closed, login.secrets_manager)

        assert [one.about for one in doubts] == [
            ("login/secrets-manager", "UsersStackApplyUserFunction"),
            ("login/secrets-manager", FUNCTION),
        ]
        assert doubts[0].sentence == (
            "it reads a secret from subnets that have no way to Secrets Manager"
        )

    def test_an_endpoint_for_another_api_is_no_way(self):
        other = faulted(f"{ENDPOINT}/ServiceName", "com.amazonaws.eu-west-1.sts", FAMILY)

        assert found(other, login.secrets_manager)

    def test_a_nat_gateway_is_a_way(self):
        way = resource("EC2::NatGateway", SubnetId=GIVEN)

        closed = faulted("Nat", way, without(ENDPOINT, FAMILY))
        assert found(closed, login.secrets_manager) == []

    def test_subnets_that_are_given_are_left_alone(self):
        given = without(ENDPOINT, FAMILY)
        for function in (FUNCTION, "UsersStackApplyUserFunction"):
            given = faulted(f"{function}/VpcConfig/SubnetIds", [GIVEN], given)

        assert found(given, login.secrets_manager) == []

    def test_a_function_that_is_not_let_out_is_refused(self):
        [one] = found(without("SAMStackFunctionSecurityGroupEgress", FAMILY))

        assert one.about == ("login/secrets-manager", GROUP)
        assert one.sentence == f"{FUNCTION} may not connect to {ENDPOINT} on port 443"

    def test_a_function_that_is_not_let_in_is_refused(self):
        [one] = found(without("SAMStackEndpointSecurityGroupIngress", FAMILY))

        assert one.about == ("login/secrets-manager", ENDPOINT_GROUP)
        assert one.sentence == f"{ENDPOINT} does not let {FUNCTION} in on port 443"
