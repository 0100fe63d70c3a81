"""Packages without SAM CLI: what is uploaded is the same, and takes a fraction of the time."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..model import Template
from ..rendering.documents import ROOT
from ..rendering.packaging import SAMCONFIG
from . import sam_cli
from .accounts import AccountSession
from .function_builds import Archive, Code
from .programs import side_by_side
from .sam_form import built_resources, is_known, packaged_texts

OWN_SETTINGS: Final[Mapping[str, set[str]]] = {
    "global": {"profile", "region", "stack_name"},
    "build": {"cached", "parallel"},
    "package": set(),
}
"""Settings of SAM CLI, by its command, that change nothing of a package."""
MANAGED: Final = "aws-sam-cli-managed-default"
"""The stack with SAM CLI's own bucket."""
NOTHING: Final = "Resources: {Nothing: {Type: 'AWS::CloudFormation::WaitConditionHandle'}}\n"
"""A template for SAM CLI, which takes none without resources."""


class Uploaded(NamedTuple):
    """An object in a bucket."""

    bucket: str
    key: str


class PlacedCode(NamedTuple):
    """Code, and the resource that has it."""

    path: tuple[str, ...]
    code: Code


def known_codes(root: Template, folder: Path) -> Sequence[PlacedCode] | None:
    """Return all that is built of *root*, in its *folder*; None where only SAM CLI can do so."""
    if not is_known(root) or _configures_sam(folder / SAMCONFIG):
        return None
    codes: list[PlacedCode] = []
    for path, title, body, source in built_resources(root):
        code = Code.of(title, body, folder / source)
        if code is None:
            return None
        codes.append(PlacedCode(path, code))
    return codes


def packaged(
    place: str, root: Template, codes: Sequence[PlacedCode], session: AccountSession
) -> tuple[str, list[Uploaded]]:
    """Build *codes*, then upload all; return the packaged root template and the objects."""
    different = list(dict.fromkeys(one.code for one in codes))
    built = side_by_side([partial(one.archive, place, session.tell) for one in different])
    archives = dict(zip(different, built, strict=True))
    s3 = session.client("s3")
    bucket = session.settings.bucket or managed_bucket(place, session)
    prefix = f"{session.settings.package_prefix}/" if session.settings.package_prefix else ""
    uris = {
        (path, code.title): f"s3://{bucket}/{prefix}{archives[code].name}" for path, code in codes
    }
    home = f"{s3.meta.endpoint_url}/{bucket}/{prefix}".rstrip("/")
    text, nested = packaged_texts(root, uris, home)
    objects = [*built, *(Archive(name, one.encode()) for name, one in nested.items())]
    contents = {Uploaded(bucket, prefix + one.name): one.content for one in objects}
    key = session.settings.package_key
    side_by_side([partial(_upload, s3, one, body, key) for one, body in contents.items()])
    return text, sorted(contents)


def managed_bucket(place: str, session: AccountSession) -> str:
    """Return SAM CLI's own bucket, which SAM CLI makes where it is missing."""
    found = _managed_bucket(session)
    if found is None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / ROOT).write_text(NOTHING, "utf-8")
            sam_cli.package(place, ROOT, Path(folder), session)
        found = _managed_bucket(session)
    assert found is not None  # noqa: S101 - SAM CLI has made it
    return found


def is_there(s3: Any, one: Uploaded) -> bool:
    """Tell if an object is in its bucket; False where that may not be asked."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        s3.head_object(Bucket=one.bucket, Key=one.key)
    except ClientError:
        return False
    return True


def _upload(s3: Any, one: Uploaded, content: bytes, key: str | None) -> None:
    if is_there(s3, one):
        return
    encryption = (
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        if key
        else {"ServerSideEncryption": "AES256"}
    )
    s3.put_object(Bucket=one.bucket, Key=one.key, Body=content, **encryption)


def _managed_bucket(session: AccountSession) -> str | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        stack = session.client("cloudformation").describe_stacks(StackName=MANAGED)["Stacks"][0]
    except ClientError:
        return None
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
    return outputs.get("SourceBucket")


def _configures_sam(file: Path) -> bool:
    """Tell if somebody has settings of SAM CLI in *file* that say how it builds or packages."""
    if not file.is_file():
        return False
    try:
        settings = tomllib.loads(file.read_text("utf-8")).get("default", {})
        return any(
            set(settings.get(command, {}).get("parameters", {})) - known
            for command, known in OWN_SETTINGS.items()
        )
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return True  # SAM CLI says what is wrong with it
