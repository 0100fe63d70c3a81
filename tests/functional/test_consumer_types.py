"""A consumer's code is type-checked with the library installed, and without settings of ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from consumer_environment import consumer_environment

pytestmark = pytest.mark.xdist_group("consumer types")

SECONDS = 300
EXAMPLES = ["blog", "fleet", "orders", "pipelines", "queue", "two_functions"]

WRONG = """\
from rdsproxy_templates import Field, Ports, Settings, kinds, nest, render, stacks
from rdsproxy_templates.variants import base


class Network(Settings):
    size: int = Field(default=1, description="How large it is.")


class Group(Ports):
    group: kinds.SecurityGroupId = Field(description="A group.")


subnet = kinds.SubnetId("subnet-0abc")
group: kinds.SecurityGroupId = subnet  # a subnet where a security group belongs
Group(group=subnet)  # the same, into a port
Group(group="sg-0abc")  # text where a value belongs
Group()  # a missing input
Group(group=group, groups=group)  # an unknown input
Network(sice=2)  # an unknown setting
Network(size="2")  # a wrong type
stacks.rds.Config(max_capcity=16)  # an unknown setting of the library's
stacks.rds.Config(max_capacity="16")  # a wrong type of the library's
base.Config(rds=stacks.secrets.Config())  # another record's settings
print(Group(group=group).grup)  # a port that there is not
nest("RDSStack", stacks.rds, stacks.rds.Config(), Group(group=group))  # another stack's inputs
render(base, stacks.rds.Config())  # another stack's settings
render(base, base.Config(), nesting="deep")  # a nesting that there is not
print(stacks.rsd)  # a stack that there is not
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory, repository):
    """Python of an environment that the library is installed in, as a wheel would install it."""
    return consumer_environment(tmp_path_factory.mktemp("consumer"), repository)


def run(*command, cwd, **variables):
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=os.environ | variables,
    )


def mypy(python, folder):
    """The errors of ``mypy --strict`` in *folder*, by file and line."""
    done = run("mypy", "--strict", "--config-file=", "--cache-dir", python.parent / "mypy",
               "--python-executable", python, "--no-error-summary", ".", cwd=folder)  # fmt: skip
    said = re.findall(r"^(.+?):(\d+): error: (.+)$", done.stdout, re.MULTILINE)
    assert done.returncode == bool(said), done.stdout + done.stderr
    return [(file, int(line), message) for file, line, message in said]


def pyright(python, folder, mode):
    """The errors of Pyright in *folder*, by file and line."""
    return [
        (str(file.relative_to(folder)), line, message)
        for file, line, message in _of_pyright(python, folder.parent, mode)
        if file.is_relative_to(folder)
    ]


@cache
def _of_pyright(python, projects, mode):
    """The errors of Pyright in every project: most of its time it reads what all of them import."""
    roots = [{"root": folder.name} for folder in projects.iterdir() if folder.is_dir()]
    config = {"typeCheckingMode": mode, "executionEnvironments": roots}
    (projects / "pyrightconfig.json").write_text(json.dumps(config))
    # Its own Node.js, so that every machine has the same one.
    done = run("pyright", "--outputjson", "--pythonpath", python, cwd=projects,
               PYRIGHT_PYTHON_GLOBAL_NODE="0")  # fmt: skip
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["summary"]["filesAnalyzed"] == len([*projects.rglob("*.py")])
    return [
        (Path(one["file"]), one["range"]["start"]["line"] + 1, one["message"])
        for one in said["generalDiagnostics"]
        if one["severity"] != "information"
    ]


CHECKERS = {
    "mypy --strict": mypy,
    "Pyright, basic": lambda python, folder: pyright(python, folder, "basic"),
    "Pyright, strict": lambda python, folder: pyright(python, folder, "strict"),
}
every_checker = pytest.mark.parametrize("checked", CHECKERS.values(), ids=CHECKERS)


@pytest.fixture(scope="module")
def projects(tmp_path_factory, repository):
    """A folder with a project each of the README's samples, every example and wrong lines."""
    projects = tmp_path_factory.mktemp("projects").resolve()
    ignored = shutil.ignore_patterns("build")
    for name in EXAMPLES:
        shutil.copytree(repository / "examples" / name, projects / name, ignore=ignored)
    (projects / "wrong").mkdir()
    (projects / "wrong" / "wrong.py").write_text(WRONG)
    samples = re.findall(r"```python\n(.*?)```", (repository / "README.md").read_text(), re.DOTALL)
    (projects / "readme").mkdir()
    for number, sample in enumerate(samples):
        (projects / "readme" / f"sample{number}.py").write_text(sample)
    assert samples
    return projects


@pytest.fixture(scope="module")
def readme(projects):
    """The README's Python samples, a file each."""
    return projects / "readme"


def test_samples_of_the_readme_import_the_public_face_only(readme):
    imports = {
        line
        for sample in readme.glob("*.py")
        for line in sample.read_text().splitlines()
        if re.match(r"(from|import) rdsproxy_templates", line)
    }
    public = r"from rdsproxy_templates(\.(variants|stacks))? import \w+(, \w+)*"

    assert imports
    assert [line for line in imports if not re.fullmatch(public, line)] == []


@every_checker
def test_samples_of_the_readme_have_no_type_error(checked, python, readme):
    assert checked(python, readme) == []


@every_checker
@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_have_no_type_error(checked, name, python, projects):
    assert checked(python, projects / name) == []


def test_every_example_is_checked_here(repository):
    examples = (repository / "examples").iterdir()

    with_python = {folder.name for folder in examples if any(folder.rglob("*.py"))}
    assert with_python == {*EXAMPLES}


@every_checker
def test_every_wrong_line_is_a_type_error(checked, python, projects):
    wrong = {number for number, line in enumerate(WRONG.splitlines(), 1) if "  # " in line}

    assert {line for _, line, _ in checked(python, projects / "wrong")} == wrong
