"""The commands that ``bastion`` offers, pasted into a shell: with real clients, and real ends."""

from __future__ import annotations

import json
import os
import random
import shlex
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rdsproxy_local.servers.loopback import HOST, Background, free_port, listens, wait_for
from rdsproxy_local.servers.postgresql import PostgreSQL
from rdsproxy_local.servers.programs import find
from rdsproxy_local.servers.ssh_server import SshServer
from rdsproxy_templates import render
from rdsproxy_templates.model.references import PLACEHOLDER
from rdsproxy_templates.variants import bastion

SECONDS = 120
PUBLIC_ADDRESS = "203.0.113.99"
INSTANCE = "i-0123456789abcdef0"
DOOR = "eice-0123456789abcdef0"
ROW = "SELECT 'through the tunnel'"

# What AWS CLI 2 does with `ec2-instance-connect ssh`, less the tunnel to port 22 itself: its
# source is awscli/customizations/ec2instanceconnect/ssh.py. AWS CLI 1 has no such command.
INSTANCE_CONNECT = f"""\
#!{sys.executable}
import argparse, os

parser = argparse.ArgumentParser(allow_abbrev=False)
parser.add_argument("words", nargs=2)
for name in ("region", "instance-id", "eice-options", "local-forwarding"):
    parser.add_argument("--" + name, required=True)
parser.add_argument("--os-user", default="ec2-user")
parser.add_argument("--connection-type", choices=["auto", "direct", "eice"])
given = parser.parse_args()
assert given.words == ["ec2-instance-connect", "ssh"], given.words
assert given.instance_id == "{INSTANCE}", given.instance_id
assert given.eice_options == "endpointId={DOOR}", given.eice_options
target = given.os_user + "@{PUBLIC_ADDRESS}"
os.execvp("ssh", ["ssh", "-N", "-L", given.local_forwarding, target])
"""
PLUGIN = """\
#!/bin/bash
[[ $1 == --version ]] && { echo 1.2.764.0; exit; }
printf '%s\\n' "$@" >"$PLUGIN_SAID"
"""


class Writer(PostgreSQL):
    """A writer endpoint on the engine's own port, at an address that nobody else uses."""

    host = f"127.{'.'.join(str(number) for number in random.sample(range(1, 255), 3))}"

    def start(self):
        self.port = 5432
        super().start()

    def _options(self):
        return [*super()._options(), "-c", f"listen_addresses={self.host}"]


class SessionManager(BaseHTTPRequestHandler):
    """The one operation of SSM's API that the AWS CLI calls before it starts the plugin."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.headers["X-Amz-Target"], json.loads(body)))
        answer = json.dumps({"SessionId": "s-1", "TokenValue": "t", "StreamUrl": "wss://x"})
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def writer():
    with Writer() as writer:
        yield writer


@pytest.fixture(scope="module")
def ssh_server():
    with SshServer() as server:
        yield server


@pytest.fixture
def commands():
    """The outputs with this machine's values in them, for a tunnel that begins at a free port."""
    ways = {
        "ways": ["ssh", "ssm", "eice"],
        "ssh_cidr": f"{PUBLIC_ADDRESS}/32",
        "key_pair_name": "laptop",
        "local_port": free_port(),
    }
    settings = {
        "bastion": ways,
        "database": {"name": PostgreSQL.database, "master_username": PostgreSQL.user},
    }
    root, _ = render(bastion, bastion.Config.parse(settings, "a test")).flat()
    values = {
        "AWS::Region": "ap-northeast-1",
        "BastionStackBastion": INSTANCE,
        "BastionStackBastionAddress.PublicIp": PUBLIC_ADDRESS,
        "BastionStackInstanceConnectEndpoint": DOOR,
        "RDSStackDBCluster.Endpoint.Address": Writer.host,
    }
    return ways["local_port"], {
        name: PLACEHOLDER.sub(lambda found: values[found[1]], text(output["Value"]))
        for name, output in root.outputs.items()
        if name.startswith(("Tunnel", "Connect"))
    }


def text(value):
    """The text of an output, which has placeholders where deployment fills something in."""
    return value if isinstance(value, str) else value["Fn::Sub"]


