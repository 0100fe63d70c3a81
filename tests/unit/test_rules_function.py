"""Functions: what must not stand in plain sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import GIVEN, assert_holds, faulted, resource, template, violations, without

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
            {"Fn::Sub": "jdbc:mysql://${Given}/shop?user=app&password=horse"},
            {"Fn::Sub": "app:horse@tcp(${Given}:3306)/shop"},
            {"Fn::Join": ["", ["host=", GIVEN, " user=app password=horse"]]},
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
        assert_holds(function.no_secret_in_environment, faulted(f"{VARIABLES}/{name}", value))

    def test_a_parameter_with_no_echo_is_a_secret_whatever_its_variable_is_called(self):
        parameters = {"Given": {"Type": "String", "NoEcho": True}}
        wrong = replace(faulted(f"{VARIABLES}/WHATEVER", GIVEN), parameters=parameters)

        [one] = violations(function.no_secret_in_environment, wrong)

        assert one.sentence.endswith("its value is a parameter with NoEcho")

    @pytest.mark.parametrize(("key", "found"), [("username", 0), ("host", 0), ("password", 1)])
    def test_what_lies_beside_a_password_in_a_secret_is_none(self, key, found):
        secret = "SecretsStackRDSMasterUserSecret"  # noqa: S105 - a resource
        value = {"Fn::Sub": f"{{{{resolve:secretsmanager:${{{secret}}}:SecretString:{key}}}}}"}

        wrong = faulted(f"{VARIABLES}/WHO", value)
        assert len(violations(function.no_secret_in_environment, wrong)) == found
        elsewhere = f"{{{{resolve:secretsmanager:shop:SecretString:{key}}}}}"
        wrong = faulted(f"{VARIABLES}/WHO", elsewhere)
        assert len(violations(function.no_secret_in_environment, wrong)) == found

    def test_a_url_that_is_joined_is_read_too(self):
        url = {"Fn::Join": ["", ["mysql://root:", GIVEN, "@host"]]}

        assert violations(function.no_secret_in_environment, faulted(f"{VARIABLES}/WHERE", url))


class TestLayer:
    LAYER = "SAMStackDatabaseLayer"

    @pytest.mark.parametrize(
        ("place", "value", "said"),
        [
            (f"{FUNCTION}/Architectures", ["x86_64"], "is for arm64, and the function is x86_64"),
            (f"{FUNCTION}/Architectures", None, "is for arm64, and the function is x86_64"),
            (f"{FUNCTION}/Runtime", "python3.14", "is for python3.13"),
            (f"{LAYER}/CompatibleRuntimes", ["nodejs22.x"], "is for nodejs22.x"),
        ],
    )
    def test_a_layer_for_something_else_is_refused(self, place, value, said):
        wrong = without(place) if value is None else faulted(place, value)

        [one] = violations(function.layer, wrong)

        assert one.resource == FUNCTION
        assert said in one.sentence

    @pytest.mark.parametrize(
        ("suffix", "found"), [("", 1), ("-Arm64", 0)], ids=["for x86_64", "for arm64"]
    )
    def test_a_layer_of_aws_is_known_by_its_name(self, suffix, found):
        name = f"AWS-Parameters-and-Secrets-Lambda-Extension{suffix}"
        arn = f"arn:aws:lambda:eu-west-1:015030872274:layer:{name}:12"

        assert len(violations(function.layer, faulted(f"{FUNCTION}/Layers/1", arn))) == found

    @pytest.mark.parametrize(
        "place",
        [
            f"{FUNCTION}/Architectures",
            f"{FUNCTION}/Runtime",
            f"{FUNCTION}/Layers",
            f"{LAYER}/CompatibleRuntimes",
            f"{LAYER}/CompatibleArchitectures",
        ],
    )
    def test_what_only_deployment_knows_is_left_alone(self, place):
        assert_holds(function.layer, faulted(place, GIVEN))


class TestConcurrency:
    PLACE = f"{FUNCTION}/ReservedConcurrentExecutions"

    @pytest.mark.parametrize("value", [0, "0"])
    def test_a_function_that_never_runs_is_refused(self, value):
        [one] = violations(function.concurrency, faulted(self.PLACE, value))

        assert one.sentence == "it is 0, so that the function never runs"

    @pytest.mark.parametrize("value", [1, "5", GIVEN])
    def test_one_that_runs_is_accepted(self, value):
        assert_holds(function.concurrency, faulted(self.PLACE, value))


class TestSchedule:
    def scheduled(self, text):
        event = {"Type": "Schedule", "Properties": {"Schedule": text}}
        return faulted(f"{FUNCTION}/Events/Tick", event)

    @pytest.mark.parametrize("text", ["rate(1 hours)", "rate(5 minute)", "every hour"])
    def test_an_expression_that_eventbridge_refuses(self, text):
        [one] = violations(function.schedule, self.scheduled(text))
        [other] = violations(
            function.schedule, faulted("Rule", resource("Events::Rule", ScheduleExpression=text))
        )

        assert (one.resource, one.property) == (FUNCTION, "Events")
        assert (other.resource, other.property) == ("Rule", "ScheduleExpression")

    @pytest.mark.parametrize("text", ["rate(1 hour)", "rate(5 minutes)", GIVEN])
    def test_an_expression_that_it_takes(self, text):
        assert_holds(function.schedule, self.scheduled(text))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("rate(1hour)", 1),
            ("every hour", 1),
            ("rate(5 minutes)", 0),
            ("at(2026-12-24T18:00:00)", 0),
            ("cron(0 3 ? * SUN *)", 0),
            (GIVEN, 0),
        ],
    )
    def test_a_schedule_of_the_scheduler_is_read_too(self, text, found):
        event = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": text}}
        one = faulted(f"{FUNCTION}/Events/Tick", event)
        other = faulted("Hourly", resource("Scheduler::Schedule", ScheduleExpression=text))

        assert len(violations(function.schedule, one)) == found
        assert len(violations(function.schedule, other)) == found


class TestLogRetention:
    def test_a_group_that_keeps_logs_forever_is_worth_a_look(self):
        [one] = violations(function.log_retention, without(f"{FUNCTION}LogGroup/RetentionInDays"))

        assert one.resource == f"{FUNCTION}LogGroup"
        assert function.log_retention.level == "opinion"

    def test_a_function_without_a_group_beside_others_is_too(self):
        [one] = violations(function.log_retention, without(f"{FUNCTION}/LoggingConfig"))

        assert one.resource == FUNCTION

    def test_a_group_by_the_name_that_lambda_uses_is_its_group(self):
        name = {"Fn::Sub": f"/aws/lambda/${{{FUNCTION}}}"}
        changed = faulted(f"{FUNCTION}LogGroup/LogGroupName", name)

        assert_holds(function.log_retention, without(f"{FUNCTION}/LoggingConfig", changed))

    @pytest.mark.parametrize("name", ["/aws/lambda/blog", GIVEN])
    def test_a_group_by_the_functions_own_name_is_its_group(self, name):
        changed = faulted(f"{FUNCTION}LogGroup/LogGroupName", name)
        changed = faulted(f"{FUNCTION}/FunctionName", "blog", changed)

        assert_holds(function.log_retention, without(f"{FUNCTION}/LoggingConfig", changed))

    def test_a_group_of_an_api_says_nothing_of_functions(self):
        changed = without(f"{FUNCTION}LogGroup", without(f"{FUNCTION}/LoggingConfig"))

        assert_holds(function.log_retention, changed)

    def test_a_template_without_any_group_is_left_alone(self):
        assert_holds(function.log_retention, template(Function=resource("Lambda::Function")))

    def test_a_retention_that_is_given_is_accepted(self):
        assert_holds(function.log_retention, faulted(f"{FUNCTION}LogGroup/RetentionInDays", GIVEN))
