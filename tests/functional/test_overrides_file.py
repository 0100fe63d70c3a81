"""A file of settings customizes a variant, or every variant of a plan, and says where it is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import Field

from rdsproxy_templates import ConfigError, Settings
from rdsproxy_templates.cli import command
from rdsproxy_templates.cli.rendered_variants import RenderSettings, findings, render_plan
from rdsproxy_templates.deploy.plans import PLANS
from rdsproxy_templates.model.customization import Customization
from rdsproxy_templates.model.settings_file import RESERVED, read
from rdsproxy_templates.validators import refusing
from rdsproxy_templates.variants import VARIANTS, base

GOOD = """\
rds: {max_capacity: 4}
overrides:
  RDSStack.DBCluster:
    Properties:
      PreferredMaintenanceWindow: sun:18:00-sun:19:00
      MonitoringRoleArn: !GetAtt MonitoringRole.Arn
      MonitoringInterval: 60
    DeletionPolicy: Retain
  SAMStack.*Function:
    Properties: {Tracing: Active, Tags: {stack: !Sub '${AWS::StackName}'}}
extra_resources:
  RDSStack:
    MonitoringRole:
      Type: AWS::IAM::Role
      Properties:
        AssumeRolePolicyDocument:
          Statement:
          - {Effect: Allow, Principal: {Service: monitoring.rds.amazonaws.com}, Action: sts:AssumeRole}
        ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole
"""


@pytest.fixture
def run(tmp_path):
    """Write *text* as my.yaml, and run the command on it."""

    def ran(text, *arguments):
        (tmp_path / "my.yaml").write_text(text)
        words = [*arguments, "--config", tmp_path / "my.yaml", "--out", tmp_path / "out"]
        result = CliRunner().invoke(command(out=tmp_path), list(map(str, words)))
        return result.exit_code, result.output.replace(str(tmp_path / "my.yaml"), "my.yaml")

    return ran


def test_a_variant_is_customized_and_passes_every_validator(run, tmp_path):
    status, output = run(GOOD, "base")

    assert status == 0, output
    rds = (tmp_path / "out/base/cloudformation/rds.yaml").read_text()
    assert "MonitoringRoleArn: !GetAtt MonitoringRole.Arn" in rds
    sam = (tmp_path / "out/base/cloudformation/sam.yaml").read_text()
    assert "Tracing: Active" in sam
    assert "stack: !Sub ${AWS::StackName}" in sam


@pytest.mark.parametrize("options", [("--nesting=plain",), ("--nesting=flat",), ("--expand",)])
def test_the_next_render_finds_nothing_to_change(run, options):
    assert run(GOOD, "base", "--no-lint", *options)[0] == 0
    assert run(GOOD, "base", "--no-lint", "--check", *options)[0] == 0
    assert run("rds: {max_capacity: 4}", "base", "--no-lint", "--check", *options)[0] == 1


def test_problems_have_line_and_column_and_nothing_is_written(run, tmp_path):
    wrong = "overrides:\n  RDSStack.DBCluster:\n    Properties:\n      Prt: 1\n      Tags: [{Ky: a}]\n  RDStack.X: {}\n"
    status, output = run(wrong, "base")

    assert status == 2
    place = "overrides.RDSStack.DBCluster.Properties"
    assert f"my.yaml:4:7: {place}.Prt] is not a property" in output
    assert f"my.yaml:5:15: {place}.Tags.0.Ky] is not a property" in output
    assert "my.yaml:6:3: overrides.RDStack.X] matches no resource" in output
    assert not (tmp_path / "out").exists()


def test_wrong_settings_and_wrong_customizations_are_refused_together(run):
    status, output = run("rds: {max_capacity: 0}\noverrides: 5\nextra_resources: null\n", "base")

    assert status == 2
    assert "my.yaml:1:7: rds.max_capacity]" in output
    assert "my.yaml:2:1: overrides] must be a mapping, got 5" in output
    assert "my.yaml:3:1: extra_resources] must be a mapping, got null" in output


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("override", "overrides"), ("extra_resource", "extra_resources"), ("tag", "tags")],
)
def test_a_misspelled_key_is_told_what_it_may_mean(run, typo, meant):
    status, output = run(f"{typo}: {{}}\n", "base")

    assert status == 2
    assert f"my.yaml:1:1: {typo}] is not a setting (did you mean {meant}?); there are" in output


def test_an_unknown_key_is_told_every_key_that_there_is(run):
    output = run("nonsense: 1\nrds: {nonsense: 1}\n", "base")[1]

    (root, inside) = sorted(line for line in output.splitlines() if "nonsense]" in line)
    assert root.startswith("error: [my.yaml:1:1: nonsense] is not a setting; there are regions, ")
    assert root.endswith(
        ", allowed_accounts, extra_resources, iam_roles, ignore, overrides, publish, tags"
    )
    assert "overrides" not in inside


def test_tags_that_are_a_list_are_no_mapping(run):
    output = run("tags: [a, b]\n", "base")[1]

    assert "my.yaml:1:1: tags] must be a mapping, got ['a', 'b']" in output


def test_a_misspelled_attribute_of_a_new_resource_is_told_all_of_them(run):
    text = """\
