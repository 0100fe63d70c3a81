"""All rules together: the registry, and what none of them may refuse."""

from __future__ import annotations

import pytest
from faults import GIVEN, POSTGRESQL, faulted, violations

from rdsproxy_templates.model import Template
from rdsproxy_templates.rendering import NESTINGS, unpackaged
from rdsproxy_templates.stacks.app.functions import FunctionApiSettings
from rdsproxy_templates.stacks.data import rds
from rdsproxy_templates.validators import judgment
from rdsproxy_templates.validators.rules import GRAPH_RULES, RULES
from rdsproxy_templates.variants import auth, base, existing_vpc

PROXY, TARGETS = "RDSStackRDSProxy", "RDSStackRDSProxyTargetGroup"
CLUSTER, INSTANCE = "RDSStackDBCluster", "RDSStackDBInstance1"
SECRET = "SecretsStackRDSMasterUserSecret/GenerateSecretString"  # noqa: S105 - a resource
FUNCTION, EVENT = "SAMStackBlogRDSProxyFunction", "Events/CatchAllApi"
INTO_PROXY = "VPCStackRDSProxySecurityGroupIngress"
INTO_CLUSTER = "VPCStackDBClusterSecurityGroupIngress"
EGRESS = "VPCStackFunctionSecurityGroup/SecurityGroupEgress/0"

PLACES = [
    f"{PROXY}/DBProxyName",
    f"{PROXY}/EngineFamily",
    f"{PROXY}/RequireTLS",
    f"{PROXY}/RoleArn",
    f"{PROXY}/Auth",
    f"{PROXY}/Auth/0",
    f"{PROXY}/Auth/0/AuthScheme",
    f"{PROXY}/Auth/0/IAMAuth",
    f"{PROXY}/Auth/0/ClientPasswordAuthType",
    f"{PROXY}/VpcSubnetIds",
    f"{PROXY}/VpcSubnetIds/0",
    f"{PROXY}/VpcSecurityGroupIds",
    f"{PROXY}/VpcSecurityGroupIds/0",
    f"{PROXY}/EndpointNetworkType",
    f"{TARGETS}/DBProxyName",
    f"{TARGETS}/TargetGroupName",
    f"{TARGETS}/DBClusterIdentifiers",
    f"{TARGETS}/DBClusterIdentifiers/0",
    f"{TARGETS}/ConnectionPoolConfigurationInfo",
    f"{TARGETS}/ConnectionPoolConfigurationInfo/MaxConnectionsPercent",
    f"{TARGETS}/ConnectionPoolConfigurationInfo/MaxIdleConnectionsPercent",
    "RDSStackRDSProxyRole/Policies/0/PolicyDocument/Statement/0/Resource",
    "RDSStackDBClusterSubnetGroup/SubnetIds",
    f"{CLUSTER}/Engine",
    f"{CLUSTER}/EngineVersion",
    f"{CLUSTER}/DatabaseName",
    f"{CLUSTER}/MasterUsername",
    f"{CLUSTER}/MasterUserPassword",
    f"{CLUSTER}/ManageMasterUserPassword",
    f"{CLUSTER}/VpcSecurityGroupIds",
    f"{CLUSTER}/VpcSecurityGroupIds/0",
    f"{CLUSTER}/Port",
    f"{INSTANCE}/Engine",
    f"{INSTANCE}/DBInstanceClass",
    f"{SECRET}/SecretStringTemplate",
    f"{SECRET}/GenerateStringKey",
    f"{SECRET}/ExcludeCharacters",
    f"{SECRET}/ExcludePunctuation",
    "VPCStackVPC/CidrBlock",
    "VPCStackPrivateSubnet1/CidrBlock",
    "VPCStackPrivateSubnet1/AvailabilityZone",
    "VPCStackPrivateSubnet1/VpcId",
    f"{INTO_PROXY}/IpProtocol",
    f"{INTO_PROXY}/SourceSecurityGroupId",
    f"{INTO_PROXY}/FromPort",
    f"{INTO_PROXY}/ToPort",
    f"{INTO_CLUSTER}/FromPort",
    f"{INTO_CLUSTER}/ToPort",
    f"{EGRESS}/DestinationSecurityGroupId",
    f"{EGRESS}/IpProtocol",
    f"{FUNCTION}/Timeout",
    f"{FUNCTION}/VpcConfig",
    f"{FUNCTION}/VpcConfig/SubnetIds",
    f"{FUNCTION}/VpcConfig/SecurityGroupIds",
    f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT",
    f"{FUNCTION}/Policies/1/Statement/0/Resource",
    f"{FUNCTION}/{EVENT}/Properties/Path",
    f"{FUNCTION}/{EVENT}/Properties/ApiId",
]


