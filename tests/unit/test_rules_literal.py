"""Passwords and secrets that everybody reads who reads the template or the stack."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import GIVEN, assert_holds, faulted, resource, violations

from rdsproxy_templates.validators.rules import literal

SECRET = "SecretsStackRDSMasterUserSecret"  # noqa: S105 - a resource
GENERATED = f"{SECRET}/GenerateSecretString"


class TestLiterals:
    def holding(self, text):
        return faulted("Other", resource("SecretsManager::Secret", SecretString=text))

    @pytest.mark.parametrize(
        "text",
        [
            "horse",
            '{"username": "root", "password": "horse"}',
            {"Fn::Sub": '{"username": "${Given}", "password": "horse"}'},
            {"Fn::Join": ["", ['{"username": "', GIVEN, '", "password": "horse"}']]},
        ],
    )
    def test_a_secret_that_is_written_down_is_refused_and_not_shown(self, text):
        [one] = violations(literal.literals, self.holding(text))

        assert one.resource == "Other"
        assert "horse" not in one.sentence

    @pytest.mark.parametrize(
        "text",
        [
            "{}",
            '{"host": "a.b", "port": 3306}',
            GIVEN,
            {"Fn::Sub": '{"username": "root", "password": "${Given}"}'},
            '{"password": "{{resolve:ssm-secure:/shop/password}}"}',
        ],
    )
    def test_a_secret_that_comes_from_elsewhere_is_accepted(self, text):
        assert_holds(literal.literals, self.holding(text))

    def generating(self, template):
        generated = {"SecretStringTemplate": template, "GenerateStringKey": "other"}
        return faulted("Other", resource("SecretsManager::Secret", GenerateSecretString=generated))

    @pytest.mark.parametrize("key", ["password", "PASSWORD", "db_password", "api-key", "token"])
    def test_a_secret_beside_the_generated_one_is_refused(self, key):
        [one] = violations(
            literal.literals, self.generating(f'{{"username": "a", "{key}": "horse"}}')
        )

        assert (one.resource, one.property) == ("Other", "GenerateSecretString")

    @pytest.mark.parametrize(
        "template",
        ['{"username": "root"}', '{"token_url": "https://a.b", "key_id": "c"}', "no JSON", GIVEN],
    )
    def test_names_and_addresses_beside_it_are_accepted(self, template):
        assert_holds(literal.literals, self.generating(template))

    PASSWORD = "RDSStackDBCluster/MasterUserPassword"  # noqa: S105 - a place

    def test_a_master_password_that_is_written_down_is_refused(self):
        [one] = violations(literal.literals, faulted(self.PASSWORD, "horse"))

        assert one.sentence == "the password is written in the template"

    @pytest.mark.parametrize(("no_echo", "found"), [(True, 0), ("true", 0), (False, 1)])
    def test_a_parameter_for_it_must_not_be_shown(self, no_echo, found):
        parameters = {"Given": {"Type": "String", "NoEcho": no_echo}}
        changed = replace(faulted(self.PASSWORD, GIVEN), parameters=parameters)

        assert len(violations(literal.literals, changed)) == found


class TestLiteralsElsewhere:
    @pytest.mark.parametrize(("value", "found"), [("horse", 1), (GIVEN, 0), (None, 0)])
    def test_a_key_of_an_api_is_not_written_down(self, value, found):
        given = {} if value is None else {"Value": value}
        changed = faulted("Key", resource("ApiGateway::ApiKey", **given))

        assert len(violations(literal.literals, changed)) == found

    @pytest.mark.parametrize(
        ("kind", "default", "found"),
        [
            ("String", "horse", 1),
            ("String", "", 0),
            ("String", None, 0),
            ("AWS::SSM::Parameter::Value<String>", "/shop/password", 0),
        ],
    )
    def test_a_parameter_with_no_echo_has_no_password_as_its_default(self, kind, default, found):
        given = {} if default is None else {"Default": default}
        parameters = {"Given": {"Type": kind, "NoEcho": True, **given}}
        changed = replace(
            faulted("RDSStackDBCluster/MasterUserPassword", GIVEN), parameters=parameters
        )

        assert len(violations(literal.literals, changed)) == found


class TestParameters:
    @pytest.mark.parametrize(("no_echo", "found"), [(False, 1), (True, 0)])
    def test_a_password_from_a_parameter_that_everybody_sees_is_found(self, no_echo, found):
        held = {"Fn::Sub": '{"username": "app", "password": "${Given}"}'}
        made = faulted("Other", resource("SecretsManager::Secret", SecretString=held))
        parameters = {"Given": {"Type": "String", "NoEcho": no_echo}}

        some = violations(literal.literals, replace(made, parameters=parameters))

        assert len(some) == found
        assert all("the parameter Given without NoEcho" in one.sentence for one in some)

    def test_a_name_from_a_parameter_is_none(self):
        held = {"Fn::Sub": '{"username": "${Given}"}'}
        made = faulted("Other", resource("SecretsManager::Secret", SecretString=held))

        assert_holds(literal.literals, replace(made, parameters={"Given": {"Type": "String"}}))
