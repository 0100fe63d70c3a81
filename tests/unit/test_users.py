"""Users of a database: one declaration, from which everything else follows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rendered import flat, problems

from rdsproxy_templates import render
from rdsproxy_templates.variants import auth, base, bastion

READER = {"name": "reader", "login": "password", "grants": [{"privileges": ["SELECT"]}]}
WRITER = {"name": "order_writer", "login": "iam"}
OWNER = {"name": "owner1", "login": "end_to_end_iam", "grants": [{"privileges": ["ALL"]}]}
PEOPLE = [
    READER,
    {"name": "writer", "login": "iam"},
    OWNER,
]


class TestDeclaring:
    @pytest.mark.parametrize(
        ("user", "place", "sentence"),
        [
            pytest.param(
                {"name": "rdsadmin", "login": "iam"},
                "rds.users.0.name",
                "must not be 'rdsadmin', a name that RDS reserves; choose another",
                id="a reserved name",
            ),
            pytest.param(
                {"name": "a-b", "login": "iam"},
                "rds.users.0.name",
                "must be 1 to 32 letters, digits or underscores, a letter first, got 'a-b'",
                id="a name that the engine refuses",
            ),
            pytest.param(
                {"name": "root", "login": "iam"},
                "rds.users.0.name",
                "must not be 'root', a name that RDS reserves; choose another",
                id="a name of the database's own",
            ),
            pytest.param(
                {"name": "a" * 33, "login": "iam"},
                "rds.users.0.name",
                f"must be 1 to 32 letters, digits or underscores, a letter first, got '{'a' * 33}'",
                id="a name that is too long for MySQL",
            ),
            pytest.param(
                {"name": "reader", "login": "kerberos"},
                "rds.users.0.login",
                "must be one of password, iam, end_to_end_iam, got 'kerberos'",
                id="a login that there is not",
            ),
            pytest.param(
                {"name": "reader", "login": "iam", "grants": [{"privileges": ["select"]}]},
                "rds.users.0.grants.0.privileges",
                "must be one of ALL, ALTER, CREATE, CREATE VIEW, DELETE, DROP, INDEX, INSERT, "
                "REFERENCES, SELECT, SHOW VIEW, TRIGGER, UPDATE, got 'select' "
                "(did you mean SELECT?)",
                id="a privilege that the engine has not",
            ),
            pytest.param(
                {"name": "reader", "login": "iam", "grants": [{"privileges": ["ALL", "DROP"]}]},
                "rds.users.0.grants.0.privileges",
                "must be ALL by itself or without it, got ALL, DROP",
                id="everything and more",
            ),
        ],
    )
    def test_invalid_declarations_are_refused(self, user, place, sentence):
        assert problems(base, rds={"users": [user]}) == [f"[my.yaml: {place}] {sentence}"]

    def test_a_table_is_a_name_and_not_sql(self):
        wrong = {"name": "reader", "login": "iam", "grants": [{"on": "t; DROP TABLE t"}]}

        [one] = problems(base, rds={"users": [wrong]})
        assert one.startswith("[my.yaml: rds.users.0.grants.0.on] ")

    def test_two_users_with_one_name_are_refused(self):
        twice = [{"name": "reader", "login": "iam"}, {"name": "Reader", "login": "password"}]

        assert problems(base, rds={"users": twice}) == [
            "[my.yaml: rds.users.0.name] must differ from every other user's, got 'reader'",
            "[my.yaml: rds.users.1.name] must differ from every other user's, got 'Reader'",
        ]

    def test_nobody_at_all_is_refused(self):
        assert problems(base, rds={"master_login": False}) == [
            "[my.yaml: rds.master_login] is off, and there are no users: nobody could log in; "
            "declare one, `users: [{name: app, login: iam}]`, or let the master in, "
            "`master_login: true`"
        ]


class TestLongNames:
    LONG = "order_" + "x" * 58

    def test_a_grant_on_all_of_mysql_has_room_for_a_name_whose_underscores_are_escaped(self):
        everything = {"name": "app", "login": "iam"}

        assert problems(base, rds={"users": [everything]}, database={"name": self.LONG}) == [
            "[my.yaml: database.name] must have at most 64 letters, each _ counted twice, because "
            "rds.users are granted all its tables and MySQL wants _ escaped in such a grant, got "
            f"65 ({self.LONG!r}); choose a shorter name, or grant on tables by name"
        ]

    @pytest.mark.parametrize(
        ("rds", "name"),
        [
            ({"users": [{"name": "app", "login": "iam"}]}, LONG[:-1]),
            ({"users": [{"name": "app", "login": "iam"}]}, "x" * 64),
            ({"users": [{"name": "app", "login": "iam", "grants": [{"on": "items"}]}]}, LONG),
            ({}, LONG),
            ({"engine": "postgres", "users": [{"name": "app", "login": "iam"}]}, LONG[:-1]),
        ],
    )
    def test_other_long_names_are_taken(self, rds, name):
        assert base.Config.parse({"rds": rds, "database": {"name": name}}, "my.yaml")


class TestChoosing:
    def test_a_functions_user_must_be_declared(self):
        assert problems(base, rds={"users": PEOPLE}, function_user="writr") == [
            "[my.yaml: function_user] must name one of rds.users, got 'writr' "
            "(did you mean writer?)"
        ]

    def test_the_function_of_base_logs_in_by_iam(self):
        [one] = problems(base, rds={"users": PEOPLE}, function_user="reader")

        assert one.startswith("[my.yaml: function_user] must log in by IAM, and 'reader' logs in ")

    def test_a_master_without_login_cannot_be_a_functions_user(self):
        [one] = problems(base, rds={"users": PEOPLE, "master_login": False})

        assert one == (
            "[my.yaml: function_user] must name one of rds.users that logs in by IAM: "
            "rds.master_login is off, and the function would log in as the master user; write "
            "`function_user: writer`"
        )

    def test_each_function_of_auth_has_a_user_of_its_own_login(self):
        assert problems(auth, rds={"users": PEOPLE}, password_user="writer", iam_user="reader") == [
            "[my.yaml: password_user] must name one of rds.users with that login (reader), "
            "got 'writer'",
            "[my.yaml: iam_user] must name one of rds.users with that login (owner1, writer), "
            "got 'reader'",
        ]

    def test_a_proxy_of_auth_that_nobody_could_use_is_refused(self):
        [one, *_] = problems(auth, rds={"users": [READER], "master_login": False})

        assert one.startswith("[my.yaml: rds.master_login] is off, so users must hold one")

    def test_passwords_without_tls_warn(self):
        config = auth.Config.parse({"rds": {"password_requires_tls": False}}, "my.yaml")

        places = [warning.place for warning in config.warnings()]
        assert places == ["rds.password_requires_tls", "rds.master_login"]

    @pytest.mark.parametrize("engine", ["mysql", "aurora-mysql"])
    def test_passwords_without_tls_are_refused_where_users_must_have_it(self, engine):
        rds = {"engine": engine, "users": PEOPLE, "password_requires_tls": False}

        assert problems(auth, rds=rds) == [
            "[my.yaml: rds.password_requires_tls] must be true beside users of MySQL with a "
            "password (reader): they are created with REQUIRE SSL, and the database would refuse a "
            "proxy that connects for them without TLS; leave it out, or let them log in by iam or "
            "end_to_end_iam"
        ]

    @pytest.mark.parametrize(
        ("engine", "people"), [("postgres", [READER]), ("mysql", [WRITER]), ("mysql", [OWNER])]
    )
    def test_passwords_without_tls_are_taken_where_no_user_needs_it(self, engine, people):
        rds = {"engine": engine, "users": people, "password_requires_tls": False}
        database = {"name": "shop", "master_username": "boss"}

        assert auth.Config.parse({"rds": rds, "database": database}, "my.yaml")

    @pytest.mark.parametrize(
        ("people", "said"),
        [
            pytest.param(
                [OWNER, READER],
                "(owner1) with users whose password the proxy reads (rea",
                id="a password",
            ),
            pytest.param([OWNER, WRITER], "reads (order_writer)", id="a token for a password"),
            pytest.param([OWNER], None, id="tokens only"),
            pytest.param([READER, WRITER], None, id="passwords only"),
        ],
    )
    @pytest.mark.parametrize("variant", [base, auth])
    def test_end_to_end_iam_beside_passwords_warns(self, variant, people, said):
        settings = {
            "rds": {"engine": "postgres", "users": people},
            "database": {"name": "shop", "master_username": "boss"},
        }

        warnings = {
            one.place: one.sentence for one in variant.Config.parse(settings, "my.yaml").warnings()
        }
        assert ("rds.users" in warnings) is bool(said)
        assert (said or "") in warnings.get("rds.users", "")


class TestFollowing:
    def test_secrets_entries_policies_and_users_follow(self):
        resources = flat(base, rds={"users": PEOPLE}, function_user="owner1").resources

        reader = {"Ref": "UserSecretsStackReaderSecret"}
        writer = {"Ref": "UserSecretsStackWriterSecret"}
        master = {"Ref": "SecretsStackRDSMasterUserSecret"}
        proxy = resources["RDSStackRDSProxy"]["Properties"]
        assert [(one["SecretArn"], one["IAMAuth"]) for one in proxy["Auth"]] == [
            (master, "REQUIRED"),
            (reader, "DISABLED"),
            (writer, "REQUIRED"),
        ]
        assert proxy["DefaultAuthScheme"] == "IAM_AUTH"
        assert proxy["RequireTLS"] is True
        readable, connects = resources["RDSStackRDSProxyRole"]["Properties"]["Policies"]
        assert readable["PolicyDocument"]["Statement"][0]["Resource"] == [master, reader, writer]
        assert connects["PolicyDocument"]["Statement"][0]["Resource"] == [
            {
                "Fn::Sub": "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:"
                "${RDSStackDBCluster.DBClusterResourceId}/owner1"
            }
        ]
        assert resources["RDSStackDBCluster"]["Properties"]["EnableIAMDatabaseAuthentication"]
        users = {
            name: body["Properties"]
            for name, body in resources.items()
            if body["Type"] == "Custom::DatabaseUser"
        }
        assert {name: (one["UserName"], one["Login"]) for name, one in users.items()} == {
            "UsersStackReaderUser": ("reader", "password"),
            "UsersStackWriterUser": ("writer", "password"),
            "UsersStackOwner1User": ("owner1", "iam"),
        }
        assert users["UsersStackReaderUser"]["Grants"] == [
            {"Privileges": ["SELECT"], "On": "blog_rds_proxy.*"}
        ]

    def test_a_name_reserved_for_the_users_function_is_refused(self):
        people = [{"name": "rdsproxy_templates_x", "login": "iam"}]

        assert problems(bastion, rds={"users": people}) == [
            "[my.yaml: rds.users.0.name] must not begin with rdsproxy_templates, a prefix "
            "that the users function keeps for itself, got 'rdsproxy_templates_x'; choose another name"
        ]

    def test_users_are_made_one_after_another(self):
        """A new account runs ten functions at once, and each user needs two."""
        resources = flat(base, rds={"users": PEOPLE}).resources
        order = ["UsersStackReaderUser", "UsersStackWriterUser", "UsersStackOwner1User"]

        for before, after in pairwise(sorted(order, key=list(resources).index)):
            assert before in resources[after]["DependsOn"]

    def test_a_user_is_adopted_only_on_request(self):
        people = [dict(PEOPLE[0], adopt=True), *PEOPLE[1:]]
        resources = flat(base, rds={"users": people}).resources
        adopted = [
            body["Properties"]["UserName"]
            for body in resources.values()
            if body["Type"] == "Custom::DatabaseUser" and body["Properties"].get("Adopt")
        ]

        assert adopted == [PEOPLE[0]["name"]]

    def test_the_function_may_connect_as_its_user_and_nobody_else(self):
        resources = flat(base, rds={"users": PEOPLE}, function_user="writer").resources

        function = resources["SAMStackBlogRDSProxyFunction"]["Properties"]
        name = {"Fn::GetAtt": ["UsersStackWriterUser", "UserName"]}
        assert function["Environment"]["Variables"]["RDS_USER"] == name
        [resource] = function["Policies"][1]["Statement"][0]["Resource"]
        assert resource["Fn::Sub"][0].endswith("/${UsersStackWriterUser.UserName}")

    def test_without_users_nothing_refers_to_them(self):
        assert not [
            name for name in flat(base).resources if name.startswith(("Users", "Endpoints"))
        ]

    def test_users_without_a_password_have_no_secret(self):
        resources = flat(
            base, rds={"users": [OWNER], "master_login": False}, function_user="owner1"
        ).resources

        assert "Auth" not in resources["RDSStackRDSProxy"]["Properties"]
        assert [n for n in resources if n.endswith("Secret")] == ["SecretsStackRDSMasterUserSecret"]

    def test_each_login_of_auth_has_its_proxy(self):
        resources = flat(
            auth, rds={"users": PEOPLE}, password_user="reader", iam_user="owner1"
        ).resources

        def entries(proxy):
            auths = resources[f"RDSStack{proxy}"]["Properties"]["Auth"]
            return [
                (one["SecretArn"]["Ref"].partition("Stack")[2], one["IAMAuth"]) for one in auths
            ]

        assert entries("PasswordProxy") == [
            ("RDSMasterUserSecret", "DISABLED"),
            ("ReaderSecret", "DISABLED"),
        ]
        assert entries("IAMProxy") == [
            ("RDSMasterUserSecret", "REQUIRED"),
            ("WriterSecret", "REQUIRED"),
        ]
        variables = resources["SAMStackPasswordFunction"]["Properties"]["Environment"]["Variables"]
        assert variables["RDS_SECRET_ARN"] == {"Ref": "UserSecretsStackReaderSecret"}
        assert "RDS_USER" not in variables

    def test_every_secret_rotates_once_it_is_attached(self):
        found = flat(auth, rds={"users": PEOPLE, "rotate_secrets_after_days": 30}).resources

        schedules = {
            name: body["Properties"]["SecretId"]
            for name, body in found.items()
            if body["Type"] == "AWS::SecretsManager::RotationSchedule"
        }
        assert schedules == {
            "RotationStackRDSMasterUserSecretRotation": {"Ref": "RDSStackDBInstanceAttachment"},
            "RotationStackReaderSecretRotation": {"Ref": "RDSStackReaderSecretAttachment"},
            "RotationStackWriterSecretRotation": {"Ref": "RDSStackWriterSecretAttachment"},
        }


def test_an_optional_port_is_no_parameter_of_a_variant_without_it():
    root = render(base, base.Config()).root

    assert "UserSecretArns" not in root.children["RDSStack"].template.parameters
