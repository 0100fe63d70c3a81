"""Texts: expressions, however they are spelled, and patterns over what is not known."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, get_att, ref, resource, template

from rdsproxy_templates.validators.graph import Graph
from rdsproxy_templates.validators.matching import covers, same
from rdsproxy_templates.validators.policies import rights_of
from rdsproxy_templates.validators.texts import shown, text_of

GRAPH = Graph(BASE)
PROXY, SECRET = "RDSStackRDSProxy", "SecretsStackRDSMasterUserSecret"
SPLIT = {"Fn::Split": [":", get_att(PROXY, "DBProxyArn")]}


def text(expression):
    return text_of(GRAPH, expression)


class TestTextOf:
    @pytest.mark.parametrize(
        "expression",
        [
            get_att(PROXY, "DBProxyArn"),
            {"Fn::GetAtt": f"{PROXY}.DBProxyArn"},
            {"Fn::Sub": f"${{{PROXY}.DBProxyArn}}"},
            {"Fn::Sub": ["${Arn}", {"Arn": get_att(PROXY, "DBProxyArn")}]},
            {"Fn::Join": ["", [get_att(PROXY, "DBProxyArn")]]},
            {"Fn::Join": [":", SPLIT]},
            {
                "Fn::Join": [
                    ":",
                    ["arn", ref("AWS::Partition"), "rds", ref("AWS::Region"),
                     {"Fn::Sub": "${AWS::AccountId}:db-proxy"}, {"Fn::Select": ["6", SPLIT]}],
                ]
            },
        ],
    )  # fmt: skip
    def test_one_value_has_one_text_however_it_is_spelled(self, expression):
        assert shown(text(expression)) == (
            f"arn:${{AWS::Partition}}:rds:${{AWS::Region}}:${{AWS::AccountId}}:db-proxy:${{{PROXY}.Id}}"
        )

    def test_the_reference_of_an_attachment_is_the_secret(self):
        assert text(ref("RDSStackDBClusterAttachment")) == text(ref(SECRET))

    def test_what_stands_for_itself_is_kept(self):
        assert text({"Fn::Sub": "${!literal} $ {x}"}) == ("${literal} $ {x}",)

    @pytest.mark.parametrize("value", [8, True, 1.5])
    def test_numbers_and_truths_are_text(self, value):
        assert text(value) == (str(value).lower(),)


class TestCovers:
    SECRET_ARN = text(ref(SECRET))

    @pytest.mark.parametrize(
        ("pattern", "answer"),
        [
            ("*", True),
            (ref(SECRET), True),
            ({"Fn::Sub": f"${{{SECRET}}}*"}, True),
            ({"Fn::Sub": "arn:${AWS::Partition}:secretsmanager:*"}, True),
            ({"Fn::Sub": "arn:${AWS::Partition}:secretsmanager:*:*:secret:other-*"}, None),
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf", False),
            ("arn:aws:ssm:*", False),
            (GIVEN, None),
            ({"Fn::Sub": "arn:${AWS::Partition}:secretsmanager:${Given}"}, None),
            ("{{resolve:ssm:/shop/secret}}", None),
        ],
    )
    def test_a_pattern_covers_a_secret_or_may(self, pattern, answer):
        assert covers(text(pattern), self.SECRET_ARN) is answer

    @pytest.mark.parametrize(
        ("pattern", "answer"), [("shop-??????", None), ("shop-*", None), ("shop", False)]
    )
    def test_a_named_secret_ends_with_six_characters_of_its_own(self, pattern, answer):
        graph = Graph(template(Named=resource("SecretsManager::Secret", Name="shop")))
        arn = f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{pattern}"

        assert covers((arn,), text_of(graph, ref("Named"))) is answer

    def test_a_region_holds_no_colon(self):
        missing = ("arn:aws:rds-db:dbuser:x",)

        assert (
            covers(missing, text({"Fn::Sub": "arn:aws:rds-db:${AWS::Region}:1:dbuser:x"})) is False
        )

    @pytest.mark.parametrize(
        ("one", "other", "answer"),
        [("a*", "ab", False), ("a*", "a*", True), (GIVEN, "a", None), (GIVEN, GIVEN, True)],
    )
    def test_wildcards_mean_nothing_where_texts_are_compared(self, one, other, answer):
        assert same(text(one), text(other)) is answer


class TestRights:
    ARN = "arn:aws:s3:::bucket"

    def allow(self, *statements, **properties):
        policies = [{"PolicyName": "Own", "PolicyDocument": {"Statement": list(statements)}}]
        graph = Graph(template(Role=resource("IAM::Role", Policies=policies, **properties)))
        return rights_of(graph, "Role").allow(graph, "s3:GetObject", (self.ARN,))

    @pytest.mark.parametrize(
        ("statement", "answer"),
        [
            ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket"}, True),
            ({"Action": ["S3:get*"], "Resource": ["x", "arn:aws:s3:::b?cket"]}, True),
            ({"NotAction": "iam:*", "NotResource": "x"}, True),
            ({"NotAction": "s3:*", "Resource": "*"}, False),
            ({"Action": "s3:*", "NotResource": "arn:aws:s3:::*"}, False),
            ({"Action": "s3:PutObject", "Resource": "*"}, False),
            ({"Action": "s3:*", "Resource": GIVEN}, None),
            ({"Action": GIVEN, "Resource": "*"}, None),
            ({"Action": "*", "Resource": "*", "Condition": {"Bool": {"a": "b"}}}, None),
            ({"Action": "s3:*"}, False),
        ],
    )
    def test_a_statement_allows_or_may(self, statement, answer):
        assert self.allow({"Effect": "Allow", **statement}) is answer

    @pytest.mark.parametrize(
        ("denial", "answer"),
        [
            ({"Action": "s3:*", "Resource": "*"}, False),
            ({"Action": "s3:*", "Resource": GIVEN}, None),
            ({"Action": "s3:PutObject", "Resource": "*"}, True),
        ],
    )
    def test_a_denial_wins(self, denial, answer):
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}

        assert self.allow(everything, {"Effect": "Deny", **denial}) is answer

    @pytest.mark.parametrize(
        ("policy", "answer"),
        [
            ("arn:aws:iam::aws:policy/AdministratorAccess", True),
            ("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", False),
            ("arn:aws:iam::aws:policy/SomethingElse", None),
            (GIVEN, None),
        ],
    )
    def test_a_managed_policy_allows_or_may(self, policy, answer):
        assert self.allow(ManagedPolicyArns=[policy]) is answer

    def test_a_policy_template_of_sam_is_its_statements(self):
        policy = {"AWSSecretsManagerGetSecretValuePolicy": {"SecretArn": ref("Secret")}}
        graph = Graph(
            template(
                Secret=resource("SecretsManager::Secret"),
                Function=resource("Serverless::Function", Policies=[policy]),
            )
        )
        arn = text_of(graph, ref("Secret"))
        rights = rights_of(graph, "Function")

        assert rights.allow(graph, "secretsmanager:GetSecretValue", arn) is True
        assert rights.allow(graph, "secretsmanager:PutSecretValue", arn) is False
