"""The benchmark that counts instead of timing: nothing is lost, doubled, untrue or unanswered."""

from __future__ import annotations

import subprocess
import sys

import pytest
from client import here_or_skip


@pytest.mark.xdist_group("truth")
def test_of_truth_counts_nothing_once_around(repository):
    for family in ("MYSQL", "POSTGRESQL"):
        here_or_skip(family)
    command = [sys.executable, repository / "benchmarks" / "truth.py", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("half-open") == 2
