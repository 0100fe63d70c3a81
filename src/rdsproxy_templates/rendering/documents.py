"""Texts of a stack's templates, in three kinds of nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from ..model.stack import ConfigT, InputsT, OutputsT, StackModule, name_of, template
from ..model.template import Nested, Template
from ..model.values import LocalPath
from .bundle import Bundle
from .flat import flattened
from .stamp import stamp
from .yaml import HEADER, dump

if TYPE_CHECKING:
    from ..model.customization import Customization

Nesting = Literal["sam", "plain", "flat"]
"""Form of nested templates: ``sam`` applications, ``plain`` stacks, or one ``flat`` template."""
NESTINGS: Final[tuple[Nesting, ...]] = get_args(Nesting)

ROOT: Final = "template.yaml"
FOLDER: Final = "cloudformation"
SAM_TRANSFORM: Final = "AWS::Serverless-2016-10-31"


def unpackaged(
    stack: StackModule[ConfigT, InputsT, OutputsT],
    config: ConfigT,
    *,
    nesting: Nesting = "sam",
    code: str = ".",
    customization: Customization | None = None,
) -> Bundle:
    """Turn *stack*, and all that it nests, into templates only.

    ``sam`` nests by ``AWS::Serverless::Application``, which ``sam build`` and
    ``sam package`` follow; ``plain`` by ``AWS::CloudFormation::Stack``, which
    ``aws cloudformation package`` follows; ``flat`` does not nest, for StackSets and for
    tools that read one template.

    *code* is the folder that holds the library's own ``lambda/``, relative to the folder that the
    bundle is written to; by default that folder.

    Raises :class:`WiringError` where a wire leads nowhere, and :class:`ConfigError` with all that
    is wrong with *customization*.
    """
    root = template(name_of(stack), stack, config)
    if customization is None:
        return bundle(root, nesting, code)
    from .customizing import customized  # noqa: PLC0415 - most renders are without

    made = customized(root, customization)
    rendered = bundle(made.root, nesting, code)
    customized_by = {
        _place(rendered, path, title): places for (path, title), places in made.places.items()
    }
    return replace(
        rendered,
        customized_by=customized_by,
        warnings=made.warnings,
        tags=customization.tags,
        ignored=customization.ignore,
    )


def _place(rendered: Bundle, path: tuple[str, ...], title: str) -> tuple[str, str]:
    """Return file and title of a resource, which has a longer title in the flat form."""
    if path in rendered.paths:
        return rendered.paths[path], title
    return ROOT, "".join((*path, title))


def bundle(root: Template, nesting: Nesting = "sam", code: str = ".") -> Bundle:
    """Turn *root*, and all that it nests, into templates; see :func:`unpackaged`."""
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
    return _local_paths(root, LocalPath.BUNDLED)


def consumers_paths(root: Template) -> set[str]:
    """Find the local paths of *root*, and of all that it nests, that are the consumer's."""
    return _local_paths(root, LocalPath.KEY)


def paths_by_resource(rendered: Bundle) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each local path of the consumer's, after file and title of its resource."""
    for path, one in rendered.root.walk():
        for title, body in one.resources.items():
            for local in _paths_in(dict(body), LocalPath.KEY):
                yield _place(rendered, path, title), local


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
    """Copy *node* with every :class:`LocalPath` written as seen from *here*."""
    match node:
        case {LocalPath.KEY: str(path)}:
            return _relative(normpath(path), here)
        case {LocalPath.BUNDLED: str(path)}:
            return _relative(normpath(f"{code}/{path}"), here)
        case Mapping():
            return {key: _local(value, here, code) for key, value in node.items()}
        case list():
            return [_local(item, here, code) for item in node]
        case _:
            return node
