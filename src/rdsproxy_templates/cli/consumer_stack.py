"""A consumer's own root stack, loaded from the module or the file that ``--stack`` names."""

from __future__ import annotations

import re
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

from ..errors import ConfigError, Problem, TemplatesError
from ..model import Ports, Settings, StackModule, did_you_mean
from ..variants import VARIANTS

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
PARTS: Final = ("Config", "Inputs", "Outputs", "build")
_PATHS: Final = sysconfig.get_paths()
LIBRARIES: Final = (
    Path(__file__).parents[1],
    *(Path(_PATHS["purelib"], name) for name in ("awacs", "pydantic", "troposphere")),
)
"""Folders whose code is not the consumer's."""


@dataclass(frozen=True, kw_only=True)
class ConsumerStack:
    """A root stack that is none of the library's."""

    name: str
    module: StackModule[Any, Any, Any]
    place: str
    """The option that names it, for errors."""

    @property
    def folder(self) -> Path:
        """The folder of its module."""
        return Path(cast("ModuleType", self.module).__file__ or ".").resolve().parent


def load(stack: str, name: str | None = None) -> ConsumerStack:
    """Load *stack*, a module importable from the current folder, or a ``.py`` file.

    Its *name* is by default the module's. Raises :class:`ConfigError` where it is no stack.
    """
    place = f"--stack {stack}"
    module = _loaded(stack, place)
    if problems := list(_shortcomings(module, place)):
        raise ConfigError(problems)
    chosen = module.__name__.rpartition(".")[2] if name is None else name
    if not NAME.fullmatch(chosen):
        sentence = (
            "must begin with a letter and have only letters, digits, - and _, because folder and "
            f"stack are named so, got {chosen!r}"
        )
        if name is None:
            raise ConfigError([Problem(place, f"{sentence}; give another by --name")])
        raise ConfigError([Problem("--name", sentence)])
    return ConsumerStack(name=chosen, module=cast("Any", module), place=place)


@contextmanager
def explained(place: str, done: str) -> Iterator[None]:
    """Raise errors of the consumer's code as :class:`ConfigError`, with their file and line.

    *done* says what could not be done. The library's own errors pass.
    """
    try:
        yield
    except TemplatesError as error:
        if where := consumers_line(error):
            raise type(error)(error.problems, within=f"{where}:") from None
        raise
    except (Exception, SystemExit) as error:
        if (where := consumers_line(error)) is None:
            raise
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        message = f"{type(error).__name__}: {said}".removesuffix(": ")
        raise ConfigError([Problem(place, f"cannot be {done}: {message}, at {where}")]) from error


def consumers_line(error: BaseException) -> str | None:
    """Return file and line of the consumer's code where *error* was raised."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_shown(error.filename)}:{error.lineno}"
    return next(
        (
            f"{_shown(frame.filename)}:{frame.lineno}"
            for frame in reversed(traceback.extract_tb(error.__traceback__))
            if _is_consumers(frame.filename)
        ),
        None,
    )


def _loaded(stack: str, place: str) -> ModuleType:
    file = Path(stack) if stack.endswith(".py") else None
    if file is not None and not file.is_file():
        raise ConfigError([Problem(place, f"there is no such file{_similar_file(file)}")])
    if file is None and ("/" in stack or ":" in stack or not stack.strip(".")):
        sentence = "must be a module, such as orders or infra.orders, or a file, such as orders.py"
        raise ConfigError([Problem(place, sentence)])
    root, dotted = _importable(file) if file else (Path.cwd(), stack)
    # As Python does for scripts and for `-m`: neighbours can be imported, and all of this folder.
    sys.path[:0] = dict.fromkeys((str(root), str(Path.cwd())))
    try:
        with explained(place, "imported"):
            module = import_module(dotted)
    except ModuleNotFoundError as error:  # its own name, because others are explained
        raise ConfigError([Problem(place, _not_found(stack, str(error)))]) from None
    if file and Path(module.__file__ or "").resolve() != file.resolve():
        sentence = f"has the name of another module, {module.__file__}; rename the file"
        raise ConfigError([Problem(place, sentence)])
    return module


def _importable(file: Path) -> tuple[Path, str]:
    """Return the folder from which *file* is imported, and the module's name from there."""
    folder, parts = file.resolve().parent, [file.stem]
    while (folder / "__init__.py").is_file():
        folder, parts = folder.parent, [folder.name, *parts]
    return folder, ".".join(parts)


def _shortcomings(module: ModuleType, place: str) -> Iterator[Problem]:
    """Yield what *module* lacks of a stack."""
    wanted = {"Config": Settings, "Inputs": Ports, "Outputs": Ports}
    if missing := [name for name in PARTS if not hasattr(module, name)]:
        file = module.__file__ or f"the folder {', '.join(module.__path__)}"
        sentence = f"is no stack: {file} has no {', '.join(missing)}"
        yield Problem(place, f"{sentence}; a stack is a module of {', '.join(PARTS)}")
    for name, kind in wanted.items():
        found = getattr(module, name, None)
        if found is not None and not (isinstance(found, type) and issubclass(found, kind)):
            yield Problem(f"{place}: {name}", f"must be a class of {kind.__name__}, got {found!r}")
    if not callable(getattr(module, "build", len)):
        yield Problem(f"{place}: build", "must be a function of config and inputs")


def _not_found(stack: str, message: str) -> str:
    if stack in VARIANTS:
        return f"is a variant of the library: name it without --stack ({message})"
    known = [path.stem for path in Path.cwd().glob("*.py")]
    return f"is not importable from {Path.cwd()}: {message}{did_you_mean(stack, known)}"


def _similar_file(file: Path) -> str:
    known = [path.name for path in file.parent.glob("*.py")] if file.parent.is_dir() else []
    return did_you_mean(file.name, known)


def _is_consumers(file: str) -> bool:
    path = Path(file)
    standard = Path(_PATHS["stdlib"])
    is_standard = path.is_relative_to(standard) and "site-packages" not in path.parts
    return (
        not file.startswith("<")
        and not is_standard
        and not any(map(path.is_relative_to, LIBRARIES))
    )


def _shown(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
