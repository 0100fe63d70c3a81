"""`init`: names, files in the way, and what is written."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
import yaml

from rdsproxy_templates.cli.project_name import LENGTH
from rdsproxy_templates.variants import VARIANTS

OURS = {
    ".github/workflows/check.yml",
    ".gitignore",
    ".pre-commit-config.yaml",
    "README.md",
    "build.py",
    "functions/api/app.py",
    "pyproject.toml",
    "tests/test_deployed.py",
    "tests/test_template.py",
    "web_shop.py",
    "web_shop.schema.json",
    "web_shop.yaml",
}


def written(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in Path(folder).rglob("*")
        if not path.is_dir() and "lambda" not in path.parts
    }


def errors(result):
    assert result.exit_code == 2, result.output
    return result.stderr.splitlines()


@pytest.fixture
def shop(cli, tmp_path):
    assert cli("init", "web-shop").exit_code == 0
    return tmp_path / "web-shop"


class TestWriting:
    def test_a_new_folder_gives_its_name(self, shop):
        rendered = {path for path in written(shop) if path.startswith("templates_out/")}

        assert written(shop) - rendered == OURS
        assert {"templates_out/web_shop/template.yaml", "templates_out/web_shop/.rendered"} < (
            rendered
        )

    def test_the_current_folder_is_the_default_and_may_hold_other_files(self, cli, tmp_path):
        (tmp_path / ".git").mkdir()
        (tmp_path / "LICENSE").write_text("ours")

        assert cli("init", "--name", "web_shop").exit_code == 0
        assert written(tmp_path) > OURS
        assert (tmp_path / "LICENSE").read_text() == "ours"

    def test_what_it_rendered_is_current(self, shop, cli, monkeypatch):
        monkeypatch.chdir(shop)
        words = ("--stack", "web_shop.py", "--config", "web_shop.yaml", "--out", "templates_out")
        # Another process, because modules of this one stay imported.
        done = subprocess.run(
            [sys.executable, "-m", "rdsproxy_templates", *words, "--check", "--no-lint"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert (done.returncode, "no file would change" in done.stdout) == (0, True), done.stderr
        assert "warning" not in done.stderr

    def test_editors_find_the_schema_that_the_settings_pass(self, shop):
        settings = (shop / "web_shop.yaml").read_text()
        schema = json.loads((shop / "web_shop.schema.json").read_text())

        assert settings.startswith("# yaml-language-server: $schema=./web_shop.schema.json\n")
        jsonschema.validate(yaml.safe_load(settings), schema)
        assert "url_parameter" in schema["properties"]

    def test_the_library_is_required_up_to_the_next_breaking_version(self, shop):
        project = tomllib.loads((shop / "pyproject.toml").read_text())["project"]

        assert project["name"] == "web-shop"
        assert project["dependencies"] == ["rdsproxy_templates[deploy,local] >= 0.1.0, < 0.2"]

    def test_the_guide_names_each_file(self, repository):
        guide = (repository / "docs" / "your-own-repo.md").read_text()

        for path in OURS:
            assert f"`{path}`" in guide or f"`{path.partition('/')[0]}/`" in guide, path

    def test_the_guide_installs_what_its_commands_need(self, repository, shop):
        guide = (repository / "docs" / "your-own-repo.md").read_text()
        install = "pip install --editable '.[test]'"

        assert f"    {install}\n" in (shop / "README.md").read_text()
        assert guide.index(install) < guide.index("pytest")

    def test_no_placeholder_is_left(self, shop):
        for path in OURS:
            assert "$name" not in (shop / path).read_text()

    @pytest.mark.parametrize("name", ["a", "a" * LENGTH])
    def test_its_style_is_right_however_long_the_name_is(self, cli, tmp_path, name):
        assert cli("init", "new", "--name", name).exit_code == 0
        for words in (["check"], ["format", "--check"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *words, "--no-cache"],
                cwd=tmp_path / "new", capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout

    def test_two_can_be_written_by_one_process(self, shop, cli, tmp_path):
        assert cli("init", "web-shop-2", "--name", "web_shop").exit_code == 0
        assert written(tmp_path / "web-shop-2") == written(shop)


class TestRefusing:
    def test_every_file_in_the_way_is_named_and_nothing_written(self, cli, tmp_path):
        (tmp_path / "README.md").write_text("ours")
        (tmp_path / "tests").write_text("ours")
        (tmp_path / "orders.yaml").symlink_to("nowhere")

        assert errors(cli("init", "--name", "orders")) == [
            "error: [orders.yaml] exists and is not overwritten; move it away",
            "error: [README.md] exists and is not overwritten; move it away",
            "error: [tests] must be a folder; move the file away",
        ]
        assert written(tmp_path) == {"README.md", "orders.yaml", "tests"}

    def test_a_second_time_everything_is_in_the_way(self, shop, cli):
        assert len(errors(cli("init", "web-shop"))) == len(OURS) + 1

    def test_a_bad_name_and_files_in_the_way_are_said_together(self, cli, tmp_path):
        (tmp_path / "build.py").write_text("ours")
        name, file = errors(cli("init", "--name", "class"))

        assert name == "error: [--name] must not be a keyword of Python, got 'class'"
        assert file.startswith("error: [build.py] exists")

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            *((name, "must be a lower-case name of Python") for name in
              ("", "Orders", "a b", "../x", "1st", "a__b", "_a", "a_", "ordérs", "a" * 31)),
            *((name, "must not be a keyword of Python") for name in ("class", "match")),
            *((name, "is a variant or plan of the library") for name in
              (*VARIANTS, "cross_account")),
            *((name, "is the name of another file of the repository") for name in
              ("build", "tests", "conftest", "test_orders", "orders_test")),
            *((name, "is a module of Python or of a library") for name in
              ("json", "pytest", "moto", "troposphere", "rdsproxy_local", "awslambdaric")),
        ],
    )  # fmt: skip
    def test_a_name_that_no_stack_can_have(self, cli, tmp_path, name, sentence):
        (error,) = errors(cli("init", "new", "--name", name))

        assert error.startswith("error: [--name] ")
        assert sentence in error
        assert repr(name) in error
        assert written(tmp_path) == set()

    def test_a_folder_whose_name_does_not_do_asks_for_another(self, cli):
        (error,) = errors(cli("init", "9lives"))

        assert error.startswith("error: [9lives: its name] must be a lower-case name")
        assert error.endswith("got '9lives'; give another by --name")

    @pytest.mark.parametrize("folder", ["file", "file/below"])
    def test_a_file_in_place_of_the_folder(self, cli, tmp_path, folder):
        (tmp_path / "file").touch()

        assert errors(cli("init", folder, "--name", "orders")) == [
            "error: [file] is a file; the output must be a folder"
        ]

    def test_a_folder_that_cannot_be_written(self, cli, tmp_path, monkeypatch):
        monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write everywhere
        (error,) = errors(cli("init", "new", "--name", "orders"))

        assert error.endswith("is not writable; change its permissions, or choose another folder")
        assert written(tmp_path) == set()

    def test_a_failure_half_way_leaves_nothing(self, cli, tmp_path, monkeypatch):
        replace = Path.replace

        def full(path, target):
            if str(target).endswith("pyproject.toml"):
                raise OSError(28, "No space left on device", str(target))
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", full)
        (error,) = errors(cli("init", "new", "--name", "orders"))

        assert error.endswith("cannot be written: No space left on device; nothing was changed")
        assert [*tmp_path.iterdir()] == []
