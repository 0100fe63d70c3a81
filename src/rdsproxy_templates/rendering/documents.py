"""Texts of templates, in three kinds of nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, Final, Literal, get_args

from ..model import intrinsic_functions
from ..model.template import Nested, Template
from .bundle import Bundle
from .flat import flattened
from .stamp import stamp
from .yaml import HEADER, dump

Nesting = Literal["sam", "plain", "flat"]
"""Form of nested templates: ``sam`` applications, ``plain`` stacks, or one ``flat`` template."""
NESTINGS: Final[tuple[Nesting, ...]] = get_args(Nesting)

ROOT: Final = "template.yaml"
FOLDER: Final = "cloudformation"
SAM_TRANSFORM: Final = "AWS::Serverless-2016-10-31"


def place_of(rendered: Bundle, path: tuple[str, ...], title: str) -> tuple[str, str]:
    """Return file and title of a resource, which has a longer title in the flat form."""
    if path in rendered.paths:
        return rendered.paths[path], title
    return ROOT, "".join((*path, title))


def bundle(root: Template, nesting: Nesting = "sam", code: str = ".") -> Bundle:
    """Turn *root*, and all that it nests, into templates, as ``unpackaged`` says."""
    if nesting == "flat":
        root, _ = flattened(root)
    paths = {path: _path(path) for path, _ in root.walk()}
    return Bundle(
        root=root,
        templates={
            paths[path]: HEADER + dump(document(one, path, nesting, code))
            for path, one in root.walk()
        },
        paths=paths,
    )


def document(
    one: Template, path: tuple[str, ...], nesting: Nesting, code: str = "."
) -> dict[str, Any]:
    """Lay out one template as CloudFormation reads it, with sections in reading order."""
    here = PurePosixPath(_path(path)).parent
    nested = {
        title: _nested(child, _relative(_path((*path, title)), here), nesting)
        for title, child in one.children.items()
    }
    resources = {**nested, **one.resources}
    body: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
    if transforms := _transforms(one, resources):
        body["Transform"] = transforms[0] if len(transforms) == 1 else transforms
    body["Description"] = one.description
    body["Metadata"] = stamp(one)
    if one.parameters:
        body["Parameters"] = one.parameters
    body["Resources"] = _local(resources, here, code)
    if one.outputs:
        body["Outputs"] = one.outputs
    return body


def _transforms(one: Template, resources: Mapping[str, Any]) -> list[str]:
    types = [str(resource["Type"]) for resource in resources.values()]
    serverless = any(type_.startswith("AWS::Serverless::") for type_ in types)
    return [*([SAM_TRANSFORM] if serverless else []), *one.transforms]


def _nested(child: Nested, location: str, nesting: Nesting) -> dict[str, Any]:
    where = {"Location": location} if nesting == "sam" else {"TemplateURL": location}
    kind = "AWS::Serverless::Application" if nesting == "sam" else "AWS::CloudFormation::Stack"
    passed = {"Parameters": dict(child.arguments)} if child.arguments else {}
    return {
        "Type": kind,
        # A stack that holds data is no exception: its own resources say what is kept.
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {**where, **passed},
    }


def _path(path: tuple[str, ...]) -> str:
    """``("RDSStack",)`` -> ``cloudformation/rds.yaml``; a child's children in its folder."""
    if not path:
        return ROOT
    return "/".join((FOLDER, *(_file_name(title) for title in path))) + ".yaml"


def _file_name(title: str) -> str:
    words = re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])",
        "-",
        title.removesuffix("Stack") or title,
    )
    return words.lower()


def _relative(path: str, here: PurePosixPath) -> str:
    """Return *path* as seen from the folder *here*, both from the root template's folder."""
    up, rest = list(here.parts), list(PurePosixPath(path).parts)
    while up and rest and up[0] == rest[0]:
        up.pop(0)
        rest.pop(0)
    return "/".join((*(".." for _ in up), *rest))


def bundled_paths(root: Template) -> set[str]:
    """Find the local paths of *root*, and of all that it nests, that come with the library."""
    return _local_paths(root, intrinsic_functions.BUNDLED)


def consumers_paths(root: Template) -> set[str]:
    """Find the local paths of *root*, and of all that it nests, that are the consumer's."""
    return _local_paths(root, intrinsic_functions.LOCAL)


def paths_by_resource(rendered: Bundle) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each local path of the consumer's, after file and title of its resource."""
    for path, one in rendered.root.walk():
        for title, body in one.resources.items():
            for local in _paths_in(dict(body), intrinsic_functions.LOCAL):
                yield place_of(rendered, path, title), local


def _local_paths(root: Template, key: str) -> set[str]:
    return {path for _, one in root.walk() for path in _paths_in(dict(one.resources), key)}


def _paths_in(node: Any, key: str) -> Iterator[str]:
    match node:
        case Mapping() if isinstance(path := node.get(key), str):
            yield path
        case Mapping():
            for value in node.values():
                yield from _paths_in(value, key)
        case list():
            for item in node:
                yield from _paths_in(item, key)


def _local(node: Any, here: PurePosixPath, code: str) -> Any:
    """Copy *node* with every local path written as seen from *here*."""
    match node:
        case {intrinsic_functions.LOCAL: str(path)}:
            return _relative(normpath(path), here)
        case {intrinsic_functions.BUNDLED: str(path)}:
            return _relative(normpath(f"{code}/{path}"), here)
        case Mapping():
            return {key: _local(value, here, code) for key, value in node.items()}
        case list():
            return [_local(item, here, code) for item in node]
        case _:
            return node
