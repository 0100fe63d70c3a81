"""Shared parts of all tests: paths of the project, and the functions' modules by path."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
FUNCTION = REPOSITORY / "lambda" / "blog_rds_proxy"
LAYER = REPOSITORY / "lambda" / "database_layer"
USERS = REPOSITORY / "lambda" / "database_users"

MEMORY = Path("/dev/shm")  # noqa: S108 - every program below makes folders of its own there


def has_room(folder: Path) -> bool:
    """Tell if programs can be in *folder*, and all that the tests have there at once."""
    try:
        system = os.statvfs(folder)
    except OSError:
        return False
    bytes_free = system.f_bavail * system.f_frsize
    return not system.f_flag & os.ST_NOEXEC and bytes_free > 8 << 30


# `lambda` is a keyword of Python: its modules are reached by their folders.
sys.path[:0] = [str(FUNCTION), str(USERS), str(LAYER)]
sys.path[:0] = [str(REPOSITORY / "tests"), str(REPOSITORY / "tools")]

# Each program of the tests would compile all of ours again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Servers and pip make and remove thousands of files, of which some file systems remember each for a
# minute: there, a new file took as long as a start of Python. pytest keeps its own folders on disk.
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
if "TMPDIR" not in os.environ and has_room(MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

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
