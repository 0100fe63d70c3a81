"""The command and its subcommands, `list` and `schema` among them, as a person meets them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from rdsproxy_templates.audit.catalogue import EVERY
from rdsproxy_templates.cli import INTERRUPTED, command, fresh_render
from rdsproxy_templates.cli.commands import SUBCOMMANDS
from rdsproxy_templates.cli.exit_statuses import BROKEN_PIPE, UNWRITTEN
from rdsproxy_templates.validators.rules import RULES
from rdsproxy_templates.variants import VARIANTS

INTERRUPTED_IN_A_CALLBACK = """
import signal, threading, weakref
from rdsproxy_templates import cli
from rdsproxy_templates.cli import commands

def run():
    thing = threading.Event()
    reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing  # as an import does with the lock of its module
    threading.Event().wait(30)
    print("went on")

signal.signal(signal.SIGINT, signal.default_int_handler)
commands.run = run
cli.main()
"""
INTERRUPTED_IN_AN_IMPORT = """
import signal, sys
from rdsproxy_templates import cli
from rdsproxy_templates.cli import {module}

def losing(*names):
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise ImportError("as pydantic does") from None

signal.signal(signal.SIGINT, signal.default_int_handler)
{module}.import_module = losing
sys.argv[1:] = ["local", "status"]
cli.main()
"""
INTERRUPTED_AT_ITS_BEGINNING = """
import signal, sys
from rdsproxy_local import local_cloud
from rdsproxy_templates import cli

