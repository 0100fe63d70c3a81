"""`render --watch`: render again whenever settings or code are saved, with everything warm."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Final

import click

from ..errors import TemplatesError
from . import INTERRUPTED
from .choices import Choices
from .terminal import reported
from .unchanged import CODE, PACKAGE, files_below

SETTINGS_SECONDS: Final = 0.02
"""Seconds between two looks at the settings file."""
LOOKS_PER_CODE: Final = 25
"""Looks at the settings file for each at the code, which is many files."""

Stamp = frozenset[tuple[str, int, int]]
"""Path, time and size of files."""


def watch(choices: Choices, render: Callable[[Choices], bool]) -> None:
    """Call *render* now and after every change, until Ctrl-C.

    Problems are printed, and do not end it. Python that is imported already is not imported
    again: where that changes, the process starts from the beginning.
    """
    python = _Watched(lambda: _python(choices))
    try:
        for number in count():
            settings = _Watched(lambda: _settings(choices))
            functions = _Watched(partial(_functions, _declared_folders(choices.config)))
            _answer(choices, render)
            if not number and not choices.quiet:
                file = f"{choices.config} and " if choices.config else ""
                click.echo(f"watching {file}code; Ctrl-C ends", err=True)
            if _first_changed(settings, functions, python) is python:
                sys.stdout.flush()
                os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
    except KeyboardInterrupt:
        click.echo(err=True)


class _Watched:
    """Some files, and how they were when they were first looked at."""

    def __init__(self, stamp: Callable[[], Stamp]) -> None:
        self._stamp = stamp
        self._before = stamp()

    def has_changed(self) -> bool:
        # An editor that replaces a file removes it for a moment.
        now = self._stamp()
        return now != self._before and bool(now)


def _first_changed(settings: _Watched, *code: _Watched) -> _Watched:
    """Wait until files have changed, and return which."""
    while True:
        for _ in range(LOOKS_PER_CODE):
            time.sleep(SETTINGS_SECONDS)
            if settings.has_changed():
                return settings
        for one in code:
            if one.has_changed():
                return one


def _answer(choices: Choices, render: Callable[[Choices], bool]) -> None:
    try:
        with reported():
            render(choices)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            raise KeyboardInterrupt from None


def _settings(choices: Choices) -> Stamp:
    return _stamp_of(iter([choices.config] if choices.config else []))


def _functions(declared: Sequence[Path]) -> Stamp:
    """Look at the functions' code, which a bundle may carry."""
    every = (file for folder in (*CODE, *declared) for file in files_below(folder))
    return _stamp_of(file for file in every if not _is_imported(file))


def _declared_folders(config: Path | None) -> list[Path]:
    """Return the folders of declared functions; none of settings that cannot be read."""
    from ..model.settings_file import read  # noqa: PLC0415 - imported by the first render

    try:
        found = read(config).settings if config else None
    except TemplatesError:
        return []
    functions = found.get("functions") if isinstance(found, Mapping) else None
    entries = [one for one in functions or () if isinstance(one, Mapping)]
    folders = [config.parent / str(one["code"]) for one in entries if config and "code" in one]
    return [folder for folder in folders if folder.is_dir()]


def _python(choices: Choices) -> Stamp:
    """Look at the library's modules, and at everything beside a consumer's stack."""
    own = (file for file in files_below(PACKAGE) if _is_imported(file))
    return _stamp_of(chain(own, _consumers(choices)))


def _consumers(choices: Choices) -> Iterator[Path]:
    if not choices.stack:
        return
    root = Path(choices.stack).parent if choices.stack.endswith(".py") else Path()
    for at, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name.isidentifier() and name != "__pycache__"]
        if Path(at).resolve() == choices.out.resolve():
            folders.clear()
        else:
            yield from (Path(at, name) for name in names)


def _is_imported(file: Path) -> bool:
    return file.is_relative_to(PACKAGE) and not file.is_relative_to(PACKAGE / "functions")


def _stamp_of(files: Iterator[Path]) -> Stamp:
    found = set()
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        found.add((str(file), status.st_mtime_ns, status.st_size))
    return frozenset(found)
