"""`--stack`: a consumer's own root stack in the command's hands."""

from __future__ import annotations

import json
import shutil

import pytest

from rdsproxy_templates import render

STACK = '''"""A log group."""

from troposphere import logs
from rdsproxy_templates import Field, LocalPath, Ports, Settings, Stack

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")

class Inputs(Ports): ...
class Outputs(Ports): ...

def build(config, inputs):
    return Stack(resources=[logs.LogGroup("Log", RetentionInDays=config.days)], outputs=Outputs())
'''


@pytest.fixture
def example(repository, tmp_path):
    def example(name):
        shutil.copytree(repository / "examples" / name, tmp_path, dirs_exist_ok=True)

    return example


class TestRendering:
    def test_a_module_of_the_current_folder_is_rendered_and_checked(self, run, example, tmp_path):
        example("orders")

        assert run("--stack", "orders").exit_code == 0
        assert (tmp_path / "out" / "orders" / "cloudformation" / "data" / "rds.yaml").is_file()
        assert run("--stack", "orders", "--check").exit_code == 0
        assert run("--stack", "orders", "--check", "--nesting", "flat").exit_code == 1

    def test_its_templates_are_those_that_the_library_renders(self, run, example, tmp_path):
        example("orders")
        run("--stack", "orders")
        import orders

        written = tmp_path / "out" / "orders"
        for path, text in render(orders, orders.Config()).templates.items():
            assert (written / path).read_text() == text

    def test_a_file_may_be_anywhere_and_imports_its_neighbours(self, run, repository, tmp_path):
        result = run("--stack", repository / "examples" / "orders" / "orders.py")

        assert result.exit_code == 0
        assert (tmp_path / "out" / "orders" / "template.yaml").is_file()

    def test_a_file_of_a_package_imports_its_relatives(self, run, tmp_path):
        folder = tmp_path / "infra" / "roots"
        folder.mkdir(parents=True)
        for path in (folder, folder.parent):
            (path / "__init__.py").touch()
        (folder.parent / "shared.py").write_text(STACK)
        (folder / "logs_only.py").write_text("from ..shared import Config, Inputs, Outputs, build")

        assert run("--stack", "infra/roots/logs_only.py").exit_code == 0
        assert (tmp_path / "out" / "logs_only" / "template.yaml").is_file()

    @pytest.mark.parametrize("stack", ["infra/logs_only.py", "infra.logs_only"])
    def test_either_form_imports_what_the_current_folder_has(self, run, tmp_path, stack):
        (tmp_path / "infra").mkdir()
        (tmp_path / "infra" / "shared.py").write_text(STACK)
        text = "from infra.shared import Config, Inputs, Outputs, build"
        (tmp_path / "infra" / "logs_only.py").write_text(text)

        assert run("--stack", stack).exit_code == 0

    def test_the_name_can_be_chosen(self, run, example, tmp_path):
        example("orders")

        assert run("--stack", "orders", "--name", "web_shop").exit_code == 0
        samconfig = (tmp_path / "out" / "web_shop" / "samconfig.toml").read_text()
        assert 'stack_name = "rdsproxy-web-shop"' in samconfig

    @pytest.mark.parametrize("name", ["", "1st", "a b", "a/b"])
    def test_a_name_that_no_stack_can_have_is_refused(self, run, example, name):
        example("orders")
        result = run("--stack", "orders", "--name", name)

        assert result.exit_code == 2
        assert "[--name] must begin with a letter and have only letters, digits" in result.stderr
        assert result.stderr.endswith(f"got {name!r}\n")

    def test_overrides_and_extra_resources_apply_to_it(self, run, config, tmp_path):
        (tmp_path / "mine.py").write_text(STACK)
        text = "overrides:\n  Log:\n    Properties: {LogGroupName: ours}\n"
        result = run("--stack", "mine", "--config", config(text))

        assert result.exit_code == 0, result.stderr
        rendered = (tmp_path / "out" / "mine" / "template.yaml").read_text()
        assert "LogGroupName: ours" in rendered

    def test_settings_and_code_beside_the_module_are_used(self, run, example, tmp_path):
        example("queue")
        result = run("--stack", "queue_service.py", "--config", "queue.yaml")

        assert result.exit_code == 0
        rendered = tmp_path / "out" / "queue_service"
        assert "maxReceiveCount: 3" in (rendered / "template.yaml").read_text()
        assert (rendered / "writer" / "app.py").is_file()

    def test_code_that_is_missing_is_named(self, run, example, tmp_path):
        example("queue")
        shutil.rmtree(tmp_path / "writer")
        result = run("--stack", "queue_service", "--config", "queue.yaml")

        assert result.exit_code == 2
        assert f"[writer] is the code of a function, and {tmp_path} does not" in result.stderr

    def test_its_schema_is_printed(self, cli, example):
        example("orders")

        schema = json.loads(cli("schema", "--stack", "orders").stdout)
        assert {"net", "data"} <= {*schema["properties"]}

    def test_a_wrong_setting_is_refused_like_those_of_a_variant(self, run, config, tmp_path):
        (tmp_path / "mine.py").write_text(STACK)
        result = run("--stack", "mine", "--config", config("days: x"))

        assert result.exit_code == 2
        assert "my.yaml:1:1: days] must be a whole number, got 'x'" in result.stderr

    def test_a_setting_without_default_is_asked_for(self, run, tmp_path):
        (tmp_path / "mine.py").write_text(STACK.replace("default=7, ", ""))

        assert "[mine: days] is missing; it has no default" in run("--stack", "mine").stderr


