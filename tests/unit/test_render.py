"""From a variant to its files, in every kind of nesting."""

from __future__ import annotations

import tomllib

import pytest

from rdsproxy_templates import nest, render
from rdsproxy_templates.model import Settings, Stack
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.variants import VARIANTS, base, edge, edge_waf, existing_vpc

SAM = "AWS::Serverless::Application"
PLAIN = "AWS::CloudFormation::Stack"


class Around(Settings): ...


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_configuration_gives_the_same_bytes(name, nesting):
    variant = VARIANTS[name]

    first, second = (render(variant, variant.Config(), nesting=nesting) for _ in range(2))
    assert first.files() == second.files()


class TestNesting:
    def test_sam_nests_local_applications_under_the_transform(self):
        text = render(base, base.Config()).templates["template.yaml"]

        assert text.count(f"Type: {SAM}\n") == 4
        assert "Transform: AWS::Serverless-2016-10-31\n" in text
        assert "      Location: cloudformation/rds.yaml\n" in text

    def test_plain_nests_stacks_without_a_transform(self):
        bundle = render(base, base.Config(), nesting="plain")
        text = bundle.templates["template.yaml"]

        assert text.count(f"Type: {PLAIN}\n") == 4
        assert "Transform" not in text
        assert "      TemplateURL: cloudformation/rds.yaml\n" in text

    def test_flat_is_one_template_without_stacks(self):
        bundle = render(base, base.Config(), nesting="flat")

        assert list(bundle.templates) == ["template.yaml"]
        assert SAM not in bundle.templates["template.yaml"]
        assert PLAIN not in bundle.templates["template.yaml"]

    def test_a_variant_nested_in_another_gets_a_folder_of_its_own(self):
        def build(config, given):
            one, two = (
                nest(title, base, base.Config(), base.Inputs(**dict(given)))
                for title in ("BlueStack", "GreenStack")
            )
            return Stack(children=[one, two], outputs=two.outputs)

        module = type(base)("both", "Two of them.")
        module.Config, module.Inputs, module.Outputs = Around, base.Inputs, base.Outputs
        module.build = build

        templates = render(module, Around()).templates
        assert "cloudformation/blue/vpc.yaml" in templates
        assert "cloudformation/green/vpc.yaml" in templates
        assert "Location: blue/vpc.yaml" in templates["cloudformation/blue.yaml"]
        assert "CodeUri: ../../lambda/blog" in templates["cloudformation/green/sam.yaml"]


class TestCode:
    def test_the_code_is_included(self):
        files = render(base, base.Config()).files()

        assert b"def handler" in files["lambda/blog_rds_proxy/app.py"]
        assert "lambda/blog_rds_proxy/Makefile" in files
        assert not [path for path in files if "__pycache__" in path]

    def test_the_code_can_lie_elsewhere(self):
        files = render(base, base.Config(), code="../..").files()

        assert not [path for path in files if path.startswith("lambda/")]
        assert b"CodeUri: ../../../lambda/blog_rds_proxy\n" in files["cloudformation/sam.yaml"]

    def test_a_consumer_brings_code_of_their_own(self):
        config = base.Config.parse({"sam": {"code_uri": "../src/app"}}, "")
        files = render(base, config, code="../..").files()

        assert not [path for path in files if path.startswith("lambda/")]
        assert b"CodeUri: ../../src/app\n" in files["cloudformation/sam.yaml"]


class TestSamconfig:
    def test_names_the_capabilities_that_a_variant_needs(self):
        files = render(base, base.Config()).files()
        deploy = tomllib.loads(files["samconfig.toml"].decode())["default"]["deploy"]["parameters"]

        assert deploy["capabilities"] == "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"

    def test_a_plain_template_needs_no_expansion(self):
        bundle = render(existing_vpc, existing_vpc.Config(), nesting="flat", expand=True)

        assert b'"CAPABILITY_IAM"' in bundle.files()["samconfig.toml"]

    def test_a_stack_with_a_required_region_is_deployed_there(self):
        texts = {
            name: render(variant, variant.Config()).files()["samconfig.toml"]
            for name, variant in (("edge_waf", edge_waf), ("edge", edge))
        }

        assert b'\nregion = "us-east-1"\n' in texts["edge_waf"]
        assert b"\nregion" not in texts["edge"]


