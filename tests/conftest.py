"""Shared parts of all tests: paths of the project, and the functions' modules by path."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
FUNCTION = REPOSITORY / "lambda" / "blog_rds_proxy"
LAYER = REPOSITORY / "lambda" / "database_layer"
USERS = REPOSITORY / "lambda" / "database_users"

# `lambda` is a keyword of Python: its modules are reached by their folders.
sys.path[:0] = [str(FUNCTION), str(USERS), str(LAYER)]
sys.path[:0] = [str(REPOSITORY / "tests"), str(REPOSITORY / "tools")]

# Each program of the tests would compile all of ours again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Collecting tests makes millions of objects that stay: looking for garbage took half of the time.
gc.disable()

# `nohup make test &` begins with SIGINT ignored, which every program of the tests would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Two cores that do other work too: no example is too slow, and CI tries the same ones again.
settings.register_profile("ours", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("ours")


def pytest_collection_finish() -> None:
    """Look for garbage from now on, and not among what stays to the end."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores, because tests wait for other programs much of their time."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def function() -> Path:
    """The folder of the function's code."""
    return FUNCTION


@pytest.fixture(scope="session")
def layer() -> Path:
    """The folder of the package that all functions share."""
    return LAYER / "rdsproxy_client"