extra_resources:
  RDSStack:
    One: {Typ: 'AWS::SNS::Topic'}
    Two: {Type: 'AWS::SNS::Topic', Propertis: {}}
"""

    output = run(text, "base")[1]

    there = "there are Type, Properties, DependsOn, Metadata, DeletionPolicy"
    assert f"RDSStack.One.Typ] is not an attribute of a resource (did you mean Type?); {there}" in (
        output
    )
    assert "RDSStack.Two.Propertis] is not an attribute" in output
    assert f"(did you mean Properties?); {there}" in output


@pytest.mark.parametrize("options", [(), ("--nesting=flat",)])
def test_code_of_a_further_function_must_be_where_it_says(run, tmp_path, options):
    text = """\
extra_resources:
  .:
    Mine:
      Type: AWS::Serverless::Function
      Properties: {CodeUri: ../../mine, Handler: app.handler, Runtime: python3.13}
"""
    status, output = run(text, "base", "--no-lint", *options)

    assert status == 2
    assert "my.yaml:3:5: extra_resources...Mine] names code at ../../mine, and there is" in output
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "out" / "base").mkdir(parents=True)
    assert run(text, "base", "--no-lint", *options)[0] == 0


def test_a_warning_has_line_and_column(run):
    text = "overrides: {RDSStack.DBCluster: {Properties: {KmsKeyId: alias/mine}}}"

    assert (
        "my.yaml:1:47: overrides.RDSStack.DBCluster.Properties.KmsKeyId] is create-only"
        in run(text, "base", "--no-lint")[1]
    )


class TestKeptSamconfig:
    """Once somebody has changed ``samconfig.toml``, rendering leaves it as it is, and says so."""

    NAMED = "overrides: {RDSStack.RDSProxyRole: {Properties: {RoleName: proxy}}}"

    @pytest.fixture
    def changed(self, run, tmp_path):
        assert run("", "base", "--no-lint")[0] == 0
        file = tmp_path / "out/base/samconfig.toml"
        file.write_text(file.read_text().replace("cached = true", "cached = false"))
        return file

    def test_missing_tags_are_named_with_the_line_to_write(self, run, changed):
        status, output = run("tags: {team: shop}", "base", "--no-lint")

        assert status == 0
        assert 'samconfig.toml] is yours and has other tags; for these, write: tags = ["t' in output
        assert "team" not in changed.read_text()

    def test_a_missing_capability_is_named(self, run, changed):
        assert "lacks the capability for a named role" in run(self.NAMED, "base", "--no-lint")[1]

    def test_what_is_there_is_not_missing(self, run, changed):
        text = changed.read_text().replace('"CAPABILITY_IAM', '"CAPABILITY_NAMED_IAM')
        changed.write_text(text + 'tags = ["team=shop"]\n')
        output = run(f"{self.NAMED}\ntags: {{team: shop}}", "base", "--no-lint")[1]

        assert "is yours" not in output

    def test_one_that_cannot_be_read_lacks_everything(self, run, changed):
        changed.write_text("][")

        assert "is yours and has other tags" in run("tags: {team: shop}", "base", "--no-lint")[1]

    def test_an_unchanged_one_is_written_anew(self, run, tmp_path):
        assert run("", "base", "--no-lint")[0] == 0
        output = run("tags: {team: shop}", "base", "--no-lint")[1]

        assert "is yours" not in output
        assert 'tags = ["team=shop"]' in (tmp_path / "out/base/samconfig.toml").read_text()


def test_a_finding_names_the_override_with_its_line(run):
    text = "overrides:\n  RDSStack.RDSProxy: {Properties: {EngineFamily: POSTGRESQL}}"
    status, output = run(text, "base", "--no-lint")

    assert status == 3
    assert "RDSProxy is changed by my.yaml:2:3: overrides.RDSStack.RDSProxy" in output


def test_each_variant_of_a_plan_is_customized_below_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = next(plan for plan in PLANS.values() if len(plan.steps) > 1)
    one, two = (step.variant for step in plan.steps[:2])
    Path("my.yaml").write_text(
        f"{one}: {{overrides: {{Nobody: {{}}}}}}\n{two}: {{overrides: {{Nothing: {{}}}}}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        render_plan(plan, RenderSettings(config=Path("my.yaml")))

    first, second = map(str, caught.value.problems)
    assert first.startswith(f"[my.yaml:1:{len(one) + 16}: {one}: overrides.Nobody] matches no")
    assert second.startswith(f"[my.yaml:2:{len(two) + 16}: {two}: overrides.Nothing] matches no")


def test_a_plan_has_no_overrides_of_its_own(tmp_path):
    plan = next(plan for plan in PLANS.values() if len(plan.steps) > 1)
    (tmp_path / "my.yaml").write_text("overrides: {}\n")

    with pytest.raises(ConfigError, match="belongs to one variant; write it below its name: "):
        render_plan(plan, RenderSettings(config=tmp_path / "my.yaml"))


def documented(repository, language):
    """The examples in docs/overrides.md, each with the word of its first line."""
    text = (repository / "docs" / "overrides.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def is_customized(one):
    """True where something is what only overrides, tags, bounds, publishing or accounts make it."""
    text = "".join(one.bundle.templates.values())
    added = ("PermissionsBoundary: ", "Type: AWS::SSM::Parameter\n")
    settings = (one.bundle.customized_by, one.bundle.tags, one.allowed_accounts)
    return any(settings) or any(word in text for word in added)


def test_the_documented_examples_render(repository, tmp_path):
    examples = documented(repository, "yaml")
    for example in examples:
        (tmp_path / "my.yaml").write_text(example)
        plan = PLANS[example.splitlines()[0].removeprefix("# ").removesuffix(".yaml")]
        settings = RenderSettings(config=tmp_path / "my.yaml", out=tmp_path / "out")
        rendered = render_plan(plan, settings)

        assert any(map(is_customized, rendered))
        found = findings(rendered, lint=False)
        assert [finding for every in found.values() for finding in refusing(every)] == []

    assert len(examples) >= 4


def test_the_documented_python_runs(repository):
    [example] = documented(repository, "python")
    made: dict[str, Any] = {}
    exec(example, made)  # noqa: S102 - ours

    assert "BackupRetentionPeriod: 14" in made["bundle"].templates["cloudformation/rds.yaml"]


def test_no_variant_has_a_setting_of_such_a_name():
    assert frozenset(Customization.model_fields) == RESERVED
    for variant in VARIANTS.values():
        assert not RESERVED & variant.Config.model_fields.keys()


def test_a_setting_of_ones_own_that_has_such_a_name_is_refused(tmp_path):
    class Config(Settings):
        overrides: int = Field(default=1, description="Mine.")

    (tmp_path / "my.yaml").write_text("overrides: 5\n")
    with pytest.raises(ConfigError, match=r"my.yaml:1:1: overrides\] is a setting of test_overrid"):
        read(tmp_path / "my.yaml").split(Config)


def test_editors_complete_overrides(tmp_path):
    result = CliRunner().invoke(command(out=tmp_path), ["schema", "base"])
    found = json.loads(result.stdout)["properties"]["overrides"]

    assert "Retain" in found["additionalProperties"]["properties"]["DeletionPolicy"]["enum"]
    assert base.Config.model_json_schema()["properties"].keys() & RESERVED == set()