@pytest.fixture
def shell(tmp_path, ssh_server, aws_cli):
    """The environment of a laptop whose programs find this machine's ends.

    Of the pasted lines nothing is changed. The `ssh` on its PATH is the real one with a
    configuration of ours: there the public address is the server's, and `ec2-user`, whom this
    machine does not have, the server's user.
    """
    home, programs = tmp_path / "home", tmp_path / "bin"
    (home / ".ssh").mkdir(parents=True)
    programs.mkdir()
    key = home / ".ssh" / "laptop.pem"
    key.write_text(ssh_server.key.read_text())
    key.chmod(0o600)
    configuration = tmp_path / "ssh_config"
    configuration.write_text(
        f"Host {PUBLIC_ADDRESS}\n"
        f"  HostName {HOST}\n"
        f"  Port {ssh_server.port}\n"
        f"  UserKnownHostsFile {ssh_server.known_hosts}\n"
        f"  IdentityFile {key}\n"
        "  IdentitiesOnly yes\n"
        "  BatchMode yes\n"
    )
    real, psql = find("ssh", "openssh-client"), find("psql", "postgresql-client")
    ssh = (
        f'#!/bin/bash\nexec {real.path} -F {configuration} "${{@/#ec2-user@/{ssh_server.user}@}}"\n'
    )
    for name, text in (("ssh", ssh), ("session-manager-plugin", PLUGIN)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    folders = [programs, psql.path.parent, Path(aws_cli).parent, os.environ["PATH"]]
    return {
        **real.variables,
        **psql.variables,
        "HOME": str(home),
        "PATH": ":".join(map(str, folders)),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PGPASSWORD": PostgreSQL.password,
        "LC_ALL": "C.UTF-8",
    }


@contextmanager
def pasted(line, shell, port):
    """A command that goes on until it is ended, once its tunnel begins at *port*."""
    process = subprocess.Popen(
        ["bash", "-c", f"exec {line}"],
        env=shell,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(lambda: process.poll() is not None or listens(port), SECONDS)
        assert process.poll() is None, process.stdout.read()
        yield
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def row(line, shell):
    """The database's answer to the client's command line, pasted into a shell."""
    result = subprocess.run(
        ["bash", "-c", f'{line} --no-align --tuples-only -c "{ROW}"'],
        env=shell,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return result.stdout.strip() or result.stderr


def test_ssh_and_psql_reach_the_database_through_the_bastion(commands, shell, writer):
    port, lines = commands

    with pasted(lines["TunnelBySSH"], shell, port):
        assert row(lines["ConnectThroughTunnel"], shell) == "through the tunnel"


def test_without_the_tunnel_the_database_is_out_of_reach(commands, shell, writer):
    _, lines = commands

    assert "Connection refused" in row(lines["ConnectThroughTunnel"], shell)


def test_instance_connect_forwards_what_ssh_understands(commands, shell, writer, tmp_path):
    port, lines = commands
    program = tmp_path / "bin" / "aws"
    program.write_text(INSTANCE_CONNECT)
    program.chmod(0o755)

    with pasted(lines["TunnelByEICE"], shell, port):
        assert row(lines["ConnectThroughTunnel"], shell) == "through the tunnel"


def test_the_aws_cli_asks_session_manager_for_the_database(commands, shell, tmp_path):
    port, lines = commands
    server = ThreadingHTTPServer((HOST, 0), SessionManager)
    server.calls = []
    api = Background(server)
    said = tmp_path / "said"
    try:
        subprocess.run(
            ["bash", "-c", lines["TunnelBySSM"]],
            env=shell
            | {
                "AWS_ENDPOINT_URL": f"http://{HOST}:{server.server_port}",
                "PLUGIN_SAID": str(said),
            },
            check=True,
            timeout=SECONDS,
        )
    finally:
        api.close()

    asked = {
        "Target": INSTANCE,
        "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost",
        "Parameters": {
            "host": [Writer.host],
            "portNumber": ["5432"],
            "localPortNumber": [str(port)],
        },
    }
    assert server.calls == [("AmazonSSM.StartSession", asked)]
    _, region, operation, _, given, _ = said.read_text().splitlines()
    assert (region, operation, json.loads(given)) == ("ap-northeast-1", "StartSession", asked)


def test_the_shell_expands_nothing_in_a_command(commands):
    _, lines = commands

    for line in lines.values():
        assert "$" not in line
        words = [word for word in shlex.split(line) if not word.startswith("~/.ssh/")]
        assert shlex.split(shlex.join(words)) == words
