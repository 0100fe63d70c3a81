"""Overrides change any resource, are refused with everything that is wrong, and hold in any nesting."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from troposphere import GetAtt, Ref

from rdsproxy_templates import ConfigError, InvalidTemplateError, LocalPath, render
from rdsproxy_templates.aws.resource_schemas import schema_of
from rdsproxy_templates.rendering import flattened, unpackaged
from rdsproxy_templates.variants import base, cross_account_db

CLUSTER = "RDSStack.DBCluster"
WINDOW = {"PreferredMaintenanceWindow": "sun:18:00-sun:19:00"}


def rendered(overrides=None, extra_resources=None, variant=base, **options):
    """*variant* with these overrides, not validated unless asked for."""
    return render(
        variant,
        variant.Config(),
        **{
            "validate": False,
            "overrides": overrides,
            "extra_resources": extra_resources,
            **options,
        },
    )


def resource(bundle, path):
    """The body of the resource at *path*."""
    *stacks, title = path.split(".")
    return dict(bundle.root.walk())[tuple(stacks)].resources[title]


def problems(overrides=None, extra_resources=None, **options):
    """Everything that is refused, as pairs of place and sentence."""
    with pytest.raises(ConfigError) as caught:
        rendered(overrides, extra_resources, **options)
    return [(problem.place, problem.sentence) for problem in caught.value.problems]


def problem(patch, path=CLUSTER):
    """The only thing that is wrong with *patch*, with its place inside of the override."""
    [(place, sentence)] = problems({path: patch})
    return place.removeprefix(f"overrides.{path}").removeprefix("."), sentence


class TestChanges:
    def test_a_property_is_added_and_an_attribute_replaced(self):
        bundle = rendered(
            {CLUSTER: {"Properties": WINDOW, "DeletionPolicy": "Retain"}}, validate=True
        )
        body = resource(bundle, CLUSTER)

        assert body["Properties"] == resource(rendered(), CLUSTER)["Properties"] | WINDOW
        assert body["DeletionPolicy"] == "Retain"
        assert "sun:18:00-sun:19:00" in bundle.templates["cloudformation/rds.yaml"]

    def test_null_takes_away(self):
        bundle = rendered({CLUSTER: {"Properties": {"EnableCloudwatchLogsExports": None}}})

        assert "EnableCloudwatchLogsExports" not in resource(bundle, CLUSTER)["Properties"]

    def test_wildcards_match_letters_of_a_title(self):
        patch = {"Properties": {"Tracing": "Active"}}
        bundle = rendered({"SAM*.*Funct?on": patch}, validate=True)

        function = resource(bundle, "SAMStack.BlogRDSProxyFunction")
        assert function["Properties"]["Tracing"] == "Active"

    def test_overrides_are_made_in_the_order_in_which_they_are_written(self):
        first = {"Properties": {"BackupRetentionPeriod": 1}}
        second = {"Properties": {"BackupRetentionPeriod": 2}}

        for overrides, days in (
            ({"RDSStack.DBCluster": first, "RDSStack.DBC*r": second}, 2),
            ({"RDSStack.DBC*r": second, "RDSStack.DBCluster": first}, 1),
        ):
            properties = resource(rendered(overrides), CLUSTER)["Properties"]
            assert properties["BackupRetentionPeriod"] == days

    def test_a_function_returns_the_resource_changed(self):
        def shorter(body):
            body["Properties"]["BackupRetentionPeriod"] -= 4
            del body["Properties"]["EnableCloudwatchLogsExports"]
            return body

        properties = resource(rendered({CLUSTER: shorter}), CLUSTER)["Properties"]
        assert properties["BackupRetentionPeriod"] == 3
        assert "EnableCloudwatchLogsExports" not in properties

    def test_objects_of_troposphere_are_spelled_out(self):
        patch = {"Properties": {"DBClusterParameterGroupName": Ref("DBClusterParameterGroup")}}
        bundle = rendered(
            {
                CLUSTER: patch,
                "RDSStack.RDSProxy": {"Properties": {"RoleArn": GetAtt("RDSProxyRole", "Arn")}},
            }
        )

        assert bundle.templates == rendered().templates

    def test_a_single_wait_becomes_a_list(self):
        bundle = rendered({"RDSStack.DBInstance1": {"DependsOn": "RDSProxyRole"}})

        assert resource(bundle, "RDSStack.DBInstance1")["DependsOn"] == ["RDSProxyRole"]
        assert resource(bundle, "RDSStack.DBInstance1").keys() >= {"Type", "Properties"}

    def test_no_wait_is_left_out(self):
        bundle = rendered({"RDSStack.RDSProxyTargetGroup": {"DependsOn": []}})

        assert "DependsOn" not in resource(bundle, "RDSStack.RDSProxyTargetGroup")

    def test_a_parameter_that_nothing_uses_any_more_is_not_passed(self):
        patch = {"Properties": {"DatabaseName": "fixed"}}
        bundle = rendered({CLUSTER: patch, "SAMStack.*Function": without_name}, validate=True)
        rds = bundle.root.children["RDSStack"]

        assert "RDSDatabaseName" not in rds.template.parameters
        assert "RDSDatabaseName" not in rds.arguments
        assert "RDSDatabaseName" not in bundle.root.parameters

    def test_a_resource_without_overrides_is_rendered_as_ever(self):
        assert rendered({CLUSTER: {}}).templates == rendered().templates

    def test_code_is_found_from_the_folder_of_the_root_template(self):
        for path in ("src/mine", LocalPath("src/mine")):
            bundle = rendered({"SAMStack.*Function": {"Properties": {"CodeUri": path}}})

            assert "CodeUri: ../src/mine\n" in bundle.templates["cloudformation/sam.yaml"]


def without_name(body):
    variables = body["Properties"]["Environment"]["Variables"]
    kept = {n: v for n, v in variables.items() if v != {"Ref": "RDSDatabaseName"}}
    environment = {"Variables": kept}
    return {**body, "Properties": {**body["Properties"], "Environment": environment}}


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "sentence"),
        [
            (
                "RDSStack.DBClster",
                "RDSStack has no DBClster (did you mean DBCluster?); it has DBCl",
            ),
            ("RDStack.DBCluster", "the root nests no RDStack (did you mean RDSStack?); it has VPC"),
            ("DBCluster", "the root has no DBCluster (did you mean RDSStack.DBCluster?); it has"),
            ("RDSStack", "RDSStack is a nested stack; name a resource in it, such as RDSStack.DB"),
            ("RDSStack.DBCluster.Properties", "DBCluster is a resource, not a stack"),
            (
                "RDSStack.*Topic",
                "RDSStack has no *Topic; it has DBClusterSubnetGroup, DBClusterPar",
            ),
            ("", "a title in the path is empty"),
            ("RDSStack.", "a title in the path is empty"),
            ("RDSStack.[D]BCluster", "RDSStack has no [D]BCluster (did you mean DBCluster?); it"),
        ],
    )
    def test_a_path_that_matches_nothing_is_refused(self, path, sentence):
        [(place, said)] = problems({path: {}})

        assert place == f"overrides.{path}"
        assert said.startswith(f"matches no resource: {sentence}")


class TestRefused:
    @pytest.mark.parametrize(
        ("patch", "place", "sentence"),
        [
            (5, "", "must be a mapping, got 5"),
            (lambda _: None, "", "must be a mapping, got null"),
            ({"Type": "AWS::SNS::Topic"}, "Type", "cannot change: a resource of another type"),
            ({"Condition": "IsProd"}, "Condition", "is not supported: decide in the settings"),
            ({"Propertys": {}}, "Propertys", "is not an attribute of a resource (did you mean Prop"),
            ({"Port": 1}, "Port", "is a property: write it below Properties, {Properties: {Port: …"),
            ({"Properties": 5}, "Properties", "must be a mapping, got 5"),
            ({"Properties": None}, "Properties", "must not be null, which takes every property aw"),
            ({"DeletionPolicy": "Keep"}, "DeletionPolicy", "must be one of Delete, Retain, Retain"),
            ({"DependsOn": "Nobody"}, "DependsOn", "names Nobody, which this stack does not create"),
            ({"DependsOn": 5}, "DependsOn", "must be a title, or a list of titles, got 5"),
        ],
    )  # fmt: skip
    def test_an_attribute_is_one_that_can_change(self, patch, place, sentence):
        where, said = problem(patch)

        assert where == place
        assert said.startswith(sentence)

    @pytest.mark.parametrize(
        ("properties", "place", "sentence"),
        [
            ({"Prt": 1}, "Prt", "is not a property of AWS::RDS::DBCluster (did you mean Port?)"),
            ({"Prt": None}, "Prt", "is not a property of AWS::RDS::DBCluster (did you mean Port?)"),
            ({"Endpoint": {"Port": "1"}}, "Endpoint", "is read-only: AWS sets it on AWS::RDS::DBC"),
            (
                {"MasterUserSecret": {"SecretArn": "x"}},
                "MasterUserSecret.SecretArn",
                "is read-only: AWS sets it on AWS::RDS::DBCluster",
            ),
            (
                {"ServerlessV2ScalingConfiguration": {"MinCapasity": 1}},
                "ServerlessV2ScalingConfiguration.MinCapasity",
                "is not a property of AWS::RDS::DBCluster.ServerlessV2ScalingConfiguration (did you",
            ),
            ({"Port": "many"}, "Port", "must be a whole number, got 'many'"),
            ({"DeletionProtection": 1}, "DeletionProtection", "must be true or false, got 1"),
            ({"EngineVersion": 8.0}, "EngineVersion", 'must be text, got 8.0; put it in quotes: "8'),
            ({"Tags": {"a": "b"}}, "Tags", "must be a list, got {'a': 'b'}"),
            ({"Tags": [{"Key": 1, "Vlue": 2}]}, "Tags.0.Vlue", "is not a property of AWS::RDS::DBCl"),
            ({"Tags": [None]}, "Tags.0", "must not be null: a list is replaced as a whole"),
            ({"DBClusterIdentifier": "-"}, "DBClusterIdentifier", "must match ^[a-zA-Z]{1}"),
            ({"Port": float("nan")}, "Port", "must be a number, got nan"),
            ({"KmsKeyId": {"Ref": "Ky"}}, "KmsKeyId", "refers to Ky, which this stack is not given"),
            (
                {"KmsKeyId": {"Fn::GetAtt": ["RDSProxRole", "Arn"]}},
                "KmsKeyId",
                "refers to RDSProxRole, which this stack is not given and does not create (did you "
                "mean RDSProxyRole?)",
            ),
            ({"KmsKeyId": {"Fn::Sub": "${Ky}"}}, "KmsKeyId", "refers to Ky, which this stack is"),
            ({"KmsKeyId": {"Ref": "AWS::Regoin"}}, "KmsKeyId", "refers to AWS::Regoin, which is unk"),
            (
                {"KmsKeyId": {"Fn::GetAtt": "RDSDatabaseName.Arn"}},
                "KmsKeyId",
                "refers to RDSDatabaseName.Arn, and RDSDatabaseName is a parameter, which has no",
            ),
            ({"KmsKeyId": {"Ref": 5}}, "KmsKeyId", "must name what !Ref refers to, got 5"),
            ({"KmsKeyId": {"Ref": ""}}, "KmsKeyId", "must name what !Ref refers to, got ''"),
            ({"KmsKeyId": {"Fn::GetAtt": "Arn"}}, "KmsKeyId", "must be !GetAtt Title.Attribute, got"),
            ({"KmsKeyId": {"Fn::If": ["A", 1, 2]}}, "KmsKeyId", "has !If, which needs a condition"),
            ({"KmsKeyId": {"Fn::FindInMap": []}}, "KmsKeyId", "has !FindInMap, which is not taken"),
            ({"KmsKeyId": {"Fn::Join": ["", [None]]}}, "KmsKeyId", "must not be null inside of a fun"),
            ({"KmsKeyId": {"Ref": "a", "b": 1}}, "KmsKeyId", "has Ref beside other keys; a function"),
            ({"MasterUserPassword": "hunter2"}, "MasterUserPassword", "must not hold a secret in cle"),
            (
                {"MasterUserPassword": {"Fn::Join": ["", ["hunter", "2"]]}},
                "MasterUserPassword",
                "must not hold a secret in clear text; name where it is stored: '{{resolve:",
            ),
            ({"DBSubnetGroupName": {"Ref": "DBCluster"}}, "", "has a circle in which nothing can be"),
            (
                {"DatabaseName": {"Fn::GetAtt": ["DBInstance1", "Endpiont.Address"]}},
                "DatabaseName",
                "refers to DBInstance1.Endpiont.Address; AWS::RDS::DBInstance has no such "
                "attribute (did you mean Endpoint.Address?); there are ",
            ),
        ],
    )  # fmt: skip
    def test_a_property_is_what_aws_and_the_stack_know(self, properties, place, sentence):
        faults = [
            (where.removeprefix(f"overrides.{CLUSTER}").removeprefix(".Properties."), said)
            for where, said in problems({CLUSTER: {"Properties": properties}})
        ]

        assert any(where == place and said.startswith(sentence) for where, said in faults), faults

    def test_everything_is_refused_at_once(self):
        found = problems(
            {CLUSTER: {"Properties": {"Prt": 1, "Tags": 1}}, "RDSStack.Nobody": {}},
            {"Nowhere": {}, ".": {"Topic": {"Type": "AWS::SNS::Topik"}}},
        )

        assert [place for place, _ in found] == [
            "extra_resources.Nowhere",
            "extra_resources...Topic.Type",
            "overrides.RDSStack.DBCluster.Properties.Prt",
            "overrides.RDSStack.DBCluster.Properties.Tags",
            "overrides.RDSStack.Nobody",
        ]

    @pytest.mark.parametrize(
        "value",
        [
            "hunter2",
            {"Fn::Sub": ["hunter2"]},
            {"Fn::Join": "hunter2"},
            ["hunter2"],
            {"a": "hunter2"},
        ],
    )
    def test_a_secret_is_not_repeated_in_the_message(self, value):
        found = problems({CLUSTER: {"Properties": {"MasterUserPassword": value}}})

        assert "clear text" in str(found)
        assert "hunter2" not in str(found)

    def test_a_stored_secret_is_no_clear_text(self):
        stored = {"MasterUserPassword": "{{resolve:ssm-secure:/db/master}}"}

        assert resource(rendered({CLUSTER: {"Properties": stored}}), CLUSTER)

    def test_a_property_of_sam_is_compared_with_the_schema_of_sam(self):
        patch = {"Properties": {"Tracing": "Actve", "Tracng": 1, "Arn": "x"}}
        found = dict(problems({"SAMStack.*Function": patch}))

        assert [place.rpartition(".")[2] for place in found] == ["Arn", "Tracing", "Tracng"]
        assert "did you mean Active?" in str(found)

    def test_an_override_that_breaks_a_rule_is_named(self):
        patch = {"Properties": {"EngineFamily": "POSTGRESQL"}}
        with pytest.raises(InvalidTemplateError) as caught:
            rendered({"RDSStack.RDSProxy": patch}, validate=True)

        assert "RDSProxy is changed by overrides.RDSStack.RDSProxy" in str(caught.value)

    def test_an_override_is_named_where_the_finding_is_about_the_other_end(self):
        with pytest.raises(InvalidTemplateError) as caught:
            rendered({CLUSTER: {"Properties": {"Port": 3307}}}, validate=True)

        hint = f"RDSStackDBCluster is changed by overrides.{CLUSTER}"
        assert [hint in str(problem) for problem in caught.value.problems] == [True] * 3

    def test_a_resource_of_ones_own_that_breaks_a_rule_is_said_to_be_added(self):
        everyone = {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
        properties = {"GroupDescription": "Open", "SecurityGroupIngress": [everyone]}
        group = {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}
        with pytest.raises(InvalidTemplateError) as caught:
            rendered(extra_resources={"RDSStack": {"Open": group}}, validate=True)

        assert "Open is added by extra_resources.RDSStack.Open" in str(caught.value)

    def test_an_override_that_breaks_a_rule_is_named_in_the_flat_form(self):
        patch = {"Properties": {"EngineFamily": "POSTGRESQL"}}
        with pytest.raises(InvalidTemplateError) as caught:
            rendered({"RDSStack.RDSProxy": patch}, validate=True, nesting="flat")

        assert "RDSStackRDSProxy is changed by overrides.RDSStack.RDSProxy" in str(caught.value)


class TestWarnings:
    @pytest.mark.parametrize(
        ("properties", "verb"),
        [
            ({"KmsKeyId": "alias/mine"}, "replaces"),
            ({"Engine": "aurora-postgresql"}, "may replace"),
        ],
    )
    def test_a_create_only_property_warns(self, properties, verb):
        [warning] = rendered({CLUSTER: {"Properties": properties}}).warnings

        assert warning.place == f"overrides.{CLUSTER}.Properties.{next(iter(properties))}"
        assert warning.sentence == (
            f"is create-only: changing it {verb} RDSStack.DBCluster where that is deployed"
        )

    def test_the_same_value_does_not_warn(self):
        assert rendered({CLUSTER: {"Properties": {"StorageEncrypted": True}}}).warnings == ()


TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "Alarms"}}


class TestExtraResources:
    def test_a_resource_is_added_to_a_nested_stack_and_to_the_root(self):
        alarm = {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/RDS",
                "MetricName": "CPUUtilization",
                "Dimensions": [{"Name": "DBClusterIdentifier", "Value": {"Ref": "DBCluster"}}],
                "ComparisonOperator": "GreaterThanThreshold",
                "EvaluationPeriods": 5,
                "Period": 60,
                "Statistic": "Average",
                "Threshold": 80,
            },
        }
        bundle = rendered(
            None, {"RDSStack": {"BusyAlarm": alarm}, ".": {"Topic": TOPIC}}, validate=True
        )

        assert resource(bundle, "RDSStack.BusyAlarm") == alarm
        assert resource(bundle, "Topic") == TOPIC

    def test_overrides_may_refer_to_it(self):
        role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
        patch = {"Properties": {"MonitoringRoleArn": {"Fn::GetAtt": "Monitoring.Arn"}}}
        bundle = rendered({CLUSTER: patch}, {"RDSStack": {"Monitoring": role}})

        arn = {"Fn::GetAtt": ["Monitoring", "Arn"]}
        assert resource(bundle, CLUSTER)["Properties"]["MonitoringRoleArn"] == arn

    def test_extra_resources_may_refer_to_each_other_in_any_order(self):
        policy = {
            "Type": "AWS::SNS::TopicInlinePolicy",
            "Properties": {"TopicArn": {"Ref": "Topic"}, "PolicyDocument": {}},
        }

        assert resource(rendered(None, {".": {"Policy": policy, "Topic": TOPIC}}), "Policy")

    def test_a_resource_of_the_consumers_own_kind_is_taken(self):
        own = {"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn", "Any": {"thing": 1}}}

        assert resource(rendered(None, {".": {"Thing": own}}), "Thing") == own

    @pytest.mark.parametrize(
        ("stack", "title", "body", "place", "sentence"),
        [
            ("RDSStak", "Topic", TOPIC, "RDSStak", "is not a stack (did you mean RDSStack?); the stacks are"),
            ("RDSStack", "DBCluster", TOPIC, "RDSStack.DBCluster", "is the title of a resource alrea"),
            (".", "RDSStack", TOPIC, "..RDSStack", "is the title of a nested stack or a parameter"),
            (".", "RDSStackDBCluster", TOPIC, "..RDSStackDBCluster", "would be RDSStackDBCluster in"),
            (".", "My-Topic", TOPIC, "..My-Topic", "must be 1 to 255 letters and digits, got 'My-T"),
            (".", "Topic", 5, "..Topic", "must be a mapping with a Type, got 5"),
            (".", "Topic", {}, "..Topic", "must have a Type, got null"),
            (".", "Topic", {"Type": "AWS::SNS::Topik"}, "..Topic.Type", "is not a type that AWS docum"),
            (".", "Topic", TOPIC | {"Propertis": {}}, "..Topic.Propertis", "is not an attribute of a"),
            (".", "Topic", TOPIC | {"Condition": "A"}, "..Topic.Condition", "is not supported: decid"),
            (
                ".",
                "Topic",
                TOPIC | {"Properties": {"KmsMasterKeyId": {"Ref": "Ky"}}},
                "..Topic.Properties.KmsMasterKeyId",
                "refers to Ky, which this stack is not given and does not create",
            ),
            (
                ".",
                "Topic",
                TOPIC | {"Properties": {"KmsMasterKeyId": {"Fn::GetAtt": "RDSStack.Outputs.Foo"}}},
                "..Topic.Properties.KmsMasterKeyId",
                "refers to RDSStack.Outputs.Foo; of the nested stack RDSStack there are only outputs",
            ),
            (".", "Topic", TOPIC | {"Metadata": None}, "..Topic.Metadata", "must not be null: there "),
        ],
    )  # fmt: skip
    def test_a_wrong_one_is_refused(self, stack, title, body, place, sentence):
        [(where, said), *_] = problems(None, {stack: {title: body}})

        assert where == f"extra_resources.{place}"
        assert said.startswith(sentence)

    def test_a_title_that_sam_gives_is_refused(self):
        role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
        [(_, said)] = problems(None, {"SAMStack": {"BlogRDSProxyFunctionRole": role}})

        assert said == "is the title that SAM gives the role of BlogRDSProxyFunction"

    def test_a_secret_in_clear_text_is_refused(self):
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "hunter2"}}
        [(place, _)] = problems(None, {".": {"Own": secret}})

        assert place == "extra_resources...Own.Properties.SecretString"

    def test_a_generated_secret_is_none_in_clear_text(self):
        generated = {
            "GenerateSecretString": {"PasswordLength": 40, "GenerateStringKey": "password"}
        }
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": generated}

        assert resource(rendered(None, {".": {"Own": secret}}), "Own") == secret

    def test_two_that_wait_for_each_other_are_refused(self):
        one, two = TOPIC | {"DependsOn": "Two"}, TOPIC | {"DependsOn": "One"}

        assert "circle" in str(problems(None, {".": {"One": one, "Two": two}}))


SMALL = {
    "AWS::RDS::DBCluster": {"BackupRetentionPeriod": 3, "KmsKeyId": {"Fn::Sub": "alias/${DBClusterSubnetGroup}"}},
    "AWS::RDS::DBInstance": {"PromotionTier": 1},
    "AWS::RDS::DBProxy": {"IdleClientTimeout": 60},
    "AWS::EC2::VPC": {"InstanceTenancy": "default"},
    "AWS::Serverless::Function": {"MemorySize": 512, "Description": {"Fn::Sub": "in ${AWS::Region}"}},
}  # fmt: skip
PATHS = [
    (".".join((*path, title)), body)
    for path, stack in unpackaged(base, base.Config()).root.walk()
    for title, body in stack.resources.items()
]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(PATHS).map(lambda one: one[0]),
        st.fixed_dictionaries(
            {"Metadata": st.dictionaries(st.sampled_from("ab"), st.integers() | st.just({"Ref": "AWS::StackName"}))}
        )
        | st.just("properties"),
        max_size=4,
    )
)  # fmt: skip
def test_any_override_renders_alike_in_any_nesting(chosen):
    bodies = dict(PATHS)
    overrides = {
        path: {"Properties": SMALL.get(bodies[path]["Type"], {})}
        if patch == "properties"
        else patch
        for path, patch in chosen.items()
    }
    nested = rendered(overrides)
    flat = rendered(overrides, nesting="flat")

    assert rendered(overrides, nesting="plain").root == nested.root
    assert flattened(nested.root)[0].resources == flat.root.resources
    for path, patch in overrides.items():
        body = resource(nested, path)
        for attribute, values in patch.items():
            assert body.get(attribute, {}).items() >= values.items()


NAMES = ["DBCluster", "RDSProxyRole", "RDSDatabaseName", "VPCStack", "Nobody", "AWS::Region"]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**6)
    | st.floats()
    | st.sampled_from(["", "x", "5", "true", "${X}", "{{resolve:ssm:/a}}", "a" * 300])
    | st.sampled_from(NAMES).map(lambda name: {"Ref": name})
    | st.sampled_from(NAMES).map(lambda name: {"Fn::GetAtt": [name, "Arn"]})
    | st.sampled_from(NAMES).map(lambda name: {"Fn::Sub": f"a${{{name}}}"})
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Key", "Value", "Ref", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::GetAtt"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)


@st.composite
def patches(draw):
    """The path of a resource, and a patch that may have anything where a resource has something."""
    path, body = draw(st.sampled_from(PATHS))
    known = st.sampled_from([*schema_of(body["Type"]).body["properties"], "Unknown"])
    patch = draw(
        st.dictionaries(st.sampled_from(["DependsOn", "Metadata", "DeletionPolicy"]), ANYTHING)
    )
    return path, patch | {"Properties": draw(st.dictionaries(known, ANYTHING, max_size=3))}


@settings(max_examples=150, deadline=None)
@given(patches(), st.sampled_from(["sam", "flat"]), st.booleans())
def test_any_patch_at_all_is_rendered_or_refused(case, nesting, expand):
    path, patch = case
    for override in (patch, lambda body: {**body, **patch}):
        with suppress(ConfigError, InvalidTemplateError):
            rendered({path: override}, nesting=nesting, expand=expand and nesting == "flat")


@pytest.mark.parametrize("nesting", ["sam", "plain", "flat"])
def test_an_override_survives_sams_transform(nesting):
    bundle = rendered(
        {"SAMStack.*Function": {"Properties": {"Tracing": "Active"}}}, nesting=nesting, expand=True
    )

    assert "TracingConfig:" in "".join(bundle.templates.values())


def test_an_override_is_made_in_every_variant_that_has_the_resource():
    bundle = rendered({"*.DBCluster*": {"Metadata": {"team": "shop"}}}, variant=cross_account_db)

    assert json.dumps({"team": "shop"}) in json.dumps(resource(bundle, CLUSTER))


def test_a_role_with_a_name_needs_its_own_acknowledgement():
    named = rendered({"RDSStack.RDSProxyRole": {"Properties": {"RoleName": "proxy"}}})

    assert b'"CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND"' in named.extras["samconfig.toml"]


def test_who_has_no_overrides_reads_no_schema():
    code = (
        "import sys; from rdsproxy_templates import render; from rdsproxy_templates.variants import "
        "base; render(base, base.Config(), validate=False); "
        "print([n for n in sys.modules if 'customiz' in n or 'resource_schemas' in n])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout == "[]\n"
