"""Code of a consumer's functions, taken from beside its root stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath

from ..errors import ConfigError, Problem
from ..rendering import Bundle
from ..rendering.documents import paths_by_resource


def consumers_code(paths: Iterable[str], folder: Path, *, without: Path) -> dict[str, bytes]:
    """Read what the local *paths* name below *folder*; *without* is the output folder.

    A path that leads out of *folder* is left as it is: it is seen from the output folder.
    """
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in sorted(map(normpath, paths)):
        if path == "." or PurePosixPath(path).is_absolute() or path.startswith(".."):
            continue
        if not (folder / path).exists():
            sentence = f"is the code of a function, and {folder} does not have it"
            problems.append(Problem(path, sentence))
        files |= {name: file.read_bytes() for name, file in _files(folder, path, without.resolve())}
    if problems:
        raise ConfigError(problems)
    return files


def missing_code(bundle: Bundle, directory: Path) -> Iterator[Problem]:
    """Report code of overrides and further resources that is not where they say.

    It is not copied: the paths are seen from *directory*, the rendered folder.
    """
    for where, path in paths_by_resource(bundle):
        places = bundle.customized_by.get(where, ())
        known = normpath(path) in {*bundle.origins, *bundle.extras}
        if places and not known and not (directory / path).exists():
            sentence = (
                f"names code at {path}, and there is nothing at {directory / path}; the path is "
                "seen from the rendered folder"
            )
            yield Problem(places[-1], sentence)


def _files(folder: Path, path: str, without: Path) -> Iterator[tuple[str, Path]]:
    source = folder / path
    for file in [source] if source.is_file() else sorted(source.rglob("*")):
        cached = "__pycache__" in file.parts
        if file.is_file() and not cached and not file.is_relative_to(without):
            yield file.relative_to(folder).as_posix(), file
