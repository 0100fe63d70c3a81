"""Roles: the right service may assume one, and it may do no more than it has to."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, get_att, resource, template, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import assumed_role, role
from rdsproxy_templates.variants import bastion, cross_account_app, cross_account_network

FUNCTION, PROXY_ROLE = "SAMStackBlogRDSProxyFunction", "RDSStackRDSProxyRole"
TRUST = f"{PROXY_ROLE}/AssumeRolePolicyDocument"
PRINCIPAL = f"{TRUST}/Statement/0/Principal"
READS = f"{PROXY_ROLE}/Policies/0/PolicyDocument/Statement/0"
ROOT = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
ACCESS = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
BASTION = unpackaged(bastion, bastion.Config()).flat()[0]
NETWORK = unpackaged(cross_account_network, cross_account_network.Config()).flat()[0]
APP = unpackaged(cross_account_app, cross_account_app.Config()).flat()[0]


def trusting(principal, **properties):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = {"Statement": [statement]}
    return resource("IAM::Role", AssumeRolePolicyDocument=document, **properties)


class TestTrust:
    @pytest.mark.parametrize(
        "principal",
        [{"Service": "lambda.amazonaws.com"}, {"Service": ["ec2.amazonaws.com"]}, {"AWS": ROOT}],
        ids=["another", "another in a list", "the account"],
    )
    def test_a_proxys_role_for_anybody_but_rds_is_refused(self, principal):
        [one] = violations(role.trust, faulted(PRINCIPAL, principal))

        assert (one.resource, one.property) == (PROXY_ROLE, "AssumeRolePolicyDocument")
        assert one.sentence == (
            "rds.amazonaws.com may not assume it, and RDSStackRDSProxy acts in it"
        )

    @pytest.mark.parametrize(
        ("key", "value"), [("Action", "sts:TagSession"), ("Effect", "Deny"), ("Action", [])]
    )
    def test_a_statement_that_lets_nobody_assume_it_is_refused(self, key, value):
        assert violations(role.trust, faulted(f"{TRUST}/Statement/0/{key}", value))

    @pytest.mark.parametrize(
        "principal",
        [
            {"Service": ["ec2.amazonaws.com", "rds.amazonaws.com"]},
            {"Service": {"Fn::Sub": "rds.${AWS::URLSuffix}"}},
            {"Service": {"Fn::Sub": "rds.${AWS::Region}.amazonaws.com"}},
            {"Service": GIVEN},
            GIVEN,
        ],
    )
    def test_rds_among_others_and_what_is_unknown_are_accepted(self, principal):
        assert_holds(role.trust, faulted(PRINCIPAL, principal))

    @pytest.mark.parametrize("action", ["sts:*", "*", ["sts:AssumeRole", "sts:TagSession"]])
    def test_a_pattern_of_actions_is_accepted(self, action):
        assert_holds(role.trust, faulted(f"{TRUST}/Statement/0/Action", action))

    def test_the_role_of_an_instance_is_for_ec2(self):
        place = "BastionStackBastionRole/AssumeRolePolicyDocument/Statement/0/Principal"

        [one] = violations(role.trust, faulted(place, {"Service": "rds.amazonaws.com"}, BASTION))

        assert one.sentence.startswith("ec2.amazonaws.com may not assume it")

    @pytest.mark.parametrize("kind", ["Serverless::Function", "Lambda::Function"])
    def test_the_role_of_a_function_is_for_lambda(self, kind):
        function = resource(kind, Role=get_att("Role", "Arn"))
        wrong = template(Role=trusting({"Service": "rds.amazonaws.com"}), Function=function)

        [one] = violations(role.trust, wrong)

        assert one.sentence == "lambda.amazonaws.com may not assume it, and Function acts in it"

    def test_a_role_with_a_policy_for_functions_is_for_lambda(self):
        place = "FunctionRoleStackFunctionRole/AssumeRolePolicyDocument/Statement/0/Principal"

        [one] = violations(role.trust, faulted(place, {"Service": "rds.amazonaws.com"}, NETWORK))

        assert one.sentence == (
            "lambda.amazonaws.com may not assume it, and it has a policy for functions"
        )

    @pytest.mark.parametrize(
        ("principal", "found"),
        [
            (get_att("Role", "Arn"), 0),
            (ROOT, 0),
            (GIVEN, 0),
            (get_att("Other", "Arn"), 1),
        ],
        ids=["the function's", "its account", "a given one", "another"],
    )
    def test_a_role_that_is_told_is_for_the_functions(self, principal, found):
        variables = {"CONNECT_ROLE_ARN": get_att("Told", "Arn")}
        made = template(
            Role=trusting({"Service": "lambda.amazonaws.com"}),
            Other=trusting({"Service": "lambda.amazonaws.com"}),
            Told=trusting({"AWS": principal}),
            Function=resource(
                "Lambda::Function",
                Role=get_att("Role", "Arn"),
                Environment={"Variables": variables},
            ),
        )

        assert [one.resource for one in violations(role.trust, made)] == ["Told"] * found


class TestTrustsEverybody:
    @pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*", ROOT]}])
    def test_a_role_for_everybody_is_refused(self, principal):
        [one] = violations(role.trusts_everybody, faulted(PRINCIPAL, principal))

        assert one.resource == PROXY_ROLE
        assert one.sentence == "its policy admits everybody, under no condition"

    def test_everybody_but_somebody_is_everybody(self):
        statement = {"Effect": "Allow", "NotPrincipal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}

        assert violations(role.trusts_everybody, faulted(f"{TRUST}/Statement/0", statement))

    def test_a_condition_names_somebody(self):
        condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
        changed = faulted(f"{TRUST}/Statement/0/Condition", condition)

        assert_holds(role.trusts_everybody, faulted(PRINCIPAL, "*", changed))

    @pytest.mark.parametrize("principal", [{"AWS": ROOT}, {"AWS": GIVEN}, {"Service": "a.b"}])
    def test_somebody_is_accepted(self, principal):
        assert_holds(role.trusts_everybody, faulted(PRINCIPAL, principal))


class TestReadsEverySecret:
    @pytest.mark.parametrize(
        "resources",
        [
            "*",
            [{"Fn::Sub": "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:*:secret:*"}],
            {"Fn::Join": [":", ["arn:aws:secretsmanager", "*", "*", "secret", "*"]]},
        ],
    )
    def test_every_secret_is_refused(self, resources):
        [one] = violations(role.reads_every_secret, faulted(f"{READS}/Resource", resources))

        assert one.resource == PROXY_ROLE
        assert one.sentence == f"{PROXY_ROLE} may read every secret"

    def test_a_policy_that_is_added_to_a_given_role_is_read_too(self):
        place = "SAMStackFunctionRoleAssumeConnectRole/PolicyDocument/Statement/0"
        statement = {"Effect": "Allow", "Action": "secretsmanager:Get*", "Resource": "*"}

        [one] = violations(role.reads_every_secret, faulted(place, statement, APP))

        assert one.property == "PolicyDocument"

    def test_a_managed_policy_for_every_secret_is_refused(self):
        policies = ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"]

        [one] = violations(
            role.reads_every_secret, faulted(f"{PROXY_ROLE}/ManagedPolicyArns", policies)
        )

        assert one.property == "ManagedPolicyArns"

    @pytest.mark.parametrize(
        "resources",
        [
            {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:shop/*"},
            GIVEN,
        ],
    )
    def test_secrets_of_one_kind_and_what_is_unknown_are_accepted(self, resources):
        assert_holds(role.reads_every_secret, faulted(f"{READS}/Resource", resources))

    def test_a_condition_may_make_it_narrow(self):
        condition = {"StringEquals": {"aws:ResourceTag/app": "shop"}}
        changed = faulted(f"{READS}/Condition", condition)

        assert_holds(role.reads_every_secret, faulted(f"{READS}/Resource", "*", changed))


class TestAssumedRole:
    POLICY = "SAMStackFunctionRoleAssumeConnectRole"
    RESOURCE = f"{POLICY}/PolicyDocument/Statement/0/Resource"

    @pytest.mark.parametrize("resources", ["*", ["arn:aws:iam::*:role/*"]])
    def test_every_role_is_refused(self, resources):
        [one] = violations(assumed_role.assumes_any_role, faulted(self.RESOURCE, resources, APP))

        assert (one.resource, one.property) == (self.POLICY, "PolicyDocument")

    @pytest.mark.parametrize("resources", ["arn:aws:iam::111122223333:role/connect-*", GIVEN])
    def test_a_role_by_name_is_accepted(self, resources):
        assert_holds(assumed_role.assumes_any_role, faulted(self.RESOURCE, resources, APP))

    @pytest.mark.parametrize(
        "principal",
        [{"Service": "scheduler.amazonaws.com"}, {"AWS": get_att("Role", "Arn")}, {"AWS": GIVEN}],
        ids=["passed on to a service", "named by it", "unknown"],
    )
    def test_a_role_that_needs_no_permission_is_accepted(self, principal):
        place = "Told/AssumeRolePolicyDocument/Statement/0/Principal"
        changed = faulted(place, principal, self.told())

        assert_holds(assumed_role.may_assume, changed)
        assert_holds(role.trust, changed)

    def test_a_function_that_may_pass_roles_on_need_not_assume_them(self):
        passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": get_att("Told", "Arn")}

        assert_holds(assumed_role.may_assume, self.told(passing))

    def test_a_given_role_for_a_service_is_passed_on(self):
        changed = faulted(f"{FUNCTION}/Environment/Variables/SCHEDULER_ROLE_ARN", GIVEN)
        changed = faulted(f"{FUNCTION}/Role", GIVEN, changed)

        assert_holds(assumed_role.assumed_elsewhere, changed)

    def told(self, *statements):
        policies = [{"PolicyName": "Own", "PolicyDocument": {"Statement": list(statements)}}]
        variables = {"CONNECT_ROLE_ARN": get_att("Told", "Arn")}
        return template(
            Role=trusting({"Service": "lambda.amazonaws.com"}, Policies=policies),
            Told=trusting({"AWS": ROOT}),
            Function=resource(
                "Lambda::Function",
                Role=get_att("Role", "Arn"),
                Environment={"Variables": variables},
            ),
        )

    def test_the_account_in_a_fixed_partition_is_the_account(self):
        root = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}
        told = faulted(
            "Told/AssumeRolePolicyDocument/Statement/0/Principal/AWS",
            root,
            self.told(self.assuming(get_att("Told", "Arn"))),
        )

        assert_holds(role.trust, told)
        assert_holds(assumed_role.may_assume, told)

    def assuming(self, arn):
        return {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}

    def test_a_function_that_may_not_assume_its_role_is_refused(self):
        [one] = violations(assumed_role.may_assume, self.told())

        assert one.resource == "Function"
        assert one.sentence == "it is told a role by CONNECT_ROLE_ARN, and may not assume it"

    def test_another_role_is_refused(self):
        assert violations(assumed_role.may_assume, self.told(self.assuming(get_att("Role", "Arn"))))

    @pytest.mark.parametrize(
        "arn",
        [
            get_att("Told", "Arn"),
            {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Told}"},
            "*",
            GIVEN,
        ],
    )
    def test_the_role_however_it_is_spelled_is_accepted(self, arn):
        assert_holds(assumed_role.may_assume, self.told(self.assuming(arn)))

    def test_a_given_role_that_may_assume_another_is_worth_a_look(self):
        other = "arn:aws:iam::111122223333:role/other"

        assert violations(assumed_role.assumed_elsewhere, faulted(self.RESOURCE, [other], APP))

    def test_a_given_role_that_nothing_lets_assume_it_is_worth_a_look(self):
        [one] = violations(assumed_role.assumed_elsewhere, without(self.POLICY, APP))

        assert one.resource == FUNCTION
        assert assumed_role.assumed_elsewhere.level == "opinion"
        assert_holds(assumed_role.assumed_elsewhere, APP)


class TestNetworkInterfaces:
    def in_vpc(self, **properties):
        made = trusting({"Service": "lambda.amazonaws.com"}, **properties)
        changed = faulted("Role", made, without(f"{FUNCTION}/Policies"))
        return faulted(f"{FUNCTION}/Role", get_att("Role", "Arn"), changed)

    @pytest.mark.parametrize("policies", [[], [BASIC]])
    def test_a_role_without_the_right_is_refused(self, policies):
        [one] = violations(role.network_interfaces, self.in_vpc(ManagedPolicyArns=policies))

        assert one.resource == "Role"
        assert "ec2:CreateNetworkInterface" in one.sentence

    @pytest.mark.parametrize("policy", [ACCESS, GIVEN, "arn:aws:iam::111122223333:policy/own"])
    def test_a_managed_policy_with_it_or_an_unknown_one_is_accepted(self, policy):
        assert_holds(role.network_interfaces, self.in_vpc(ManagedPolicyArns=[BASIC, policy]))

    def test_the_actions_themselves_are_accepted(self):
        statement = {"Effect": "Allow", "Action": "ec2:*NetworkInterface*", "Resource": "*"}
        policy = {"PolicyName": "Network", "PolicyDocument": {"Statement": statement}}

        assert_holds(role.network_interfaces, self.in_vpc(Policies=[policy]))

    def test_sam_gives_its_own_role_the_right(self):
        assert_holds(role.network_interfaces, without(f"{FUNCTION}/Policies"))

    def test_a_role_that_is_given_is_left_alone(self):
        assert_holds(role.network_interfaces, faulted(f"{FUNCTION}/Role", GIVEN))
