"""Permission to log in: ``rds-db:connect`` on one proxy, as one user."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    assert_holds,
    faulted,
    get_att,
    ref,
    resource,
    template,
    violations,
    without,
)

from rdsproxy_templates.validators.rules import permission

FUNCTION = "SAMStackBlogRDSProxyFunction"
PROXY = "RDSStackRDSProxy"
STATEMENT = f"{FUNCTION}/Policies/1/Statement/0"
RESOURCE = f"{STATEMENT}/Resource"
VARIABLES = f"{FUNCTION}/Environment/Variables"
ARN = "arn:aws:rds-db:eu-west-1:111122223333:dbuser"


def field(number, arn):
    return {"Fn::Select": [number, {"Fn::Split": [":", arn]}]}


PROXY_ID = field(6, get_att(PROXY, "DBProxyArn"))


def user_of_proxy(name):
    """The ARN of the user *name* of the proxy."""
    return {"Fn::Sub": [f"{ARN}:${{Id}}/{name}", {"Id": PROXY_ID}]}


USER = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": user_of_proxy("root")}


def sentence(wrong):
    """The sentence of the one violation, which is about the function's permission."""
    [one] = violations(permission.connects, wrong)
    assert one.resource == FUNCTION
    assert one.property == "Policies"
    assert one.remedy
    return one.sentence


class TestMissing:
    SENTENCE = f"it logs in to {PROXY} with a token, and is not allowed to"

    def test_a_function_without_policies_is_refused(self):
        assert sentence(without(f"{FUNCTION}/Policies")) == self.SENTENCE

    def test_a_function_with_managed_policies_alone_is_refused(self):
        assert sentence(without(f"{FUNCTION}/Policies/1")) == self.SENTENCE

    def test_a_policy_by_its_name_alone_is_refused(self):
        assert sentence(faulted(f"{FUNCTION}/Policies", "ReadOnlyAccess")) == self.SENTENCE

    def test_a_template_of_sam_is_no_permission(self):
        policy = {"AWSSecretsManagerGetSecretValuePolicy": {"SecretArn": GIVEN}}

        assert sentence(faulted(f"{FUNCTION}/Policies/1", policy)) == self.SENTENCE

    def test_the_right_to_administer_is_no_permission(self):
        assert sentence(faulted(f"{STATEMENT}/Action", ["rds:*"])) == self.SENTENCE

    def test_a_denial_is_no_permission(self):
        assert sentence(faulted(f"{STATEMENT}/Effect", "Deny")) == self.SENTENCE

    def test_the_remedy_names_the_action(self):
        [one] = violations(permission.connects, without(f"{FUNCTION}/Policies"))

        assert one.remedy == "Allow rds-db:connect for its user on the proxy's ID"

    def test_a_proxy_that_logs_in_by_iam_itself_demands_a_token_too(self):
        changed = faulted(f"{PROXY}/DefaultAuthScheme", "IAM_AUTH", without(f"{PROXY}/Auth"))

        [one] = violations(permission.connects, without(f"{FUNCTION}/Policies", changed))
        assert one.sentence == self.SENTENCE

    def test_an_address_that_holds_the_endpoint_demands_a_token_too(self):
        address = {"Fn::Sub": f"mysql://${{{PROXY}.Endpoint}}:3306"}
        changed = faulted(f"{VARIABLES}/RDS_PROXY_ENDPOINT", address)

        assert sentence(without(f"{FUNCTION}/Policies", changed)) == self.SENTENCE

    def test_an_endpoint_of_the_proxy_demands_a_token_too(self):
        endpoint = resource("RDS::DBProxyEndpoint", DBProxyName=ref(PROXY))
        told = f"{VARIABLES}/RDS_PROXY_ENDPOINT"
        changed = faulted(told, get_att("Endpoint", "Endpoint"), faulted("Endpoint", endpoint))

        assert sentence(without(f"{FUNCTION}/Policies", changed)) == self.SENTENCE


