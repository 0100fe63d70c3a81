"""SAM CLI, which uploads the code and the nested templates of a rendered folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import DeploymentError, Problem
from ..model import Template
from ..rendering.documents import ROOT
from .accounts import AccountSession
from .call_trace import tell_output
from .programs import run

LAST_LINES: Final = 12
BUILT: Final = ".aws-sam/build/template.yaml"
BUILDABLE: Final = ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion")


def packaged(place: str, root: Template, folder: Path, session: AccountSession) -> str:
    """Run ``sam build`` and ``sam package`` in *folder*; return the packaged template *root*.

    SAM CLI builds layers and functions and follows nested templates, and a person who
    deploys by hand runs the same commands.
    """
    if not _has_code(root):
        return package(place, ROOT, folder, session)
    _run(place, [_program(place), "build"], folder, session)
    return package(place, BUILT, folder, session)


def package(place: str, template: str, folder: Path, session: AccountSession) -> str:
    """Run ``sam package`` in *folder*; return *template* packaged."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "packaged.yaml"
        files = ["--template-file", template, "--output-template-file", str(file)]
        _run(place, [_program(place), "package", *files, *_options(session)], folder, session)
        return file.read_text("utf-8")


def _program(place: str) -> str:
    sam = shutil.which("sam")
    if sam is None:
        sentence = "needs SAM CLI, which builds and packages the functions' code, on the PATH"
        raise DeploymentError([Problem(place, sentence)])
    return sam


def _has_code(root: Template) -> bool:
    """Tell if SAM CLI has anything to build."""
    resources = (one for _, template in root.walk() for one in template.resources.values())
    return any(one["Type"] in BUILDABLE for one in resources)


def _options(session: AccountSession) -> Iterator[str]:
    yield from ("--region", session.region)
    if session.settings.profile:
        yield from ("--profile", session.settings.profile)
    if session.settings.bucket:
        yield from ("--s3-bucket", session.settings.bucket)
    else:
        yield "--resolve-s3"
    if session.settings.package_prefix:
        yield from ("--s3-prefix", session.settings.package_prefix)
    if session.settings.package_key:
        yield from ("--kms-key-id", session.settings.package_key)


def _run(place: str, command: list[str], folder: Path, session: AccountSession) -> None:
    done = run(command, folder)
    tell_output(session.tell, f"sam {command[1]}", done.output)
    if done.status:
        said = "\n".join(done.output.strip().splitlines()[-LAST_LINES:])
        raise DeploymentError([Problem(place, f"`sam {command[1]}` failed:\n{said}")])
