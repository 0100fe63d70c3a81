"""A second render of the same answers at once, and whatever is edited is noticed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from rdsproxy_templates.cli import command, fresh_render, unchanged

RENDERED = "render …"
"""What a render from the beginning says first."""


@pytest.fixture(autouse=True)
def library(tmp_path, monkeypatch):
    """A folder that stands for the library's code."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "library"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "module.py").write_text("one")
    monkeypatch.setattr(unchanged, "CODE", (folder, *unchanged.CODE))
    return folder


@pytest.fixture
def render(tmp_path, monkeypatch, config):
    """Renders edge_waf, the smallest variant, with a settings file."""
    monkeypatch.chdir(tmp_path)
    config("regions: [us-east-1]\n")

    def render(*options):
        words = ["edge_waf", "--config", "my.yaml", "--no-lint", *options]
        return CliRunner().invoke(command(out=tmp_path / "out"), words)

    first = render()
    assert first.exit_code == 0
    assert RENDERED in first.stderr
    return render


def test_nothing_is_rendered_where_nothing_has_changed(render):
    again = render()

    assert again.exit_code == 0
    assert RENDERED not in again.stderr
    assert "warning: edge_waf: [waf.allowed_cidrs]" in again.stderr
    assert "no file changed in out/edge_waf/" in again.stdout
    assert "valid: our rules, cloudformation-validate\n" in again.stdout


def test_the_answer_is_the_one_of_a_render_without_cache(render):
    whole, again = (render(*more) for more in (["--no-cache"], []))

    assert RENDERED in whole.stderr
    assert again.stdout.splitlines()[:-1] == whole.stdout.splitlines()[:-1]
    assert again.stderr == whole.stderr.partition("validate …\n")[2]


@pytest.mark.parametrize("option", ["--check", "--quiet"])
def test_options_that_only_show_or_compare_have_the_same_answer(render, option):
    again = render(option)

    assert (again.exit_code, RENDERED in again.stderr) == (0, False)


@pytest.mark.parametrize("options", [["--nesting", "plain"], ["--expand"], ["--out", "other"]])
def test_other_options_are_another_render(render, options):
    assert RENDERED in render(*options).stderr


@pytest.mark.parametrize(
    "path", ["template.yaml", ".rendered", "samconfig.toml"], ids=["template", "list", "yours"]
)
@pytest.mark.parametrize("edit", ["changed", "removed"])
def test_an_edited_file_is_noticed(render, tmp_path, path, edit):
    file = tmp_path / "out" / "edge_waf" / path
    if edit == "removed":
        file.unlink()
    else:
        file.write_text(file.read_text("utf-8") + "# mine\n", "utf-8")

    assert RENDERED in render("--check").stderr


def test_edited_settings_are_noticed(render, config):
    config("regions: [us-east-1, eu-west-1]\n")

    assert "must be" in render().stderr


def test_removed_settings_are_noticed(render, tmp_path):
    (tmp_path / "my.yaml").unlink()

    assert "cannot be read" in render().stderr


@pytest.mark.parametrize("file", ["deep/module.py", "new.py", "deep/code/app.py"])
def test_edited_code_of_the_library_is_noticed(render, library, file):
    (library / file).parent.mkdir(exist_ok=True)
    (library / file).write_text("two")

    assert RENDERED in render().stderr


def test_removed_code_of_the_library_is_noticed(render, library):
    (library / "deep" / "module.py").unlink()

    assert RENDERED in render().stderr


def test_the_librarys_own_folders_are_watched():
    watched = {path.name for folder in unchanged.CODE for path in unchanged.files_below(folder)}

    assert watched >= {"base.py", "engines.json", "app.py"}


def test_an_installed_library_is_noticed(render, tmp_path, monkeypatch):
    (tmp_path / "site" / "troposphere-99.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "site")

    assert RENDERED in render().stderr


def test_another_day_is_noticed(render, monkeypatch):
    monkeypatch.setattr(unchanged.time, "strftime", lambda *_: "2030-01-01")

    assert RENDERED in render().stderr


def test_what_a_killed_render_left_is_noticed(render, tmp_path):
    (tmp_path / "out" / "edge_waf" / ".rendering-x").mkdir()

    assert RENDERED in render().stderr


def test_what_was_edited_during_a_render_is_not_remembered(render, library, monkeypatch):
    write = fresh_render.rendered_variants.write

    def write_late(rendered):
        (library / "deep" / "module.py").write_text("edited meanwhile")
        return write(rendered)

    monkeypatch.setattr(fresh_render.rendered_variants, "write", write_late)
    render("--no-lint", "--out", "other")

    assert RENDERED in render("--out", "other").stderr


def test_a_torn_answer_is_none(render, tmp_path):
    (kept,) = (tmp_path / "cache" / "rdsproxy_templates" / "render").iterdir()
    kept.write_bytes(kept.read_bytes()[:-9])

    assert RENDERED in render().stderr


def test_an_unchanged_render_imports_no_library(render, tmp_path):
    code = (
        "import json, sys; from pathlib import Path; from rdsproxy_templates.cli import command\n"
        "words = ['edge_waf', '--config', 'my.yaml', '--no-lint', '--quiet']\n"
        "try:\n    command(out=Path('out'))(words)\n"
        "finally:\n    print(json.dumps(list(sys.modules)))"
    )
    first, again = (
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        for _ in range(2)
    )

    assert first.returncode == again.returncode == 0
    imported = {name.partition(".")[0] for name in json.loads(again.stdout)}
    heavy = {"cfnlint", "cloudformation_validate", "pydantic", "samtranslator", "troposphere"}
    assert imported & {*heavy, "yaml"} == set()


READ = """
import json, sys
from pathlib import Path
opened = set()

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.add(arguments[0])

sys.addaudithook(note)
from rdsproxy_templates.cli import command
try:
    command(out=Path("out"))(["edge_waf", "--config", "my.yaml", "--no-lint", "--no-cache", "--quiet"])
finally:
    known = [sys.prefix, sys.base_prefix, *sys.path[1:], "/dev", "/proc", "/etc"]
    print(json.dumps([one for one in opened if not any(one.startswith(at) for at in known)]))
"""


def test_a_render_reads_only_what_its_answer_depends_on(render, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", READ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    read = {(tmp_path / name).resolve() for name in json.loads(done.stdout)}
    code = [*unchanged.CODE, tmp_path / "out"]

    assert [
        file
        for file in read - {tmp_path / "my.yaml"}
        if not any(file.is_relative_to(folder) for folder in code)
    ] == []
