"""A Lambda execution environment: a runtime, by default AWS's own client, and a function in it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Self

from .output import Output
from .runtime_api import News, RuntimeApi

PYTHON: Final = (sys.executable, "-m", "awslambdaric")
"""The client that AWS publishes, on this machine's Python."""
SECONDS: Final = 10
"""Seconds for a function's start, as on Lambda, and for the end of a process. A start that takes
longer has the function's own time too: Lambda repeats it at the first event."""


class Answer(NamedTuple):
    """The outcome of an event."""

    kind: Literal["response", "error", "timeout"]
    body: Any


class Environment:
    """One environment, which handles one event after the other and is replaced when it fails."""

    def __init__(
        self,
        task_folder: Path,
        handler: str,
        variables: Mapping[str, str],
        *,
        timeout: float = 29,
        program: Sequence[str] = PYTHON,
    ) -> None:
        self.log: list[str] = []
        """Every line that the function wrote, and what Lambda adds to them."""
        self._new = partial(_Sandbox, task_folder, handler, variables, timeout, self.log, program)
        self._sandbox = self._new()
        self._turn = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process that runs the function now."""
        return self._sandbox.process.pid

    def invoke(self, event: Any, request_id: str | None = None) -> Answer:
        """Have the function handle *event*, after those that came before."""
        with self._turn:
            if self._sandbox.lost:
                self._replace()
            answer = self._sandbox.invoke(event, request_id or str(uuid.uuid4()))
            if not self._sandbox.usable:
                self._replace()
            return answer

    def close(self) -> None:
        """End the process, even amidst an event."""
        self._closed = True
        self._sandbox.process.kill()
        with self._turn:
            self._sandbox.close()

    def _replace(self) -> None:
        self._sandbox.close()
        if not self._closed:
            self._sandbox = self._new()


class _Sandbox:
    """One process of the runtime, good until it ends or takes too long."""

    def __init__(  # noqa: PLR0917 - what a process consists of
        self,
        task_folder: Path,
        handler: str,
        variables: Mapping[str, str],
        timeout: float,
        log: list[str],
        program: Sequence[str],
    ) -> None:
        self.usable = True
        self._used = False
        self._log = log
        self._api = RuntimeApi(timeout)
        self.process = subprocess.Popen(
            [*program, handler],
            cwd=task_folder,
            env=_variables(task_folder, handler, self._api.address) | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._output = Output(self.process.stdout, log)
        self._watch = threading.Thread(target=self._await_end, daemon=True)
        self._watch.start()

    @property
    def lost(self) -> bool:
        """True if the process ended after it had answered."""
        return self._used and self.process.poll() is not None

    def invoke(self, event: Any, request_id: str) -> Answer:
        news = self._api.hear(SECONDS + self._api.timeout)
        if news is not None and news.kind == "idle":
            self._used = True
            self._api.give(request_id, event)
            news = self._api.hear(self._api.timeout)
        self._output.catch_up()
        match news:
            case News("response", body):
                return Answer("response", body)
            case News("error", body):
                # Of a handler, after which the runtime goes on; or of the start, and it ends.
                self.usable = self._used
                return Answer("error", body)
            case News("ended", status):
                says = f"Runtime exited with error: {status}"
                return self._fail("error", "Runtime.ExitError", request_id, says)
            case _:
                says = f"Task timed out after {self._api.timeout:.2f} seconds"
                return self._fail("timeout", "Sandbox.Timedout", request_id, says)

    def close(self) -> None:
        """End the process as Lambda does, which gives it no time."""
        self.process.kill()
        self.process.wait(SECONDS)
        self._watch.join(SECONDS)
        self._output.close(SECONDS)
        self._api.close()

    def _fail(
        self, kind: Literal["error", "timeout"], type_: str, request_id: str, says: str
    ) -> Answer:
        self.usable = False
        message = f"RequestId: {request_id} Error: {says}"
        self._log.append(message)
        return Answer(kind, {"errorType": type_, "errorMessage": message})

    def _await_end(self) -> None:
        status = self.process.wait()
        says = f"exit status {status}" if status >= 0 else f"signal {-status}"
        self._api.tell(News("ended", says))


def _variables(task_folder: Path, handler: str, address: str) -> dict[str, str]:
    """The variables that Lambda sets; the function's own and its credentials come on top."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{version}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": "standin",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/standin",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_LAMBDA_LOG_STREAM_NAME": "standin",
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_REGION": "eu-west-1",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": str(task_folder),
        "LANG": "en_US.UTF-8",
        "PATH": os.defpath,
        # The folder of a function cannot be written to.
        "PYTHONDONTWRITEBYTECODE": "1",
        "TZ": ":UTC",
        "_HANDLER": handler,
    }
