"""`render`, as a person meets it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace

import pytest

from rdsproxy_templates.variants import VARIANTS

LONELY = """
from troposphere import sns
from rdsproxy_templates import Ports, Settings, Stack
class Config(Settings): ...
class Inputs(Ports): ...
class Outputs(Ports): ...
def build(config, inputs):
    return Stack(resources=[sns.Topic("Topic")], outputs=Outputs())
"""


def tree(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class TestRendering:
    def test_renders_every_variant_and_names_the_next_step(self, run, tmp_path):
        result = run()

        assert result.exit_code == 0
        assert {folder.name for folder in (tmp_path / "out").iterdir()} == set(VARIANTS)
        assert re.search(r"base +5 stacks, 25 resources", result.stdout)
        assert "sam build && sam deploy --guided" in result.stdout
        assert "valid: our rules, cloudformation-validate\n" in result.stdout

    def test_renders_only_the_named_variants(self, run, tmp_path):
        assert run("existing_vpc").exit_code == 0
        assert [folder.name for folder in (tmp_path / "out").iterdir()] == ["existing_vpc"]

    def test_a_variant_of_several_steps_points_to_its_document(self, run, tmp_path):
        result = run("edge")

        assert "next:  see out/edge/DEPLOY.md\n" in result.stdout
        assert (tmp_path / "out" / "edge" / "DEPLOY.md").is_file()

    def test_an_installed_command_includes_the_code(self, run, tmp_path):
        run("base")

        assert (tmp_path / "out" / "base" / "lambda" / "blog_rds_proxy" / "app.py").is_file()

    def test_the_output_folder_can_be_chosen(self, run, tmp_path):
        run("base", "--out", "deep/er")

        assert (tmp_path / "deep" / "er" / "base" / "template.yaml").is_file()

    @pytest.mark.parametrize("nesting", ["sam", "plain", "flat"])
    def test_nesting_can_be_chosen(self, run, tmp_path, nesting):
        run("base", "--nesting", nesting)

        nested = (tmp_path / "out" / "base" / "cloudformation").is_dir()
        assert nested is (nesting != "flat")

    def test_the_transform_can_be_expanded(self, run, tmp_path):
        run("base", "--nesting", "flat", "--expand")

        assert "Serverless" not in (tmp_path / "out" / "base" / "template.yaml").read_text()

    def test_one_resource_is_counted_in_the_singular(self, cli, tmp_path):
        (tmp_path / "lonely.py").write_text(LONELY)
        result = cli("--stack", str(tmp_path / "lonely.py"), "--no-lint", "--out", str(tmp_path))
        assert "1 stack, 1 resource " in result.stdout

    def test_quiet_prints_nothing(self, run):
        assert run("existing_vpc", "--quiet").output == ""

    def test_a_warning_is_printed_and_stops_nothing(self, run, config):
        result = run("existing_vpc", "--config", config("sam: {authorizer: none}"), "--quiet")

        assert result.exit_code == 0
        assert result.stderr == (
            "warning: existing_vpc: [sam.authorizer] is none: whoever knows the address can call the "
            "API\n"
        )

    def test_a_configuration_is_read_from_a_pipe(self, run, tmp_path):
        reading, writing = os.pipe()
        os.write(writing, b"rds: {max_capacity: 16}")
        os.close(writing)
        try:
            assert run("base", "--config", f"/dev/fd/{reading}").exit_code == 0
        finally:
            os.close(reading)
        rendered = (tmp_path / "out" / "base" / "cloudformation" / "rds.yaml").read_text()
        assert "MaxCapacity: 16" in rendered

    def test_a_configuration_is_used(self, run, config, tmp_path):
        run("base", "--config", config("rds: {max_capacity: 16}"))

        text = (tmp_path / "out" / "base" / "cloudformation" / "rds.yaml").read_text()
        assert "MaxCapacity: 16\n" in text


class TestCheck:
    def test_a_current_folder_passes(self, run):
        run()

        assert run("--check").exit_code == 0

    def test_changes_are_listed_and_not_written(self, run, config, tmp_path):
        run("base")
        before = tree(tmp_path / "out")
        result = run(
            "base", "--check", "--quiet", "--config", config("rds: {backup_retention_period: 8}")
        )

        assert result.exit_code == 1
        # The root's template has a hash of all settings.
        assert result.stdout.splitlines() == [
            "changed out/base/cloudformation/rds.yaml",
            "changed out/base/template.yaml",
        ]
        assert tree(tmp_path / "out") == before

    def test_removals_are_listed(self, run, tmp_path):
        run("base")
        result = run("base", "--check", "--quiet", "--nesting", "flat")

        assert "removed out/base/cloudformation/vpc.yaml\n" in result.stdout

    def test_an_absent_folder_is_not_created(self, run, tmp_path):
        assert run("--check").exit_code == 1
        assert not (tmp_path / "out").exists()


class TestEdited:
    """A generated file that somebody has edited."""

    @pytest.fixture
    def edited(self, run, tmp_path):
        run("base")
        file = tmp_path / "out" / "base" / "cloudformation" / "rds.yaml"
        file.write_text(file.read_text() + "# mine\n")
        return file

    def test_it_is_said_before_it_is_overwritten(self, run, edited):
        result = run("base", "--quiet")

        assert result.exit_code == 0
        assert (
            "warning: base: [out/base/cloudformation/rds.yaml] was edited since the last render "
            "and is overwritten; make it overrides: in the settings\n" in result.stderr
        )
        assert "# mine" not in edited.read_text()
        assert "was edited" not in run("base", "--quiet").stderr

    def test_it_is_said_before_it_is_removed(self, run, edited):
        result = run("base", "--quiet", "--nesting", "flat")

        assert "rds.yaml] was edited since the last render and is removed;" in result.stderr

    def test_a_check_tells_it_from_a_stale_one(self, run, edited):
        result = run("base", "--check", "--quiet")

        assert result.exit_code == 1
        assert result.stdout == "edited out/base/cloudformation/rds.yaml\n"
        assert "# mine" in edited.read_text()

    def test_code_is_not_sent_to_overrides(self, run, tmp_path):
        run("base")
        file = tmp_path / "out" / "base" / "lambda" / "blog_rds_proxy" / "app.py"
        file.write_text(file.read_text() + "# mine\n")

        result = run("base", "--quiet")

        assert (
            "app.py] was edited since the last render and is overwritten; keep code"
            in result.stderr
        )
        assert "overrides:" not in result.stderr

    def test_a_folder_with_a_damaged_list_is_left_alone_in_one_sentence(
        self, run, edited, tmp_path
    ):
        (tmp_path / "out" / "base" / ".rendered").write_text("???")
        result = run("base", "--quiet")

        assert result.exit_code == 2
        assert result.stderr.count("error: ") == 1
        assert "error: [out/base/.rendered] is damaged, and should list what" in result.stderr
        assert "# mine" in edited.read_text()

    def test_a_folder_without_its_list_is_left_alone_in_one_sentence(self, run, edited, tmp_path):
        (tmp_path / "out" / "base" / ".rendered").unlink()
        result = run("base", "--quiet")

        assert result.exit_code == 2
        assert result.stderr.count("error: ") == 1
        assert "error: [out/base/.rendered] is missing, which lists what renders" in result.stderr


class TestRefusing:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("databse: {}", "databse] is not a setting (did you mean database?)"),
            ("rds: {max_capacity: 4, min_capacity: 8}", "rds.min_capacity] must be at most max"),
            ("rds: ]", "my.yaml:1:6] is not YAML"),
        ],
    )
    def test_an_invalid_configuration_exits_with_2_and_writes_nothing(
        self, run, config, tmp_path, text, sentence
    ):
        result = run("base", "--config", config(text))

        assert result.exit_code == 2
        assert sentence in result.stderr
        assert not (tmp_path / "out").exists()

    def test_all_problems_are_reported_at_once(self, run, config):
        wrong = "sam: {timeout: 30}\nrds: {readers: 16}\nx: 1\ndatabase: {name: a-b}\n"
        result = run("base", "--config", config(wrong))

        assert result.stderr.count("error: [") == 4

    def test_an_invalid_configuration_leaves_the_old_files_intact(self, run, config, tmp_path):
        run("base")
        before = tree(tmp_path / "out")
        run("base", "--config", config("sam: {timeout: 30}"))

        assert tree(tmp_path / "out") == before

    def test_an_unknown_variant_exits_with_2(self, run):
        result = run("bsae")

        assert result.exit_code == 2
        assert (
            "[variant] unknown variant 'bsae' (did you mean base?); the variants are base, auth"
            in (result.stderr)
        )

    def test_the_former_name_of_a_variant_is_refused_with_its_new_one(self, run):
        result = run("service")

        assert result.exit_code == 2
        assert (
            "unknown variant 'service' (it was renamed: did you mean existing_vpc?)"
            in result.stderr
        )

    def test_a_configuration_is_for_one_variant(self, run, config):
        result = run("--config", config("{}"))

        assert result.exit_code == 2
        assert (
            "[--config] is for one variant; name it: base or auth or existing_vpc" in result.stderr
        )

    def test_an_output_folder_that_is_a_file_exits_with_2(self, run, tmp_path):
        (tmp_path / "out").write_text("a file")
        result = run()

        assert result.exit_code == 2
        assert "out] is a file; the output must be a folder" in result.stderr

    def test_a_foreign_template_is_not_overwritten(self, run, tmp_path):
        folder = tmp_path / "out" / "base"
        folder.mkdir(parents=True)
        (folder / "template.yaml").write_text("mine")
        result = run("base")

        assert result.exit_code == 2
        assert (folder / "template.yaml").read_text() == "mine"

    @pytest.fixture
    def invalid(self, monkeypatch):
        """A network whose groups have another port than the database."""
        from rdsproxy_templates.stacks.network import vpc

        groups = vpc.function_to_database_groups
        monkeypatch.setattr(
            vpc,
            "function_to_database_groups",
            lambda network, port, *rest, **named: groups(network, port + 1, *rest, **named),
        )

    @pytest.mark.usefixtures("invalid")
    def test_an_invalid_variant_exits_with_3_and_is_not_written(self, run, tmp_path):
        result = run()

        assert result.exit_code == 3
        assert "cloudformation/vpc.yaml:" in result.stderr
        assert ": warning network/port: " in result.stderr
        assert re.search(r"\d+ findings? in base, data_tier; nothing was written", result.stderr)
        assert not (tmp_path / "out").exists()

    @pytest.mark.usefixtures("invalid")
    def test_stale_and_not_valid_is_not_valid_and_says_both(self, run):
        result = run("base", "--check")

        assert result.exit_code == 3
        assert "created out/base/template.yaml\n" in result.stdout
        assert re.search(r"\d+ findings? in base; \d+ files stale, too", result.stderr)

    @pytest.mark.usefixtures("invalid")
    def test_a_deployment_of_it_is_refused_before_any_account_is_asked(self, cli, tmp_path):
        result = cli("deploy", "base", "--profile", "nobody")

        assert result.exit_code == 3
        assert ": warning network/port: " in result.stderr
        assert not (tmp_path / "out").exists()

    def test_an_opinion_is_shown_and_the_variant_is_written(self, run, tmp_path, monkeypatch):
        from rdsproxy_templates.validators import judgment
        from rdsproxy_templates.validators.rules import proxy

        opinion = replace(proxy.name, judge=lambda graph: iter(graph.nothing))
        monkeypatch.setattr(judgment, "GRAPH_RULES", (opinion,))
        result = run("base")

        assert result.exit_code == 0
        assert "template.yaml:1: opinion proxy/name: not judged, because" in result.stderr
        assert (tmp_path / "out" / "base" / "template.yaml").exists()


FILE = "out/base/template.yaml"


class TestFormsOfCheck:
    @pytest.fixture
    def stale(self, run, tmp_path):
        """A rendered variant of which a file is other than it would be rendered."""
        run("base", "--quiet")
        file = tmp_path / "out" / "base" / "template.yaml"
        file.write_text(file.read_text().replace("Outputs:", "Outputs: # mine"))
        return file

    @pytest.mark.usefixtures("stale")
    def test_a_diff_shows_how_a_stale_file_would_change(self, run):
        result = run("base", "--check", "--diff", "--quiet")

        assert result.exit_code == 1
        assert f"edited {FILE}\n--- {FILE}\n+++ {FILE}\n@@ " in result.stdout
        assert "\n-Outputs: # mine\n+Outputs:\n" in result.stdout

    def test_a_file_that_is_not_there_comes_from_nowhere(self, run):
        result = run("base", "--check", "--diff", "--quiet")

        assert f"--- /dev/null\n+++ {FILE}\n" in result.stdout

    @pytest.mark.usefixtures("stale")
    @pytest.mark.parametrize("form", ["json", "sarif", "junit", "github"])
    def test_programs_are_told_of_stale_files_too(self, run, form):
        result = run("base", "--check", "--format", form)

        assert result.exit_code == 1
        assert FILE in result.stdout
        assert "a render would have it changed" in result.stdout

    @pytest.mark.usefixtures("stale")
    def test_github_shows_an_edited_file_at_its_first_difference(self, run, tmp_path):
        lines = (tmp_path / FILE).read_text().splitlines()

        shown = run("base", "--check", "--format", "github").stdout

        number = lines.index("Outputs: # mine") + 1
        assert f"::error file={FILE},line={number}," in shown
        assert "was edited since the last render, and a render would have it changed" in shown

    def test_what_is_current_is_an_empty_report(self, run):
        run("base", "--quiet")
        result = run("base", "--check", "--format", "json")

        assert result.exit_code == 0
        assert json.loads(result.stdout) == {"findings": []}

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["--diff"], "[--diff] is for --check; give that, too"),
            (["--format", "json"], "[--format] is for --check; give that, too"),
            (["--check", "--diff", "--format", "json"], "[--diff] is text, and --format json"),
        ],
    )
    def test_what_says_nothing_is_refused(self, run, words, sentence):
        result = run("base", *words)

        assert result.exit_code == 2
        assert sentence in result.stderr
