"""A later version of the library over what an earlier one has rendered."""

from __future__ import annotations

import pytest

from rdsproxy_templates.rendering import stamp

LATER = "99.0.0"


@pytest.fixture
def later(monkeypatch):
    """Makes the library a later version of itself."""
    return lambda: monkeypatch.setattr(stamp, "installed", lambda: LATER)


@pytest.fixture
def templates(tmp_path):
    """The text of each template of `base`, by its path."""

    def templates():
        folder = tmp_path / "out" / "base"
        return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.yaml")}

    return templates


class TestStamp:
    def test_a_new_version_alone_is_no_difference_and_changes_no_file(self, run, later, templates):
        run("base", "--quiet")
        before = templates()
        later()

        assert run("base", "--check", "--quiet").exit_code == 0
        assert "no file changed" in run("base").stdout
        assert templates() == before

    def test_only_templates_with_another_change_say_the_new_version(
        self, run, later, templates, config
    ):
        run("base", "--quiet")
        later()
        settings = config("rds: {backup_retention_period: 8}")

        checked = run("base", "--check", "--quiet", "--config", settings)
        run("base", "--quiet", "--config", settings)

        stamped = {path for path, text in templates().items() if f"Version: {LATER}\n" in text}
        assert stamped == {"cloudformation/rds.yaml", "template.yaml"}
        assert {line.split()[1] for line in checked.stdout.splitlines()} == {
            f"out/base/{path}" for path in stamped
        }

    def test_other_settings_of_the_same_version_are_a_difference(self, run, config):
        run("base", "--quiet")

        checked = run("base", "--check", "--quiet", "--config", config("regions: [us-west-2]"))

        assert "changed out/base/template.yaml" in checked.stdout

    def test_an_edited_template_is_none_that_is_kept(self, run, later, templates, tmp_path):
        run("base", "--quiet")
        later()
        vpc = tmp_path / "out" / "base" / "cloudformation" / "vpc.yaml"
        vpc.write_text(vpc.read_text() + "# by hand\n")

        assert run("base", "--check", "--quiet").stdout.split()[0] == "edited"
        run("base", "--quiet")
        assert "# by hand" not in vpc.read_text()

    def test_what_is_kept_is_remembered_as_unchanged(self, cli, later, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        cli("edge_waf", "--no-lint", "--quiet")
        later()

        first, second = (cli("edge_waf", "--no-lint", "--no-cache"), cli("edge_waf", "--no-lint"))

        assert first.exit_code == second.exit_code == 0
        assert "no file changed" in second.stdout


class TestFreeze:
    def test_what_it_prints_is_a_settings_file_with_the_same_render(self, cli, run, tmp_path):
        run("base", "--quiet")
        (tmp_path / "frozen.yaml").write_text(cli("freeze", "base").stdout)

        assert run("base", "--check", "--quiet", "--config", "frozen.yaml").exit_code == 0

    def test_overrides_tags_and_comments_of_none_are_kept(self, cli, run, config, tmp_path):
        settings = config(
            "tags: {team: shop}\n"
            "overrides:\n"
            "  RDSStack.DBCluster: {Properties: {DBClusterIdentifier: !Sub '${AWS::StackName}-db'}}\n"
        )
        run("base", "--quiet", "--config", settings)
        (tmp_path / "frozen.yaml").write_text(cli("freeze", "base", "--config", settings).stdout)

        assert run("base", "--check", "--quiet", "--config", "frozen.yaml").exit_code == 0

    def test_a_plan_of_several_variants_is_frozen_by_their_names(self, cli, config):
        settings = config("edge_waf: {waf: {allowed_cidrs: [198.51.100.7/32]}}\n")

        text = cli("freeze", "edge", "--config", settings).stdout

        assert "\nedge_waf:\n" in text
        assert "\nedge:\n" in text
        assert "198.51.100.7/32" in text

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            ([], "is missing"),
            (["bse"], "unknown variant 'bse' (did you mean base?)"),
            (["base", "--stack", "orders"], "takes the place of PLAN"),
            (["base", "--config", "none.yaml"], "cannot be read"),
            (["base", "--config", "wrong.yaml"], "is not a setting"),
        ],
    )
    def test_a_wrong_word_is_a_sentence(self, cli, tmp_path, words, sentence):
        (tmp_path / "wrong.yaml").write_text("rsd: {}\n")

        result = cli("freeze", *words)

        assert result.exit_code == 2
        assert sentence in result.stderr
