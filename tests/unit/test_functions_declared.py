"""Functions that a person declares: what is refused, and what each may do."""

from __future__ import annotations

import json

import pytest
from rendered import named_of_type, problems

from rdsproxy_templates.aws import support
from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import (
    auth,
    base,
    bastion,
    cross_account_app,
    edge,
    existing_database,
    existing_vpc,
)

USERS = [{"name": "app", "login": "iam"}, {"name": "jobs", "login": "password"}]
ORDERS = {"name": "orders", "code": "src/orders", "user": "app", "routes": ["POST /orders"]}
NIGHTLY = {
    "name": "nightly",
    "code": "src/nightly",
    "runtime": "nodejs24.x",
    "user": "jobs",
    "schedule": "cron(0 3 * * ? *)",
}
INTAKE = {"name": "intake", "code": "src/intake", "user": "app", "queue": {"batch_size": 10}}

every_variant = pytest.mark.parametrize(
    "variant", [auth, base, existing_vpc, existing_database, bastion]
)


def settings(*functions, variant=existing_vpc, **more):
    proxied = {"proxy": True} if variant is bastion else {}
    return {"rds": {"users": USERS}, "functions": list(functions), **proxied, **more}


def bundle(*functions, variant=existing_vpc, **more):
    config = variant.Config.parse(settings(*functions, variant=variant, **more), "my.yaml")
    return unpackaged(variant, config)


def resources(*functions, variant=existing_vpc, **more):
    return bundle(*functions, variant=variant, **more).flat()[0].resources


def functions_of(found):
    return {
        name.removeprefix("SAMStack"): body
        for name, body in named_of_type(found, "Serverless::Function").items()
        if name.startswith("SAMStack")
    }


def refused(*functions, **more):
    return problems(existing_vpc, **settings(*functions, **more))


