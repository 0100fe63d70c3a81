"""Real tools: SAM CLI, and the services that it talks to, on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from standins.aws_api import AwsApi

SECONDS = 180

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def sam_cli(repository: Path) -> str:
    """SAM CLI: in its own environment, as `make test` installs it, else on the PATH."""
    own = repository / ".venv-sam" / "bin" / "sam"
    found = str(own) if own.exists() else shutil.which("sam")
    if found is None:
        pytest.fail("SAM CLI is missing: `make test` installs it, or put `sam` on the PATH")
    return found


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment without an account, a configuration or telemetry of anybody's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Runs a command in a folder; a status other than 0 fails the test with what it said."""

    def run(*command: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
        return result

    return run


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsApi]:
    """Services of AWS on loopback, ended with the tests."""
    with AwsApi() as aws:
        yield aws
