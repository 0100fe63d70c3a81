"""``rdsproxy-templates local``, installed from a wheel, in folders that are empty."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from shared_folder import shared_folder

from rdsproxy_local.local_cloud import Account

SECONDS = 180
ROWS = '{"items": [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}, {"id": 3, "name": "three"}]}'
DEPLOYED = '"StackStatus": "CREATE_COMPLETE"'
READY = "Ctrl-C ends everything"
SERVERS = Path(__file__).resolve().parents[2] / ".servers"

ENDED_BY_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""A job in the background, as these tests may be, hands down to ignore it."""


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """The folder of the library as its wheel has it, without the repository."""

    def install(folder):
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile",
             "--disable-pip-version-check", "--target", folder / "library", wheel],
            check=True, timeout=SECONDS,
        )  # fmt: skip

    return shared_folder(tmp_path_factory, "installed", install) / "library"


class Command:
    """The command in a folder."""

    def __init__(self, folder, library):
        self.folder = folder
        self.environment = {
            # An installed library does not know where `make test` unpacks servers.
            "SERVER_BINARIES": str(SERVERS),
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PYTHONPATH": str(library),
            "PYTHONSAFEPATH": "1",
        }

    def run(self, *words, **more):
        return subprocess.run(
            self._words(words), cwd=self.folder, env=self.environment, capture_output=True,
            text=True, check=False, timeout=SECONDS, **more,
        )  # fmt: skip

    @contextmanager
    def up(self, *words):
        """A local cloud in the foreground, which Ctrl-C must end."""
        with subprocess.Popen(
            [sys.executable, "-c", ENDED_BY_CTRL_C, *self._words(("up", *words))[1:]],
            cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            stuck = threading.Timer(4 * SECONDS, process.kill)
            stuck.start()
            try:
                running = Running(process)
                yield running
                process.send_signal(signal.SIGINT)
                assert "Ended. Nothing is left running." in process.stdout.read()
            finally:
                stuck.cancel()
                process.kill()
        assert process.returncode == 0

    def _words(self, words):
        return [sys.executable, "-m", "rdsproxy_templates", "local", *words]


class Running:
    """A local cloud, with its output up to the point where only logs follow."""

    def __init__(self, process):
        self.process, self.said = process, ""
        self.read_until(READY)

    def read_until(self, text):
        said = ""
        while text not in said:
            line = self.process.stdout.readline()
            assert line, self.said
            said += line
            self.said += line
        return said

    def call(self, method, path):
        """Call the API of base as its developer."""
        endpoint = re.search(r"AWS_ENDPOINT_URL=(\S+)", self.said)[1]
        account = Account(endpoint, "123456789012", "eu-west-1")
        url = account.outputs("rdsproxy-base")["APIEndpoint"]
        assert account.call(method, url + path)[0] == 200

    def pasted(self, clients):
        """The shell's output for the lines that use AWS's clients, pasted as they stand."""
        _, _, last = self.said.partition("\nThe plan is deployed.")
        sections = re.split(r"\n(?=\S)", last)
        lines = [
            line
            for section in sections
            if not section.startswith("The command shows more")
            for line in section.splitlines()
            if line.startswith("  ")
        ]
        shell = subprocess.run(
            ["bash", "-ec", "\n".join([f'PATH="{clients}:$PATH"', *lines])],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert shell.returncode == 0, shell.stderr
        return shell.stdout


@pytest.fixture(scope="module")
def command(installed, tmp_path_factory):
    return Command(tmp_path_factory.mktemp("empty"), installed)


@pytest.fixture(scope="module")
def running(command):
    with command.up("base") as running:
        yield running


@pytest.mark.xdist_group("local-base")
class TestBase:
    def test_status_shows_stacks_outputs_functions_and_databases(self, command, running):
        said = command.run("status")

        assert said.stdout.startswith("base runs at http://localhost:")
        assert "base: stack rdsproxy-base, account 123456789012, eu-west-1, CREATE_COMPLETE\n" in (
            said.stdout
        )
        assert "\n  APIEndpoint = https://" in said.stdout
        assert "\n  function SAMStack.BlogRDSProxyFunction\n" in said.stdout
        assert "\n  database base/root: aurora-mysql " in said.stdout

    def test_sql_runs_statements_without_a_client(self, command, running):
        created = command.run("sql", input="CREATE TABLE t (a INT); INSERT INTO t VALUES (7), (8)")
        said = command.run("sql", "base/root", "-c", "SELECT a, NULL AS b FROM t")

        assert (created.returncode, created.stderr) == (0, "")
        assert said.stdout == "a | b\n--+-----\n7 | NULL\n8 | NULL\n(2 rows)\n"

    def test_what_the_database_refuses_is_one_sentence(self, command, running):
        said = command.run("sql", "-c", "SELECT FROM")

        assert said.returncode == 1
        assert said.stderr.startswith("error: [sql] You have an error in your SQL syntax")

    def test_a_request_is_signed_and_its_answer_printed(self, command, running):
        command.run("call", "-X", "POST", "/initialize")
        loaded = command.run("call", "/load")
        by_output = command.run("call", "APIEndpoint/load")

        assert (loaded.returncode, loaded.stdout) == (0, f"{ROWS}\n"), loaded.stderr
        assert by_output.stdout == loaded.stdout
        assert "rdsproxy-templates local call -X POST /initialize\n" in running.said

    def test_the_readme_signs_a_request_that_the_api_takes(self, repository, command, running):
        readme = (repository / "README.md").read_text("utf-8")
        [curl] = re.findall(
            r"^```console\n(curl --aws-sigv4 .*?)```", readme, re.MULTILINE | re.DOTALL
        )
        exports = [line.strip() for line in running.said.splitlines() if "export AWS_" in line]
        initialize = re.search(r"(http://\S+/)initialize", running.said)

        said = subprocess.run(
            ["bash", "-ec", "\n".join([*exports, f"APIEndpoint={initialize[1]}", curl])],
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip

        assert said.stdout == '{"initialized": true}', said.stderr

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["/laod"], "[GET /laod] answered 404 Not Found"),
            (["--unsigned", "/load"], "[GET /load] answered 403 Forbidden"),
            (["-d", "x", "/load"], "[POST /load] answered 405 Method Not Allowed"),
            (
                ["APIEndpont/load"],
                "[call] no output 'APIEndpont' holds an address (did you mean APIEndpoint?); "
                "APIEndpoint does",
            ),
        ],
    )
    def test_a_request_that_is_refused_is_a_sentence(self, command, running, words, sentence):
        said = command.run("call", *words)

        assert said.returncode == (2 if "output" in sentence else 1)
        assert said.stderr == f"error: {sentence}\n"

    def test_a_changed_function_is_reloaded_and_a_broken_one_is_not(self, command, running):
        app = command.folder / ".rdsproxy-local/base/lambda/blog_rds_proxy/app.py"
        whole = app.read_text()

        app.write_text(whole + "\nprint('reloaded indeed')\n")
        running.read_until("reloaded SAMStack.BlogRDSProxyFunction\n")
        app.write_text(whole + "\ndef (:\n")
        said = running.read_until("the deployed code stays\n")
        running.call("POST", "initialize")

        assert f"app.py:{len(whole.splitlines()) + 2}] cannot be compiled: invalid syntax" in said
        running.read_until("reloaded indeed\n")
        logs = command.run("logs", "BlogRDSProxyFunction").stdout
        assert "reloaded indeed\n" in logs
        assert '"route": "/initialize"' in logs

    def test_a_changed_layer_reaches_its_functions(self, command, running):
        web = command.folder / ".rdsproxy-local/base/lambda/database_layer/rdsproxy_client/web.py"

        web.write_text(web.read_text() + "\nprint('layer reloaded')\n")
        said = running.read_until("the layer of SAMStack.BlogRDSProxyFunction\n")
        running.call("GET", "load")

        assert "reloaded SAMStack.DatabaseLayer, the layer" in said
        running.read_until("layer reloaded\n")

    def test_a_second_one_in_the_same_folder_is_refused(self, command, running):
        said = command.run("up", "auth")

        assert said.returncode == 2
        assert re.fullmatch(
            r"error: \[local\] a local cloud runs for this folder: base, at http://localhost:\d+, "
            r"process \d+; end it by `local down`\n",
            said.stderr,
        )

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["sql", "other/root"], "[step] no database in step 'other'; there is base"),
            (["sql", "base/nobody", "-c", "SELECT 1"], "has no user 'nobody'"),
            (["logs", "BlogRDSProxyFuncton"], "(did you mean BlogRDSProxyFunction?)"),
        ],
    )
    def test_unknown_names_are_answered_with_those_that_are(
        self, command, running, words, sentence
    ):
        said = command.run(*words)

        assert said.returncode == 2
        assert sentence in said.stderr
        assert said.stderr.count("\n") == 1


