"""Real tools: SAM CLI, and the services that it talks to, on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from deploying import Desk
from packages import LOCAL, Packages
from shared_folder import run_folder, shared_folder
from warm_command import COMMAND

from rdsproxy_local.local_cloud import LocalCloud
from rdsproxy_local.servers.aws_api import AwsApi
from rdsproxy_templates import render
from rdsproxy_templates.variants import VARIANTS, base

SECONDS = 180

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session", autouse=True)
def _command_ends() -> Iterator[None]:
    """End the process from which tests fork the command."""
    yield
    COMMAND.close()


@pytest.fixture(scope="session")
def sam_cli(repository: Path) -> str:
    """SAM CLI."""
    return client(repository, "sam")


@pytest.fixture(scope="session")
def aws_cli(repository: Path) -> str:
    """AWS CLI."""
    return client(repository, "aws")


def client(repository: Path, name: str) -> str:
    """A program of AWS's: in its own environment, as `make test` installs it, else on the PATH."""
    own = repository / ".venv-clients" / "bin" / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        pytest.fail(f"`{name}` is missing: `make test` installs it, or put it on the PATH")
    return found


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without an account, a configuration or telemetry of anybody's.

    What validators said is known to all tests of this run.
    """
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ
    }
    return kept | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "XDG_CACHE_HOME": str(run_folder(tmp_path_factory) / "cache"),
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
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library's wheel, built with `pip wheel .` from a copy that is gone."""

    def build(folder: Path) -> None:
        source = folder / "source"
        ignored = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "node_modules", "build")
        shutil.copytree(repository, source, ignore=ignored)
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--wheel-dir", folder, "."],
            cwd=source, check=True, timeout=SECONDS,
        )  # fmt: skip
        shutil.rmtree(source)

    (wheel,) = shared_folder(tmp_path_factory, "wheel", build).glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsApi]:
    """Services of AWS on loopback, ended with the tests."""
    with AwsApi() as aws:
        yield aws


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    """A local cloud, in which a test takes an account of its own."""
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def desk(cloud: LocalCloud, sam_cli: str, aws_cli: str) -> Callable[[str], Desk]:
    """Somebody who deploys into the account of an ID."""
    return lambda account_id: Desk(cloud.account(account_id), sam_cli, aws_cli)


@pytest.fixture(scope="session")
def built(
    desk: Callable[[str], Desk], repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The folder of a variant as it is committed, after `sam build`; built once."""

    @cache
    def built(variant: str) -> Path:
        checkout = tmp_path_factory.mktemp("checkout")
        ignored = shutil.ignore_patterns(".aws-sam", "__pycache__")
        for name in ("lambda", f"templates_out/{variant}"):
            shutil.copytree(repository / name, checkout / name, ignore=ignored)
        folder = checkout / "templates_out" / variant
        builder = desk("999999999999")
        builder.run(builder.sam, "build", cwd=folder)
        return folder

    return built


@pytest.fixture(scope="session")
def packages(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The functions' code, with which boto3 deploys flat templates."""
    return Packages(repository, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def deploy(packages: Packages) -> Callable[..., None]:
    """Deploys a variant with settings of its own, in nested stacks and without SAM CLI."""

    def deploy(desk: Desk, variant: str, settings: object = None) -> None:
        module = VARIANTS[variant]
        config = module.Config.parse(settings or {}, "a test")
        bundle = render(module, config, code=LOCAL)
        packages.deploy(desk, f"rdsproxy-{variant.replace('_', '-')}", bundle)

    return deploy


@pytest.fixture(scope="session")
def network() -> Callable[..., dict[str, str]]:
    """Makes the network that a variant wants to be given: base's; returns its IDs by name."""

    def network(desk: Desk, variant: str, engine: str = "aurora-mysql") -> dict[str, str]:
        wanted = {
            name
            for name, body in render(
                VARIANTS[variant], VARIANTS[variant].Config()
            ).root.parameters.items()
            if "Default" not in body
        }
        if not wanted:
            return {}
        bundle = render(base, base.Config.parse({"rds": {"engine": engine}}, "a test"))
        given = bundle.root.parameters
        names = bundle.root.children["VPCStack"].template.parameters
        text = bundle.templates["cloudformation/vpc.yaml"]
        desk.create("network", text, {name: given[name]["Default"] for name in names})
        outputs = desk.account.outputs("network")
        return {name: outputs[name] for name in wanted}

    return network
