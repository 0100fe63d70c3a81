"""``make demo``: up with one command, down with Ctrl-C, and nothing left behind."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import threading
import urllib.request

import pytest

SECONDS = 120


def pasted(said, line):
    """What a line of the demo's answers in a shell with the lines before it."""
    start = said[said.index("  export ") : said.index(f"  {line}")]
    shell = subprocess.run(
        ["bash", "-ec", f"{start}\n{line} --silent --show-error"],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert shell.returncode == 0, shell.stderr
    return shell.stdout.strip()


def test_what_it_says_to_paste_works_until_it_is_interrupted(repository, sam_cli):
    demo = subprocess.Popen(
        [sys.executable, repository / "tools" / "demo.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    stuck = threading.Timer(SECONDS, demo.kill)
    stuck.start()
    try:
        said = ""
        for line in iter(demo.stdout.readline, ""):
            said += line
            if "Ctrl-C ends everything" in line:
                break
        lines = [line.strip() for line in said.splitlines() if line.startswith("  signed -X")]
        assert pasted(said, lines[0]) == '{"initialized": true}'
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
    finally:
        stuck.cancel()
        demo.kill()
        demo.wait(SECONDS)
        demo.stdout.close()

    assert demo.returncode == 0
    assert "Ended; nothing is left running." in rest
    endpoint = re.search(r"AWS_ENDPOINT_URL=(\S+)", said)[1]
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(shlex.split(endpoint)[0], timeout=5)
