"""Functions of one's own behind two proxies: the login of each user decides the proxy."""

from __future__ import annotations

import json

import pytest
from rendered import named_of_type, problems

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import auth

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
USERS = [
    {"name": "app", "login": "iam"},
    {"name": "audit", "login": "iam"},
    {"name": "jobs", "login": "password"},
    {"name": "reports", "login": "password"},
]
ORDERS = {"name": "orders", "code": "src", "user": "app", "routes": ["GET /orders"]}
AUDITOR = {"name": "auditor", "code": "src", "user": "audit", "queue": {}}
NIGHTLY = {"name": "nightly", "code": "src", "user": "jobs", "schedule": "rate(1 day)"}
REPORTER = {"name": "reporter", "code": "src", "user": "reports", "routes": ["GET /reports"]}
HELLO = {"name": "hello", "code": "src", "routes": ["GET /"]}
EVERYTHING = [ORDERS, AUDITOR, NIGHTLY, REPORTER, HELLO]


def bundle(*functions, users=USERS, **rds):
    settings = {"rds": {"users": users, **rds}, "functions": list(functions)}
    return unpackaged(auth, auth.Config.parse(settings, "my.yaml"))


def resources(*functions, **rds):
    return bundle(*functions, **rds).flat()[0].resources


def function(found, title):
    return found[f"SAMStack{title}"]["Properties"]


def variables(found, title):
    return function(found, title)["Environment"]["Variables"]


def host(proxy):
    return {"Fn::GetAtt": [f"RDSStack{proxy}", "Endpoint"]}


def rights(found, title):
    """What the role of a function may do: actions, and the resources as text."""
    return [
        (statement["Action"], json.dumps(statement["Resource"]))
        for policy in function(found, title)["Policies"]
        if isinstance(policy, dict)
        for statement in policy["Statement"]
    ]


class TestWhatEachFunctionHas:
    def test_the_login_of_its_user_decides_the_proxy(self):
        found = resources(*EVERYTHING)

        for title in ("OrdersFunction", "AuditorFunction"):
            assert variables(found, title)["RDS_PROXY_ENDPOINT"] == host("IAMProxy")
        for title in ("NightlyFunction", "ReporterFunction"):
            assert variables(found, title)["RDS_PROXY_ENDPOINT"] == host("PasswordProxy")
        assert "Environment" not in function(found, "HelloFunction")

    @pytest.mark.parametrize(
        ("title", "user"), [("OrdersFunction", "AppUser"), ("AuditorFunction", "AuditUser")]
    )
    def test_with_a_token_it_may_connect_to_the_one_proxy_as_its_one_user(self, title, user):
        found = resources(*EVERYTHING)

        [actions, where], *_ = rights(found, title)
        assert actions == ["rds-db:connect"]
        assert f'"UsersStack{user}"' in where
        assert where.count("UsersStack") == 1
        assert "RDSStackIAMProxy" in where
        assert "PasswordProxy" not in where
        assert not any("secretsmanager" in str(one) for one, _ in rights(found, title))

    @pytest.mark.parametrize(
        ("title", "secret"),
        [
            ("NightlyFunction", "UserSecretsStackJobsSecret"),
            ("ReporterFunction", "UserSecretsStackReportsSecret"),
        ],
    )
    def test_with_a_password_it_may_read_its_one_secret(self, title, secret):
        found = resources(*EVERYTHING)

        assert variables(found, title)["RDS_SECRET_ARN"] == {"Ref": secret}
        assert rights(found, title) == [
            (
                ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                json.dumps([{"Ref": secret}]),
            )
        ]

    def test_with_readers_each_knows_those_of_its_own_proxy(self):
        found = resources(ORDERS, NIGHTLY, engine="aurora-mysql", readers=1)

        for title, proxy in (("OrdersFunction", "IAMProxy"), ("NightlyFunction", "PasswordProxy")):
            told = variables(found, title)
            assert told["RDS_PROXY_ENDPOINT"] == host(proxy)
            assert told["RDS_PROXY_READ_ONLY_ENDPOINT"] == host(f"{proxy}ReadOnlyEndpoint")

    @pytest.mark.parametrize(("one", "proxy"), [(ORDERS, "IAMProxy"), (NIGHTLY, "PasswordProxy")])
    def test_a_reader_has_the_read_only_host_of_its_own_proxy_and_no_other(self, one, proxy):
        made = bundle({**one, "reads_only": True}, engine="aurora-mysql", readers=1)
        title = f"{one['name'].title()}Function"
        told = variables(made.flat()[0].resources, title)

        assert told["RDS_PROXY_ENDPOINT"] == host(f"{proxy}ReadOnlyEndpoint")
        assert "RDS_PROXY_READ_ONLY_ENDPOINT" not in told
        assert validate(made, lint=False) == []

    def test_with_a_password_it_may_use_the_key_of_its_secret(self):
        found = resources(ORDERS, NIGHTLY, secrets_key_arn=KEY)

        assert [one for one, _ in rights(found, "NightlyFunction")][1:] == [["kms:Decrypt"]]
        assert [one for one, _ in rights(found, "OrdersFunction")] == [["rds-db:connect"]]


