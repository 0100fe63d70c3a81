"""Packages that are in the bucket already: a folder that has not changed is not built again."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from .. import cache
from ..model import Template
from ..rendering.documents import bundled_paths, consumers_paths
from . import own_packages, sam_cli
from .accounts import AccountSession
from .function_builds import toolchain
from .own_packages import Uploaded, is_there, known_codes
from .programs import side_by_side

KIND: Final = "packages"
BUILT: Final = ".aws-sam"
NESTED: Final = ".template"
"""Ending of the key of a nested template, as SAM CLI names it."""
_UPLOAD: Final = re.compile(
    r"^\s*(?:Location|TemplateURL|CodeUri|ContentUri|DefinitionUri): (?P<url>.+)$", re.MULTILINE
)
"""Lines of a packaged template that name what was uploaded."""
_AMAZON: Final = r"s3:/|https://s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?"


def packaged(place: str, root: Template, folder: Path, session: AccountSession) -> str:
    """Return the packaged template of *folder*, built and uploaded unless it is already.

    SAM CLI does so where it knows more than we do. A package is known by everything in the folder,
    the place that it is uploaded to, and the programs that build it; each object that it names is
    looked for in its bucket.
    """
    codes = known_codes(root, folder)
    key = _key(root, folder, session, toolchain() if codes is not None else _sam())
    known = cache.remembered(KIND, key) if key else None
    if known and _are_there(session, [Uploaded(*one) for one in known["objects"]]):
        return str(known["template"])
    if codes is not None:
        template, objects = own_packages.packaged(place, root, codes, session)
        if key:
            cache.remember(KIND, key, {"template": template, "objects": objects})
        return template
    template = sam_cli.packaged(place, root, folder, session)
    if key:
        with suppress(Exception):  # whoever may upload, may not read perhaps
            objects = sorted(set(_objects(session.client("s3"), template)))
            cache.remember(KIND, key, {"template": template, "objects": objects})
    return template


def _key(
    root: Template, folder: Path, session: AccountSession, programs: Sequence[object] | None
) -> str | None:
    """Return what the package is known by; None where code lies elsewhere, or becomes an image."""
    paths = bundled_paths(root) | consumers_paths(root)
    outside = not all((folder / path).exists() for path in paths)
    if programs is None or _has_image(root) or outside:
        return None
    settings = session.settings
    return cache.key_of(
        [session.id, session.region, settings.bucket],
        [settings.package_prefix, settings.package_key],
        programs,
        _digest(folder),
    )


def _sam() -> Sequence[object] | None:
    """Return what SAM CLI is known by; None where it is missing."""
    sam = shutil.which("sam")
    if sam is None:
        return None
    program = Path(sam).resolve()
    return [str(program), program.stat().st_mtime_ns]


def _digest(folder: Path) -> str:
    """Return a digest of the names and the bytes of all files that are built or packaged."""
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if BUILT in name.parts or "__pycache__" in name.parts or not file.is_file():
            continue
        found.update(f"{name.as_posix()}\0{file.stat().st_size}\0".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def _has_image(root: Template) -> bool:
    bodies = [body for _, one in root.walk() for body in one.resources.values()]
    return any(body.get("Properties", {}).get("PackageType") == "Image" for body in bodies)


def _are_there(session: AccountSession, objects: Sequence[Uploaded]) -> bool:
    s3 = session.client("s3")
    return all(side_by_side([partial(is_there, s3, one) for one in objects]))


def _objects(s3: Any, text: str) -> Iterator[Uploaded]:
    """Yield the objects that a packaged template names, and those of its nested templates.

    Raises :class:`ValueError` for an address in another form, of which nothing is known.
    """
    address = re.compile(rf"(?:{_AMAZON}|{re.escape(s3.meta.endpoint_url)})/([^/]+)/(\S+)")
    if "S3Bucket" in text:
        sentence = "an upload in two properties"
        raise ValueError(sentence)
    for line in _UPLOAD.finditer(text):
        found = address.fullmatch(line["url"].strip())
        if found is None:
            raise ValueError(line["url"])
        one = Uploaded(found[1], found[2])
        yield one
        if one.key.endswith(NESTED):
            body = s3.get_object(Bucket=one.bucket, Key=one.key)["Body"].read()
            yield from _objects(s3, body.decode())
