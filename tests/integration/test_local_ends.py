"""`local up` ends with all that it runs, however it ends, and knows a database that has died."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from rdsproxy_local.servers.loopback import wait_for

pytestmark = pytest.mark.xdist_group("local-ends")

SECONDS = 120
SOURCE = Path(__file__).resolve().parents[2] / "src"
READY = "Ctrl-C ends everything"


class Demo:
    """`local up base` in a folder in which all of its processes have their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PYTHONPATH": str(SOURCE),
            "TMPDIR": str(folder),
        }
        self.process = subprocess.Popen(
            self.words("up", "base"),
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "rdsproxy_templates", "local", *words]

    def run(self, *words: str) -> str:
        """The output of another subcommand."""
        done = subprocess.run(
            self.words(*words), cwd=self.folder, env=self.environment, capture_output=True,
            text=True, timeout=SECONDS, check=True,
        )  # fmt: skip
        return done.stdout

    def read_until(self, text: str) -> str:
        said = ""
        while text not in said:
            line = self.process.stdout.readline()
            assert line, said
            said += line
        return said

    def pids(self, word: str = "") -> list[int]:
        """Its processes, and those of its processes, whose command line has the word."""
        numbers = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
        return [pid for pid in numbers if self._is_own(pid, word)]

    def _is_own(self, pid: int, word: str) -> bool:
        with suppress(OSError):
            place = Path(f"/proc/{pid}")
            line = (place / "cmdline").read_bytes()
            mine = os.fsencode(self.folder)
            return os.fsencode(word) in line and (
                mine in line or b"TMPDIR=" + mine in (place / "environ").read_bytes()
            )
        return False

    def close(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)
        self.process.stdout.close()
        for pid in self.pids():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def demo():
    # Not one of pytest's, which only root may enter when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="demo-"))
    folder.chmod(0o755)
    demo = Demo(folder)
    yield demo
    demo.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_when_it_ends_all_that_it_runs_ends(demo, number):
    demo.read_until(READY)
    assert len(demo.pids()) > 2
    assert demo.pids("mariadbd")
    demo.process.send_signal(number)
    said, _ = demo.process.communicate(timeout=SECONDS)

    if number != signal.SIGKILL:
        assert said.endswith("Ended. Nothing is left running.\n")
        assert demo.pids() == []
    wait_for(lambda: not demo.pids())
    assert demo.pids() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("seconds", [0.1, 0.7, 1.5, 2.5])
def test_it_ends_as_well_while_it_starts(demo, seconds, number):
    with pytest.raises(subprocess.TimeoutExpired):
        demo.process.wait(seconds)
    demo.process.send_signal(number)
    demo.process.communicate(timeout=SECONDS)

    wait_for(lambda: not demo.pids())
    assert demo.pids() == []


def test_a_local_cloud_that_is_killed_takes_its_databases_along_and_is_said_to_have_ended(demo):
    demo.read_until(READY)
    [cloud] = demo.pids("rdsproxy_local")[:1]
    os.kill(cloud, signal.SIGKILL)
    said, _ = demo.process.communicate(timeout=SECONDS)

    assert demo.process.returncode == 1
    assert "error: [local] the local cloud has ended by itself" in said
    assert "Traceback" not in said
    wait_for(lambda: not demo.pids())
    assert demo.pids() == []


def test_a_database_that_died_is_said_to_and_is_started_again_with_its_data(demo):
    demo.read_until(READY)
    demo.run("sql", "-c", "CREATE TABLE kept (id INT)")
    [database] = demo.pids("mariadbd")
    os.kill(database, signal.SIGKILL)

    said = demo.read_until("`rdsproxy-templates local start` starts it again")
    assert "has ended by itself; what needs it answers 503." in said
    assert "has ended by itself: `rdsproxy-templates local start`" in demo.run("status")
    assert "runs again." in demo.run("start")
    assert "Every database runs." in demo.run("start")
    assert "kept" in demo.run("sql", "-c", "SHOW TABLES")
    assert "has ended by itself" not in demo.run("status")
