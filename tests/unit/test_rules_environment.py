"""A function's environment: what must not stand in plain sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import GIVEN, assert_holds, faulted, resource, template, violations

from rdsproxy_templates.validators.rules import environment

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
        [one] = violations(
            environment.no_secret_in_environment, faulted(f"{VARIABLES}/{name}", GIVEN)
        )

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
        [one] = violations(
            environment.no_secret_in_environment, faulted(f"{VARIABLES}/LOGIN", value)
        )

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
        assert_holds(environment.no_secret_in_environment, faulted(f"{VARIABLES}/{name}", GIVEN))

    def test_a_function_of_plain_cloudformation_is_read_too(self):
        held = {"Variables": {"PASSWORD": "hunter2"}}
        made = resource("Lambda::Function", Environment=held)

        [one] = violations(environment.no_secret_in_environment, template(Function=made))

        assert one.resource == "Function"

    @pytest.mark.parametrize(
        "value",
        [
            "postgres://app:horse@host/shop",
            "AKIAIOSFODNN7EXAMPLE",
            "-----BEGIN PRIVATE KEY-----",
            {"Fn::Sub": "mysql://app:horse@${Given}/shop"},
            {"Fn::Sub": "jdbc:mysql://${Given}/shop?user=app&password=horse"},
            {"Fn::Sub": "app:horse@tcp(${Given}:3306)/shop"},
            {"Fn::Join": ["", ["host=", GIVEN, " user=app password=horse"]]},
        ],
    )
    def test_a_value_that_looks_like_a_secret_is_refused_and_not_shown(self, value):
        [one] = violations(
            environment.no_secret_in_environment, faulted(f"{VARIABLES}/WHERE", value)
        )

        assert one.sentence.startswith("the variable WHERE holds a secret: its value looks like")
        assert "horse" not in one.sentence

    def test_the_arn_of_a_secret_is_none(self):
        secret = resource("SecretsManager::Secret")
        held = {"Variables": {"SECRET": {"Ref": "Secret"}}}
        made = resource("Lambda::Function", Environment=held)

        assert_holds(environment.no_secret_in_environment, template(Function=made, Secret=secret))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DB_SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop-AbCdEf"),
            ("DB_SECRET", {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:1:secret:${Given}"}),
            ("DB_SECRET", {"Ref": "SecretsStackRDSMasterUserSecret"}),
            ("DB_SECRET", {"Ref": "RDSStackDBClusterAttachment"}),
            ("DB_SECRET", {"Ref": "DatabaseSecretArn"}),
            ("DB_SECRET", {"Fn::GetAtt": ["Database", "MasterUserSecret.SecretArn"]}),
            ("SECRETS_EXTENSION_HTTP_PORT", "2773"),
            ("SECRET_REGION", {"Ref": "AWS::Region"}),
            ("TOKEN_TTL_SECONDS", "900"),
            ("TOKEN", 900),
            ("PASSWORD_MIN_LENGTH", "12"),
            ("PASSWORD", "/shop/database/password"),
            ("USE_PASSWORD", "true"),
        ],
    )
    def test_a_value_that_is_none_is_judged_before_the_name(self, name, value):
        assert_holds(environment.no_secret_in_environment, faulted(f"{VARIABLES}/{name}", value))

    def test_a_parameter_with_no_echo_is_a_secret_whatever_its_variable_is_called(self):
        parameters = {"Given": {"Type": "String", "NoEcho": True}}
        wrong = replace(faulted(f"{VARIABLES}/WHATEVER", GIVEN), parameters=parameters)

        [one] = violations(environment.no_secret_in_environment, wrong)

        assert one.sentence.endswith("its value is a parameter with NoEcho")

    @pytest.mark.parametrize(("key", "found"), [("username", 0), ("host", 0), ("password", 1)])
    def test_what_lies_beside_a_password_in_a_secret_is_none(self, key, found):
        secret = "SecretsStackRDSMasterUserSecret"  # noqa: S105 - a resource
        value = {"Fn::Sub": f"{{{{resolve:secretsmanager:${{{secret}}}:SecretString:{key}}}}}"}

        wrong = faulted(f"{VARIABLES}/WHO", value)
        assert len(violations(environment.no_secret_in_environment, wrong)) == found
        elsewhere = f"{{{{resolve:secretsmanager:shop:SecretString:{key}}}}}"
        wrong = faulted(f"{VARIABLES}/WHO", elsewhere)
        assert len(violations(environment.no_secret_in_environment, wrong)) == found

    def test_a_url_that_is_joined_is_read_too(self):
        url = {"Fn::Join": ["", ["mysql://root:", GIVEN, "@host"]]}

        assert violations(environment.no_secret_in_environment, faulted(f"{VARIABLES}/WHERE", url))
