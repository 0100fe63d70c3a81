"""Audit: templates that anybody has written load, and our rules judge what they deploy."""

from __future__ import annotations

import json

import pytest
from audited import ours, rules_broken

from rdsproxy_templates.audit import audit
from rdsproxy_templates.aws.engines import ENGINES

LATE = """\
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql}
  Node:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}
  Targets:
    Type: AWS::RDS::DBProxyTargetGroup
    Properties:
      DBProxyName: proxy
      TargetGroupName: default
      DBClusterIdentifiers: [!Ref Cluster]
"""
TARGETS = "  Targets:\n    Type: AWS::RDS::DBProxyTargetGroup\n"
NOWHERE = "      SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 127.0.0.1/32}]\n"
GROUP = f"""\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Database
{NOWHERE}"""
OPEN = "{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}"


class TestForms:
    def test_a_fault_is_found_at_its_line_and_column(self, tmp_path):
        [one] = ours(tmp_path, LATE.replace("Name: default", "Name: primary"))[:1]

        assert (one.rule, one.line, one.column) == ("proxy/waits-for-instances", 8, 3)

    def test_a_property_has_the_place_of_its_key(self, tmp_path):
        found = ours(tmp_path, LATE.replace("Name: default", "Name: primary"))

        assert ("proxy/one-target", 12, 7) in [(one.rule, one.line, one.column) for one in found]

    @pytest.mark.parametrize("waits", ["Node", "[Node]"])
    def test_depends_on_is_text_or_a_list(self, tmp_path, waits):
        text = LATE.replace(TARGETS, f"{TARGETS}    DependsOn: {waits}\n")

        assert rules_broken(tmp_path, text) == []

    @pytest.mark.parametrize(
        "reference",
        [
            "!GetAtt Cluster.DBClusterArn",
            "!GetAtt [Cluster, DBClusterArn]",
            '{"Fn::GetAtt": Cluster.DBClusterArn}',
            '{"Fn::GetAtt": [Cluster, DBClusterArn]}',
            "{Ref: Cluster}",
        ],
    )
    def test_a_reference_has_several_forms(self, tmp_path, reference):
        text = LATE.replace("[!Ref Cluster]", f"[{reference}]")

        assert rules_broken(tmp_path, text) == ["proxy/waits-for-instances"]

    def test_json_with_tabs_is_read_with_its_places(self, tmp_path):
        properties = {"DBProxyName": "p", "TargetGroupName": "main", "DBClusterIdentifiers": ["c"]}
        body = {"Resources": {"T": {"Type": "AWS::RDS::DBProxyTargetGroup"}}}
        body["Resources"]["T"]["Properties"] = properties
        text = json.dumps(body, indent="\t")

        [one] = ours(tmp_path, text, "template.json")

        assert '"TargetGroupName": "main"' in text.splitlines()[one.line - 1]
        assert one.column == 5

    @pytest.mark.parametrize(
        "transform",
        ["AWS::LanguageExtensions", "[AWS::LanguageExtensions]", "{Name: AWS::Include}"],
    )
    def test_a_transform_is_text_a_list_or_a_mapping(self, tmp_path, transform):
        assert rules_broken(tmp_path, f"Transform: {transform}\n{GROUP}") == []

    def test_null_is_refused_with_a_sentence(self, tmp_path):
        text = "Resources:\n  Gateway:\n    Type: AWS::EC2::InternetGateway\n    Properties:\n"

        [one] = ours(tmp_path, text)

        assert (one.rule, one.line) == ("template/shape", 4)
        assert one.sentence == "Properties of Gateway is null, which CloudFormation refuses"

    def test_a_loop_is_expanded(self, tmp_path):
        text = GROUP.replace(
            "Resources:\n",
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Doors:\n"
            "    - Name\n    - [A, B]\n    - Door${Name}:\n"
            "        Type: AWS::EC2::SecurityGroupIngress\n"
            "        Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 22, ToPort: 22, "
            "CidrIp: 0.0.0.0/0}\n",
        )

        found = ours(tmp_path, text)

        assert [one.sentence.partition(":")[0] for one in found] == ["DoorA", "DoorB"]
        assert {one.line for one in found} == {3}


