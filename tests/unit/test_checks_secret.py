"""Secrets: what RDS and RDS Proxy cannot read, or RDS refuses as a password."""

from __future__ import annotations

import pytest
from faults import GIVEN, faulted, found, resource, without

SECRET = "SecretsStackRDSMasterUserSecret"  # noqa: S105 - a resource
GENERATED = f"{SECRET}/GenerateSecretString"


class TestReadable:
    @pytest.mark.parametrize(
        "text", ['{"username": "root"', "root", '["username"]', '"username"', "", '{"a": ${B} }}']
    )
    def test_a_template_that_is_no_json_object_is_refused(self, text):
        [one] = found(faulted(f"{GENERATED}/SecretStringTemplate", text))

        assert one.about == ("secret/readable", SECRET)
        assert one.sentence == "it will not be JSON with password and username"
        assert '{"username": "…"}' in one.remedy

    @pytest.mark.parametrize(
        "text", ["{}", '{"user": "root"}', {"Fn::Sub": '{"user": "${Given}"}'}]
    )
    def test_a_template_without_a_username_is_refused(self, text):
        [one] = found(faulted(f"{GENERATED}/SecretStringTemplate", text))

        assert one.about == ("secret/readable", SECRET)
        assert one.sentence == "it will not be JSON with username"

    def test_a_password_alone_is_refused(self):
        [one] = found(without(f"{GENERATED}/SecretStringTemplate"))

        assert one.about == ("secret/readable", SECRET)

    def test_a_password_under_another_key_is_refused(self):
        [one] = found(faulted(f"{GENERATED}/GenerateStringKey", "secret"))

        assert one.about == ("secret/readable", SECRET)
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
        assert found(faulted(f"{GENERATED}/SecretStringTemplate", text)) == []

    @pytest.mark.parametrize(
        "text",
        [
            {"Fn::Join": ["", ['{"username": "', GIVEN, '"}']]},
            {"Fn::Sub": '{"username": "root", "port": ${Given}}'},
            {"Fn::Sub": "${Given}"},
        ],
    )
    def test_a_template_that_deployment_puts_together_is_left_alone(self, text):
        assert found(faulted(f"{GENERATED}/SecretStringTemplate", text)) == []

    def test_a_secret_that_no_proxy_names_may_be_anything(self):
        generated = {"ExcludePunctuation": True}
        secret = resource("SecretsManager::Secret", GenerateSecretString=generated)

        assert found(faulted("ApiKey", secret)) == []

    def test_a_secret_that_is_not_generated_is_left_alone(self):
        assert found(without(GENERATED)) == []


class TestPasswordCharacters:
    @pytest.mark.parametrize(
        ("excluded", "left"), [("", '" @ /'), ('"', "@ /"), ("@/", '"'), ('"/', "@"), ('"@', "/")]
    )
    def test_a_character_that_rds_refuses_must_be_excluded(self, excluded, left):
        [one] = found(faulted(f"{GENERATED}/ExcludeCharacters", excluded))

        assert one.about == ("secret/password-characters", SECRET)
        assert one.sentence == f"the password may hold {left}, which RDS refuses"
        assert one.remedy == f"Add {left.replace(' ', '')} to ExcludeCharacters"

    def test_nothing_excluded_is_refused(self):
        [one] = found(without(f"{GENERATED}/ExcludeCharacters"))

        assert one.about == ("secret/password-characters", SECRET)

    @pytest.mark.parametrize("excluded", [True, "true"])
    def test_a_password_without_punctuation_is_accepted(self, excluded):
        family = without(f"{GENERATED}/ExcludeCharacters")

        assert found(faulted(f"{GENERATED}/ExcludePunctuation", excluded, family)) == []

    def test_a_secret_that_no_database_uses_may_hold_any_character(self):
        generated = {"PasswordLength": 64}
        secret = resource("SecretsManager::Secret", GenerateSecretString=generated)

        assert found(faulted("SigningKey", secret)) == []


class TestManagedAndGiven:
    DATABASE = "RDSStackDBCluster"

    @pytest.mark.parametrize("managed", [True, "true"])
    def test_a_password_that_is_managed_and_given_is_refused(self, managed):
        [one] = found(faulted(f"{self.DATABASE}/ManageMasterUserPassword", managed))

        assert one.about == ("secret/managed-and-given", self.DATABASE)
        assert one.sentence == "it is given, and ManageMasterUserPassword is true"
        assert one.remedy == "Leave one of the two out"

    def test_a_password_that_is_only_managed_is_accepted(self):
        family = without(f"{self.DATABASE}/MasterUserPassword")

        assert found(faulted(f"{self.DATABASE}/ManageMasterUserPassword", True, family)) == []

    def test_a_password_that_is_only_given_is_accepted(self):
        assert found(faulted(f"{self.DATABASE}/ManageMasterUserPassword", False)) == []
