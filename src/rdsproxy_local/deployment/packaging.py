"""Templates with local paths, turned into templates whose code lies in a bucket.

`sam package` does the same; here no program of AWS's is needed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any, Final

import cfn_flip

from rdsproxy_templates.errors import DeploymentError, Problem

from .code import MAKEFILE, NPM_PACKAGE, REQUIREMENTS, Code, Method

ROOT: Final = "template.yaml"
NESTED: Final = {
    "AWS::Serverless::Application": "Location",
    "AWS::CloudFormation::Stack": "TemplateURL",
}
CODE: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
}
LAYERS: Final = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
FUNCTION: Final = "AWS::Serverless::Function"
NOBODY: Final = "000000000000"
UNBUILT: Final = "not-built:latest"
"""Account and name of the images that are not built."""
REMOTE: Final = ("s3://", "https://", "http://", "arn:")

Upload = Callable[[str, bytes], str]
"""Puts content under a key; returns its bucket."""


@dataclass(frozen=True)
class Rendered:
    """The folder of a root template, and where its code is edited if that is another place."""

    folder: Path
    origins: Mapping[str, Path] = field(default_factory=dict)
    """Where the code below a path of *folder* was copied from."""
    outside: Path | None = None
    """Folder of the paths that *folder* does not have."""

    def text(self, path: str) -> str:
        """Return the text of a template."""
        file = self.folder / path
        try:
            return file.read_text("utf-8")
        except OSError as error:
            sentence = f"cannot be read: {error.strerror or error}"
            raise DeploymentError([Problem(str(file), sentence)]) from None

    def source(self, path: str) -> Path:
        """Return the place of the code that a template names."""
        for copied, origin in self.origins.items():
            if path == copied or path.startswith(f"{copied}/"):
                return origin / path.removeprefix(copied).lstrip("/")
        inside = Path(normpath(self.folder / path))
        if self.outside is None or (inside.is_relative_to(self.folder) and inside.exists()):
            return inside
        return Path(normpath(self.outside / path))


@dataclass(frozen=True)
class PlacedCode:
    """The code of a function or a layer, and the stack that holds it."""

    stacks: tuple[str, ...]
    """Logical IDs of the stacks inside the root stack, the outermost first."""
    code: Code
    is_layer: bool


@dataclass
class _Document:
    path: str
    stacks: tuple[str, ...]
    body: Any
    children: dict[str, _Document]
    codes: dict[str, PlacedCode]


@dataclass(frozen=True)
class Packaged:
    """The root template, ready for CloudFormation, and the code behind it."""

    text: str
    codes: tuple[PlacedCode, ...]


@dataclass(frozen=True)
class Built:
    """Templates that still name local paths, and the archives of the code at these paths."""

    root: _Document
    archives: Mapping[PlacedCode, bytes]

    @property
    def resources(self) -> Iterator[Mapping[str, Any]]:
        """The resources of all templates."""
        return _resources(self.root)

    def uploaded(self, upload: Upload, region: str) -> Packaged:
        """Upload the archives and the nested templates; return the root that names them."""
        text = _placed(self.root, self.archives, upload, region)
        return Packaged(text, tuple(self.archives))


def build(rendered: Rendered, root: str = ROOT) -> Built:
    """Build all code that the templates of *rendered* name, from its *root* inwards."""
    document = _read(rendered, root, ())
    codes = tuple(_codes(document))
    with ThreadPoolExecutor(4) as pool:
        archives = pool.map(lambda one: one.code.zipped(), codes)
        return Built(document, dict(zip(codes, archives, strict=True)))


def _read(rendered: Rendered, path: str, stacks: tuple[str, ...]) -> _Document:
    body, _ = cfn_flip.load(rendered.text(path))
    here = PurePosixPath(path).parent
    document = _Document(path, stacks, body, {}, {})
    resources = body.get("Resources") if isinstance(body, Mapping) else None
    for name, resource in (resources or {}).items():
        type_ = resource.get("Type") if isinstance(resource, Mapping) else None
        properties = resource.get("Properties", {}) if type_ in {*NESTED, *CODE} else {}
        if type_ in NESTED and (where := _local(properties.get(NESTED[type_]))):
            inside = normpath(here / where)
            document.children[name] = _read(rendered, inside, (*stacks, name))
        elif type_ in CODE and (where := _local(properties.get(CODE[type_]))):
            source = rendered.source(normpath(here / where))
            if not source.exists():
                sentence = f"names {where}, and {source} does not exist"
                raise DeploymentError([Problem(".".join((*stacks, name)), sentence)])
            is_layer = type_ in LAYERS
            method = _method(resource, source, is_layer=is_layer)
            prefix = "python" if is_layer and method == "requirements" else ""
            code = Code(name, source, method, prefix)
            document.codes[name] = PlacedCode(stacks, code, is_layer)
    return document


def _method(resource: Mapping[str, Any], source: Path, *, is_layer: bool) -> Method:
    """Return the way in which SAM CLI would build a resource."""
    chosen = str(resource.get("Metadata", {}).get("BuildMethod", ""))
    if chosen == "makefile" and (is_layer or (source / MAKEFILE).is_file()):
        return "makefile"
    if chosen == "makefile":  # written beside the templates, where the folder has none
        chosen = ""
    runtime = chosen or ("" if is_layer else str(resource["Properties"].get("Runtime", "python3")))
    if runtime.startswith("python") and (source / REQUIREMENTS).is_file():
        return "requirements"
    if runtime.startswith("nodejs") and (source / NPM_PACKAGE).is_file():
        return "npm"
    return "copy"


def _codes(document: _Document) -> Iterator[PlacedCode]:
    yield from document.codes.values()
    for child in document.children.values():
        yield from _codes(child)


def _resources(document: _Document) -> Iterator[Mapping[str, Any]]:
    if isinstance(document.body, Mapping):
        yield from dict(document.body.get("Resources") or {}).values()
    for child in document.children.values():
        yield from _resources(child)


def _placed(
    document: _Document, built: Mapping[PlacedCode, bytes], upload: Upload, region: str
) -> str:
    for name, code in document.codes.items():
        resource, content = document.body["Resources"][name], built[code]
        key = f"{hashlib.sha256(content).hexdigest()}.zip"
        bucket = upload(key, content)
        type_ = resource["Type"]
        resource["Properties"][CODE[type_]] = (
            f"s3://{bucket}/{key}"
            if type_.startswith("AWS::Serverless::")
            else {"S3Bucket": bucket, "S3Key": key}
        )
    for resource in _images(document.body):
        resource["Properties"]["ImageUri"] = f"{NOBODY}.dkr.ecr.{region}.amazonaws.com/{UNBUILT}"
    for name, child in document.children.items():
        text = _placed(child, built, upload, region)
        key = f"{hashlib.sha256(text.encode()).hexdigest()}.template"
        bucket = upload(key, text.encode())
        resource = document.body["Resources"][name]
        url = f"https://s3.{region}.amazonaws.com/{bucket}/{key}"
        resource["Properties"][NESTED[resource["Type"]]] = url
    return json.dumps(document.body, default=str, separators=(",", ":"))


def _images(body: Any) -> Iterator[Mapping[str, Any]]:
    """Functions whose image `sam build` would build; here none is built, and none runs."""
    resources = (body.get("Resources") or {}) if isinstance(body, Mapping) else {}
    for resource in resources.values():
        properties, metadata = resource.get("Properties", {}), resource.get("Metadata", {})
        is_image = resource["Type"] == FUNCTION and properties.get("PackageType") == "Image"
        if is_image and "DockerTag" in metadata and "ImageUri" not in properties:
            yield resource


def _local(where: Any) -> str | None:
    """Return *where* if it is a local path."""
    return where if isinstance(where, str) and not where.startswith(REMOTE) else None
