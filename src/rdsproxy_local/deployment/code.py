"""Code of functions and layers, built as `sam build` does, and kept by its content."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from platformdirs import user_cache_path

from rdsproxy_templates.errors import DeploymentError, Problem

from .wheels import offline

SECONDS: Final = 600
LAST_LINES: Final = 12
SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)
MODULES: Final = "node_modules"
BUILT: Final = ("__pycache__", ".aws-sam", ".git", ".venv")
"""Folders that no archive has."""
IGNORED: Final = (*BUILT, MODULES)
"""Folders that no build reads."""
REQUIREMENTS: Final = "requirements.txt"

State = tuple[tuple[str, int, int], ...]
"""Name, time and size of each file."""

MAKEFILE: Final = "Makefile"
NPM_PACKAGE: Final = "package.json"

Method = Literal["makefile", "requirements", "npm", "copy"]
"""The way to build: a Makefile's target, the packages of requirements.txt or of package.json, or
nothing but a zip."""


@dataclass(frozen=True)
class Code:
    """The code of a function or a layer, where a person edits it."""

    logical_id: str
    source: Path
    method: Method
    prefix: str = ""
    """Folder of the archive that everything goes into, as ``python`` of a layer."""

    def zipped(self) -> bytes:
        """Return the archive for Lambda; raise :class:`DeploymentError` if it cannot be built."""
        if self.source.is_file():
            return self._archive_file()
        kept = user_cache_path("rdsproxy_templates") / "local-code" / f"{self.fingerprint()}.zip"
        if kept.is_file():
            return kept.read_bytes()
        content = self._built()
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            aside = kept.with_suffix(f".{os.getpid()}-{self.logical_id}")
            aside.write_bytes(content)
            aside.replace(kept)
        except OSError:
            pass  # a cache that cannot be written is ignored
        return content

    def fingerprint(self) -> str:
        """Return a digest of everything that the archive depends on."""
        digest = hashlib.sha256(
            f"{self.method} {self.prefix} {self.logical_id} {sys.version} {sys.platform}".encode()
        )
        for name, file in _files(self.source):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"\n{name} {file.stat().st_mode:o} {content}".encode())
        return digest.hexdigest()

    def state(self) -> State:
        """Return names, times and sizes of its files, which differ once one was saved."""
        stats = [(name, file.stat()) for name, file in _files(self.source)]
        return tuple((name, one.st_mtime_ns, one.st_size) for name, one in stats)

    def check_syntax(self) -> None:
        """Raise :class:`DeploymentError` for Python that cannot be compiled."""
        problems = []
        for name, file in _files(self.source):
            if file.suffix == ".py":
                try:
                    compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
                except (SyntaxError, ValueError) as error:
                    line = getattr(error, "lineno", None) or 1
                    reason = getattr(error, "msg", error)
                    place = str(file if self.source.is_file() else self.source / name)
                    problems.append(Problem(f"{place}:{line}", f"cannot be compiled: {reason}"))
        if problems:
            raise DeploymentError(problems)

    def _archive_file(self) -> bytes:
        content = self.source.read_bytes()
        if self.source.suffix == ".zip":
            return content
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(self.source, folder)
            return archive_of(Path(folder))

    def _built(self) -> bytes:
        if self.method == "copy":
            return archive_of(self.source)
        with tempfile.TemporaryDirectory() as folder:
            variables = offline(self.source / REQUIREMENTS, Path(folder) / "wheels")
            if variables:
                with suppress(DeploymentError):  # its packages may need others
                    return self._built_in(Path(folder) / "offline", variables)
            return self._built_in(Path(folder) / "online", {})

    def _built_in(self, folder: Path, variables: Mapping[str, str]) -> bytes:
        """Build in *folder*, which is new."""
        made, work = folder / "made", folder / "work" / self.prefix
        shutil.copytree(self.source, work, ignore=shutil.ignore_patterns(*IGNORED))
        if self.method == "makefile":
            made.mkdir()
            target = f"build-{self.logical_id}"
            command = ["make", "--silent", target, f"ARTIFACTS_DIR={made}"]
        elif self.method == "npm":
            made = folder / "work"
            command = ["npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--silent"]
        else:
            made = folder / "work"
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"]
            options = ["--disable-pip-version-check", "--no-warn-conflicts"]
            command = [*pip, *options, "--requirement", REQUIREMENTS, "--target", str(work)]
        self._run(command, work, variables)
        return archive_of(made, without=BUILT)

    def _run(self, command: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        try:
            done = subprocess.run(
                command,
                cwd=cwd,
                env=os.environ | {"PATH": path} | dict(variables),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise self._failed(f"needs `{command[0]}`, which is not on the PATH") from None
        except subprocess.TimeoutExpired:
            raise self._failed(f"`{command[0]}` did not end within {SECONDS} s") from None
        if done.returncode:
            said = "\n".join(f"{done.stdout}{done.stderr}".strip().splitlines()[-LAST_LINES:])
            raise self._failed(f"cannot be built in {self.source}:\n{said}")

    def _failed(self, sentence: str) -> DeploymentError:
        return DeploymentError([Problem(self.logical_id, sentence)])


def archive_of(folder: Path, without: Sequence[str] = IGNORED) -> bytes:
    """Return the files of *folder* as a zip, the same for the same content."""
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w") as files:
            for name, file in _files(folder, without):
                info = zipfile.ZipInfo(name, SAME_TIME)
                info.external_attr = (file.stat().st_mode & 0o777) << 16
                files.writestr(info, file.read_bytes())
        archive.seek(0)
        return archive.read()


def _files(source: Path, without: Sequence[str] = IGNORED) -> Iterator[tuple[str, Path]]:
    """Yield the files of *source* with their names in it, in the order of their names."""
    if source.is_file():
        yield source.name, source
        return
    for file in sorted(source.rglob("*")):
        name = file.relative_to(source)
        if file.is_file() and not any(part in without for part in name.parts):
            yield name.as_posix(), file
