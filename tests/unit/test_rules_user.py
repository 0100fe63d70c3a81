"""Users: the proxy knows them, somebody creates them, and they log in as it asks."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, get_att, ref, resource, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import created_user, permission, user
from rdsproxy_templates.variants import auth, edge, existing_vpc

AUTH = unpackaged(auth, auth.Config()).flat()[0]
EDGE = unpackaged(edge, edge.Config()).flat()[0]
USERS = unpackaged(existing_vpc, existing_vpc.Config()).flat()[0]

PROXY, MASTER = "RDSStackRDSProxy", "SecretsStackRDSMasterUserSecret"
FUNCTION = "SAMStackBlogRDSProxyFunction"
VARIABLES = f"{FUNCTION}/Environment/Variables"
GENERATED = {"SecretStringTemplate": '{"username": "other"}', "GenerateStringKey": "password"}
OTHER = resource("SecretsManager::Secret", GenerateSecretString=GENERATED)


ELSEWHERE = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:old-AbCdEf"
GHOST = {
    "Fn::Sub": [
        "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:${Proxy}/ghost",
        {"Proxy": {"Fn::Select": [6, {"Fn::Split": [":", get_att(PROXY, "DBProxyArn")]}]}},
    ]
}


def told(name, value, template=AUTH):
    return faulted(f"SAMStackPasswordFunction/Environment/Variables/{name}", value, template)


class TestTakesTokens:
    def test_a_secret_of_elsewhere_that_both_are_told_is_how_it_logs_in(self):
        entries = USERS.resources[PROXY]["Properties"]["Auth"]
        other = {"AuthScheme": "SECRETS", "IAMAuth": "DISABLED", "SecretArn": ELSEWHERE}
        changed = faulted(f"{PROXY}/Auth", [*entries, other], USERS)
        changed = faulted(f"{VARIABLES}/RDS_SECRET_ARN", ELSEWHERE, changed)
        changed = without(f"{VARIABLES}/RDS_USER", without(f"{FUNCTION}/Policies", changed))

        assert_holds(permission.connects, changed)

    @pytest.mark.parametrize("value", ["DISABLED", None])
    def test_a_token_for_a_proxy_that_takes_passwords_is_refused(self, value):
        place = f"{PROXY}/Auth/0/IAMAuth"
        wrong = without(place) if value is None else faulted(place, value)

        [one] = violations(user.takes_tokens, wrong)

        assert one.resource == FUNCTION
        assert one.sentence == f"it may log in with a token only, and {PROXY} takes passwords"

    def test_the_endpoint_of_the_wrong_proxy_is_refused(self):
        endpoint = get_att("RDSStackPasswordProxy", "Endpoint")
        place = "SAMStackIAMFunction/Environment/Variables/RDS_PROXY_ENDPOINT"

        [one] = violations(user.takes_tokens, faulted(place, endpoint, AUTH))

        assert "RDSStackPasswordProxy takes passwords" in one.sentence

    @pytest.mark.parametrize("value", [False, "false", None])
    def test_a_database_that_takes_no_tokens_is_refused(self, value):
        place = "RDSStackDBInstance/EnableIAMDatabaseAuthentication"
        wrong = without(place, EDGE) if value is None else faulted(place, value, EDGE)

        [one] = violations(user.takes_tokens, wrong)

        assert one.resource == "RDSStackDBInstance"
        assert one.sentence.endswith("logs in to it with a token, and it takes none")

    @pytest.mark.parametrize(
        ("place", "template"),
        [
            (f"{PROXY}/Auth/0/IAMAuth", None),
            (f"{PROXY}/Auth", None),
            (f"{PROXY}/DefaultAuthScheme", None),
            ("RDSStackDBInstance/EnableIAMDatabaseAuthentication", EDGE),
        ],
    )
    def test_what_only_deployment_knows_is_left_alone(self, place, template):
        changed = faulted(place, GIVEN, template) if template else faulted(place, GIVEN)

        assert_holds(user.takes_tokens, changed)

    def test_a_proxy_that_takes_tokens_may_stand_beside_one_that_does_not(self):
        place = "SAMStackIAMFunction/Environment/Variables/OTHER_ENDPOINT"
        endpoint = get_att("RDSStackPasswordProxy", "Endpoint")

        assert_holds(user.takes_tokens, faulted(place, endpoint, AUTH))

    def test_a_database_beside_the_proxy_need_take_none(self):
        place = f"{VARIABLES}/DB_HOST"
        host = get_att("RDSStackDBCluster", "Endpoint.Address")

        assert_holds(user.takes_tokens, faulted(place, host))

    @pytest.mark.parametrize("template", [AUTH, EDGE, USERS], ids=["auth", "edge", "users"])
    def test_our_own_are_sound(self, template):
        assert_holds(user.takes_tokens, template)


class TestSecretOfProxy:
    def test_a_secret_that_auth_does_not_name_is_refused(self):
        wrong = told("RDS_SECRET_ARN", ref("Other"), faulted("Other", OTHER, AUTH))

        [one] = violations(user.secret_of_proxy, wrong)

        assert one.resource == "SAMStackPasswordFunction"
        assert "the secret Other, which RDSStackPasswordProxy does not name" in one.sentence

    def test_an_attachment_is_the_secret(self):
        attached = ref("RDSStackDBInstanceAttachment")

        assert_holds(user.secret_of_proxy, told("RDS_SECRET_ARN", attached))

    def test_a_secret_that_is_no_login_is_left_alone(self):
        key = resource("SecretsManager::Secret", GenerateSecretString={"PasswordLength": 40})

        assert_holds(
            user.secret_of_proxy, told("API_KEY_SECRET", ref("Key"), faulted("Key", key, AUTH))
        )

    @pytest.mark.parametrize("place", ["Auth", "Auth/0", "Auth/0/SecretArn"])
    def test_a_proxy_whose_secrets_are_given_is_left_alone(self, place):
        wrong = told("RDS_SECRET_ARN", ref("Other"), faulted("Other", OTHER, AUTH))

        assert_holds(user.secret_of_proxy, faulted(f"RDSStackPasswordProxy/{place}", GIVEN, wrong))


class TestReadsSecret:
    READS = "SAMStackPasswordFunction/Policies/1/Statement/0"

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("Action", ["secretsmanager:DescribeSecret"]),
            ("Resource", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf"),
            ("Effect", "Deny"),
        ],
    )
    def test_a_function_that_may_not_read_its_secret_is_refused(self, key, value):
        [one] = violations(user.reads_secret, faulted(f"{self.READS}/{key}", value, AUTH))

        assert one.resource == "SAMStackPasswordFunction"
        assert (
            one.sentence == f"it is told the secret {MASTER} by RDS_SECRET_ARN, and may not read it"
        )

    @pytest.mark.parametrize(("name", "found"), [("RDS_SECRET_ARN", 1), ("SECRET_NAME", 0)])
    def test_a_function_that_is_told_a_given_secret_and_may_read_none_is_refused(self, name, found):
        changed = without("SAMStackPasswordFunction/Policies", AUTH)
        changed = without("SAMStackPasswordFunction/Environment/Variables/RDS_SECRET_ARN", changed)

        assert len(violations(user.reads_secret, told(name, GIVEN, changed))) == found

    @pytest.mark.parametrize("key", ["Action", "Resource"])
    def test_what_only_deployment_knows_is_left_alone(self, key):
        assert_holds(user.reads_secret, faulted(f"{self.READS}/{key}", GIVEN, AUTH))

    def test_a_policy_of_the_secret_may_let_it_in(self):
        policy = resource("SecretsManager::ResourcePolicy", SecretId=ref(MASTER))
        changed = without("SAMStackPasswordFunction/Policies", AUTH)

        assert_holds(user.reads_secret, faulted("Policy", policy, changed))

    @pytest.mark.parametrize("template", [AUTH, EDGE, USERS], ids=["auth", "edge", "users"])
    def test_our_own_are_sound(self, template):
        assert_holds(user.reads_secret, template)


class TestOneSecretEach:
    ENTRY = {"AuthScheme": "SECRETS", "IAMAuth": "REQUIRED", "SecretArn": ref("Other")}

    def second(self, username):
        generated = {**GENERATED, "SecretStringTemplate": f'{{"username": "{username}"}}'}
        other = resource("SecretsManager::Secret", GenerateSecretString=generated)
        return faulted(f"{PROXY}/Auth/1", self.ENTRY, faulted("Other", other))

    def test_two_secrets_for_one_user_are_refused(self):
        [one] = violations(user.one_secret_each, self.second("root"))

        assert one.resource == PROXY
        assert one.sentence == f"it names two secrets for one user root: {MASTER} and Other"

    def test_one_secret_twice_is_refused(self):
        entry = {**self.ENTRY, "SecretArn": ref(MASTER)}

        assert violations(user.one_secret_each, faulted(f"{PROXY}/Auth/1", entry))

    def test_two_users_are_accepted(self):
        assert_holds(user.one_secret_each, self.second("reader"))

    def test_users_that_are_given_are_left_alone(self):
        changed = self.second("root")
        text = {"Fn::Sub": '{"username": "${Given}"}'}
        place = "GenerateSecretString/SecretStringTemplate"

        assert_holds(user.one_secret_each, faulted(f"Other/{place}", text, changed))
        both = faulted(f"{MASTER}/{place}", text, faulted(f"Other/{place}", text, changed))
        assert_holds(user.one_secret_each, both)


class TestKnownUser:
    @pytest.mark.parametrize("name", ["RDS_USER", "DB_USER", "DB_USERNAME", "dbUser", "PGUSER"])
    def test_a_user_without_a_secret_of_the_proxy_is_refused(self, name):
        wrong = faulted(f"{VARIABLES}/{name}", "ghost", without(f"{VARIABLES}/RDS_USER"))

        [one] = violations(user.known_user, wrong)

        assert one.resource == FUNCTION
        assert one.sentence == f"it logs in to {PROXY} as ghost, and the proxy knows root"

    def test_another_name_in_the_secret_is_refused(self):
        place = f"{MASTER}/GenerateSecretString/SecretStringTemplate"

        assert violations(user.known_user, faulted(place, '{"username": "admin"}'))

    @pytest.mark.parametrize(
        "place",
        [
            f"{VARIABLES}/RDS_USER",
            f"{PROXY}/Auth",
            f"{PROXY}/Auth/0/SecretArn",
            f"{MASTER}/GenerateSecretString/SecretStringTemplate",
        ],
    )
    def test_what_only_deployment_knows_is_left_alone(self, place):
        assert_holds(user.known_user, faulted(place, GIVEN))

    def test_two_variables_for_users_are_left_alone(self):
        assert_holds(user.known_user, faulted(f"{VARIABLES}/DB_USER", "ghost"))

    @pytest.mark.parametrize(("name", "found"), [("root", 0), ("ghost", 1)])
    def test_a_secret_that_rds_manages_is_the_master_users(self, name, found):
        managed = get_att("RDSStackDBCluster", "MasterUserSecret.SecretArn")
        changed = faulted("RDSStackDBCluster/MasterUsername", "root")
        changed = faulted(f"{PROXY}/Auth/0/SecretArn", managed, changed)

        wrong = faulted(f"{VARIABLES}/RDS_USER", name, changed)
        assert len(violations(user.known_user, wrong)) == found

    def test_a_proxy_that_logs_in_by_iam_knows_everybody(self):
        changed = faulted(f"{PROXY}/DefaultAuthScheme", "IAM_AUTH")

        assert_holds(user.known_user, faulted(f"{VARIABLES}/RDS_USER", "ghost", changed))


class TestCreatedUser:
    def test_a_secret_of_a_user_whom_nobody_creates_is_refused(self):
        [one] = violations(created_user.created_user, without("UsersStackAppUser", USERS))

        assert one.resource == "UserSecretsStackAppSecret"
        assert one.sentence == "nobody creates its user app in the database"

    def test_a_user_by_token_whom_nobody_creates_is_refused(self):
        place = "SAMStackUserNamesFunction/Environment/Variables/RDS_USER"

        found = violations(created_user.created_user, faulted(place, "ghost", EDGE))

        assert [one.resource for one in found] == ["SAMStackUserNamesFunction"]

    def test_where_nothing_creates_users_they_are_created_by_hand(self):
        place = f"{MASTER}/GenerateSecretString/SecretStringTemplate"

        assert_holds(created_user.created_user, faulted(place, '{"username": "ghost"}'))

    def test_a_database_that_is_restored_brings_its_users(self):
        changed = without("UsersStackAppUser", USERS)

        assert_holds(
            created_user.created_user, without("RDSStackDBCluster/MasterUsername", changed)
        )

    def test_a_secret_of_elsewhere_may_be_of_any_user(self):
        function = faulted(f"{VARIABLES}/RDS_USER", "ghost", USERS)
        policies = faulted(f"{FUNCTION}/Policies/1/Statement/0/Resource", [GHOST], function)

        assert len(violations(created_user.created_user, policies)) == 1
        assert_holds(
            created_user.created_user, faulted(f"{PROXY}/Auth/0/SecretArn", ELSEWHERE, policies)
        )

    def test_a_user_that_is_given_is_left_alone(self):
        assert_holds(created_user.created_user, faulted("UsersStackAppUser/UserName", GIVEN, USERS))

    @pytest.mark.parametrize("template", [AUTH, EDGE, USERS], ids=["auth", "edge", "users"])
    def test_our_own_are_sound(self, template):
        assert_holds(created_user.created_user, template)
