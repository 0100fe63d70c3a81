"""Permission to log in: ``rds-db:connect`` on one proxy, as one user."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    assert_holds,
    faulted,
    get_att,
    ref,
    resource,
    violations,
    without,
)

from rdsproxy_templates.validators.rules import permission

FUNCTION = "SAMStackBlogRDSProxyFunction"
PROXY = "RDSStackRDSProxy"
STATEMENT = f"{FUNCTION}/Policies/1/Statement/0"
RESOURCE = f"{STATEMENT}/Resource"
VARIABLES = f"{FUNCTION}/Environment/Variables"
ARN = "arn:aws:rds-db:eu-west-1:111122223333:dbuser"
USER = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": f"{ARN}:prx-0123/root"}


def field(number, arn):
    return {"Fn::Select": [number, {"Fn::Split": [":", arn]}]}


def sentence(wrong):
    """The sentence of the one violation, which is about the function's permission."""
    [one] = violations(permission.connects, wrong)
    assert one.resource == FUNCTION
    assert one.property == "Policies"
    assert one.remedy
    return one.sentence


class TestMissing:
    SENTENCE = f"it logs in to {PROXY} with a token, and is not allowed to"

    def test_a_function_without_policies_is_refused(self):
        assert sentence(without(f"{FUNCTION}/Policies")) == self.SENTENCE

    def test_a_function_with_managed_policies_alone_is_refused(self):
        assert sentence(without(f"{FUNCTION}/Policies/1")) == self.SENTENCE

    def test_a_policy_by_its_name_alone_is_refused(self):
        assert sentence(faulted(f"{FUNCTION}/Policies", "ReadOnlyAccess")) == self.SENTENCE

    def test_a_template_of_sam_is_no_permission(self):
        policy = {"AWSSecretsManagerGetSecretValuePolicy": {"SecretArn": GIVEN}}

        assert sentence(faulted(f"{FUNCTION}/Policies/1", policy)) == self.SENTENCE

    def test_the_right_to_administer_is_no_permission(self):
        assert sentence(faulted(f"{STATEMENT}/Action", ["rds:*"])) == self.SENTENCE

    def test_a_denial_is_no_permission(self):
        assert sentence(faulted(f"{STATEMENT}/Effect", "Deny")) == self.SENTENCE

    def test_the_remedy_names_the_action(self):
        [one] = violations(permission.connects, without(f"{FUNCTION}/Policies"))

        assert one.remedy == "Allow rds-db:connect for its user on the proxy's ID"

    def test_a_proxy_that_logs_in_by_iam_itself_demands_a_token_too(self):
        changed = faulted(f"{PROXY}/DefaultAuthScheme", "IAM_AUTH", without(f"{PROXY}/Auth"))

        [one] = violations(permission.connects, without(f"{FUNCTION}/Policies", changed))
        assert one.sentence == self.SENTENCE

    def test_an_address_that_holds_the_endpoint_demands_a_token_too(self):
        address = {"Fn::Sub": f"mysql://${{{PROXY}.Endpoint}}:3306"}
        changed = faulted(f"{VARIABLES}/RDS_PROXY_ENDPOINT", address)

        assert sentence(without(f"{FUNCTION}/Policies", changed)) == self.SENTENCE

    def test_an_endpoint_of_the_proxy_demands_a_token_too(self):
        endpoint = resource("RDS::DBProxyEndpoint", DBProxyName=ref(PROXY))
        told = f"{VARIABLES}/RDS_PROXY_ENDPOINT"
        changed = faulted(told, get_att("Endpoint", "Endpoint"), faulted("Endpoint", endpoint))

        assert sentence(without(f"{FUNCTION}/Policies", changed)) == self.SENTENCE