class TestWhatFollows:
    @every_variant
    def test_the_functions_are_in_the_place_of_the_librarys(self, variant):
        found = functions_of(resources(ORDERS, NIGHTLY, INTAKE, variant=variant))

        assert list(found) == ["OrdersFunction", "NightlyFunction", "IntakeFunction"]

    @every_variant
    def test_the_validators_find_nothing(self, variant):
        assert validate(bundle(ORDERS, NIGHTLY, INTAKE, variant=variant), lint=False) == []

    def test_a_function_may_connect_as_its_own_user_and_no_other(self):
        found = resources(
            ORDERS,
            {**ORDERS, "name": "two", "user": "jobs2", "routes": []},
            rds={"users": [*USERS, {"name": "jobs2", "login": "iam"}]},
        )

        policies = {
            name: json.dumps(body["Policies"]) for name, body in functions_of(found).items()
        }
        assert "UsersStackAppUser" in policies["OrdersFunction"]
        assert "Jobs2" not in policies["OrdersFunction"]
        assert "UsersStackJobs2User" in policies["TwoFunction"]
        assert "AppUser" not in policies["TwoFunction"]

    def test_a_login_by_password_reads_its_own_secret_and_reaches_secrets_manager(self):
        found = resources(ORDERS, NIGHTLY)
        nightly = functions_of(found)["NightlyFunction"]

        variables = nightly["Environment"]["Variables"]
        assert variables["RDS_SECRET_ARN"] == {"Ref": "UserSecretsStackJobsSecret"}
        assert "RDS_USER" not in variables
        statements = [one for policy in nightly["Policies"][1:] for one in policy["Statement"]]
        assert [one["Resource"] for one in statements] == [[variables["RDS_SECRET_ARN"]]]
        assert "SAMStackEndpointSecurityGroupIngress" in found

    def test_a_function_waits_for_its_user(self):
        variables = functions_of(resources(ORDERS))["OrdersFunction"]["Environment"]["Variables"]

        assert variables["RDS_USER"] == {"Fn::GetAtt": ["UsersStackAppUser", "UserName"]}

    def test_routes_have_the_apis_authorizer(self):
        found = resources({**ORDERS, "routes": ["POST /orders", "GET /orders/{id}"]})

        events = functions_of(found)["OrdersFunction"]["Events"]
        assert [
            (one["Properties"]["Method"], one["Properties"]["Path"]) for one in events.values()
        ] == [("POST", "/orders"), ("GET", "/orders/{id}")]
        [api] = named_of_type(found, "Serverless::HttpApi").values()
        assert api["Auth"]["DefaultAuthorizer"] == "AWS_IAM"

    def test_without_a_route_there_is_no_api(self):
        made = bundle(INTAKE)

        assert named_of_type(made.flat()[0].resources, "Serverless::HttpApi") == {}
        assert "APIEndpoint" not in made.root.outputs
        assert "QueueUrls" in made.root.outputs

    def test_a_schedule_keeps_what_failed(self):
        found = resources(NIGHTLY)
        nightly = functions_of(found)["NightlyFunction"]

        assert nightly["Events"]["Schedule"]["Properties"] == {"Schedule": "cron(0 3 * * ? *)"}
        assert nightly["EventInvokeConfig"]["DestinationConfig"]["OnFailure"] == {
            "Type": "SQS",
            "Destination": {"Fn::GetAtt": ["SAMStackNightlyFailedEvents", "Arn"]},
        }

    def test_a_queue_has_dead_letters_encryption_and_time_for_six_attempts(self):
        found = resources({**INTAKE, "timeout": 60})
        queue = found["SAMStackIntakeQueue"]["Properties"]

        assert queue["VisibilityTimeout"] == 360
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {
            "Fn::GetAtt": ["SAMStackIntakeDeadLetters", "Arn"]
        }
        mapping = found["SAMStackIntakeQueueMapping"]["Properties"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_a_function_takes_messages_of_its_own_queue_only(self):
        policies = functions_of(resources(INTAKE))["IntakeFunction"]["Policies"]

        [allowed] = [
            one["Resource"]
            for policy in policies[1:]
            for one in policy["Statement"]
            if "sqs:ReceiveMessage" in one["Action"]
        ]
        assert allowed == [{"Fn::GetAtt": ["SAMStackIntakeQueue", "Arn"]}]

    def test_without_a_user_a_function_is_outside_the_vpc_and_knows_no_database(self):
        hello = {"name": "hello", "code": "src", "routes": ["GET /"]}
        found = functions_of(resources(ORDERS, hello))["HelloFunction"]

        assert "VpcConfig" not in found
        assert "Environment" not in found
        assert found["Policies"] == []

    def test_a_reader_has_the_read_only_endpoint(self):
        reader = {**ORDERS, "reads_only": True}
        found = resources(reader, rds={"users": USERS, "readers": 1})

        variables = functions_of(found)["OrdersFunction"]["Environment"]["Variables"]
        host, _ = variables["RDS_PROXY_ENDPOINT"]["Fn::GetAtt"]
        assert found[host]["Properties"]["TargetRole"] == "READ_ONLY"

    @pytest.mark.parametrize("user", ["app", "jobs"])
    @pytest.mark.parametrize("code", ["src", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/o:7"])
    @pytest.mark.parametrize("route", ["GET /orders", "POST /search"])
    def test_a_reader_is_valid_whatever_its_user_may_do_elsewhere(self, user, code, route):
        declared = {"code": code, "user": user, "routes": [route], "reads_only": True}
        made = bundle({**ORDERS, **declared}, rds={"users": USERS, "readers": 1})

        assert validate(made, lint=False) == []

    @pytest.mark.parametrize("user", ["app", "jobs"])
    @pytest.mark.parametrize(
        ("variant", "rds"),
        [(existing_vpc, {"readers": 1}), (existing_database, {"has_readers": True})],
    )
    def test_a_writer_knows_the_read_only_endpoint_too_where_there_is_one(self, variant, rds, user):
        found = resources({**ORDERS, "user": user}, variant=variant, rds={"users": USERS, **rds})

        variables = functions_of(found)["OrdersFunction"]["Environment"]["Variables"]
        host, _ = variables["RDS_PROXY_READ_ONLY_ENDPOINT"]["Fn::GetAtt"]
        assert found[host]["Properties"]["TargetRole"] == "READ_ONLY"
        assert variables["RDS_PROXY_ENDPOINT"] != variables["RDS_PROXY_READ_ONLY_ENDPOINT"]

    def test_without_readers_no_function_is_told_of_a_read_only_endpoint(self):
        variables = functions_of(resources(ORDERS))["OrdersFunction"]["Environment"]["Variables"]

        assert "RDS_PROXY_READ_ONLY_ENDPOINT" not in variables

    def test_every_setting_of_lambda_is_rendered(self):
        everything = {
            **ORDERS,
            "runtime": "python3.14",
            "handler": "main.run",
            "memory_size": 512,
            "timeout": 12,
            "architecture": "x86_64",
            "ephemeral_storage": 1024,
            "tracing": "Active",
            "reserved_concurrency": 5,
            "layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:tools:3"],
            "security_groups": ["sg-0123456789abcdef0"],
            "environment": {"STAGE": "live", "PAGE": 20, "DEBUG": False},
            "log_level": "WARN",
            "log_retention_in_days": 7,
            "alias": {"deployment": "Canary10Percent5Minutes", "provisioned_concurrency": 2},
            "policies": [
                "AmazonS3ReadOnlyAccess",
                {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::a/*"},
            ],
        }
        found = resources(everything)
        function = functions_of(found)["OrdersFunction"]

        assert function["Runtime"] == "python3.14"
        assert function["Handler"] == "main.run"
        assert function["MemorySize"] == 512
        assert function["Timeout"] == 12
        assert function["Architectures"] == ["x86_64"]
        assert function["EphemeralStorage"] == {"Size": 1024}
        assert function["Tracing"] == "Active"
        assert function["ReservedConcurrentExecutions"] == 5
        assert function["Layers"] == [{"Ref": "SAMStackDatabaseLayer"}, *everything["layers"]]
        assert function["VpcConfig"]["SecurityGroupIds"][1:] == everything["security_groups"]
        own = function["Environment"]["Variables"]
        assert (own["STAGE"], own["PAGE"], own["DEBUG"]) == ("live", "20", "false")
        assert function["LoggingConfig"]["ApplicationLogLevel"] == "WARN"
        assert function["AutoPublishAlias"] == "live"
        assert function["DeploymentPreference"] == {"Type": "Canary10Percent5Minutes"}
        assert function["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 2}
        assert "AmazonS3ReadOnlyAccess" in function["Policies"]
        logs = found["SAMStackOrdersFunctionLogGroup"]["Properties"]
        assert logs["RetentionInDays"] == 7

    def test_another_language_has_no_layer(self):
        found = resources(NIGHTLY)

        assert "Layers" not in functions_of(found)["NightlyFunction"]
        assert "SAMStackDatabaseLayer" not in found

    def test_an_image_of_ecr_has_neither_handler_nor_runtime(self):
        image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:7"
        function = functions_of(resources({**ORDERS, "code": image}))["OrdersFunction"]

        assert (function["PackageType"], function["ImageUri"]) == ("Image", image)
        assert not {"Handler", "Runtime", "Layers", "CodeUri"} & function.keys()

    def test_an_image_of_a_dockerfile_is_built_from_the_copy(self):
        declared = {**ORDERS, "name": "two", "runtime": "image", "routes": []}
        body = resources(declared)["SAMStackTwoFunction"]

        assert body["Metadata"] == {
            "Dockerfile": "Dockerfile",
            "DockerContext": {"Local::Path": "functions/two"},
            "DockerTag": "two",
        }
        assert body["Properties"]["PackageType"] == "Image"

    def test_the_tables_of_the_librarys_function_are_left_out(self):
        types = [body["Type"] for body in resources(ORDERS).values()]

        assert "Custom::DatabaseTables" not in types


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("change", "place", "sentence"),
        [
            ({"code": ""}, "code", "must be at least 1 characters long"),
            ({"code": "/src"}, "code", "must be relative to the file"),
            ({"code": "s3://bucket/key"}, "code", "must be a folder, or the URI of an image"),
            ({"name": "1st"}, "name", "must be at most 40 letters, digits"),
            ({"user": "ap"}, "user", "must name one of rds.users (app, jobs), got 'ap' (did you"),
            ({"runtime": "python3.7"}, "runtime", "in which Lambda creates no function since"),
            ({"runtime": "pyton3.14"}, "runtime", "must be a runtime of Lambda, got 'pyton3.14'"),
            ({"runtime": "java21"}, "handler", "is missing; java21 has no default"),
            ({"schedule": "every hour"}, "schedule", "must be a schedule of EventBridge, such as"),
            ({"schedule": "rate(1 hours)"}, "schedule", "must be written `rate(1 hour)`"),
            ({"schedule": "rate(5 minute)"}, "schedule", "must be written `rate(5 minutes)`"),
            ({"schedule": "cron(0 3 * * *)"}, "schedule", "must have six fields"),
            ({"schedule": "cron(0 3 * * * *)"}, "schedule", "must have `?` in one of day of month"),
            ({"routes": ["GET orders"]}, "routes.0", "must have a path that begins with /"),
            ({"routes": ["GTE /"]}, "routes.0", "must begin with one of ANY, GET"),
            ({"timeout": 30}, "timeout", "must be at most 29 with routes"),
            ({"queue": {"visibility_timeout": 60}}, "queue.visibility_timeout", "at least six"),
            ({"queue": {"batch_size": 11}}, "queue.batching_window_seconds", "at least 1 where"),
            ({"vpc": False}, "vpc", "must be true or left out where there is a user"),
            ({"reads_only": True}, "reads_only", "needs the proxy's read-only endpoint"),
            ({"policies": [{"Effect": "Allow"}]}, "policies.0", "either Action or NotAction"),
            ({"layers": ["tools"]}, "layers.0", "must be the ARN of a layer version"),
        ],
    )
    def test_a_setting_is_refused_at_its_place(self, change, place, sentence):
        found = refused({**ORDERS, **change})

        assert len(found) >= 1
        assert any(f"functions.0.{place}]" in one and sentence in one for one in found), found

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DB_PASSWORD", "correct horse"),
            ("apiKey", "abc"),
            ("STRIPE_TOKEN", "abc"),
            ("CLIENT_SECRET", "abc"),
            ("DATABASE", "mysql://app:horse@host/db"),
            ("ID", "AKIAIOSFODNN7EXAMPLE"),
            ("KEY", "-----BEGIN RSA PRIVATE KEY-----"),
            ("LOGIN", "{{resolve:secretsmanager:orders:SecretString:password}}"),
        ],
    )
    def test_a_variable_that_looks_like_a_secret_is_refused_and_not_shown(self, name, value):
        [one] = refused({**ORDERS, "environment": {name: value}})

        assert f"functions.0.environment.{name}] must not be a secret" in one
        assert value not in one

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-b"),
            ("SECRET", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-b"),
            ("TOKEN_SECONDS", "900"),
            ("PASSWORD_LENGTH", "32"),
            ("SITE", "https://example.com:8443/a@b"),
        ],
    )
    def test_a_variable_about_a_secret_is_none(self, name, value):
        assert bundle({**ORDERS, "environment": {name: value}})

    @pytest.mark.parametrize("name", ["AWS_REGION", "AWS_LAMBDA_X", "RDS_USER", "9A", "A"])
    def test_a_variable_that_is_taken_or_no_name_is_refused(self, name):
        assert len(refused({**ORDERS, "environment": {name: "x"}})) == 1

    def test_two_of_one_name_are_refused(self):
        [one] = refused(ORDERS, {**INTAKE, "name": "Orders"})

        assert "functions.1.name] must differ" in one

    def test_two_of_one_route_are_refused_whatever_their_variables_are_called(self):
        [one] = refused(
            {**ORDERS, "routes": ["GET /orders/{id}"]},
            {**ORDERS, "name": "two", "routes": ["GET /orders/{number}"]},
        )

        assert "functions.1.routes.0] must be a route of its own" in one
        assert "taken by orders as 'GET /orders/{id}'" in one

    def test_a_function_without_code_is_refused(self):
        [one] = refused({"name": "orders"})

        assert "functions.0.code] is missing" in one

    def test_everything_is_said_at_once(self):
        found = refused(
            {**ORDERS, "user": "nobody", "schedule": "often"},
            {**INTAKE, "environment": {"PASSWORD": "x"}},
        )

        assert len(found) >= 2

    def test_settings_of_the_librarys_function_are_refused_beside_them(self):
        found = refused(ORDERS, function_user="app", sam={"code_uri": "mine"})

        assert [one.partition("]")[0] for one in found] == [
            "[my.yaml: function_user",
            "[my.yaml: sam.code_uri",
        ]

    def test_without_a_proxy_bastion_has_no_functions(self):
        found = problems(bastion, functions=[{"name": "a", "code": "b"}])

        assert any("[my.yaml: functions] needs the proxy" in one for one in found)


class TestWhatIsWarnedOf:
    def warnings(self, **change):
        config = existing_vpc.Config.parse(settings({**ORDERS, **change}), "my.yaml")
        return [str(one) for one in config.warnings()]

    def test_a_good_declaration_warns_of_nothing(self):
        assert self.warnings() == []

    def test_a_runtime_that_ends_soon(self, monkeypatch):
        monkeypatch.setattr(
            "rdsproxy_templates.aws.runtimes.today", lambda: support.date(2028, 1, 1)
        )

        [one] = self.warnings(runtime="nodejs24.x")

        assert one.startswith("[functions.0.runtime] is 'nodejs24.x', which will be deprecated on")

    def test_a_function_that_nothing_calls(self):
        [one] = self.warnings(routes=[])

        assert "nothing calls it" in one

    @pytest.mark.parametrize(
        "variant",
        [auth, base, existing_vpc, existing_database, bastion, cross_account_app, edge],
    )
    def test_settings_of_the_librarys_function_that_change_nothing(self, variant):
        sam = {"timeout": 20, "reserved_concurrent_executions": 900}
        rds = {} if variant in {cross_account_app, edge} else {"rds": {"users": USERS}}
        proxied = {"proxy": True} if variant is bastion else {}
        config = variant.Config.parse(
            {"functions": [ORDERS], "sam": sam, **rds, **proxied}, "my.yaml"
        )

        said = [str(one) for one in config.warnings() if one.place.startswith("sam.")]
        assert [one.partition("; ")[2] for one in said] == [
            "give `timeout` to each that needs it",
            "give `reserved_concurrency` to each that needs it",
        ]

    def test_a_policy_that_allows_everything(self):
        [one] = self.warnings(policies=["AdministratorAccess"])

        assert "functions.0.policies.0" in one


class TestOutsideAnyVpc:
    """``edge``, whose database is public and has one user."""

    FUNCTIONS = (
        {"name": "names", "code": "src", "user": "app", "routes": ["GET /names/{id}"]},
        {"name": "hello", "code": "src", "schedule": "rate(1 day)"},
    )

    def test_the_functions_log_in_to_the_database_itself(self):
        config = edge.Config.parse({"functions": self.FUNCTIONS}, "my.yaml")
        made = unpackaged(edge, config)
        found = functions_of(made.flat()[0].resources)

        assert list(found) == ["NamesFunction", "HelloFunction"]
        assert {"RDS_HOST", "RDS_USER"} <= found["NamesFunction"]["Environment"]["Variables"].keys()
        assert "rds-db:connect" in json.dumps(found["NamesFunction"]["Policies"])
        assert found["HelloFunction"]["Policies"] == []
        assert not any("VpcConfig" in one for one in found.values())
        assert validate(made, lint=False) == []

    def test_the_commands_call_a_route_of_theirs(self):
        config = edge.Config.parse({"functions": self.FUNCTIONS}, "my.yaml")

        assert "names/1" in json.dumps(unpackaged(edge, config).root.outputs["CallByCurl"])

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"user": "ap"}, "functions.0.user"),
            ({"vpc": True}, "functions.0.vpc"),
            ({"routes": [], "schedule": "rate(1 day)"}, "functions"),
        ],
    )
    def test_what_the_variant_lacks_is_refused(self, change, place):
        [one] = problems(edge, functions=[{**self.FUNCTIONS[0], **change}])

        assert f"[my.yaml: {place}]" in one


class TestAcrossAccounts:
    """``cross_account_app``, whose functions share the role that the other account trusts."""

    FUNCTIONS = (
        {
            **ORDERS,
            "queue": {},
            "policies": [
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
            ],
        },
        {**NIGHTLY, "user": "app"},
        {"name": "hello", "code": "src", "routes": ["GET /"]},
    )

    @pytest.mark.parametrize("login", ["iam", "password"])
    def test_the_role_gets_what_each_needs_and_the_login_once(self, login):
        config = cross_account_app.Config.parse(
            {"functions": self.FUNCTIONS, "login": login}, "my.yaml"
        )
        made = unpackaged(cross_account_app, config)
        found = made.flat()[0].resources
        policies = named_of_type(found, "IAM::Policy")

        assert {"SAMStackOrdersRights", "SAMStackNightlyRights"} < policies.keys()
        actions = json.dumps(policies["SAMStackOrdersRights"])
        assert "sqs:ReceiveMessage" in actions
        assert "s3:GetObject" in actions
        assert "sqs:SendMessage" in json.dumps(policies["SAMStackNightlyRights"])
        bodies = functions_of(found)
        assert bodies["OrdersFunction"]["Role"] == bodies["NightlyFunction"]["Role"]
        assert bodies["HelloFunction"]["Policies"] == []
        assert found["SAMStackNightlyFunction"]["DependsOn"] == ["SAMStackNightlyRights"]
        assert validate(made, lint=False) == []

    @pytest.mark.parametrize("login", ["iam", "password"])
    def test_with_readers_each_function_knows_the_endpoint_that_the_database_has(self, login):
        config = cross_account_app.Config.parse(
            {"functions": self.FUNCTIONS, "login": login, "has_readers": True}, "my.yaml"
        )
        made = unpackaged(cross_account_app, config)
        bodies = functions_of(made.flat()[0].resources)

        for name in ("OrdersFunction", "NightlyFunction"):
            told = bodies[name]["Environment"]["Variables"]
            assert told["RDS_PROXY_ENDPOINT"] == {"Ref": "RDSProxyEndpoint"}
            assert told["RDS_PROXY_READ_ONLY_ENDPOINT"] == {"Ref": "RDSProxyReadOnlyEndpoint"}
        assert validate(made, lint=False) == []

    def test_without_readers_there_is_no_parameter_for_them(self):
        config = cross_account_app.Config.parse({"functions": self.FUNCTIONS}, "my.yaml")

        parameters = unpackaged(cross_account_app, config).root.parameters
        assert "RDSProxyReadOnlyEndpoint" not in parameters

    def test_readers_of_the_librarys_own_function_are_refused(self):
        [one] = problems(cross_account_app, has_readers=True)

        assert one.startswith("[my.yaml: has_readers] is for `functions`")

    @pytest.mark.parametrize(
        ("function", "place"),
        [
            ({**NIGHTLY, "user": "jobs"}, "functions.1.user"),
            ({**NIGHTLY, "user": "app", "policies": ["ReadOnlyAccess"]}, "functions.1.policies.0"),
            ({**NIGHTLY, "user": "app", "reads_only": True}, "functions.1.reads_only"),
        ],
    )
    def test_what_one_role_cannot_do_is_refused(self, function, place):
        [one] = problems(cross_account_app, functions=[ORDERS, function])

        assert f"[my.yaml: {place}]" in one
