"""`init`: write an infrastructure repository of one's own, which passes its own tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path, PurePosixPath
from string import Template
from typing import Final

import click

from ..errors import Problem
from ..rendering.folder import explained, taken_back, unusable
from ..rendering.transaction import Transaction, ensured, staging
from .consumer_stack import load
from .exit_statuses import sentence
from .project_name import name_problems
from .refusals import refuse
from .rendered_variants import RenderSettings, render_variants, write
from .schema import schema_text

PROJECT: Final = {
    "$name.py": "root_stack.py",
    "$name.yaml": "settings.yaml",
    "functions/api/app.py": "app.py",
    "build.py": "build.py",
    "tests/test_template.py": "test_template.py",
    "tests/test_deployed.py": "test_deployed.py",
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    ".github/workflows/check.yml": "check.yml",
}
"""Files of the repository by path, each with its text in ``project/``."""
SCHEMA: Final = "$name.schema.json"
RENDERED: Final = "templates_out/$name"
OWN_PATHS: Final = (*PROJECT, SCHEMA, RENDERED)


@click.command("init", epilog=sentence("init"))
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False, default=Path()
)
@click.option(
    "--name",
    metavar="NAME",
    help="Name of the root stack and its module, such as orders. Default: the name of DIR.",
)
def init_command(*, folder: Path, name: str | None) -> None:
    """Write an infrastructure repository into DIR, by default the current folder.

    It has a root stack of your own, its settings, what it renders, tests that deploy it on this
    machine, and checks for CI and pre-commit. No file is overwritten: if one is in the way,
    nothing is written.
    """
    given = folder.resolve().name.lower().replace("-", "_") if name is None else name
    wrong = list(name_problems(given, f"{folder}: its name" if name is None else "--name"))
    if wrong and name is None:
        wrong = [Problem(one.place, f"{one.sentence}; give another by --name") for one in wrong]
    refuse([*wrong, *_in_the_way(folder, given, named=not wrong)])
    with explained(folder, "written"), ensured(folder), staging(folder) as stage:
        written = _staged(stage / "project", given)
        with taken_back(Transaction(folder, stage)) as transaction:
            for path in written:
                transaction.place(path, stage / "project" / path)
    click.echo(f"written; {folder / 'README.md'} says how to go on")


def _in_the_way(folder: Path, name: str, *, named: bool) -> Iterator[Problem]:
    """Yield why the files cannot be written; those with *name* in theirs only if it is *named*."""
    if unusable_folder := list(unusable(folder)):
        yield from unusable_folder
        return
    paths = [PurePosixPath(Template(path).substitute(name=name)) for path in OWN_PATHS]
    for own, path in zip(paths, OWN_PATHS, strict=True):
        if os.path.lexists(folder / own) and (named or "$" not in path):
            yield Problem(str(folder / own), "exists and is not overwritten; move it away")
    for parent in sorted({parent for own in paths for parent in own.parents[:-1]}):
        if os.path.lexists(folder / parent) and not (folder / parent).is_dir():
            yield Problem(str(folder / parent), "must be a folder; move the file away")


def _staged(project: Path, name: str) -> list[str]:
    """Write the repository of *name* into the folder *project*; return the paths of its files."""
    words = {"name": name, "distribution": name.replace("_", "-"), "versions": _versions()}
    texts = files(__package__) / "project"
    for path, source in PROJECT.items():
        file = project / Template(path).substitute(words)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = (texts / f"{source}.txt").read_text("utf-8")
        file.write_text(Template(text).substitute(words), "utf-8")
    _rendered(project, name)
    return sorted(
        path.relative_to(project).as_posix()
        for path in project.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def _rendered(project: Path, name: str) -> None:
    """Write what ``build.py`` of *project* would write."""
    path = [*sys.path]
    try:
        stack = load(str(project / f"{name}.py"))
        out = project / PurePosixPath(RENDERED).parent
        write(
            render_variants(
                RenderSettings(consumer_stack=stack, config=project / f"{name}.yaml", out=out)
            )
        )
        text = schema_text(stack.module.Config)
        (project / Template(SCHEMA).substitute(name=name)).write_text(text, "utf-8")
    finally:
        sys.path[:] = path
        sys.modules.pop(name, None)


def _versions() -> str:
    """Return the range of versions of the library without breaking changes."""
    ours = version("rdsproxy_templates")
    major, minor = (int(part) for part in ours.split(".")[:2])
    return f">= {ours}, < {major + 1}" if major else f">= {ours}, < 0.{minor + 1}"
