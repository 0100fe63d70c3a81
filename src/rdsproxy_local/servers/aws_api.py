"""Secrets Manager, STS and S3, as moto plays them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, Self

import boto3

from .guardian import GUARDIAN
from .loopback import HOST, free_port, listens, wait_for

SECONDS: Final = 60
CREDENTIALS: Final = {
    "region_name": "eu-west-1",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}


class AwsApi:
    """A moto server on loopback, for ``AWS_ENDPOINT_URL``."""

    def __init__(self) -> None:
        port = free_port()
        self.address = f"http://{HOST}:{port}"
        self._folder = Path(tempfile.mkdtemp(prefix="standin-"))
        with (self._folder / "log").open("w+b") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            GUARDIAN.watch(self._process.pid, self._folder)
            wait_for(lambda: self._process.poll() is not None or listens(port), SECONDS)
            if self._process.poll() is not None or not listens(port):
                self.close()
                log.seek(0)
                raise RuntimeError(f"moto did not start:\n{log.read().decode()[-2000:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def client(self, service: str) -> Any:
        """boto3's client for a service of it."""
        return boto3.client(service, endpoint_url=self.address, **CREDENTIALS)

    def secret(self, name: str, value: str) -> str:
        """Create a secret; returns its ARN."""
        made = self.client("secretsmanager").create_secret(Name=name, SecretString=value)
        return str(made["ARN"])

    def put(self, arn: str, value: str) -> None:
        """Give a secret another value, as a rotation does."""
        self.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=value)

    def close(self) -> None:
        self._process.kill()
        self._process.wait(SECONDS)
        GUARDIAN.forget(self._process.pid)
        shutil.rmtree(self._folder, ignore_errors=True)
