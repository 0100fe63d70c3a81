"""``make demo``: up with one command, down with Ctrl-C, and nothing left behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import urllib.request

import pytest
from client import here_or_skip

SECONDS = 60


@pytest.mark.parametrize("family", ["MYSQL", "POSTGRESQL"])
def test_answers_until_it_is_interrupted(repository, family):
    here_or_skip(family)
    demo = subprocess.Popen(
        [sys.executable, repository / "tools" / "demo.py", "--engine", family],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    stuck = threading.Timer(SECONDS, demo.kill)
    stuck.start()
    try:
        said = iter(demo.stdout.readline, "")
        url = next(found[0] for line in said if (found := re.search(r"http://[\d.:]+", line)))
        request = urllib.request.Request(f"{url}/initialize", method="POST")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            assert answer.read() == b'{"initialized": true}'
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
    finally:
        stuck.cancel()
        demo.kill()
        demo.wait(SECONDS)
        demo.stdout.close()

    assert demo.returncode == 0
    assert '"route": "/initialize"' in rest
    assert "Ended; nothing is left running." in rest
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=5)