class TestWrongResource:
    @pytest.mark.parametrize(
        "resource",
        [
            get_att(PROXY, "DBProxyArn"),
            ref(PROXY),
            [get_att(PROXY, "DBProxyArn")],
        ],
        ids=["the whole ARN", "the name", "in a list"],
    )
    def test_the_proxy_itself_is_refused(self, resource):
        assert "other than the ARN of a database user" in sentence(faulted(RESOURCE, resource))

    @pytest.mark.parametrize(
        "resource",
        [
            "arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0123",
            "arn:aws:rds:eu-west-1:111122223333:dbuser:prx-0123/root",
            "arn:aws:rds-db:eu-west-1:111122223333:prx-0123/root",
        ],
    )
    def test_what_is_no_database_user_is_refused(self, resource):
        assert (
            sentence(faulted(RESOURCE, resource))
            == f"rds-db:connect is allowed on {resource}, which is not a database user"
        )

    @pytest.mark.parametrize("name", ["proxy-blog", f"${{{PROXY}}}"])
    def test_the_name_in_place_of_the_id_is_refused(self, name):
        resource = {"Fn::Sub": f"{ARN}:{name}/root"}

        assert f"names {name}, which is not the ID" in sentence(faulted(RESOURCE, resource))

    @pytest.mark.parametrize(
        "place",
        [
            get_att(PROXY, "DBProxyArn"),
            ref(PROXY),
            field(5, get_att(PROXY, "DBProxyArn")),
            field(6, get_att("RDSStackDBCluster", "DBClusterArn")),
        ],
        ids=["the whole ARN", "the name", "another field", "another ARN"],
    )
    def test_a_variable_that_is_not_the_id_is_refused(self, place):
        resource = {"Fn::Sub": [f"{ARN}:${{ProxyId}}/root", {"ProxyId": place}]}

        assert "${ProxyId}, which is not the ID" in sentence(faulted(RESOURCE, resource))

    @pytest.mark.parametrize(
        "resource",
        [
            {"Fn::Sub": f"{ARN}:${{{PROXY}.DBProxyArn}}/root"},
            {"Fn::Sub": [f"{ARN}:${{Id}}/root", {"Id": {"Fn::Sub": f"${{{PROXY}.DBProxyArn}}"}}]},
            {"Fn::Join": ["", [f"{ARN}:", get_att(PROXY, "DBProxyArn"), "/root"]]},
            {"Fn::Join": ["/", [{"Fn::Sub": f"{ARN}:${{{PROXY}.DBProxyArn}}"}, "root"]]},
            {"Fn::Join": ["", [f"{ARN}:", {"Fn::GetAtt": f"{PROXY}.DBProxyArn"}, "/", "root"]]},
            {"Fn::Join": [":", [ARN, {"Fn::Join": ["/", [ref(PROXY), "root"]]}]]},
        ],
        ids=["in Sub", "in a variable", "joined", "joined to Sub", "by its short name", "its name"],
    )
    def test_the_arn_in_place_of_the_id_is_refused_however_it_is_spelled(self, resource):
        said = sentence(faulted(RESOURCE, resource))

        assert said.startswith("rds-db:connect names ")
        assert said.endswith(", which is not the ID of a proxy")

    @pytest.mark.parametrize(
        "resource",
        [{"Fn::Sub": f"${{{PROXY}.DBProxyArn}}"}, {"Fn::Join": ["", [ref(PROXY)]]}],
    )
    def test_the_proxy_itself_is_refused_however_it_is_spelled(self, resource):
        assert "other than the ARN of a database user" in sentence(faulted(RESOURCE, resource))

    def test_the_remedy_spells_the_arn(self):
        [one] = violations(permission.connects, faulted(RESOURCE, user_of_proxy("admin")))

        assert one.remedy == (
            "Use arn:<partition>:rds-db:<region>:<account>:dbuser:<prx-id>/<user>"
        )