def broken_in(template: Template) -> list[str]:
    """The ids of all rules that *template* breaks."""
    return [rule.id for rule in GRAPH_RULES if violations(rule, template)]


class TestRegistry:
    def test_every_rule_has_an_id_of_its_own(self):
        ids = [rule.id for rule in RULES]

        assert len(set(ids)) == len(ids)

    @pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
    def test_a_rule_says_in_sentences_what_holds_and_why(self, rule):
        for sentence in (rule.title, rule.why):
            assert sentence[0].isupper()
            assert sentence.endswith(".")

    @pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
    def test_a_rule_names_a_page_of_aws_as_its_source(self, rule):
        assert rule.source.startswith("https://docs.aws.amazon.com/")


class TestNothingToFind:
    @pytest.mark.parametrize("variant", [base, existing_vpc], ids=["base", "existing_vpc"])
    @pytest.mark.parametrize("nesting", NESTINGS)
    def test_the_variants_are_clean(self, variant, nesting):
        assert judgment.find(unpackaged(variant, variant.Config(), nesting=nesting)) == []

    @pytest.mark.parametrize(
        "config",
        [
            base.Config(rds=rds.Config(max_capacity=4, readers=2)),
            base.Config(rds=rds.Config(instance_class="db.r8g.large", debug_logging=True)),
            base.Config(sam=FunctionApiSettings(authorizer="none")),
            base.Config(database=existing_vpc.Database(name="shop", master_username="keeper")),
        ],
        ids=["serverless with readers", "provisioned", "open", "other names"],
    )
    def test_so_they_are_with_other_settings(self, config):
        assert judgment.find(unpackaged(base, config)) == []

    def test_a_proxy_in_front_of_one_instance_of_postgresql_breaks_no_rule(self):
        assert broken_in(POSTGRESQL) == []

    def test_users_with_every_login_break_no_rule(self):
        users = [
            {"name": "reader", "login": "password"},
            {"name": "writer", "login": "end_to_end_iam"},
        ]
        config = auth.Config.parse({"rds": {"users": users}, "iam_user": "writer"}, "a test")

        assert judgment.find(unpackaged(auth, config)) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_value_that_only_deployment_knows_is_left_alone(place):
    assert broken_in(faulted(place, GIVEN)) == []


@pytest.mark.parametrize(
    "expression",
    [
        {"Fn::ImportValue": "shared"},
        {"Fn::Select": [0, {"Fn::Split": [",", GIVEN]}]},
        {"Fn::GetAtt": ["Elsewhere", "Value"]},
        {"Fn::Sub": "${Given}"},
        "{{resolve:ssm:/blog/value}}",
    ],
    ids=["import", "select", "attribute", "text", "dynamic reference"],
)
@pytest.mark.parametrize(
    "place",
    [
        f"{PROXY}/EngineFamily",
        f"{TARGETS}/TargetGroupName",
        f"{CLUSTER}/EngineVersion",
        f"{INSTANCE}/DBInstanceClass",
        f"{INTO_CLUSTER}/FromPort",
        f"{FUNCTION}/Timeout",
        f"{FUNCTION}/Policies/1/Statement/0/Resource",
    ],
)
def test_so_is_any_other_expression(place, expression):
    assert broken_in(faulted(place, expression)) == []