class TestRefusing:
    @pytest.mark.parametrize(
        ("stack", "sentence"),
        [
            ("mien", "is not importable from {folder}: No module named 'mien' (did you mean mine?)"),
            ("mien.py", "there is no such file (did you mean mine.py?)"),
            ("base", "is a variant of the library: name it without --stack"),
            ("a/b", "must be a module, such as orders or infra.orders, or a file, such as"),
            ("mine:build", "must be a module, such as orders or infra.orders, or a file, such as"),
            ("queue", "queue.py has no Config, Inputs, Outputs, build; a stack is a module of"),
            ("folder", "is no stack: the folder {folder}/folder has no Config"),
            ("queue.py", "has the name of another module, "),
            ("half.py", "is no stack: {folder}/half.py has no build; a stack is"),
            ("syntax", "cannot be imported: SyntaxError: '(' was never closed, at syntax.py:2"),
            ("raises", "cannot be imported: ZeroDivisionError: division by zero, at raises.py:2"),
            ("ends", "cannot be imported: SystemExit: 4, at ends.py:1"),
            ("lacks", "cannot be imported: ModuleNotFoundError: No module named 'other', at lacks"),
            ("wrong", "[--stack wrong: Config] must be a class of Settings, got 3"),
            ("failing", "cannot be rendered: KeyError: 'x', at failing.py:13"),
            ("asking", "[asking.py:13: asking.Config.days] must be a whole number, got 'x'"),
            ("1st.py", "must begin with a letter and have only letters, digits, - and _, because"),
        ],
    )  # fmt: skip
    def test_what_is_no_stack_is_explained(self, run, tmp_path, stack, sentence):
        (tmp_path / "folder").mkdir()
        for name, text in {
            "mine": STACK,
            "1st": STACK,
            "queue": STACK,
            "half": STACK.replace("build", "built"),
            "syntax": "x = 1\ny = (\n",
            "raises": "x = 1\nx / 0\n",
            "ends": "raise SystemExit(4)\n",
            "lacks": "import other\n",
            "wrong": f"{STACK}\nConfig = 3",
            "failing": STACK.replace("return ", "return {}['x']; "),
            "asking": STACK.replace("return ", "Config(days='x'); return "),
        }.items():
            (tmp_path / f"{name}.py").write_text(text)
        result = run("--stack", stack)

        assert result.exit_code == 2
        assert sentence.format(folder=tmp_path) in result.stderr
        assert not (tmp_path / "out").exists()