class TestWrongUser:
    def test_another_user_is_refused(self):
        assert sentence(faulted(RESOURCE, user_of_proxy("admin"))) == (
            "rds-db:connect is allowed for admin, and the function logs in as another user"
        )

    def test_the_id_of_the_database_behind_the_proxy_is_refused(self):
        place = get_att("RDSStackDBCluster", "DBClusterResourceId")
        resource = {"Fn::Sub": [f"{ARN}:${{Id}}/root", {"Id": place}]}

        assert sentence(faulted(RESOURCE, resource)) == (
            f"rds-db:connect names the ID of RDSStackDBCluster, and the function logs in to {PROXY}"
        )

    @pytest.mark.parametrize("place", ["prx-0123456789abcdef0", "cluster-ABCDEFGHIJKL", "db-ABCD"])
    def test_an_id_as_it_stands_is_not_that_of_a_proxy_which_is_yet_to_be_created(self, place):
        assert sentence(faulted(RESOURCE, f"{ARN}:{place}/root")) == (
            f"rds-db:connect names {place}, and the ID of {PROXY} is made at deployment"
        )

    def test_a_function_that_names_no_user_may_log_in_as_any_one_user(self):
        changed = without(f"{VARIABLES}/RDS_USER")

        assert_holds(permission.connects, faulted(RESOURCE, user_of_proxy("admin"), changed))


class TestHost:
    @pytest.mark.parametrize("number", [6, "6"])
    @pytest.mark.parametrize(
        "given", [get_att(PROXY, "Endpoint"), ref(PROXY)], ids=["a host", "a name"]
    )
    def test_a_field_of_something_else_is_no_field_of_an_arn(self, given, number):
        host = field(number, given)
        resource = {"Fn::Sub": [f"{ARN}:${{Id}}/root", {"Id": host}]}

        assert sentence(faulted(RESOURCE, resource)) == (
            "rds-db:connect names ${Id}, which is not the ID of a proxy"
        )


class TestOwnUser:
    def sentence(self, wrong):
        [one] = violations(permission.own_user, wrong)
        assert one.resource == FUNCTION
        assert one.property == "Policies"
        assert one.remedy.endswith("dbuser:<prx-id>/<user>")
        return one.sentence

    def test_everything_is_too_much(self):
        assert self.sentence(faulted(RESOURCE, "*")) == (
            "rds-db:connect is allowed on *, which is not a database user"
        )

    def test_every_proxy_is_too_much(self):
        assert self.sentence(faulted(RESOURCE, f"{ARN}:*/root")) == (
            "rds-db:connect names *, which is not the ID of a proxy"
        )

    def test_every_user_is_too_much(self):
        assert self.sentence(faulted(RESOURCE, user_of_proxy("*"))) == (
            "rds-db:connect is allowed for every user"
        )

    def test_every_user_with_a_prefix_is_too_much(self):
        assert self.sentence(faulted(RESOURCE, user_of_proxy("ro*"))) == (
            "rds-db:connect is allowed for every user like ro*"
        )

    def test_a_second_resource_is_read_too(self):
        assert "every user" in self.sentence(faulted(f"{RESOURCE}/1", user_of_proxy("*")))

    def test_a_second_user_is_for_another_rule(self):
        assert_holds(permission.own_user, faulted(f"{RESOURCE}/1", user_of_proxy("admin")))

    def test_all_but_some_resources_is_too_much(self):
        statement = {"Effect": "Allow", "Action": "rds-db:connect", "NotResource": "arn:aws:x"}

        assert self.sentence(faulted(STATEMENT, statement)) == (
            "rds-db:connect is allowed on everything but what NotResource names"
        )

    def test_all_but_some_actions_is_too_much(self):
        statement = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}

        assert "is allowed on *" in self.sentence(faulted(STATEMENT, statement))

    def test_an_administrator_who_logs_in_nowhere_is_left_alone(self):
        policy = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
        admin = resource("IAM::Role", Policies=[{"PolicyName": "All", "PolicyDocument": policy}])

        assert_holds(permission.own_user, faulted("Admin", admin))

    def test_a_condition_may_make_it_narrow(self):
        condition = {"StringEquals": {"aws:PrincipalTag/team": "shop"}}

        changed = faulted(f"{STATEMENT}/Condition", condition)
        assert_holds(permission.own_user, faulted(RESOURCE, "*", changed))


