"""Functions: what must not stand in plain sight."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, resource, template, violations

from rdsproxy_templates.validators.rules import function

FUNCTION = "SAMStackBlogRDSProxyFunction"
VARIABLES = f"{FUNCTION}/Environment/Variables"


class TestNoSecretInEnvironment:
    @pytest.mark.parametrize(
        "name",
        [
            "PASSWORD",
            "RDS_PASSWORD",
            "DbPasswd",
            "CLIENT_SECRET",
            "SECRET",
            "API_TOKEN",
            "PRIVATE_KEY",
            "PRIVATEKEY",
        ],
    )
    def test_a_variable_named_like_a_secret_is_refused(self, name):
        [one] = violations(function.no_secret_in_environment, faulted(f"{VARIABLES}/{name}", GIVEN))

        assert one.resource == FUNCTION
        assert one.sentence == f"the variable {name} holds a secret: its name says that it is one"
        assert one.remedy == "Pass the secret's ARN, and read it at run time"

    @pytest.mark.parametrize(
        "value",
        [
            "{{resolve:secretsmanager:blog:SecretString:password}}",
            {"Fn::Sub": "{{resolve:secretsmanager:${Given}:SecretString:password}}"},
            {"Fn::Join": ["", ["{{resolve:secretsmanager:", GIVEN, "}}"]]},
        ],
    )
    def test_a_variable_that_is_resolved_to_a_secret_is_refused(self, value):
        [one] = violations(function.no_secret_in_environment, faulted(f"{VARIABLES}/LOGIN", value))

        assert one.resource == FUNCTION
        assert one.sentence.startswith("the variable LOGIN holds a secret: its value looks like a")

    @pytest.mark.parametrize(
        "name",
        [
            "SECRET_ARN",
            "SECRET_ID",
            "SecretName",
            "RDS_SECRET_ARN",
            "RDS_PASSWORD_ARN",
            "DB_PASSWORD_SECRET_ARN",
            "API_TOKEN_PARAMETER_NAME",
        ],
    )
    def test_a_variable_that_only_says_where_a_secret_is_is_accepted(self, name):
        assert_holds(function.no_secret_in_environment, faulted(f"{VARIABLES}/{name}", GIVEN))

    def test_a_function_of_plain_cloudformation_is_read_too(self):
        environment = {"Variables": {"PASSWORD": "hunter2"}}
        made = resource("Lambda::Function", Environment=environment)

        [one] = violations(function.no_secret_in_environment, template(Function=made))

        assert one.resource == "Function"

    @pytest.mark.parametrize(
        "value",
        [
            "postgres://app:horse@host/shop",
            "AKIAIOSFODNN7EXAMPLE",
            "-----BEGIN PRIVATE KEY-----",
            {"Fn::Sub": "mysql://app:horse@${Given}/shop"},
        ],
    )
    def test_a_value_that_looks_like_a_secret_is_refused_and_not_shown(self, value):
        [one] = violations(function.no_secret_in_environment, faulted(f"{VARIABLES}/WHERE", value))

        assert one.sentence.startswith("the variable WHERE holds a secret: its value looks like")
        assert "horse" not in one.sentence

    def test_the_arn_of_a_secret_is_none(self):
        secret = resource("SecretsManager::Secret")
        environment = {"Variables": {"SECRET": {"Ref": "Secret"}}}
        made = resource("Lambda::Function", Environment=environment)

        assert_holds(function.no_secret_in_environment, template(Function=made, Secret=secret))