@pytest.mark.xdist_group("local-cross-account")
def test_its_lines_to_paste_work_until_it_is_interrupted(installed, tmp_path, aws_cli):
    command = Command(tmp_path, installed)
    with command.up("cross_account") as running:
        initialized, rows, visits, *described = running.pasted(Path(aws_cli).parent).splitlines()

    assert (initialized, rows) == ('{"initialized": true}', ROWS)
    assert visits.startswith('{"visits": [{"id": 1,')
    assert "".join(described).count(DEPLOYED) == 3
    endpoint = re.search(r"AWS_ENDPOINT_URL=(\S+)", running.said)[1]
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(endpoint, timeout=5)


@pytest.mark.xdist_group("local-edge")
def test_cloudfront_checks_addresses_and_cannot_be_bypassed(installed, tmp_path, aws_cli):
    with Command(tmp_path, installed).up("edge") as running:
        answers = running.pasted(Path(aws_cli).parent)

    assert re.findall(r"HTTP/1.1 (\d+)", answers) == ["200", "403", "403"]
    assert answers.count('{"users": [') == 1
    assert answers.count(DEPLOYED) == 2


@pytest.mark.xdist_group("local-detached")
def test_detached_with_a_network_it_runs_until_it_is_told_to_end(installed, tmp_path):
    command = Command(tmp_path, installed)
    started = command.run("up", "existing_vpc", "--detach", "--slow")
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        assert "network for existing_vpc: that of base, in stack local-network\n" in started.stdout
        assert (
            "From now on: lag, change_set_lag, parallel, delays, as asked for.\n" in started.stdout
        )
        assert "`rdsproxy-templates local down` ends it.\n" in started.stdout
        assert READY not in started.stdout
        said = command.run("sql", "app", "-c", "SELECT CURRENT_USER() AS who")
        assert "app@%" in said.stdout, said.stderr
    finally:
        ended = command.run("down")
    assert ended.stdout == "Ended. Nothing is left running.\n"
    after = command.run("status")
    assert after.returncode == 1
    assert "nothing runs for this folder" in after.stderr