class TestWrongResource:
    @pytest.mark.parametrize(
        "resource",
        [
            get_att(PROXY, "DBProxyArn"),
            ref(PROXY),
            [get_att(PROXY, "DBProxyArn")],
        ],
        ids=["the whole ARN", "the name", "in a list"],
    )
    def test_the_proxy_itself_is_refused(self, resource):
        assert "other than the ARN of a database user" in sentence(faulted(RESOURCE, resource))

    @pytest.mark.parametrize(
        "resource",
        [
            "*",
            "arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0123",
            "arn:aws:rds:eu-west-1:111122223333:dbuser:prx-0123/root",
            "arn:aws:rds-db:eu-west-1:111122223333:prx-0123/root",
        ],
    )
    def test_what_is_no_database_user_is_refused(self, resource):
        assert (
            sentence(faulted(RESOURCE, resource))
            == f"rds-db:connect is allowed on {resource}, which is not a database user"
        )

    @pytest.mark.parametrize("name", ["proxy-blog", "*", f"${{{PROXY}}}"])
    def test_the_name_in_place_of_the_id_is_refused(self, name):
        resource = {"Fn::Sub": f"{ARN}:{name}/root"}

        assert f"names {name}, which is not the ID" in sentence(faulted(RESOURCE, resource))

    @pytest.mark.parametrize(
        "place",
        [
            get_att(PROXY, "DBProxyArn"),
            ref(PROXY),
            field(5, get_att(PROXY, "DBProxyArn")),
            field(6, get_att("RDSStackDBCluster", "DBClusterArn")),
        ],
        ids=["the whole ARN", "the name", "another field", "another ARN"],
    )
    def test_a_variable_that_is_not_the_id_is_refused(self, place):
        resource = {"Fn::Sub": [f"{ARN}:${{ProxyId}}/root", {"ProxyId": place}]}

        assert "${ProxyId}, which is not the ID" in sentence(faulted(RESOURCE, resource))

    @pytest.mark.parametrize(
        "resource",
        [
            {"Fn::Sub": f"{ARN}:${{{PROXY}.DBProxyArn}}/root"},
            {"Fn::Sub": [f"{ARN}:${{Id}}/root", {"Id": {"Fn::Sub": f"${{{PROXY}.DBProxyArn}}"}}]},
            {"Fn::Join": ["", [f"{ARN}:", get_att(PROXY, "DBProxyArn"), "/root"]]},
            {"Fn::Join": ["/", [{"Fn::Sub": f"{ARN}:${{{PROXY}.DBProxyArn}}"}, "root"]]},
            {"Fn::Join": ["", [f"{ARN}:", {"Fn::GetAtt": f"{PROXY}.DBProxyArn"}, "/", "root"]]},
            {"Fn::Join": [":", [ARN, {"Fn::Join": ["/", [ref(PROXY), "root"]]}]]},
        ],
        ids=["in Sub", "in a variable", "joined", "joined to Sub", "by its short name", "its name"],
    )
    def test_the_arn_in_place_of_the_id_is_refused_however_it_is_spelled(self, resource):
        said = sentence(faulted(RESOURCE, resource))

        assert said.startswith("rds-db:connect names ")
        assert said.endswith(", which is not the ID of a proxy")

    @pytest.mark.parametrize(
        "resource",
        [{"Fn::Sub": f"${{{PROXY}.DBProxyArn}}"}, {"Fn::Join": ["", [ref(PROXY)]]}],
    )
    def test_the_proxy_itself_is_refused_however_it_is_spelled(self, resource):
        assert "other than the ARN of a database user" in sentence(faulted(RESOURCE, resource))

    def test_the_remedy_spells_the_arn(self):
        [one] = violations(permission.connects, faulted(RESOURCE, "*"))

        assert one.remedy == (
            "Use arn:<partition>:rds-db:<region>:<account>:dbuser:<prx-id>/<user>"
        )


class TestWrongUser:
    def test_another_user_is_refused(self):
        assert sentence(faulted(RESOURCE, f"{ARN}:prx-0123/admin")) == (
            "rds-db:connect is allowed for admin, and the function logs in as another user"
        )

    def test_every_user_is_refused(self):
        assert sentence(faulted(RESOURCE, f"{ARN}:prx-0123/*")) == (
            "rds-db:connect is allowed for every user"
        )

    def test_a_second_resource_is_read_too(self):
        assert "for admin" in sentence(faulted(f"{RESOURCE}/1", f"{ARN}:prx-0123/admin"))

    def test_a_function_that_names_no_user_may_log_in_as_any_one_user(self):
        changed = without(f"{VARIABLES}/RDS_USER")

        assert_holds(permission.connects, faulted(RESOURCE, f"{ARN}:prx-0123/admin", changed))