class TestConditions:
    CONDITIONS = "Conditions: {Open: !Equals [!Ref 'AWS::Region', us-east-1]}\n"
    WORLD = "network/open-to-the-world"

    @pytest.mark.parametrize(
        "rules",
        [
            f"!If [Open, [{OPEN}], !Ref 'AWS::NoValue']",
            f"[!If [Open, {OPEN}, !Ref 'AWS::NoValue']]",
            f"!If [Open, !Ref 'AWS::NoValue', [{OPEN}]]",
        ],
    )
    def test_both_arms_are_looked_at(self, tmp_path, rules):
        text = f"{self.CONDITIONS}{GROUP}      SecurityGroupIngress: {rules}\n"

        assert rules_broken(tmp_path, text) == [self.WORLD]

    def test_a_region_that_is_given_decides(self, tmp_path):
        text = f"{self.CONDITIONS}{GROUP}      SecurityGroupIngress: !If [Open, [{OPEN}], []]\n"

        assert rules_broken(tmp_path, text, region="us-east-1") == [self.WORLD]
        assert rules_broken(tmp_path, text, region="eu-west-1") == []

    def test_a_combination_that_cannot_be_has_no_finding(self, tmp_path):
        text = (
            "Parameters: {Kind: {Type: String, AllowedValues: [aurora, rds]}}\n"
            "Conditions:\n"
            "  Aurora: !Equals [!Ref Kind, aurora]\n"
            "  Instance: !Equals [!Ref Kind, rds]\n"
            "Resources:\n"
            "  Targets:\n"
            "    Type: AWS::RDS::DBProxyTargetGroup\n"
            "    Properties:\n"
            "      DBProxyName: proxy\n"
            "      TargetGroupName: default\n"
            "      DBClusterIdentifiers: !If [Aurora, [c], !Ref 'AWS::NoValue']\n"
            "      DBInstanceIdentifiers: !If [Instance, [i], !Ref 'AWS::NoValue']\n"
        )

        assert rules_broken(tmp_path, text) == []
        assert rules_broken(tmp_path, text.replace("AllowedValues: [aurora, rds]", "")) == [
            "proxy/one-target"
        ]


class TestWhere:
    """A finding says with what values of parameters it holds."""

    STAGED = (
        "Parameters:\n  Stage: {Type: String, AllowedValues: [dev, test, prod]}\n"
        "  Door: {Type: String, Default: ''}\n"
        "Conditions:\n  Dev: !Equals [!Ref Stage, dev]\n  Prod: !Equals [!Ref Stage, prod]\n"
        "  Open: !Not [!Equals [!Ref Door, '']]\n"
        "  Both: !And [!Condition Dev, !Condition Open]\n"
    )
    RULES = (
        "Rules:\n  Door:\n    RuleCondition: !Equals [!Ref Stage, dev]\n    Assertions:\n"
        "    - {Assert: !Equals [!Ref Door, ''], AssertDescription: none in dev}\n"
    )

    def sentence(self, folder, condition, arms=f"[{OPEN}], !Ref 'AWS::NoValue'", more=""):
        rules = f"      SecurityGroupIngress: !If [{condition}, {arms}]\n"
        found = ours(folder, f"{self.STAGED}{more}{GROUP}{rules}")
        return [one.sentence.partition("0.0.0.0/0")[2] for one in found]

    @pytest.mark.parametrize(
        ("condition", "arms", "where"),
        [
            ("Dev", f"[{OPEN}], !Ref 'AWS::NoValue'", ", where Stage is dev"),
            ("Dev", f"!Ref 'AWS::NoValue', [{OPEN}]", ", where Stage is not dev"),
            ("Open", f"!Ref 'AWS::NoValue', [{OPEN}]", ", where Door is empty"),
            (
                "Both",
                f"[{OPEN}], !Ref 'AWS::NoValue'",
                ", where Door is not empty and Stage is dev",
            ),
            ("Dev", f"[{OPEN}], [{OPEN}]", ""),
        ],
    )
    def test_it_is_said_where_it_does_not_hold_always(self, tmp_path, condition, arms, where):
        assert self.sentence(tmp_path, condition, arms) == [where]

    def test_what_rules_refuse_is_not_judged(self, tmp_path):
        assert self.sentence(tmp_path, "Both", more=self.RULES) == []

    def test_rules_about_other_parameters_change_nothing(self, tmp_path):
        other = self.RULES.replace("!Ref Stage", "!Ref AWS::Region")

        assert self.sentence(tmp_path, "Dev", more=other) == [", where Stage is dev"]

    @pytest.mark.parametrize(
        ("assertion", "found"),
        [
            ("!Contains [[test, prod], !Ref Stage]", []),
            ("!Not [!Contains [[dev], !Ref Stage]]", []),
            ("!Contains [[dev, prod], !Ref Stage]", [", where Stage is dev"]),
            ("!EachMemberIn [!RefAll 'AWS::EC2::VPC::Id', [a]]", [", where Stage is dev"]),
        ],
    )
    def test_an_assertion_without_a_condition_always_counts(self, tmp_path, assertion, found):
        rule = f"Rules: {{R: {{Assertions: [{{Assert: {assertion}}}]}}}}\n"

        assert self.sentence(tmp_path, "Dev", more=rule) == found

    def test_a_parameter_of_a_parent_is_named(self, tmp_path):
        rules = f"      SecurityGroupIngress: !If [Dev, [{OPEN}], []]\n"
        (tmp_path / "child.yaml").write_text(f"{self.STAGED}{GROUP}{rules}")
        parent = (
            "Parameters: {Env: {Type: String}}\nResources:\n  Child:\n"
            "    Type: AWS::CloudFormation::Stack\n"
            "    Properties: {TemplateURL: child.yaml, Parameters: {Stage: !Ref Env}}\n"
        )

        [one] = ours(tmp_path, parent)

        assert one.sentence.endswith("0.0.0.0/0, where Env is dev")


