"""From a family's folder to a template whose code and children are in a bucket."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import DeploymentError, Problem
from ..model import Template
from ..rendering.documents import ROOT
from .accounts import AccountSession

LAST_LINES: Final = 12
BUILT: Final = ".aws-sam/build/template.yaml"
BUILDABLE: Final = ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion")


def packaged(place: str, root: Template, folder: Path, access: AccountSession) -> str:
    """The text of the template *root* after ``sam build`` and ``sam package`` in its *folder*.

    SAM CLI builds layers and functions and follows nested templates; to do the same here
    would be to write it again, and what a person does by hand would be another thing.
    """
    sam = shutil.which("sam")
    if sam is None:
        sentence = "needs SAM CLI on the PATH, which builds and packages the functions' code"
        raise DeploymentError([Problem(place, sentence)])
    template = ROOT
    if _has_code(root):
        _run(place, [sam, "build"], folder)
        template = BUILT
    with tempfile.TemporaryDirectory() as elsewhere:
        file = Path(elsewhere) / "packaged.yaml"
        files = ["--template-file", template, "--output-template-file", str(file)]
        _run(place, [sam, "package", *files, *_where(access)], folder)
        return file.read_text("utf-8")


def _has_code(root: Template) -> bool:
    """Whether there is anything to build."""
    resources = (one for _, template in root.walk() for one in template.resources.values())
    return any(one["Type"] in BUILDABLE for one in resources)


def _where(access: AccountSession) -> Iterator[str]:
    yield from ("--region", access.region)
    if access.choice.profile:
        yield from ("--profile", access.choice.profile)
    if access.choice.bucket:
        yield from ("--s3-bucket", access.choice.bucket)
    else:
        yield "--resolve-s3"


def _run(place: str, command: list[str], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - no shell
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = "\n".join(f"{done.stdout}{done.stderr}".strip().splitlines()[-LAST_LINES:])
        raise DeploymentError([Problem(place, f"`sam {command[1]}` failed:\n{said}")])