@pytest.mark.xdist_group("local-detached")
def test_one_that_died_is_said_to_have_died_and_leaves_nothing_running(installed, tmp_path):
    command = Command(tmp_path, installed)
    command.run("up", "--detach")
    said = command.run("status").stdout
    endpoint, pid = re.search(r"at (\S+), process (\d+)", said).groups()

    os.kill(int(pid), signal.SIGKILL)
    for _ in range(600):
        try:
            urllib.request.urlopen(endpoint, timeout=5).close()
        except OSError as error:
            if "refused" in str(error):
                break
    else:
        pytest.fail(f"{endpoint} still answers")

    for words in (["status"], ["logs"], ["down"]):
        said = command.run(*words)
        assert said.returncode == 1
        assert re.match(
            r"error: \[local\] the local cloud of this folder, with base, has died ", said.stderr
        )


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["up", "edg"], 2, "unknown plan 'edg' (did you mean edge?)"),
        (["up", "cross_account_app"], 2, "is a step of the plan cross_account; name the plan"),
        (["up", "base", "--stack", "mine"], 2, "takes the place of PLAN"),
        (["up", "--parameter", "Nothing"], 2, "must be NAME=VALUE, got 'Nothing'"),
        (["up", "--parameter", "RDSDatabaseNam=x"], 2, "did you mean RDSDatabaseName"),
        (["up", "--config", "missing.yaml"], 2, "missing.yaml"),
        (["up", "--faults", "missing.yaml"], 2, "missing.yaml"),
        (["upp"], 2, "[local] unknown subcommand 'upp' (did you mean up?); the subcommands are up"),
        (["up", "--region", "eu-west-9"], 2, "[--region] unknown Region 'eu-west-9' (did you mean"),
        (["up", "--port", "70000"], 2, "70000 is not in the range"),
        (["status"], 1, "nothing runs for this folder; `rdsproxy-templates local up` starts it"),
        (["down"], 1, "nothing runs for this folder"),
        (["sql", "-c", "SELECT 1"], 1, "nothing runs for this folder"),
        (["call", "/load"], 1, "nothing runs for this folder"),
    ],
)
def test_a_wrong_command_line_is_answered_by_a_sentence(
    installed, tmp_path, words, status, sentence
):
    said = Command(tmp_path, installed).run(*words)

    assert said.returncode == status
    assert sentence in said.stderr
    assert "Traceback" not in said.stderr


def test_a_port_in_use_is_refused(installed, tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = Command(tmp_path, installed).run("up", "--port", str(port))

    assert (said.returncode, said.stderr) == (
        2,
        f"error: [--port] {port} is in use; choose another\n",
    )


def test_missing_servers_are_named_with_their_packages(installed, tmp_path):
    command = Command(tmp_path, installed)
    command.environment |= {"PATH": "/nonexistent", "SERVER_BINARIES": str(tmp_path)}
    program = (
        "from rdsproxy_local.servers import programs; programs.PLACES = ()\n"
        "from rdsproxy_templates.cli import main; main()"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, "local", "up", "base"],
        cwd=tmp_path, env=command.environment, capture_output=True, text=True,
        check=False, timeout=SECONDS,
    )  # fmt: skip

    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == (
        "error: [local] mariadbd is not on this machine: `apt install mariadb-server` on Debian and "
        "Ubuntu, `dnf install mariadb-server` on Fedora, `brew install mariadb` on macOS; or name "
        "a folder with the unpacked package in SERVER_BINARIES"
    )


def test_without_the_extra_it_says_how_to_install_it(installed, tmp_path):
    program = (
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'moto' else find(name, *more)\n"
        "from rdsproxy_templates.cli import main; main()"
    )
    command = Command(tmp_path, installed)
    said = subprocess.run(
        [sys.executable, "-c", program, "local", "up"], cwd=tmp_path, env=command.environment,
        capture_output=True, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip

    assert (said.returncode, said.stderr) == (
        2,
        "error: [local] needs moto: run `pip install 'rdsproxy_templates[local]'` in this "
        "environment\n",
    )