class TestNesting:
    PARENT = """\
Resources:
  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {In: a}}}
"""
    CHILD = """\
Parameters: {In: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref In}}
Outputs: {Out: {Value: !Ref Topic}}
"""

    def test_a_parameter_that_the_child_lacks_is_found_in_the_parent(self, tmp_path):
        (tmp_path / "child.yaml").write_text(self.CHILD)

        [one] = ours(tmp_path, self.PARENT.replace("{In: a}", "{In: a, Im: b}"))

        assert (one.rule, one.line) == ("wiring", 2)

    def test_stacks_that_need_each_other_are_a_finding(self, tmp_path):
        (tmp_path / "child.yaml").write_text(self.CHILD)
        one = self.PARENT.replace("{In: a}", "{In: !GetAtt B.Outputs.Out}")
        other = self.PARENT.splitlines()[1].replace("A:", "B:")

        found = ours(tmp_path, one + other.replace("{In: a}", "{In: !GetAtt A.Outputs.Out}"))

        assert [one.rule for one in found] == ["wiring"]
        assert "has a circle" in found[0].sentence

    def test_a_template_that_nests_itself_is_a_finding(self, tmp_path):
        [one] = ours(tmp_path, self.PARENT.replace("child.yaml", "template.yaml"))

        assert one.sentence == "A nests a template that nests this one, without an end"


class TestFiles:
    def test_a_folder_is_read_for_its_templates(self, tmp_path):
        (tmp_path / "other.yaml").write_text("key: value\n")
        (tmp_path / "broken.json").write_text("{")
        (tmp_path / "stack.template").write_text(LATE)

        report = audit([tmp_path], aws=False)

        assert [file.rpartition("/")[2] for file in report.files] == ["stack.template"]
        assert report.unread == []

    def test_what_is_named_must_be_a_template(self, tmp_path):
        (tmp_path / "other.yaml").write_text("key: value\n")

        report = audit([tmp_path / "other.yaml", tmp_path / "gone.yaml"], aws=False)

        assert [problem.sentence for problem in report.unread] == [
            "is no template: it has no mapping named Resources",
            "cannot be read: No such file or directory",
        ]

    def test_aws_s_validator_reads_the_file_itself(self, tmp_path):
        (tmp_path / "t.yaml").write_text(
            "Resources: {T: {Type: AWS::SNS::Topic, Properties: {X: 1}}}"
        )

        report = audit([tmp_path / "t.yaml"])

        assert {one.line for one in report.findings} == {1}
        assert any("X" in one.sentence for one in report.findings)


