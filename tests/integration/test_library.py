"""The library in other people's hands: their examples, and a wheel in their environment."""

from __future__ import annotations

import re
import shutil
import sys
import venv

import pytest


@pytest.fixture
def example(tmp_path, repository):
    def example(name):
        shutil.copytree(repository / "examples" / name, tmp_path / name)
        return tmp_path / name

    return example


class TestExamples:
    def test_orders_nests_the_service_in_a_network_of_its_own(self, example, sam_cli, run):
        folder = example("orders")
        run(sys.executable, "build.py", cwd=folder)

        assert (folder / "build" / "cloudformation" / "data" / "rds.yaml").is_file()
        run(sam_cli, "build", cwd=folder / "build")
        built = folder / "build" / ".aws-sam" / "build" / "Data" / "SAMStack"
        assert (built / "BlogRDSProxyFunction" / "app.py").is_file()

    def test_the_tests_of_orders_pass_in_a_folder_of_their_own(self, example, run):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]

        said = run(*command, cwd=example("orders"), PYTHONDONTWRITEBYTECODE="1").stdout

        assert re.search(r"^25 passed in ", said, re.MULTILINE), said

    def test_blog_renders_base_with_its_own_configuration(self, example, run):
        folder = example("blog")
        run(sys.executable, "build.py", cwd=folder)

        text = (folder / "build" / "cloudformation" / "rds.yaml").read_text()
        assert "MaxCapacity: 16\n" in text
        assert "DBInstance2:" in text

    def test_blog_renders_the_same_from_the_command_line(self, example, run):
        folder = example("blog")
        run(sys.executable, "build.py", cwd=folder)
        run(sys.executable, "-c", "from rdsproxy_templates.cli import main; main()", "base",
            "--config", "blog.yaml", "--out", "out", "--quiet", cwd=folder)  # fmt: skip

        for path in (folder / "build" / "cloudformation").iterdir():
            assert (
                path.read_text()
                == (folder / "out" / "base" / "cloudformation" / path.name).read_text()
            )


def test_a_wheel_carries_everything_into_another_environment(
    tmp_path, repository, wheel, sam_cli, run
):
    """Built with `pip wheel .`, installed elsewhere: it renders, validates, and SAM builds it."""
    venv.create(tmp_path / "venv")
    programs = tmp_path / "venv" / "bin"
    run(sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet",
        "--no-compile", "--constraint", repository / "constraints.txt", wheel,
        cwd=tmp_path)  # fmt: skip
    empty = tmp_path / "empty"
    empty.mkdir()

    unknown = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    said = run(programs / "rdsproxy-templates", "base", cwd=empty, **unknown).stdout
    assert "valid: our rules, cloudformation-validate, cfn-lint" in said
    rendered = empty / "templates_out" / "base"
    run(sam_cli, "build", cwd=rendered)
    (layer,) = (rendered / ".aws-sam" / "build").rglob("DatabaseLayer")
    assert (layer / "python" / "pymysql").is_dir()
    typed = "import rdsproxy_templates, pathlib; p = pathlib.Path(rdsproxy_templates.__file__)"
    run(programs / "python", "-c", f"{typed}; assert (p.parent / 'py.typed').is_file()", cwd=empty)