class TestTheStackAroundThem:
    def test_the_librarys_own_functions_their_outputs_and_their_table_are_gone(self):
        made = bundle(*EVERYTHING)
        found = made.flat()[0].resources

        titles = named_of_type(found, "Serverless::Function")
        assert not titles.keys() & {"SAMStackPasswordFunction", "SAMStackIAMFunction"}
        assert "Custom::DatabaseTables" not in {one["Type"] for one in found.values()}
        assert not made.root.outputs.keys() & {"PasswordUrl", "IAMUrl"}
        assert made.root.outputs.keys() >= {"APIEndpoint", "FunctionArns", "QueueUrls"}

    @pytest.mark.parametrize(
        ("one", "absent"),
        [(ORDERS, "QueueUrls"), (AUDITOR, "APIEndpoint"), (NIGHTLY, "APIEndpoint")],
    )
    def test_an_output_that_no_function_fills_is_absent(self, one, absent):
        assert absent not in bundle(one).root.outputs

    @pytest.mark.parametrize("functions", [EVERYTHING, *([one] for one in EVERYTHING)])
    @pytest.mark.parametrize("readers", [0, 1])
    def test_the_validators_find_nothing(self, functions, readers):
        made = bundle(*functions, engine="aurora-postgresql", readers=readers)

        assert validate(made, lint=False) == []

    def test_only_tokens_need_no_way_to_secrets_manager(self):
        made = bundle(ORDERS)

        told = made.root.children["SAMStack"].arguments
        assert not {"EndpointSecurityGroupId", "UserSecretArns"} & told.keys()
        assert not any("Password" in name for name in told)
        assert "SAMStackEndpointSecurityGroupIngress" not in made.flat()[0].resources

    def test_only_passwords_need_no_proxy_for_tokens(self):
        made = bundle(NIGHTLY)

        told = made.root.children["SAMStack"].arguments
        assert not any(name.startswith("IAM") for name in told)
        assert "FunctionUsers" not in told
        assert "SAMStackEndpointSecurityGroupIngress" in made.flat()[0].resources

    def test_without_anybody_who_reads_a_secret_there_is_no_endpoint_for_it(self):
        assert "EndpointsStack" not in bundle(HELLO, users=[]).root.children
        assert "EndpointsStack" in bundle(HELLO).root.children

    def test_nobody_logs_in_as_the_master(self):
        settings = {"rds": {"users": USERS}, "functions": [ORDERS, NIGHTLY]}

        assert list(auth.Config.parse(settings, "my.yaml").warnings()) == []


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("change", "place", "sentence"),
        [
            ({"user": "ap"}, "user", "must name one of rds.users (app, audit, jobs, reports), got"),
            ({"user": "nobody"}, "user", "declare it: `{name: nobody, login: iam}`"),
            ({"reads_only": True}, "reads_only", "which comes with rds.readers"),
            ({"vpc": False}, "vpc", "must be true or left out where there is a user"),
        ],
    )
    def test_a_setting_is_refused_at_its_place(self, change, place, sentence):
        [one] = problems(auth, rds={"users": USERS}, functions=[{**ORDERS, **change}])

        assert one.startswith(f"[my.yaml: functions.0.{place}] ")
        assert sentence in one

    def test_the_users_of_the_librarys_own_functions_are_refused_beside_them(self):
        found = problems(
            auth,
            rds={"users": USERS},
            functions=[{**ORDERS, "user": "ap"}],
            password_user="jobs",
            iam_user="app",
        )

        assert [one.partition("]")[0] for one in found] == [
            "[my.yaml: functions.0.user",
            "[my.yaml: password_user",
            "[my.yaml: iam_user",
        ]

    def test_a_folder_of_code_that_is_not_there_is_refused(self, tmp_path):
        config = auth.Config.parse({"rds": {"users": USERS}, "functions": [ORDERS]}, "my.yaml")

        [code] = config.local_code()
        [one] = code.problems(tmp_path / "src")
        assert (code.place, one.place) == ("functions.0", "code")

    def test_who_may_not_be_the_master_need_not_be_named_beside_them(self):
        settings = {"rds": {"users": USERS, "master_login": False}, "functions": [ORDERS]}

        assert auth.Config.parse(settings, "my.yaml").functions