class TestJoining:
    DATA = """\
Parameters: {Prefix: {Type: String}}
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql}
Outputs:
  Arn: {Value: !Ref Cluster, Export: {Name: !Sub "${AWS::StackName}-Cluster"}}
"""
    PROXY = """\
Parameters: {Data: {Type: String}}
Resources:
  Targets:
    Type: AWS::RDS::DBProxyTargetGroup
    Properties:
      DBProxyName: proxy
      TargetGroupName: default
      DBClusterIdentifiers: [{"Fn::ImportValue": !Sub "${Data}-Cluster"}]
"""
    NODE = """\
  Node:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}
"""

    def found(self, folder, data):
        (folder / "data.yaml").write_text(data)
        (folder / "proxy.yaml").write_text(self.PROXY)
        report = audit([folder], aws=False)
        assert report.not_judged == {}
        return [(one.file.rpartition("/")[2], one.rule) for one in report.findings]

    def test_what_one_stack_exports_is_followed_where_another_imports_it(self, tmp_path):
        assert self.found(tmp_path, self.DATA) == [("proxy.yaml", "proxy/waits-for-instances")]

    def test_a_stack_waits_for_all_of_the_one_that_it_imports_from(self, tmp_path):
        data = self.DATA.replace("Outputs:", f"{self.NODE}Outputs:")

        assert self.found(tmp_path, data) == []

    def test_an_export_of_two_stacks_is_followed_by_nobody(self, tmp_path):
        (tmp_path / "other.yaml").write_text(self.DATA)

        assert self.found(tmp_path, self.DATA) == []