class TestAccepted:
    def test_the_id_of_the_proxy_as_it_stands(self):
        assert_holds(permission.connects, faulted(RESOURCE, f"{ARN}:prx-0123/root"))

    def test_a_user_that_is_given_to_both(self):
        changed = faulted(f"{VARIABLES}/RDS_USER", GIVEN)

        assert_holds(
            permission.connects,
            faulted(RESOURCE, {"Fn::Sub": f"{ARN}:prx-0123/${{Given}}"}, changed),
        )

    @pytest.mark.parametrize("user", ["root", GIVEN])
    def test_a_user_that_is_a_variable_of_the_text(self, user):
        changed = faulted(f"{VARIABLES}/RDS_USER", user)
        resource = {"Fn::Sub": [f"{ARN}:prx-0123/${{User}}", {"User": user}]}

        assert_holds(permission.connects, faulted(RESOURCE, resource, changed))

    @pytest.mark.parametrize(
        "resource",
        [
            {"Fn::Join": [":", ["arn:aws:rds-db:eu-west-1:111122223333:dbuser", GIVEN]]},
            {"Fn::ImportValue": "DatabaseUser"},
            {"Fn::Sub": f"{ARN}:${{Given}}/root"},
            {"Fn::Join": ["/", [{"Fn::Join": [":", [ARN, GIVEN]]}, "root"]]},
            {"Fn::Join": ["", [GIVEN, "/root"]]},
            {"Fn::Sub": [f"{ARN}:${{Id}}/root", {"Id": {"Fn::ImportValue": "ProxyId"}}]},
            {"Fn::Join": ["", [f"{ARN}:", field(6, get_att(PROXY, "DBProxyArn")), "/root"]]},
            {
                "Fn::Sub": [
                    f"{ARN}:${{Id}}/root",
                    {"Id": get_att("RDSStackDBCluster", "DBClusterResourceId")},
                ]
            },
        ],
    )
    def test_an_arn_that_deployment_puts_together_is_left_alone(self, resource):
        assert_holds(permission.connects, faulted(RESOURCE, resource))

    @pytest.mark.parametrize("action", ["rds-db:*", "rds-db:Connect"])
    def test_a_pattern_and_another_case_are_actions_too(self, action):
        assert_holds(permission.connects, faulted(f"{STATEMENT}/Action", action))

    @pytest.mark.parametrize("statement", [USER, [USER]])
    def test_a_single_policy_and_a_single_statement(self, statement):
        policy = {"Version": "2012-10-17", "Statement": statement}

        assert_holds(permission.connects, faulted(f"{FUNCTION}/Policies", policy))

    def test_a_role_of_the_bundle_with_the_permission(self):
        policy = {"PolicyName": "Connect", "PolicyDocument": {"Statement": [USER]}}
        changed = faulted("Role", resource("IAM::Role", Policies=[policy]))
        changed = without(f"{FUNCTION}/Policies", changed)

        assert_holds(
            permission.connects, faulted(f"{FUNCTION}/Role", get_att("Role", "Arn"), changed)
        )

    def test_a_role_of_the_bundle_without_it_is_refused(self):
        changed = faulted("Role", resource("IAM::Role"), without(f"{FUNCTION}/Policies"))

        assert sentence(faulted(f"{FUNCTION}/Role", get_att("Role", "Arn"), changed))

    def test_a_role_that_is_given_is_left_alone(self):
        assert_holds(
            permission.connects, faulted(f"{FUNCTION}/Role", GIVEN, without(f"{FUNCTION}/Policies"))
        )

    def test_a_function_that_is_not_told_of_the_proxy_needs_no_permission(self):
        changed = without(f"{FUNCTION}/Policies")

        assert_holds(
            permission.connects, faulted(f"{VARIABLES}/RDS_PROXY_ENDPOINT", GIVEN, changed)
        )

    def test_a_proxy_that_takes_passwords_needs_no_permission(self):
        changed = faulted(f"{PROXY}/Auth/0/IAMAuth", "DISABLED")

        assert_holds(permission.connects, without(f"{FUNCTION}/Policies", changed))
