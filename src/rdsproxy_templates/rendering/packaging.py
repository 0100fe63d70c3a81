"""Files beside the templates: samconfig.toml and the functions' code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InvalidTemplateError, Problem, TransformError
from ..model.stack import ConfigT, InputsT, OutputsT, StackModule, name_of
from .bundle import Bundle
from .capabilities import AUTO_EXPAND, iam_capability
from .documents import ROOT, Nesting, bundled_paths, document
from .lines import line_of
from .local_code import copied_code
from .stack_templates import unpackaged
from .yaml import HEADER, dump

if TYPE_CHECKING:
    from ..model.customization import Customization

SAMCONFIG = "samconfig.toml"
MADE = re.compile(r"__pycache__$|build$|.*\.egg-info$")
"""Folders that Python and pip make beside the code."""

_TEXT = """\
# Written by rdsproxy_templates, and yours from then on: once you change it, or
# `sam deploy --guided` keeps its answers here, rendering again leaves it alone.
version = 0.1

[default.global.parameters]
stack_name = "{stack_name}"

[default.build.parameters]
cached = true
parallel = true

[default.validate.parameters]
lint = true

[default.deploy.parameters]
capabilities = "{capabilities}"
confirm_changeset = true
resolve_s3 = true
"""


def packaged(  # noqa: PLR0913 - one parameter a choice
    stack: StackModule[ConfigT, InputsT, OutputsT],
    config: ConfigT,
    *,
    name: str | None = None,
    nesting: Nesting = "sam",
    expand: bool = False,
    code: str | None = None,
    customization: Customization | None = None,
    folder: Path | None = None,
) -> Bundle:
    """Render *stack*, and add ``samconfig.toml`` and the functions' code.

    The library's own code is added where *code* is None, declared functions' always: *config*
    names it relative to *folder*, by default the current one.
    *name* is the stack's in ``samconfig.toml``, by default the module's.
    :func:`rdsproxy_templates.render` explains the other arguments.
    """
    own = copied_code(config, folder or Path())
    bundle = unpackaged(
        stack, config, nesting=nesting, code=code or ".", customization=customization
    )
    if expand:
        bundle = _expanded(bundle, nesting, code or ".")
    stack_name = f"rdsproxy-{(name or name_of(stack)).replace('_', '-')}"
    extras = {SAMCONFIG: _samconfig(stack_name, bundle, config.required_region).encode()}
    if code is None:
        for path in bundled_paths(bundle.root):
            extras.update(_files(path))
    extras.update(own.files)
    # `sam deploy --guided` writes its answers into it.
    return replace(
        bundle,
        extras=extras,
        executables=own.executables,
        user_editable=frozenset({SAMCONFIG}),
        origins=own.origins,
    )


def _expanded(bundle: Bundle, nesting: Nesting, code: str) -> Bundle:
    from .sam_transform import expanded  # noqa: PLC0415 - imports SAM's translator

    templates, refused = {}, []
    for path, one in bundle.root.walk():
        file = bundle.paths[path]
        try:
            plain = expanded(document(one, path, nesting, code))
            templates[file] = HEADER + dump(plain)
        except TransformError as error:
            text = bundle.templates[file]
            refused += [_located(file, text, problem) for problem in error.problems]
    if refused:
        raise InvalidTemplateError(refused)
    return replace(bundle, templates=templates)


def _located(file: str, text: str, problem: Problem) -> Problem:
    line = line_of(text, ("Resources", problem.place))
    return Problem(f"{file}:{line} SAM", problem.sentence)


def _samconfig(stack_name: str, bundle: Bundle, region: str | None) -> str:
    capabilities = [iam_capability(bundle.root)]
    if len(bundle.templates) > 1 or "\nTransform:" in bundle.templates[ROOT]:
        capabilities.append(AUTO_EXPAND)
    text = _TEXT.format(stack_name=stack_name, capabilities=" ".join(capabilities))
    if any("DockerContext:" in one for one in bundle.templates.values()):
        text += "resolve_image_repos = true\n"
    if region:
        text += f'region = "{region}"\n'
    if bundle.tags:
        pairs = [_pair(*tag) for tag in bundle.tags.items()]
        text += f"tags = {json.dumps(pairs, ensure_ascii=False)}\n"
    return text


def _pair(key: str, value: str) -> str:
    """Spell a tag for SAM CLI, which wants quotes where there is more than one ``=``."""
    return f'"{key}"="{value}"' if "=" in key + value else f"{key}={value}"


def _files(path: str) -> Iterator[tuple[str, bytes]]:
    """Read the files below one of the library's local paths, such as ``lambda/blog_rds_proxy``."""
    source = _bundled_root() / path.removeprefix("lambda/")
    for file in sorted(source.rglob("*")):
        inside = file.relative_to(source)
        if file.is_file() and not any(MADE.match(part) for part in inside.parts):
            yield f"{path}/{inside.as_posix()}", file.read_bytes()


def _bundled_root() -> Path:
    """Find ``lambda/``: inside the package where it is installed, else in its repository."""
    installed = Path(__file__).parents[1] / "functions"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "lambda"