class TestOtherTools:
    def test_variables_of_the_serverless_framework_are_unknown(self, tmp_path):
        text = (
            "service: shop\nprovider: {name: aws}\nresources:\n  Resources:\n    Proxy:\n"
            "      Type: AWS::RDS::DBProxy\n      Properties:\n"
            "        DBProxyName: ${self:custom.name}\n        EngineFamily: ORACLE\n"
        )

        found = ours(tmp_path, text, "serverless.yml")

        assert "proxy/name" not in [one.rule for one in found]
        assert ("login/somebody", 7) in [(one.rule, one.line) for one in found]

    def test_a_cloud_assembly_of_the_cdk_is_read_by_its_manifest(self, tmp_path):
        artifacts = {
            "Shop": {
                "type": "aws:cloudformation:stack",
                "properties": {"templateFile": "Shop.template.json"},
            }
        }
        nested = {"A": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x"}}}
        nested["A"]["Metadata"] = {"aws:asset:path": "Inner.nested.template.json"}
        late = {
            "Type": "AWS::RDS::DBProxyTargetGroup",
            "Properties": {"DBProxyName": "p", "TargetGroupName": "main"},
        }
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
        (tmp_path / "Shop.template.json").write_text(json.dumps({"Resources": nested}))
        (tmp_path / "Inner.nested.template.json").write_text(json.dumps({"Resources": {"T": late}}))
        (tmp_path / "Left.template.json").write_text(json.dumps({"Resources": {"T": late}}))

        report = audit([tmp_path], aws=False)

        assert [one.rpartition("/")[2] for one in report.files] == [
            "Shop.template.json",
            "Inner.nested.template.json",
        ]
        assert {one.rule for one in report.findings} == {"proxy/one-target"}

    def test_globals_of_sam_are_each_function_s(self, tmp_path):
        text = (
            "Transform: AWS::Serverless-2016-10-31\n"
            "Globals: {Function: {Runtime: python3.13, Handler: a.b, Timeout: 60}}\n"
            "Resources:\n  Function:\n    Type: AWS::Serverless::Function\n"
            "    Properties:\n      InlineCode: x\n"
            "      Events: {Get: {Type: HttpApi, Properties: {Path: /, Method: get}}}\n"
        )

        assert rules_broken(tmp_path, text) == ["api/timeout"]

    def test_what_sam_refuses_is_a_finding_with_a_line(self, tmp_path):
        text = (
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Function:\n"
            "    Type: AWS::Serverless::Function\n"
            "    Properties:\n      InlineCode: x\n      Handler: a.b\n      Runtime: python3.13\n"
            "      Events: {Get: {Type: Apii}}\n"
        )

        [one] = ours(tmp_path, text)

        assert (one.rule, one.line) == ("sam", 3)
        assert "Event Type is: Apii" in one.sentence


class TestOddForms:
    @pytest.mark.parametrize(
        "text",
        [
            "Outputs: {A: {Ref: Group, Value: x, Export: {Name: y}}}\n",
            'Outputs: {A: {"Fn::Select": [0, [a]]}}\n',
            "Conditions: {C: !Condition C}\n",
            "Conditions: {C: !Equals [!Ref Group]}\n",
            "Mappings: {M: {a: x}}\n",
            "Parameters: {P: {Default: 5}}\n",
        ],
    )
    def test_what_nobody_means_is_no_crash(self, tmp_path, text):
        ours(tmp_path, text + GROUP)

    def test_an_attribute_that_is_a_function_is_a_sentence(self, tmp_path):
        [one] = ours(tmp_path, GROUP.replace("    Type", "    Ref: Other\n    Type"))

        assert (one.line, one.sentence) == (3, "Ref is no attribute of a resource")


class TestFunctions:
    """A function that CloudFormation lacks is a sentence, with what was meant."""

    @pytest.mark.parametrize(
        "resource",
        [
            "!Reff {Type: AWS::SNS::Topic}",
            "!Reff Other",
            "{Type: AWS::SNS::Topic, Properties: {TopicName: !Reff Name}}",
            '{Type: AWS::SNS::Topic, Properties: {TopicName: {"Fn::Reff": Name}}}',
        ],
    )
    def test_an_unknown_one_is_named_with_what_was_meant(self, tmp_path, resource):
        [one] = ours(tmp_path, f"Resources:\n  Other: {{Type: AWS::SNS::Topic}}\n  A: {resource}\n")

        assert (one.rule, one.line) == ("template/shape", 3)
        assert one.sentence == ("!Reff is not a function of CloudFormation (did you mean !Ref?)")

    def test_one_in_place_of_all_resources_is_a_sentence(self, tmp_path):
        path = tmp_path / "template.yaml"
        path.write_text("Resources: !Reff Other\n")

        [problem] = audit([path], aws=False).unread

        assert "!Reff is not a function of CloudFormation" in problem.sentence

    def test_one_that_is_known_makes_no_resource(self, tmp_path):
        [one] = ours(tmp_path, "Resources: {A: {Type: AWS::SNS::Topic}, B: !Ref A}\n")

        assert one.sentence == "B is a function, and no function makes a resource"

    @pytest.mark.parametrize(
        "text",
        [
            "Transform: Somebodys\nResources: {A: {Type: AWS::SNS::Topic, Properties: !Own x}}\n",
            "Resources: {A: {Type: AWS::SNS::Topic, Metadata: {X: !Rain::Embed x.txt}}}\n",
            "Resources: {A: {Type: AWS::SNS::Topic, Metadata: {X: !Length [a, b]}}}\n",
        ],
    )
    def test_those_of_macros_and_tools_are_left_alone(self, tmp_path, text):
        assert ours(tmp_path, text) == []


class TestMissingFiles:
    @pytest.mark.parametrize(
        "resource",
        [
            "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./nope.yaml}}",
            "{Type: AWS::Serverless::Application, Properties: {Location: ./nope.yaml}}",
        ],
    )
    def test_a_nested_template_that_is_not_there_is_a_finding(self, tmp_path, resource):
        found = ours(tmp_path, f"Resources:\n  Data: {resource}\n")

        [one] = [one for one in found if one.rule == "wiring"]
        assert (one.rule, one.level, one.line) == ("wiring", "error", 2)
        assert one.sentence.startswith("Data nests ./nope.yaml, which is not there")

    @pytest.mark.parametrize(
        "location",
        [
            "https://bucket.s3.amazonaws.com/nope.yaml",
            "!Sub 'https://${Bucket}.s3.amazonaws.com/nope.yaml'",
            "'${self:custom.location}'",
        ],
    )
    def test_one_that_is_elsewhere_is_unknown(self, tmp_path, location):
        text = (
            "Parameters: {Bucket: {Type: String}}\nResources:\n  Data:\n"
            f"    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {location}}}\n"
        )

        assert "wiring" not in rules_broken(tmp_path, text)


class TestSoundForms:
    """What public templates do, and works."""

    TRUST = """\
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: !GetAtt Role.Arn, DefinitionString: "{}"}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: SERVICE}, Action: "sts:AssumeRole"}
"""

    @pytest.mark.parametrize(
        ("service", "found"),
        [
            ('!Sub "states.${AWS::Region}.amazonaws.com"', []),
            ("states.eu-west-1.amazonaws.com", []),
            ("states.amazonaws.com", []),
            ("events.amazonaws.com", ["role/trust"]),
            ('!Sub "events.${AWS::Region}.amazonaws.com"', ["role/trust"]),
        ],
    )
    def test_a_service_has_a_name_in_each_region(self, tmp_path, service, found):
        assert rules_broken(tmp_path, self.TRUST.replace("SERVICE", service)) == found

    def test_a_role_for_another_service_is_passed_on(self, tmp_path):
        function = (
            "  Function:\n    Type: AWS::Lambda::Function\n    Properties:\n"
            "      Code: {ZipFile: x}\n      Handler: index.handler\n      Runtime: python3.13\n"
            "      Role: !GetAtt Own.Arn\n"
            "      Environment: {Variables: {SCHEDULER_ROLE_ARN: !GetAtt Role.Arn}}\n"
        )
        own = self.TRUST.partition("  Role:\n")[2].replace("SERVICE", "lambda.amazonaws.com")
        role = "  Role:\n" + self.TRUST.partition("  Role:\n")[2].replace(
            "SERVICE", "scheduler.amazonaws.com"
        )

        found = rules_broken(tmp_path, f"Resources:\n{function}{role}  Own:\n{own}")

        assert not {"role/may-assume", "role/trust"} & {*found}


class TestOtherValidators:
    """AWS's validator and cfn-lint, without what they are known to be wrong about."""

    @staticmethod
    def found(folder, text, **options):
        path = folder / "template.yaml"
        path.write_text(text, "utf-8")
        return [(one.rule, one.sentence) for one in audit([path], **options).findings]

    def test_a_version_that_is_newer_than_aws_s_list_is_none_of_its_findings(self, tmp_path):
        text = LATE.replace("{Engine: aurora-mysql}", "{Engine: aurora-mysql, EngineVersion: '%s'}")
        newest = ENGINES["aurora-mysql"].default_version

        assert "E9006" not in dict(self.found(tmp_path, text % newest, lint=False))
        assert "E9006" in dict(self.found(tmp_path, text % "8.0.mysql_aurora.9.99.9", lint=False))

    def test_the_path_of_an_ssm_parameter_is_no_value_of_a_property(self, tmp_path):
        text = (
            "Parameters:\n"
            "  Class: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /db/class}\n"
            "Resources:\n"
            "  Database:\n"
            "    Type: AWS::RDS::DBInstance\n"
            "    Properties: {Engine: mysql, DBInstanceClass: !Ref Class}\n"
        )
        sentences = [one for _, one in self.found(tmp_path, text, lint=False)]

        assert not [one for one in sentences if "/db/class" in one]

    @pytest.mark.parametrize(
        ("text", "remedy"),
        [
            (
                "Resources: {A: {Type: AWS::SNS::Topic, Properties: {Foo: 1}}}",
                "See the documentation of AWS::SNS::Topic",
            ),
            (
                "Parameters: {P: {Type: String}}\nResources: {A: {Type: AWS::SNS::Topic}}",
                "/parameters-section-structure.html",
            ),
            (
                "Resources: {A: {Type: AWS::SNS::Topic}}\nOutputs: {O: {Value: !Ref Nope}}",
                "/outputs-section-structure.html",
            ),
        ],
    )
    def test_a_remedy_names_what_the_finding_is_about(self, tmp_path, text, remedy):
        path = tmp_path / "template.yaml"
        path.write_text(text)

        [one] = audit([path], lint=False).failing

        assert one.remedy.endswith(remedy)

    @pytest.mark.parametrize("resource", ["[1, 2]", "5", "{Type: 'AWS::RDS::DBProxy'}"])
    def test_a_resource_in_another_form_ends_no_validator(self, tmp_path, resource):
        text = f"Resources:\n  A: {{Type: 'AWS::SNS::Topic'}}\n  B: {resource}\n"

        assert self.found(tmp_path, text, lint=True)
