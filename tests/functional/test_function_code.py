"""Code of declared functions: judged where it is, and copied beside the templates."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from rdsproxy_templates import ConfigError, render, validate
from rdsproxy_templates.cli import command
from rdsproxy_templates.rendering.packaging import packaged
from rdsproxy_templates.validators import refusing
from rdsproxy_templates.variants import existing_vpc

HANDLER = "def handler(event, context):\n    return {}\n"


@pytest.fixture
def service(tmp_path):
    """A folder with the code of one function."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(HANDLER)
    return tmp_path


def config(**function):
    declared = {"name": "orders", "code": "src", "user": "app", "routes": ["GET /"], **function}
    return existing_vpc.Config.parse({"functions": [declared]}, "my.yaml")


def bundle(folder, **function):
    return packaged(existing_vpc, config(**function), folder=folder)


def refused(folder, **function):
    with pytest.raises(ConfigError) as caught:
        bundle(folder, **function)
    return [str(problem) for problem in caught.value.problems]


def copies(made):
    return {
        path.removeprefix("functions/"): content
        for path, content in made.extras.items()
        if path.startswith("functions/")
    }


class TestCopies:
    def test_code_is_copied_with_a_makefile_that_builds_it_anywhere(self, service):
        (service / "src" / "requirements.txt").write_text("requests\n")

        found = copies(bundle(service, runtime="python3.14", architecture="x86_64"))

        assert list(found) == ["orders/app.py", "orders/requirements.txt", "orders/Makefile"]
        made = found["orders/Makefile"].decode()
        assert "--python-version 3.14" in made
        assert "manylinux2014_x86_64" in made

    def test_the_template_names_the_copy(self, service):
        text = render(existing_vpc, config(), folder=service).templates["cloudformation/sam.yaml"]

        assert "CodeUri: ../functions/orders" in text

    def test_a_makefile_of_ones_own_is_kept(self, service):
        (service / "src" / "Makefile").write_text("build-OrdersFunction:\n\ttrue\n")

        found = copies(bundle(service))

        assert found["orders/Makefile"] == b"build-OrdersFunction:\n\ttrue\n"

    def test_what_belongs_to_a_laptop_stays_there(self, service):
        for name in (".env", ".env.local", "__pycache__/app.pyc", ".git/config", ".venv/x"):
            file = service / "src" / name
            file.parent.mkdir(exist_ok=True)
            file.write_text("secret")

        assert list(copies(bundle(service))) == ["orders/app.py", "orders/Makefile"]

    def test_a_file_that_may_be_executed_still_may_beside_the_templates(self, service, tmp_path):
        bootstrap = service / "src" / "bootstrap"
        bootstrap.write_text("#!/bin/sh\n")
        rendered = tmp_path / "rendered"
        bundle(service).write(rendered)
        bootstrap.chmod(0o755)

        assert bundle(service).write(rendered).changed == ("functions/orders/bootstrap",)
        assert os.access(rendered / "functions" / "orders" / "bootstrap", os.X_OK)
        assert not os.access(rendered / "functions" / "orders" / "app.py", os.X_OK)
        assert not bundle(service).changes(rendered)

    def test_a_link_to_a_shared_folder_is_followed(self, service):
        (service / "shared").mkdir()
        (service / "shared" / "money.py").write_text("EURO = 100\n")
        (service / "src" / "shared").symlink_to("../shared")

        assert copies(bundle(service))["orders/shared/money.py"] == b"EURO = 100\n"

    @pytest.mark.parametrize("target", [".", "..", "gone"])
    def test_a_link_that_leads_nowhere_is_refused(self, service, target):
        (service / "src" / "link").symlink_to(target)

        [sentence] = refused(service)

        assert sentence.startswith("[functions.0.code] cannot be read: ")
        assert "link" in sentence

    def test_what_npm_installs_is_left_to_it(self, service):
        for name in ("app.js", "package.json", "node_modules/pg/index.js"):
            file = service / "src" / name
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text("exports.handler = async () => 1\n")
        (service / "src" / "package.json").write_text('{"name": "a", "version": "1.0.0"}')

        found = copies(bundle(service, runtime="nodejs24.x"))

        assert sorted(found) == ["orders/app.js", "orders/app.py", "orders/package.json"]

    def test_code_around_the_rendered_files_is_copied_without_them(self, service):
        (service / "app.py").write_text(HANDLER)
        rendered = service / "build" / "existing_vpc"
        bundle(service, code=".").write(rendered)

        found = copies(bundle(service, code="."))

        assert sorted(found) == ["orders/Makefile", "orders/app.py", "orders/src/app.py"]

    @pytest.mark.parametrize("nesting", ["sam", "flat"])
    def test_an_image_of_a_dockerfile_gets_a_repository_of_sam_cli(self, service, nesting):
        (service / "src" / "Dockerfile").write_text("FROM public.ecr.aws/lambda/python:3.13\n")
        declared = config(runtime="image", alias={})

        made = render(existing_vpc, declared, folder=service, nesting=nesting)

        assert "resolve_image_repos = true" in made.extras["samconfig.toml"].decode()
        assert refusing(validate(made, regions=["eu-west-1"])) == []
        assert render(existing_vpc, declared, folder=service, nesting="flat", expand=True)

    def test_an_image_of_ecr_is_not_copied(self, service):
        image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:7"

        assert copies(bundle(service, code=image)) == {}