class TestFurtherUser:
    def test_a_second_user_is_an_opinion_because_aws_documents_several(self):
        [one] = violations(
            permission.further_user, faulted(f"{RESOURCE}/1", user_of_proxy("admin"))
        )

        assert permission.further_user.level == "opinion"
        assert one.resource == FUNCTION
        assert one.sentence == (
            "rds-db:connect is allowed for admin, and the function logs in as another user"
        )

    @pytest.mark.parametrize("name", ["root", "${Given}", "*"])
    def test_its_own_an_unknown_one_and_every_one_are_none(self, name):
        assert_holds(permission.further_user, faulted(f"{RESOURCE}/1", user_of_proxy(name)))

    def test_another_one_alone_fails_the_login_and_is_for_another_rule(self):
        assert_holds(permission.further_user, faulted(RESOURCE, user_of_proxy("admin")))


class TestFixedPlace:
    @pytest.mark.parametrize(
        ("arn", "field"),
        [
            ("arn:${AWS::Partition}:rds-db:eu-west-1:${AWS::AccountId}:dbuser", "Region eu-west-1"),
            ("arn:${AWS::Partition}:rds-db:*:111122223333:dbuser", "account 111122223333"),
        ],
    )
    def test_a_place_as_it_stands_is_not_that_of_a_proxy_which_is_created_anywhere(
        self, arn, field
    ):
        resource = {"Fn::Sub": [f"{arn}:${{Id}}/root", {"Id": PROXY_ID}]}

        [one] = violations(permission.fixed_place, faulted(RESOURCE, resource))

        assert one.sentence == (
            f"rds-db:connect names the {field}, and the proxy is created in any"
        )

    def test_the_place_of_a_given_proxy_may_be_fixed(self):
        assert_holds(permission.fixed_place, faulted(RESOURCE, f"{ARN}:prx-0123/root"))

    def test_a_partition_as_it_stands_is_worth_a_look(self):
        [one] = violations(permission.fixed_partition, faulted(RESOURCE, user_of_proxy("root")))

        assert one.sentence == "rds-db:connect names the partition aws"
        assert permission.fixed_partition.level == "opinion"


class TestDenied:
    @pytest.mark.parametrize(
        "statement",
        [
            {"Action": "rds-db:connect", "Resource": "*"},
            {"Action": "*", "NotResource": "arn:aws:s3:::bucket"},
            {"NotAction": "s3:*", "Resource": "*"},
            {"Action": "rds-db:*", "Resource": f"{ARN.replace('eu-west-1', '*')}:*/root"},
        ],
        ids=["the action", "all but a bucket", "all but S3", "the user"],
    )
    def test_a_denial_beside_the_permission_is_refused(self, statement):
        denial = {"Effect": "Deny", **statement}
        said = violations(
            permission.connects, faulted(f"{FUNCTION}/Policies/1/Statement/1", denial)
        )

        if "111122223333" in str(statement):
            assert said == []  # the account is known at deployment only
        else:
            [one] = said
            assert one.sentence == f"a statement denies rds-db:connect on {PROXY}"

    def test_a_denial_of_others_is_none(self):
        denial = {"Effect": "Deny", "Action": "rds-db:connect", "Resource": user_of_proxy("admin")}

        assert_holds(permission.connects, faulted(f"{FUNCTION}/Policies/1/Statement/1", denial))

    def test_a_boundary_without_the_permission_denies_it(self):
        statement = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
        boundary = resource("IAM::ManagedPolicy", PolicyDocument={"Statement": statement})
        changed = faulted(f"{FUNCTION}/PermissionsBoundary", ref("Boundary"))

        assert sentence(faulted("Boundary", boundary, changed)) == (
            f"rds-db:connect is not allowed on {PROXY}"
        )


