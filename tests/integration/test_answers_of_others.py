"""What answers in AWS's place is a sentence, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

PAGE = b"<!DOCTYPE html><html><body>Sign in to the proxy</body></html>"
PROGRAM = "import sys; from rdsproxy_templates.cli import main; sys.exit(main())"
SECONDS = 300


@pytest.fixture
def proxy():
    """A server that answers everything with a page and the status in its path."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(int(self.server.status))
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        do_GET = do_HEAD = do_POST  # noqa: N815 - the standard library's names

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("command", ["deploy", "destroy"])
@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_page_of_a_proxy(proxy, tmp_path, command, status):
    proxy.status = status
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, command, "base", "--yes", "--region", "eu-west-1"],
        cwd=tmp_path,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.server_port}",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_MAX_ATTEMPTS": "1",
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    [error] = [line for line in said.stderr.splitlines() if line.startswith("error: ")]
    assert said.returncode == 1
    assert error.startswith("error: [account, without --profile] the answer is not AWS's")
    assert "Traceback" not in said.stderr
