"""Logins: end to end by IAM, and passwords that have to be fetched."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    assert_holds,
    faulted,
    resource,
    violations,
    without,
)

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import login
from rdsproxy_templates.variants import auth

PEOPLE = [
    {"name": "reader", "login": "password"},
    {"name": "writer", "login": "end_to_end_iam"},
]
TEMPLATE = unpackaged(
    auth,
    auth.Config.parse({"rds": {"users": PEOPLE}, "iam_user": "writer"}, "a test"),
).flat()[0]

PROXY, ROLE, DATABASE = "RDSStackIAMProxy", "RDSStackIAMProxyRole", "RDSStackDBInstance"
FUNCTION, GROUP = "SAMStackPasswordFunction", "VPCStackFunctionSecurityGroup"
ENDPOINT, ENDPOINT_GROUP = (
    "EndpointsStackSecretsmanagerEndpoint",
    "EndpointsStackEndpointSecurityGroup",
)


NOWHERE = {"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}


class TestSomebody:
    def test_a_proxy_that_lets_nobody_in_is_refused(self):
        nobody = without("RDSStackPasswordProxy/Auth", TEMPLATE)

        [one] = violations(login.somebody, nobody)

        assert one.resource == "RDSStackPasswordProxy"
        assert one.sentence == "it has no Auth entry, and its DefaultAuthScheme is not IAM_AUTH"

    def test_one_that_takes_tokens_alone_needs_no_secret(self):
        assert_holds(login.somebody, without(f"{PROXY}/Auth", TEMPLATE))


class TestEndToEnd:
    @pytest.mark.parametrize("value", [False, "false"])
    def test_a_database_that_takes_no_tokens_is_refused(self, value):
        wrong = faulted(f"{DATABASE}/EnableIAMDatabaseAuthentication", value, TEMPLATE)

        [one] = violations(login.end_to_end, wrong)

        assert one.resource == DATABASE
        assert one.sentence == f"{PROXY} logs in to it with tokens, and it takes none"
        assert one.remedy == "Set EnableIAMDatabaseAuthentication to true"

    def test_a_role_that_may_not_connect_is_refused(self):
        [one] = violations(login.end_to_end, without(f"{ROLE}/Policies/1", TEMPLATE))

        assert one.resource == ROLE
        assert "its role may not" in one.sentence

    def test_a_role_that_may_connect_to_another_database_is_refused(self):
        place = f"{ROLE}/Policies/1/PolicyDocument/Statement/0/Resource"

        [one] = violations(
            login.end_to_end,
            faulted(place, ["arn:aws:rds-db:eu-west-1:1:dbuser:db-1/writer"], TEMPLATE),
        )

        assert one.resource == ROLE

    def test_a_role_that_may_connect_as_somebody_else_is_refused(self):
        place = f"{ROLE}/Policies/1/PolicyDocument/Statement/0/Resource"
        other = {
            "Fn::Sub": "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:"
            f"${{{DATABASE}.DbiResourceId}}/nobody"
        }

        [one] = violations(login.end_to_end, faulted(place, [other], TEMPLATE))

        assert one.resource == ROLE
        assert one.sentence == (
            f"{PROXY} logs in to {DATABASE} as writer with tokens, and its role may not"
        )

    def test_a_database_of_which_only_deployment_knows_is_left_alone(self):
        changed = faulted(f"{DATABASE}/EnableIAMDatabaseAuthentication", GIVEN, TEMPLATE)

        assert_holds(login.end_to_end, changed)

    @pytest.mark.parametrize("key", ["RoleArn", "Role"])
    def test_a_role_that_is_given_is_left_alone(self, key):
        given = (
            faulted(f"{PROXY}/RoleArn", GIVEN, TEMPLATE)
            if key == "RoleArn"
            else faulted(
                f"{ROLE}/ManagedPolicyArns", ["arn"], without(f"{ROLE}/Policies/1", TEMPLATE)
            )
        )

        assert_holds(login.end_to_end, given)


class TestSecretsManager:
    def test_a_network_without_a_way_is_refused(self):
        closed = without(ENDPOINT, TEMPLATE)

        found = violations(login.secrets_manager, closed)

        assert [one.resource for one in found] == ["UsersStackApplyUserFunction", FUNCTION]
        assert found[0].sentence == (
            "it reads a secret, and its subnets have no route to Secrets Manager"
        )

    def test_an_endpoint_for_another_api_is_no_way(self):
        other = faulted(f"{ENDPOINT}/ServiceName", "com.amazonaws.eu-west-1.sts", TEMPLATE)

        assert violations(login.secrets_manager, other)

    def test_a_nat_gateway_is_a_way(self):
        way = resource("EC2::NatGateway", SubnetId=GIVEN)

        closed = faulted("Nat", way, without(ENDPOINT, TEMPLATE))
        assert_holds(login.secrets_manager, closed)

    def test_a_group_that_lets_nothing_out_to_a_nat_gateway_is_refused(self):
        closed = faulted(
            "Nat", resource("EC2::NatGateway", SubnetId=GIVEN), without(ENDPOINT, TEMPLATE)
        )
        closed = faulted(f"{GROUP}/SecurityGroupEgress", [NOWHERE], closed)

        [one] = violations(
            login.secrets_manager, without("SAMStackFunctionSecurityGroupEgress", closed)
        )

        assert one.resource == GROUP
        assert one.sentence == f"{FUNCTION} may not connect to Secrets Manager on port 443"
        assert one.remedy == f"Let {GROUP} out on port 443"

    def test_subnets_that_are_given_are_left_alone(self):
        given = without(ENDPOINT, TEMPLATE)
        for function in (FUNCTION, "UsersStackApplyUserFunction"):
            given = faulted(f"{function}/VpcConfig/SubnetIds", [GIVEN], given)

        assert_holds(login.secrets_manager, given)

    def test_a_function_that_is_not_let_out_is_refused(self):
        [one] = violations(
            login.secrets_manager, without("SAMStackFunctionSecurityGroupEgress", TEMPLATE)
        )

        assert one.resource == GROUP
        assert one.sentence == f"{FUNCTION} may not connect to {ENDPOINT} on port 443"

    def test_a_function_that_is_not_let_in_is_refused(self):
        [one] = violations(
            login.secrets_manager, without("SAMStackEndpointSecurityGroupIngress", TEMPLATE)
        )

        assert one.resource == ENDPOINT_GROUP
        assert one.sentence == f"{ENDPOINT} does not let {FUNCTION} in on port 443"