class TestContract:
    """Public titles, ports and outputs: a change to any listed here is noticed."""

    RESOURCES = {
        "VPCStack": "VPC PrivateSubnet1 PrivateSubnet2 PrivateRouteTable "
        "PrivateSubnet1RouteTableAssociation PrivateSubnet2RouteTableAssociation "
        "FunctionSecurityGroup RDSProxySecurityGroup DBClusterSecurityGroup "
        "RDSProxySecurityGroupIngress DBClusterSecurityGroupIngress",
        "SecretsStack": "RDSMasterUserSecret",
        "RDSStack": "DBClusterSubnetGroup DBClusterParameterGroup DBCluster DBInstance1 "
        "DBClusterAttachment RDSProxyRole RDSProxy RDSProxyTargetGroup",
        "SAMStack": "DatabaseLayer BlogRDSProxyFunction BlogRDSProxyFunctionLogGroup HttpApi "
        "HttpApiAccessLogGroup",
    }
    OUTPUTS = {
        "VPCStack": "PrivateSubnet1Id PrivateSubnet2Id FunctionSecurityGroupId "
        "DBClusterSecurityGroupId RDSProxySecurityGroupId",
        "SecretsStack": "RDSMasterUserSecretArn GetSecretValueByCLI",
        "RDSStack": "RDSProxyEndpoint RDSProxyArn DBClusterEndpoint DBArn DBResourceId VPCId",
        "SAMStack": "APIEndpoint FunctionArns",
    }
    ROOT_OUTPUTS = (
        "APIEndpoint RDSProxyEndpoint GetSecretValueByCLI DBClusterEndpoint RDSProxyArn DBArn "
        "DBResourceId VPCId DBClusterSecurityGroupId RDSProxySecurityGroupId "
        "RDSMasterUserSecretArn FunctionSecurityGroupId FunctionArns"
    )
    ROOT = render(base, base.Config()).root

    @pytest.mark.parametrize("title", RESOURCES)
    def test_a_stack_keeps_its_resources_and_outputs(self, title):
        template = self.ROOT.children[title].template

        assert list(template.resources) == self.RESOURCES[title].split()
        assert list(template.outputs) == self.OUTPUTS[title].split()

    def test_the_root_keeps_its_parameters_children_and_outputs(self):
        assert list(self.ROOT.children) == list(self.RESOURCES)
        assert {name: body["Default"] for name, body in self.ROOT.parameters.items()} == {
            "VPCCidr": "10.1.0.0/16",
            "PrivateSubnet1Cidr": "10.1.0.0/24",
            "PrivateSubnet2Cidr": "10.1.1.0/24",
            "RDSMasterUsername": "root",
            "RDSDatabaseName": "blog_rds_proxy",
        }
        assert list(self.ROOT.outputs) == self.ROOT_OUTPUTS.split()

    def test_every_parameter_of_the_root_says_what_it_accepts(self):
        for body in self.ROOT.parameters.values():
            assert {"AllowedPattern", "ConstraintDescription", "Description"} <= body.keys()

    def test_service_is_base_with_a_user_of_its_own_inside_a_network_of_another(self):
        inside = render(existing_vpc, existing_vpc.Config()).root
        settings = {"rds": {"users": [{"name": "app", "login": "iam"}]}, "function_user": "app"}
        same = render(base, base.Config.parse(settings, "my.yaml")).root

        assert list(inside.children) == list(same.children)[1:]
        assert list(inside.outputs) == list(same.outputs)
        assert set(inside.outputs) == {*self.ROOT.outputs, "UserSecretArns"}
