"""Declared functions: what Lambda, IAM and API Gateway would refuse is refused beforehand."""

from __future__ import annotations

import pytest
from rendered import named_of_type, problems

from rdsproxy_templates.aws.secret_signs import secret_sign
from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.rendering.documents import document
from rdsproxy_templates.rendering.sam_transform import expanded
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import base, cross_account_app, edge

ORDERS = {"name": "orders", "code": "src", "user": "app", "routes": ["POST /orders"]}
LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:{}"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}
LOGIN = "must not allow rds-db:connect"


def settings(**change):
    users = [{"name": "app", "login": "iam"}]
    return {"rds": {"users": users}, "functions": [{**ORDERS, **change}]}


def config(**change):
    return base.Config.parse(settings(**change), "my.yaml")


def refused(**change):
    return problems(base, **settings(**change))


def warned(**change):
    return [str(one) for one in config(**change).warnings()]


class TestLimitsOfOneFunction:
    @pytest.mark.parametrize(
        ("change", "place", "sentence"),
        [
            ({"schedule": ""}, "schedule", "must be a schedule of EventBridge"),
            ({"routes": ["$default"]}, "routes.0", "must be `ANY /{path+}`, and `ANY /` beside it"),
            ({"handler": "app. handler"}, "handler", "no space, got 'app. handler'"),
            ({"alias": {"name": "1"}}, "alias.name", "and not a number, got '1'"),
            (
                {"alias": {"provisioned_concurrency": 5}, "reserved_concurrency": 3},
                "alias.provisioned_concurrency",
                "must be at most the function's reserved_concurrency, 3, got 5",
            ),
            (
                {"alias": {"deployment": "Linear10PercentEvery1Minute", "alarms": ["", "a", "a"]}},
                "alias.alarms.2",
                "is given twice: a",
            ),
            (
                {"layers": [LAYER.format(f"{name}:1") for name in "abcde"]},
                "layers",
                "must be at most 4 beside the library's, got 5",
            ),
            ({"layers": [LAYER.format("a:0")]}, "layers.0", "must be the ARN of a layer version"),
            (
                {"layers": [LAYER.format("a:1"), LAYER.format("a:2")]},
                "layers.1",
                "must be a layer of its own",
            ),
            (
                {"layers": [LAYER.format("a:1"), LAYER.format("b:1").replace("eu-", "us-")]},
                "layers.1",
                "must be in the function's Region, as those of eu-west-1 are",
            ),
            (
                {
                    "policies": [
                        f"arn:aws:iam::123456789012:policy/p{number}" for number in range(19)
                    ]
                },
                "policies",
                "at most 20 managed policies with those for logs, the VPC and traces, and there",
            ),
            (
                {"policies": ["AmazonS3ReadOnlyAcess"]},
                "policies.0",
                "(did you mean AmazonS3ReadOnlyAccess?); name any other by its ARN",
            ),
            ({"policies": [ALLOW | {"Action": "s3GetObject"}]}, "policies.0", "got 's3GetObject'"),
            (
                {"policies": [ALLOW | {"Action": []}]},
                "policies.0",
                "must have an element in Action",
            ),
            ({"policies": [ALLOW | {"Resource": "bucket"}]}, "policies.0", "got 'bucket'"),
            ({"environment": {"RDS_PROXY_READ_ONLY_ENDPOINT": "x"}}, "environment.RDS", "another"),
            (
                {"routes": [f"GET /orders/{number}" for number in range(60)]},
                "routes",
                "each adds a statement to the function's policy, which Lambda limits to 20480",
            ),
        ],
    )
    def test_what_aws_refuses_is_refused_at_its_place(self, change, place, sentence):
        found = refused(**change)

        assert any(f"functions.0.{place}" in one and sentence in one for one in found), found

    def test_all_but_some_actions_are_refused_where_logins_are_among_them(self):
        everything_else = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}

        assert any(LOGIN in one for one in refused(policies=[everything_else]))
        assert config(policies=[{**everything_else, "NotAction": ["s3:*", "rds-db:*"]}])

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (
                {"queue": {"maximum_concurrency": 50}, "reserved_concurrency": 5},
                "[functions.0.queue.maximum_concurrency] is 50",
            ),
            (
                {
                    "policies": [
                        f"arn:aws:iam::123456789012:policy/p{number}" for number in range(9)
                    ]
                },
                "make 11 managed policies",
            ),
            (
                {"routes": [f"GET /orders/{number}" for number in range(50)]},
                "[functions.0.routes] may be too many, got 50",
            ),
        ],
    )
    def test_what_aws_may_refuse_is_warned_of(self, change, sentence):
        [one] = warned(**change)

        assert sentence in one

    def test_a_wrapper_of_the_runtime_is_ones_own_to_set(self):
        assert config(environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument"})

    @pytest.mark.parametrize(
        "change",
        [
            {"layers": [LAYER.format("a:1")]},
            {"code": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:7"},
        ],
    )
    def test_what_another_region_has_is_refused_where_regions_are_named(self, change):
        assert config(**change)

        [one] = problems(base, regions=["us-east-1"], **settings(**change))
        assert "must be in the function's Region (us-east-1 by `regions`), got one of" in one


class TestRoutesOfARestApi:
    @pytest.mark.parametrize(
        ("first", "second", "sentence"),
        [
            ("GET /a/{x}", "POST /a/{y}", "must name the variable below /a {x}"),
            ("GET /a/{x}", "GET /a/{y+}", "must name the variable below /a {x}"),
            ("GET /{x}", "GET /{y}/b", "must name the variable below / {x}"),
            ("GET /", "GET /a@b", "and has 'a@b'"),
        ],
    )
    def test_what_a_rest_api_refuses_is_refused(self, first, second, sentence):
        functions = [
            {"name": "one", "code": "src", "routes": [first]},
            {"name": "two", "code": "src", "routes": [second]},
        ]

        [one] = problems(edge, functions=functions)

        assert "functions.1.routes.0]" in one
        assert sentence in one

    def test_an_http_api_takes_them(self):
        assert config(routes=["GET /a/{x}", "POST /a/{y}", "GET /a@b"])


class TestVersions:
    """An alias moves on with everything that a version keeps, and with nothing else."""

    def version(self, **change):
        root = unpackaged(base, config(alias={}, **change)).root
        [body] = [
            document(one, path, "sam", ".") for path, one in root.walk() if path == ("SAMStack",)
        ]
        [title] = [name for name in expanded(body)["Resources"] if "FunctionVersion" in name]
        return title

    @pytest.mark.parametrize(
        "change",
        [
            {"timeout": 5},
            {"runtime": "python3.14"},
            {"layers": [LAYER.format("a:1")]},
            {"ephemeral_storage": 1024},
            {"environment": {"PAGE": 20}},
        ],
    )
    def test_what_a_version_keeps_publishes_one(self, change):
        assert self.version(**change) != self.version()

    def test_what_it_does_not_keep_publishes_none(self):
        assert self.version(reserved_concurrency=7) == self.version()

    def test_a_function_without_an_alias_has_no_such_variable(self):
        assert "RDSPROXY_SETTINGS" not in "".join(unpackaged(base, config()).templates.values())


class TestSecretsOfOnesOwn:
    NAMED = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:stripe-AbCdEf"
    READS = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": NAMED}

    def test_a_function_that_logs_in_by_iam_reaches_the_secret_that_it_may_read(self):
        change = {"environment": {"STRIPE_SECRET_ARN": self.NAMED}, "policies": [self.READS]}

        assert list(validate(unpackaged(base, config(**change)))) == []

    @pytest.mark.parametrize(
        "name",
        ["DBPASSWORD", "dbpassword", "Password1", "JWTSECRET", "ACCESSTOKEN", "SESSION_KEY"],
    )
    def test_a_name_without_separators_is_one_of_a_secret(self, name):
        assert secret_sign(name, "hunter22") == "its name says that it is one"

    @pytest.mark.parametrize(
        "value",
        [
            "app:hunter22@db.example.com",
            '{"user": "app", "password": "hunter22"}',
            "Bearer abcdefghijklmnop",
            "Basic YXBwOmh1bnRlcjIy",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----",
            "https://hooks.slack.com/" + "services/T0/B0/x",
            "AccountName=shop;AccountKey=abc==",
            "glpat-" + "a" * 20,
            "npm_" + "a" * 36,
            "AIza" + "a" * 35,
            "sk-proj-" + "a" * 20,
        ],
    )
    def test_a_value_is_known_whatever_its_name(self, value):
        assert "its value looks like" in str(secret_sign("SETTING", value))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", 2773),
            ("SECRETS_MANAGER_TIMEOUT_MILLIS", 100),
            ("TOKEN_BUCKET_CAPACITY", 5),
            ("PASSWORD_RESET_TEMPLATE", "reset.html"),
            ("USE_PASSWORD", "true"),
            ("CSRF_TOKEN_COOKIE", "csrf"),
            ("CONTACT", "mailto:shop@example.com"),
        ],
    )
    def test_a_setting_about_secrets_is_none(self, name, value):
        assert secret_sign(name, value) is None


@pytest.mark.parametrize(("tracing", "allowed"), [("Active", True), ("PassThrough", False)])
def test_a_role_that_functions_share_may_send_the_traces_that_one_of_them_makes(tracing, allowed):
    settings = {"functions": [{**ORDERS, "tracing": tracing}]}
    made = unpackaged(cross_account_app, cross_account_app.Config.parse(settings, "my.yaml"))

    policies = named_of_type(made.flat()[0].resources, "IAM::Policy")

    assert ("xray:PutTraceSegments" in str(policies)) is allowed
    assert list(validate(made)) == []
