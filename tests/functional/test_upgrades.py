"""A later version of the library over what an earlier one has rendered."""

from __future__ import annotations

import json
from zipfile import ZipFile

import pytest

from rdsproxy_templates.audit.comparison import compared
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
            (
                ["bse"],
                "'bse' is neither a plan nor a variant (did you mean base?); name one of base, ",
            ),
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


@pytest.fixture(scope="session")
def earlier(repository, tmp_path_factory):
    """A wheel of an earlier version, with other defaults."""
    wheel = tmp_path_factory.mktemp("earlier") / "rdsproxy_templates-0.0.9-py3-none-any.whl"
    about = "rdsproxy_templates-0.0.9.dist-info"
    package = repository / "src" / "rdsproxy_templates"
    files = {
        f"rdsproxy_templates/{file.relative_to(package)}": file.read_bytes()
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    files |= {
        f"rdsproxy_templates/functions/{file.relative_to(repository / 'lambda')}": file.read_bytes()
        for file in (repository / "lambda").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    database = "rdsproxy_templates/resources/database.py"
    assert files[database].count(b"default=7,") == 1
    files[database] = files[database].replace(b"default=7,", b"default=3,")
    engines = "rdsproxy_templates/aws/engines.py"
    files[engines] = files[engines].replace(
        b'"8.0.mysql_aurora.3.10.6"', b'"8.0.mysql_aurora.3.10.3"'
    )
    metadata = "Metadata-Version: 2.1\nName: rdsproxy_templates\nVersion: 0.0.9\n"
    files |= {
        f"{about}/METADATA": metadata.encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    with ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


@pytest.fixture
def check(cli, monkeypatch):
    """Runs `upgrade-check` with what is installed here, and no registry."""
    monkeypatch.setenv("PIP_NO_DEPS", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return lambda *words: cli("upgrade-check", *words)


class TestUpgradeCheck:
    def test_changed_defaults_are_shown_with_both_values(self, check, earlier, tmp_path):
        result = check("base", "--from", earlier)

        assert result.exit_code == 4
        assert result.stdout.splitlines() == [
            "cloudformation/rds.yaml",
            "  DBCluster (AWS::RDS::DBCluster): updated",
            "    Properties.EngineVersion: 8.0.mysql_aurora.3.10.3 -> 8.0.mysql_aurora.3.10.6",
            "    Properties.BackupRetentionPeriod: 3 -> 7",
        ]
        assert not (tmp_path / "out").exists()

    def test_frozen_settings_change_nothing(self, check, cli, earlier, tmp_path):
        (tmp_path / "frozen.yaml").write_text(cli("freeze", "base").stdout)

        result = check("base", "--config", "frozen.yaml", "--from", earlier)

        assert (result.exit_code, result.stdout) == (0, "nothing would change\n")

    def test_the_other_way_the_values_are_exchanged(self, check, earlier):
        changes = json.loads(check("base", "--to", earlier, "--format", "json").stdout)

        [change] = changes
        assert (change["title"], change["outcome"]) == ("DBCluster", "updated")
        assert {one["path"]: (one["before"], one["after"]) for one in change["properties"]} == {
            "Properties.EngineVersion": ("8.0.mysql_aurora.3.10.6", "8.0.mysql_aurora.3.10.3"),
            "Properties.BackupRetentionPeriod": (7, 3),
        }

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["base"], "[--from] give one of --from and --to"),
            (["base", "--from", "a", "--to", "b"], "give one of --from and --to"),
            (["base", "--from", "other"], "is another project: it has no rdsproxy_templates"),
            (["base", "--from", "99.9"], "cannot be installed: ERROR"),
            (["base", "--from", "--pre"], "[--from] must be a requirement of pip"),
            (["--from", "a"], "[variant] is missing; name one: base"),
            (["base", "--from", "no-such-package-here==1"], "cannot be installed: ERROR"),
            (["base", "--from", "./nowhere"], "cannot be installed: ERROR"),
        ],
    )
    def test_a_wrong_word_is_a_sentence(self, check, tmp_path, words, sentence):
        if "other" in words:
            with ZipFile(tmp_path / "other-1-py3-none-any.whl", "w") as archive:
                archive.writestr("other/__init__.py", "")
                archive.writestr("other-1.dist-info/METADATA", "Name: other\nVersion: 1\n")
                wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
                archive.writestr("other-1.dist-info/WHEEL", wheel)
                archive.writestr("other-1.dist-info/RECORD", "")
            words = [*words[:-1], "other-1-py3-none-any.whl"]
        result = check(*words)

        assert result.exit_code == 2
        assert sentence in result.stderr


DATABASE = "Resources: {Cluster: {Type: 'AWS::RDS::DBCluster', Properties: {%s}}}"


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ("BackupRetentionPeriod: 7", "BackupRetentionPeriod: 8", "updated"),
        ("StorageEncrypted: true", "StorageEncrypted: false", "replaced"),
        ("DBClusterIdentifier: one", "DBClusterIdentifier: two", "replaced"),
        ("DatabaseName: !Ref One", "DatabaseName: !Ref Two", "replaced"),
        ("DatabaseName: a", "EngineVersion: '8.0'", "replaced"),
    ],
)
def test_a_create_only_property_replaces_its_resource(before, after, outcome):
    [change] = compared({"a.yaml": DATABASE % before}, {"a.yaml": DATABASE % after})

    assert (change.title, change.outcome) == ("Cluster", outcome)


def test_resources_come_and_go_by_title_and_by_type():
    one = "Resources: {A: {Type: 'AWS::SNS::Topic'}, B: {Type: 'AWS::SNS::Topic'}}"
    two = "Resources: {A: {Type: 'AWS::SQS::Queue'}, C: {Type: 'AWS::SNS::Topic'}}"

    outcomes = [(one.title, one.outcome) for one in compared({"a": one}, {"a": two})]

    assert outcomes == [("A", "replaced"), ("B", "deleted"), ("C", "created")]