class TestRefusals:
    @pytest.mark.parametrize(
        ("function", "sentence"),
        [
            ({"code": "scr"}, "functions.0.code] must be a folder, and {}/scr does not exist (did"),
            ({"code": "src/app.py"}, "code] must be a folder, and {}/src/app.py is a file"),
            ({"handler": "ap.handler"}, "handler] names ap, and {}/src has no ap.py"),
            ({"handler": "app.handle"}, "handler] names the function handle, which {}/src/app.py"),
            ({"handler": "handler"}, "handler] must be a file and a function"),
            ({"build": "makefile", "runtime": "nodejs24.x", "handler": "app.handler"}, "Makefile"),
            ({"runtime": "java21", "handler": "a.B::c"}, "code] must hold one of pom.xml"),
            ({"runtime": "provided.al2023"}, "must hold a Makefile with the target `build-%`"),
            ({"runtime": "image"}, "code] must hold a Dockerfile for `runtime: image`"),
        ],
    )
    def test_code_that_cannot_run_or_be_built(self, service, function, sentence):
        found = refused(service, **function)

        assert any(sentence.format(service) in one for one in found), found

    def test_python_that_cannot_be_compiled(self, service):
        (service / "src" / "app.py").write_text("def handler(:\n")

        [one] = refused(service)

        assert "functions.0.code] cannot be compiled" in one
        assert "app.py:1" in one

    def test_a_coroutine_as_a_handler(self, service):
        (service / "src" / "app.py").write_text("async def handler(event, context): ...\n")

        [one] = refused(service)

        assert "Lambda calls no coroutine" in one

    def test_a_makefile_without_the_target(self, service):
        (service / "src" / "Makefile").write_text("build-Other:\n\ttrue\n")

        [one] = refused(service)

        assert "must have the target `build-OrdersFunction` or `build-%`" in one

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [("{", "that is no JSON"), ("[]", "name and version"), ('{"name": "a"}', "version in")],
    )
    def test_a_package_that_npm_refuses(self, service, text, sentence):
        (service / "src" / "app.js").write_text("exports.handler = async () => 1\n")
        (service / "src" / "package.json").write_text(text)

        [one] = refused(service, runtime="nodejs24.x")

        assert sentence in one

    @pytest.mark.parametrize(
        "text",
        [
            "from elsewhere import handler\n",
            "from elsewhere import *\n",
            "handler = lambda event, context: 1\n",
            "try:\n    from a import b as handler\nexcept ImportError:\n    handler = None\n",
        ],
    )
    def test_a_handler_may_come_from_elsewhere(self, service, text):
        (service / "src" / "app.py").write_text(text)

        assert bundle(service)


class TestTheCommand:
    SETTINGS = (
        "functions:\n  - name: orders\n    code: {code}\n    user: app\n    routes: [GET /]\n"
    )

    def run(self, folder: Path, code: str):
        file = folder / "mine.yaml"
        file.write_text(self.SETTINGS.format(code=code))
        words = ["existing_vpc", "--config", str(file), "--no-lint"]
        return CliRunner().invoke(command(out=folder / "out"), words)

    def test_code_is_relative_to_the_file_that_names_it(self, service, monkeypatch):
        monkeypatch.chdir("/")

        ended = self.run(service, "src")

        assert ended.exit_code == 0, ended.output
        copy = service / "out" / "existing_vpc" / "functions" / "orders" / "app.py"
        assert copy.read_text() == HANDLER

    def test_an_error_names_the_line_of_the_setting(self, service):
        ended = self.run(service, "scr")

        assert ended.exit_code == 2
        assert "mine.yaml:3:5: functions.0.code] must be a folder" in ended.output.replace("\n", "")
        assert not (service / "out").exists()

    def test_edited_code_is_rendered_again(self, service):
        self.run(service, "src")
        (service / "src" / "more.py").write_text("")

        ended = self.run(service, "src")

        assert ended.exit_code == 0, ended.output
        copy = service / "out" / "existing_vpc" / "functions" / "orders" / "more.py"
        assert copy.exists()
