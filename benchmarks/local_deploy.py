"""A pytest session that deploys `base` into a local cloud and calls it, and a second test on it.

There is no peer: the aims are seconds. Times are those of the second session and later ones, which
find the functions' code built and the database's initial data made.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from timing import Command, once

TESTS: Final = """\
import json
import time
from pathlib import Path

import pytest

from rdsproxy_templates import render
from rdsproxy_templates.variants import base


def answered(deploy, call, method, path):
    stack = deploy(render(base, base.Config()), name="base")
    assert call(method, stack.outputs["APIEndpoint"] + path).status == 200


def test_first(deploy, call):
    answered(deploy, call, "POST", "initialize")


def test_second(deploy, call):
    started = time.perf_counter()
    answered(deploy, call, "GET", "load")
    Path("second.json").write_text(json.dumps(time.perf_counter() - started))
"""


def main() -> None:
    runs = timing.runs(__doc__)
    sessions, seconds = [], []
    with TemporaryDirectory() as folder:
        Path(folder, "test_base.py").write_text(TESTS, "utf-8")
        options = ("-q", "-p", "no:cacheprovider", "--rootdir", folder)
        session = Command(arguments=(sys.executable, "-m", "pytest", *options), folder=Path(folder))
        for turn in range(runs.uncounted + runs.rounds):
            taken = once(session, processor=runs.processor)
            second = json.loads(Path(folder, "second.json").read_text("utf-8"))
            if turn >= runs.uncounted:
                sessions.append(taken)
                seconds.append(second)
    print(f"medians of {runs.rounds} sessions")
    print(f"  {'a session: deploy base, call it, end everything':<48} {median(sessions):6.2f} s")
    print(f"  {'a second test: render, deploy the same, call it':<48} {median(seconds):6.2f} s")


if __name__ == "__main__":
    main()
