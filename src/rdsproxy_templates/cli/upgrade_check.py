"""`upgrade-check`: show what another version of the library would change."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from ..audit.comparison import ResourceChange, compared
from ..errors import ConfigError, Problem
from ..variants import VARIANTS
from .configuration import variants_named
from .consumer_stack import load
from .exit_statuses import CHANGES, sentence
from .folders import Folders
from .options import config_option, name_option, stack_option
from .refusals import refuse, stack_or
from .rendered_variants import RenderSettings, render_variants

LONGEST_INSTALLATION: Final = 600
LONGEST_RENDER: Final = 300
"""Seconds."""
_COLOURS: Final = {
    "created": "green",
    "deleted": "red",
    "replaced": "red",
    "perhaps replaced": "yellow",
    "updated": None,
}
_LONGEST_VALUE: Final = 60


@click.command(
    "upgrade-check",
    help="Render VARIANT, or a stack of your own, with the installed version of the library and "
    "with another, and show what a deployment of the later render would change: resources, "
    "parameters and outputs, property by property, and what would be replaced. Nothing is written, "
    "and AWS is not asked.",
    epilog=sentence("upgrade-check"),
)
@click.argument("variant", required=False)
@stack_option
@name_option
@config_option("YAML file with the settings of the variant.")
@click.option(
    "--from",
    "earlier",
    metavar="REQUIREMENT",
    help="The version that rendered before: 0.1.0, or what pip takes, such as a wheel, a folder, "
    "or git+https://….",
)
@click.option("--to", "later", metavar="REQUIREMENT", help="The version to upgrade to, likewise.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def upgrade_check_command(  # noqa: PLR0913 - one parameter an option
    folders: Folders,
    /,
    *,
    variant: str | None,
    stack: str | None,
    name: str | None,
    config: Path | None,
    earlier: str | None,
    later: str | None,
    form: str,
) -> None:
    """Run the subcommand."""
    refuse([*stack_or("VARIANT", variant, stack, name), *_versions(earlier, later)])
    own = load(stack, name) if stack is not None else None
    if own is None and variant is None:
        sentence = f"is missing; name one: {', '.join(VARIANTS)}"
        raise ConfigError([Problem("variant", sentence)])
    variants = [] if own else variants_named([variant or ""], VARIANTS)
    installed = _templates(
        RenderSettings(
            variants=variants,
            consumer_stack=own,
            config=config,
            nesting="plain",
            expand=True,
            code_root=folders.code_root,
        )
    )
    words = ["--stack", str(stack)] if stack is not None else list(variants)
    words += ["--name", name] if name is not None else []
    words += ["--config", str(config)] if config else []
    other = _rendered_by(str(earlier or later), words)
    before, after = (other, installed) if earlier else (installed, other)
    changes = compared(before, after)
    if form == "json":
        click.echo(json.dumps([_plain(change) for change in changes], indent=2))
    else:
        for line, colour in _lines(changes):
            click.secho(line, fg=colour)
    sys.exit(CHANGES if changes else 0)


def _versions(earlier: str | None, later: str | None) -> Iterator[Problem]:
    if (earlier is None) == (later is None):
        yield Problem("--from", "give one of --from and --to, which names the other version")
    for option, requirement in {"--from": earlier, "--to": later}.items():
        if requirement is not None and (not requirement.strip() or requirement.startswith("-")):
            sentence = (
                f"must be a requirement of pip, such as rdsproxy_templates==0.1.0, got "
                f"{requirement!r}"
            )
            yield Problem(option, sentence)


def _templates(settings: RenderSettings) -> Mapping[str, str]:
    [rendered] = render_variants(settings)
    return rendered.bundle.templates


def _rendered_by(requirement: str, words: Sequence[str]) -> dict[str, str]:
    """Install the library as *requirement* in a temporary folder, and return what it renders."""
    with tempfile.TemporaryDirectory(prefix="rdsproxy-upgrade-") as temporary:
        library, out = Path(temporary) / "library", Path(temporary) / "out"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run(
            [*pip, "--target", str(library), _named(requirement)], LONGEST_INSTALLATION, requirement
        )
        if not (library / "rdsproxy_templates" / "__init__.py").is_file():
            raise ConfigError(
                [Problem(requirement, "is another project: it has no rdsproxy_templates")]
            )
        render = [sys.executable, "-m", "rdsproxy_templates", "render", *words]
        render += ["--nesting", "plain", "--expand", "--no-lint", "--quiet", "--out", str(out)]
        paths = [str(library), *filter(None, [os.environ.get("PYTHONPATH")])]
        # Without PYTHONSAFEPATH, `-m` looks in the current folder first.
        own = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}
        _run(render, LONGEST_RENDER, requirement, own)
        [folder] = out.iterdir()
        return {
            file.relative_to(folder).as_posix(): file.read_text("utf-8")
            for file in folder.rglob("*.yaml")
            if file.parent == folder or file.relative_to(folder).parts[0] == "cloudformation"
        }


def _named(requirement: str) -> str:
    """Return *requirement* as pip takes it: a number is a version, what is there is a path."""
    if re.fullmatch(r"\d+(\.\w+)*", requirement):
        return f"rdsproxy_templates=={requirement}"
    path = Path(requirement)
    return str(path.resolve()) if path.exists() else requirement


def _run(
    words: Sequence[str],
    seconds: int,
    requirement: str,
    own: Mapping[str, str] | None = None,
) -> None:
    what = "be installed" if own is None else "render"
    try:
        done = subprocess.run(  # noqa: S603 - words of ours
            words,
            env={**os.environ, **(own or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        sentence = f"does not {what} within {seconds} seconds"
        raise ConfigError([Problem(requirement, sentence)]) from None
    if done.returncode:
        noise = ("warning: ", "WARNING: ")
        said = [line for line in done.stderr.splitlines() if not line.startswith(noise)]
        last = "; ".join(said[-3:]) or f"status {done.returncode}"
        raise ConfigError([Problem(requirement, f"cannot {what}: {last}")])


def _lines(changes: Sequence[ResourceChange]) -> Iterator[tuple[str, str | None]]:
    if not changes:
        yield "nothing would change", None
        return
    file = None
    for change in changes:
        if change.file != file:
            file = change.file
            yield file, None
        kind = change.type if change.section == "Resources" else change.section[:-1].lower()
        yield f"  {change.title} ({kind}): {change.outcome}", _COLOURS[change.outcome]
        for one in change.properties:
            more = f", by which it is {one.outcome}" if one.outcome != "updated" else ""
            text = f"    {one.path}: {_shown(one.before)} -> {_shown(one.after)}{more}"
            yield text, None


def _shown(value: Any) -> str:
    if value is None:
        return "(absent)"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _plain(change: ResourceChange) -> dict[str, Any]:
    return {
        "file": change.file,
        "section": change.section,
        "title": change.title,
        "type": change.type,
        "outcome": change.outcome,
        "properties": [
            {
                "path": one.path,
                "before": one.before,
                "after": one.after,
                "outcome": one.outcome,
            }
            for one in change.properties
        ],
    }