class TestWhereItIsWritten:
    """The same permission, for another user than the function's, wherever it stands."""

    OTHER = {**USER, "Resource": user_of_proxy("admin")}

    def in_role(self, statement, **properties):
        role = resource("IAM::Role", **properties)
        changed = faulted("Role", role, without(f"{FUNCTION}/Policies"))
        return faulted(f"{FUNCTION}/Role", get_att("Role", "Arn"), changed)

    @pytest.mark.parametrize("statement", [USER, OTHER], ids=["sound", "faulty"])
    @pytest.mark.parametrize(
        ("kind", "attached"),
        [
            ("IAM::Policy", {"Roles": [ref("Role")]}),
            ("IAM::ManagedPolicy", {"Roles": [{"Fn::Sub": "${Role}"}]}),
            ("IAM::RolePolicy", {"RoleName": ref("Role")}),
        ],
    )
    def test_in_a_policy_that_names_the_role(self, statement, kind, attached):
        policy = resource(kind, PolicyDocument={"Statement": [statement]}, **attached)

        found = violations(permission.connects, faulted("Policy", policy, self.in_role(statement)))

        assert len(found) == (statement is self.OTHER)

    @pytest.mark.parametrize("statement", [USER, OTHER], ids=["sound", "faulty"])
    def test_in_a_managed_policy_that_the_role_names(self, statement):
        policy = resource("IAM::ManagedPolicy", PolicyDocument={"Statement": statement})
        changed = self.in_role(statement, ManagedPolicyArns=[ref("Policy")])

        found = violations(permission.connects, faulted("Policy", policy, changed))

        assert len(found) == (statement is self.OTHER)

    @pytest.mark.parametrize("statement", [USER, OTHER], ids=["sound", "faulty"])
    def test_in_the_role_of_a_plain_function(self, statement):
        policy = {"PolicyName": "Connect", "PolicyDocument": {"Statement": [statement]}}
        changed = self.in_role(statement, Policies=[policy])

        found = violations(
            permission.connects, faulted(f"{FUNCTION}/Type", "AWS::Lambda::Function", changed)
        )

        assert len(found) == (statement is self.OTHER)

    @pytest.mark.parametrize("statement", [USER, OTHER], ids=["sound", "faulty"])
    def test_in_a_policy_for_the_role_that_sam_makes(self, statement):
        policy = resource(
            "IAM::Policy",
            PolicyDocument={"Statement": [statement]},
            Roles=[ref(f"{FUNCTION}Role")],
        )
        changed = faulted("Policy", policy, without(f"{FUNCTION}/Policies"))

        assert len(violations(permission.connects, changed)) == (statement is self.OTHER)

    @pytest.mark.parametrize(
        "policy",
        [
            "arn:aws:iam::111122223333:policy/mine",
            GIVEN,
            {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/mine"},
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "PowerUserAccess",
        ],
    )
    def test_a_policy_that_is_written_elsewhere_may_allow_it(self, policy):
        assert_holds(permission.connects, faulted(f"{FUNCTION}/Policies", [policy]))

    @pytest.mark.parametrize(
        "resource_",
        [get_att(PROXY, "DBProxyArn"), f"{ARN}:proxy-blog/root"],
        ids=["the whole ARN", "the name"],
    )
    def test_a_role_that_no_function_of_the_template_has_is_judged_by_its_form(self, resource_):
        statement = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": resource_}
        policy = {"PolicyName": "Connect", "PolicyDocument": {"Statement": [statement]}}

        found = violations(
            permission.connects, faulted("Client", resource("IAM::Role", Policies=[policy]))
        )

        assert [one.resource for one in found] == ["Client"]


class TestDirectly:
    """A function that is told the database itself, and no secret."""

    def direct(self, place, *, takes=True, user="app"):
        database = resource(
            "RDS::DBInstance", Engine="mysql", EnableIAMDatabaseAuthentication=takes
        )
        statement = {
            "Effect": "Allow",
            "Action": "rds-db:connect",
            "Resource": {"Fn::Sub": [f"{ARN}:${{Id}}/{user}", {"Id": place}]},
        }
        variables = {"DB_HOST": get_att("Database", "Endpoint.Address"), "DB_USER": "app"}
        function = resource(
            "Serverless::Function",
            Environment={"Variables": variables},
            Policies=[{"Statement": statement}],
        )
        return template(Database=database, Function=function)

    def test_the_id_of_the_database_is_accepted(self):
        assert_holds(permission.connects, self.direct(get_att("Database", "DbiResourceId")))

    @pytest.mark.parametrize(
        "place",
        [
            ref("Database"),
            get_att("Database", "DBInstanceArn"),
            get_att("Database", "Endpoint.Address"),
            "prx-0123456789abcdef0",
        ],
        ids=["its name", "its ARN", "its host", "the ID of a proxy"],
    )
    def test_anything_else_of_it_is_refused(self, place):
        [one] = violations(permission.connects, self.direct(place))

        assert one.resource == "Function"

    def test_another_user_is_refused(self):
        place = get_att("Database", "DbiResourceId")

        [one] = violations(permission.connects, self.direct(place, user="admin"))

        assert "for admin" in one.sentence

    def test_an_id_that_is_given_is_left_alone(self):
        assert_holds(permission.connects, self.direct(GIVEN))


class TestAccepted:
    def test_the_id_of_the_proxy_as_it_stands(self):
        assert_holds(permission.connects, faulted(RESOURCE, user_of_proxy("root")))

    def test_a_user_that_is_given_to_both(self):
        changed = faulted(f"{VARIABLES}/RDS_USER", GIVEN)

        assert_holds(
            permission.connects,
            faulted(
                RESOURCE, {"Fn::Sub": [f"{ARN}:${{Id}}/${{Given}}", {"Id": PROXY_ID}]}, changed
            ),
        )

    @pytest.mark.parametrize("user", ["root", GIVEN])
    def test_a_user_that_is_a_variable_of_the_text(self, user):
        changed = faulted(f"{VARIABLES}/RDS_USER", user)
        resource = {"Fn::Sub": [f"{ARN}:${{Id}}/${{User}}", {"Id": PROXY_ID, "User": user}]}

        assert_holds(permission.connects, faulted(RESOURCE, resource, changed))

    @pytest.mark.parametrize(
        "resource",
        [
            {"Fn::Join": [":", ["arn:aws:rds-db:eu-west-1:111122223333:dbuser", GIVEN]]},
            {"Fn::ImportValue": "DatabaseUser"},
            {"Fn::Sub": f"{ARN}:${{Given}}/root"},
            {"Fn::Join": ["/", [{"Fn::Join": [":", [ARN, GIVEN]]}, "root"]]},
            {"Fn::Join": ["", [GIVEN, "/root"]]},
            {"Fn::Sub": [f"{ARN}:${{Id}}/root", {"Id": {"Fn::ImportValue": "ProxyId"}}]},
            {"Fn::Join": ["", [f"{ARN}:", field(6, get_att(PROXY, "DBProxyArn")), "/root"]]},
        ],
    )
    def test_an_arn_that_deployment_puts_together_is_left_alone(self, resource):
        assert_holds(permission.connects, faulted(RESOURCE, resource))

    @pytest.mark.parametrize("action", ["rds-db:*", "rds-db:Connect"])
    def test_a_pattern_and_another_case_are_actions_too(self, action):
        assert_holds(permission.connects, faulted(f"{STATEMENT}/Action", action))

    @pytest.mark.parametrize("statement", [USER, [USER]])
    def test_a_single_policy_and_a_single_statement(self, statement):
        policy = {"Version": "2012-10-17", "Statement": statement}

        assert_holds(permission.connects, faulted(f"{FUNCTION}/Policies", policy))

    def test_a_role_of_the_bundle_with_the_permission(self):
        policy = {"PolicyName": "Connect", "PolicyDocument": {"Statement": [USER]}}
        changed = faulted("Role", resource("IAM::Role", Policies=[policy]))
        changed = without(f"{FUNCTION}/Policies", changed)

        assert_holds(
            permission.connects, faulted(f"{FUNCTION}/Role", get_att("Role", "Arn"), changed)
        )

    def test_a_role_of_the_bundle_without_it_is_refused(self):
        changed = faulted("Role", resource("IAM::Role"), without(f"{FUNCTION}/Policies"))

        assert sentence(faulted(f"{FUNCTION}/Role", get_att("Role", "Arn"), changed))

    def test_a_role_that_is_given_is_left_alone(self):
        assert_holds(
            permission.connects, faulted(f"{FUNCTION}/Role", GIVEN, without(f"{FUNCTION}/Policies"))
        )

    def test_a_function_that_is_not_told_of_the_proxy_needs_no_permission(self):
        changed = without(f"{FUNCTION}/Policies")

        assert_holds(
            permission.connects, faulted(f"{VARIABLES}/RDS_PROXY_ENDPOINT", GIVEN, changed)
        )

    def test_a_proxy_that_takes_passwords_needs_no_permission(self):
        changed = faulted(f"{PROXY}/Auth/0/IAMAuth", "DISABLED")

        assert_holds(permission.connects, without(f"{FUNCTION}/Policies", changed))
