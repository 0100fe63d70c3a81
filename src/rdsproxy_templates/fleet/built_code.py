"""Archives of the code that the templates of a fleet name, each built once for all Regions."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any, Final

from ..audit.reading import read
from ..deploy.function_builds import Code
from ..deploy.own_packages import known_codes
from ..deploy.programs import run, side_by_side
from ..errors import DeploymentError, Problem
from ..rendering.documents import ROOT
from .rendered_fleet import RenderedFleet

CODE: Final = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}
"""Property with the code, by the type of a resource once SAM's transform has run."""
BUILT: Final = ".aws-sam/build"
LAST_LINES: Final = 12
_HASH: Final = re.compile(r"[0-9a-f]{10}")
"""What SAM's transform adds to the title of a layer."""

Place = tuple[str, str]
"""Path of a template, and title of a resource in it."""


def code_places(templates: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Place, str]]:
    """Yield each resource of *templates* whose code is local, and the path of the code."""
    for path, template in templates.items():
        for title, body in template["Resources"].items():
            code = body.get("Properties", {}).get(CODE.get(body["Type"], ""))
            if isinstance(code, str):
                yield (path, title), normpath(PurePosixPath(path).parent / code)


def built_archives(
    rendered: RenderedFleet, templates: Mapping[str, Mapping[str, Any]]
) -> dict[Place, bytes]:
    """Return the archive of each resource of *templates* whose code is local.

    SAM CLI builds where only it knows how. Raises :class:`DeploymentError` where that fails.
    """
    wanted = dict(code_places(templates))
    if not wanted:
        return {}
    known = known_codes(rendered.root, rendered.folder)
    if known is None:
        return _built_by_sam(rendered, wanted)
    paths = rendered.bundle.paths
    codes = {(paths[path], code.title): code for path, code in known}
    chosen = {place: _own(codes, place) for place in wanted}
    different = list(dict.fromkeys(chosen.values()))
    made = side_by_side([partial(code.archive, rendered.name) for code in different])
    archives = dict(zip(different, made, strict=True))
    return {place: archives[code].content for place, code in chosen.items()}


def content_digest(archive: bytes) -> str:
    """Return a digest of the files in *archive*, which no other way to compress them changes."""
    found = hashlib.sha256()
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for one in sorted(opened.infolist(), key=lambda info: info.filename):
            content = hashlib.sha256(opened.read(one)).hexdigest()
            found.update(f"{one.filename}\0{one.external_attr >> 16:o}\0{content}\n".encode())
    return found.hexdigest()


def _own(codes: Mapping[Place, Code], place: Place) -> Code:
    """Return the code of a resource, whose title SAM's transform may have lengthened."""
    path, title = place
    if place in codes:
        return codes[place]
    return next(
        code
        for (file, own), code in codes.items()
        if file == path and title.startswith(own) and _HASH.fullmatch(title.removeprefix(own))
    )


def _built_by_sam(rendered: RenderedFleet, wanted: Mapping[Place, str]) -> dict[Place, bytes]:
    sam = shutil.which("sam")
    if sam is None:
        sentence = "needs SAM CLI on the PATH, which builds the code of its functions"
        raise DeploymentError([Problem(rendered.name, sentence)])
    done = run([sam, "build"], rendered.folder)
    if done.status:
        said = "\n".join(done.output.strip().splitlines()[-LAST_LINES:])
        raise DeploymentError([Problem(rendered.name, f"`sam build` failed:\n{said}")])
    folders = {file: path for path, file in rendered.bundle.paths.items()}
    found: dict[Place, bytes] = {}
    for path, title in wanted:
        home = rendered.folder.joinpath(BUILT, *folders.get(path, ()))
        body = read((home / ROOT).read_text("utf-8")).value["Resources"][title]
        folder = home / body["Properties"][CODE[body["Type"]]]
        code = Code(title=title, source=Path(folder), is_built=False)
        found[path, title] = code.archive(rendered.name).content
    return found
