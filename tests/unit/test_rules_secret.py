"""Secrets: what RDS and RDS Proxy cannot read, or RDS refuses as a password."""

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

from rdsproxy_templates.validators.rules import secret

SECRET = "SecretsStackRDSMasterUserSecret"  # noqa: S105 - a resource
GENERATED = f"{SECRET}/GenerateSecretString"


class TestReadable:
    @pytest.mark.parametrize(
        "text", ['{"username": "root"', "root", '["username"]', '"username"', "", '{"a": ${B} }}']
    )
    def test_a_template_that_is_no_json_object_is_refused(self, text):
        [one] = violations(secret.readable, faulted(f"{GENERATED}/SecretStringTemplate", text))

        assert one.resource == SECRET
        assert one.sentence == "it will not be JSON with password and username"
        assert '{"username": "…"}' in one.remedy

    @pytest.mark.parametrize(
        "text", ["{}", '{"user": "root"}', {"Fn::Sub": '{"user": "${Given}"}'}]
    )
    def test_a_template_without_a_username_is_refused(self, text):
        [one] = violations(secret.readable, faulted(f"{GENERATED}/SecretStringTemplate", text))

        assert one.resource == SECRET
        assert one.sentence == "it will not be JSON with username"

    def test_a_password_alone_is_refused(self):
        [one] = violations(secret.readable, without(f"{GENERATED}/SecretStringTemplate"))

        assert one.resource == SECRET

    def test_a_password_under_another_key_is_refused(self):
        [one] = violations(secret.readable, faulted(f"{GENERATED}/GenerateStringKey", "secret"))

        assert one.resource == SECRET
        assert one.sentence == "it will not be JSON with password"
        assert "the key password" in one.remedy

    @pytest.mark.parametrize(
        "text",
        [
            '{"username": "root", "port": 3306}',
            {"Fn::Sub": '{"username": "${Given}"}'},
            {"Fn::Sub": ['{"username": "${User}"}', {"User": GIVEN}]},
        ],
    )
    def test_a_template_with_a_username_is_accepted(self, text):
        assert_holds(secret.readable, faulted(f"{GENERATED}/SecretStringTemplate", text))

    @pytest.mark.parametrize(
        "text",
        [
            {"Fn::Join": ["", ['{"username": "', GIVEN, '"}']]},
            {"Fn::Sub": '{"username": "root", "port": ${Given}}'},
            {"Fn::Sub": "${Given}"},
        ],
    )
    def test_a_template_that_deployment_puts_together_is_left_alone(self, text):
        assert_holds(secret.readable, faulted(f"{GENERATED}/SecretStringTemplate", text))

    def test_a_secret_that_no_proxy_names_may_be_anything(self):
        generated = {"ExcludePunctuation": True}
        unused = resource("SecretsManager::Secret", GenerateSecretString=generated)

        assert_holds(secret.readable, faulted("ApiKey", unused))

    def test_a_secret_that_is_not_generated_is_left_alone(self):
        assert_holds(secret.readable, without(GENERATED))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ('{"username": "root", "password": "${Given}"}', 0),
            ('{"user": "root", "password": "${Given}"}', 1),
            ("horse${Given}", 1),
            ("${Given}", 0),
        ],
    )
    def test_content_that_is_written_down_is_read_too(self, text, found):
        changed = faulted(f"{SECRET}/SecretString", {"Fn::Sub": text}, without(GENERATED))

        assert len(violations(secret.readable, changed)) == found


class TestPasswordCharacters:
    @pytest.mark.parametrize(
        ("excluded", "left"), [("", '" @ /'), ('"', "@ /"), ("@/", '"'), ('"/', "@"), ('"@', "/")]
    )
    def test_a_character_that_rds_refuses_must_be_excluded(self, excluded, left):
        [one] = violations(
            secret.password_characters, faulted(f"{GENERATED}/ExcludeCharacters", excluded)
        )

        assert one.resource == SECRET
        assert one.sentence == f"the password may hold {left}, which RDS refuses"
        assert one.remedy == f"Add {left.replace(' ', '')} to ExcludeCharacters"

    def test_nothing_excluded_is_refused(self):
        [one] = violations(secret.password_characters, without(f"{GENERATED}/ExcludeCharacters"))

        assert one.resource == SECRET

    @pytest.mark.parametrize("excluded", [True, "true"])
    def test_a_password_without_punctuation_is_accepted(self, excluded):
        changed = without(f"{GENERATED}/ExcludeCharacters")

        assert_holds(
            secret.password_characters,
            faulted(f"{GENERATED}/ExcludePunctuation", excluded, changed),
        )

    def test_a_secret_that_no_database_uses_may_hold_any_character(self):
        generated = {"PasswordLength": 64}
        unused = resource("SecretsManager::Secret", GenerateSecretString=generated)

        assert_holds(secret.password_characters, faulted("SigningKey", unused))


class TestManagedAndGiven:
    DATABASE = "RDSStackDBCluster"

    @pytest.mark.parametrize("managed", [True, "true"])
    def test_a_password_that_is_managed_and_given_is_refused(self, managed):
        [one] = violations(
            secret.managed_and_given, faulted(f"{self.DATABASE}/ManageMasterUserPassword", managed)
        )

        assert one.resource == self.DATABASE
        assert one.sentence == "it is given, and ManageMasterUserPassword is true"
        assert one.remedy == "Leave one of the two out"

    def test_a_password_that_is_only_managed_is_accepted(self):
        changed = without(f"{self.DATABASE}/MasterUserPassword")

        assert_holds(
            secret.managed_and_given,
            faulted(f"{self.DATABASE}/ManageMasterUserPassword", True, changed),
        )

    def test_a_password_that_is_only_given_is_accepted(self):
        assert_holds(
            secret.managed_and_given, faulted(f"{self.DATABASE}/ManageMasterUserPassword", False)
        )


class TestMasterPassword:
    @pytest.mark.parametrize("length", [42, "42", 7])
    def test_a_length_that_the_engine_refuses(self, length):
        [one] = violations(secret.master_password, faulted(f"{GENERATED}/PasswordLength", length))

        assert one.resource == SECRET
        assert one.remedy == "Set PasswordLength to 8 to 41"

    @pytest.mark.parametrize("length", [8, 41, GIVEN])
    def test_a_length_that_it_takes(self, length):
        assert_holds(secret.master_password, faulted(f"{GENERATED}/PasswordLength", length))

    @pytest.mark.parametrize(("length", "found"), [(128, 0), (129, 1)])
    def test_postgresql_takes_longer_ones(self, length, found):
        changed = faulted("RDSStackDBCluster/Engine", "aurora-postgresql")

        wrong = faulted(f"{GENERATED}/PasswordLength", length, changed)
        assert len(violations(secret.master_password, wrong)) == found

    def test_spaces_are_refused(self):
        [one] = violations(secret.master_password, faulted(f"{GENERATED}/IncludeSpace", True))

        assert "spaces" in one.sentence

    def test_a_secret_that_is_no_master_users_may_be_longer(self):
        generated = {"PasswordLength": 64, "IncludeSpace": True}
        other = resource("SecretsManager::Secret", GenerateSecretString=generated)

        assert_holds(secret.master_password, faulted("Other", other))