signal.signal(signal.SIGINT, signal.default_int_handler)
local_cloud.LocalCloud = lambda *_, **__: signal.raise_signal(signal.SIGINT)
sys.argv[1:] = ["local", "up", "base"]
cli.main()
"""


class TestSubcommands:
    @pytest.mark.parametrize("word", ["--help", "-h"])
    def test_help_names_each_with_a_sentence_and_the_exit_statuses(self, cli, word):
        text = " ".join(cli(word).stdout.split())

        for name, sentence in SUBCOMMANDS.items():
            assert f"{name} {sentence}" in text
        assert "3 a template is not valid" in text

    @pytest.mark.parametrize("name", SUBCOMMANDS)
    def test_each_has_help_of_its_own(self, cli, name):
        result = cli(name, "--help")

        assert result.exit_code == 0
        assert f" {name} [OPTIONS]" in result.stdout

    def test_the_help_of_render_names_every_option(self, cli):
        text = cli("render", "--help").stdout

        for option in ("--stack", "--name", "--config", "--out", "--nesting", "--expand", "--check",
                       "--no-lint", "--list", "--schema", "--quiet"):  # fmt: skip
            assert option in text

    @pytest.mark.parametrize("words", [[], ["render"], ["build"]])
    def test_render_may_be_named_as_it_is_and_as_it_was_or_left_out(self, cli, tmp_path, words):
        assert cli(*words, "base", "--no-lint", "--quiet").exit_code == 0
        assert (tmp_path / "out" / "base" / "template.yaml").is_file()

    def test_the_package_runs_as_a_module(self, tmp_path):
        words = [sys.executable, "-m", "rdsproxy_templates", "list"]
        result = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)

        assert [line.split()[0] for line in result.stdout.splitlines()] == list(VARIANTS)

    def test_the_version_is_printed(self, cli):
        assert re.fullmatch(r"\S+, version \d+\.\d+\.\d+\n", cli("--version").stdout)


class TestMistyped:
    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["deplyo", "base"], "unknown subcommand 'deplyo' (did you mean deploy?)"),
            (["bse"], "unknown variant 'bse' (did you mean base?)"),
            (["xyz"], "'xyz' is neither a subcommand nor a variant; the subcommands are render, "),
            (["service"], "unknown variant 'service' (it was renamed: did you mean existing_vpc?)"),
            (["orders.py"], "a stack of your own is named by an option: --stack orders.py"),
            (["edge", "cross_account"], "'cross_account' is a plan, for `deploy`; its variants are "
             "cross_account_network cross_account_db cross_account_app"),
            (["deploy", "cross_account_db"], "'cross_account_db' is a step of the plan "
             "cross_account; name the plan"),
        ],
    )  # fmt: skip
    def test_a_word_is_explained_by_what_it_resembles(self, cli, words, sentence):
        result = cli(*words)

        assert result.exit_code == 2
        assert sentence in result.stderr
        assert result.stderr.startswith("error: [")
        assert result.stderr.count("\n") == 1


class TestEnding:
    def test_an_interrupt_is_status_130_and_no_traceback(self, cli, monkeypatch):
        monkeypatch.setattr(
            fresh_render, "render_variants", lambda *_: signal.raise_signal(signal.SIGINT)
        )
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            result = cli("base", "--quiet")
        finally:
            signal.signal(signal.SIGINT, before)

        assert (result.exit_code, result.stderr) == (INTERRUPTED, "\ninterrupted\n")

    def test_an_interrupt_at_a_question_is_one_too(self, cli, monkeypatch):
        def asked(*_):
            raise click.Abort

        monkeypatch.setattr(fresh_render, "render_variants", asked)

        assert cli("base", "--quiet", "--no-cache").exit_code == INTERRUPTED

    def test_an_interrupt_in_a_callback_that_python_ignores_ends_the_command(self):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_IN_A_CALLBACK],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "")

    @pytest.mark.parametrize("module", ["commands", "lazy_group"])
    def test_an_interrupt_that_an_import_would_lose_ends_the_command(self, module):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_IN_AN_IMPORT.format(module=module)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")

    def test_an_interrupt_before_anything_runs_here_is_no_failure(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_AT_ITS_BEGINNING],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        said = "\nEnded. Nothing is left running.\n"
        assert (done.returncode, done.stdout, done.stderr) == (0, said, "")

    def test_a_reader_that_has_gone_is_no_error(self, tmp_path):
        words = [sys.executable, "-m", "rdsproxy_templates", "schema", "base"]
        done = subprocess.Popen(
            words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        done.stdout.close()
        errors = done.stderr.read()
        done.stderr.close()

        assert (done.wait(60), errors) == (BROKEN_PIPE, "")

    @pytest.mark.parametrize("words", ["rules", "schema base", "fleet --help"])
    def test_a_full_disk_is_one_sentence(self, tmp_path, words):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "rdsproxy_templates", *words.split()],
                cwd=tmp_path,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )

        assert done.stderr == "error: [output] cannot be written: No space left on device\n"
        assert done.returncode == UNWRITTEN

    def test_a_full_disk_where_errors_go_to_is_the_status_alone(self, tmp_path):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "rdsproxy_templates", "list"],
                cwd=tmp_path,
                stdout=full,
                stderr=subprocess.STDOUT,
                timeout=60,
                check=False,
            )

        assert done.returncode == UNWRITTEN

    @pytest.mark.parametrize(("value", "colour"), [("1", False), ("", True)])
    def test_no_color_is_respected(self, tmp_path, monkeypatch, value, colour):
        monkeypatch.setenv("NO_COLOR", value)
        monkeypatch.chdir(tmp_path)
        result = CliRunner().invoke(command(out=tmp_path / "out"), ["schema", "bsae"], color=colour)

        assert ("\x1b[" in result.stderr) is colour


class TestList:
    @pytest.mark.parametrize("word", ["list", "--list"])
    def test_lists_the_variants(self, cli, word):
        lines = cli(word).stdout.splitlines()

        assert [line.split()[0] for line in lines] == list(VARIANTS)


class TestSchema:
    @pytest.mark.parametrize("name", VARIANTS)
    def test_editors_accept_it(self, cli, name):
        schema = json.loads(cli("schema", name).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)

        validator = jsonschema.Draft202012Validator(schema)
        assert not list(validator.iter_errors({"regions": ["us-east-1"]}))
        assert list(validator.iter_errors({"databse": {}}))
        assert all(p.get("description") for p in schema["properties"].values())

    def test_it_accepts_the_example(self, cli, repository):
        schema = json.loads(cli("schema", "base").stdout)
        example = yaml.safe_load((repository / "examples" / "blog" / "blog.yaml").read_text())

        jsonschema.validate(example, schema)

    @pytest.mark.parametrize("words", [["schema"], ["--schema"], ["base", "edge", "--schema"]])
    def test_it_is_of_one_variant(self, cli, words):
        result = cli(*words)

        assert result.exit_code == 2
        assert "[schema] is of one variant, or of --stack; the variants are base, " in result.stderr

    def test_it_is_a_subcommand_and_an_option(self, cli):
        assert cli("schema", "base").stdout == cli("base", "--schema").stdout != ""

    def test_that_of_an_unknown_variant_is_status_2(self, cli):
        result = cli("schema", "bsae")

        assert result.exit_code == 2
        assert "unknown variant 'bsae' (did you mean base?)" in result.stderr


class TestRules:
    def test_lists_each_with_its_level_reason_and_source(self, cli):
        lines = cli("rules").stdout.splitlines()
        ids = [line.split()[0] for line in lines if not line.startswith(" ")]

        assert ids == sorted(rule.id for rule in EVERY)
        assert {rule.id for rule in RULES} < {*ids}
        assert lines[2].startswith("  Why: ")
        assert sum(line.startswith("  Source: https://") for line in lines) == len(ids)

    def test_lists_a_group_or_one_as_json(self, cli):
        listed = json.loads(cli("rules", "secret", "proxy/name", "--format", "json").stdout)

        assert {"proxy/name", "secret/readable"} < {one["id"] for one in listed}
        assert {one["id"].partition("/")[0] for one in listed} == {"proxy", "secret"}
        assert all({*one} == {"id", "level", "title", "why", "remedy", "source"} for one in listed)

    def test_refuses_an_unknown_one(self, cli):
        result = cli("rules", "prox", "proxy/nmae")

        assert result.exit_code == 2
        assert "[rule] unknown rule 'prox' (did you mean proxy?); the groups are" in result.stderr
        assert "unknown rule 'proxy/nmae' (did you mean proxy/name?)" in result.stderr


@pytest.mark.parametrize(
    "program",
    [
        "import rdsproxy_templates.variants",
        "from rdsproxy_templates.cli import command, main",
    ],
)
def test_slow_libraries_are_not_imported(program):
    program = (
        f"import sys; {program}\n"
        "slow = 'cfnlint samtranslator cloudformation_validate boto3 sympy'.split()\n"
        "print(*[name for name in slow if name in sys.modules])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert (result.stdout.strip(), result.stderr) == ("", "")
