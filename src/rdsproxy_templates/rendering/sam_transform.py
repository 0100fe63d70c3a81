"""The SAM transform, run locally instead of in CloudFormation."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ..errors import Problem, TransformError
from .documents import SAM_TRANSFORM as SAM

_LOCAL: Final = "s3://local/"
_UNBUILT: Final = "123456789012.dkr.ecr.us-east-1.amazonaws.com/unbuilt:"
"""Stands for the image of a Dockerfile until `sam build` has made it."""
_HASH: Final = 10
"""Letters that SAM adds to a layer's title."""
_AWS: Final = "arn:aws:"
_ANY: Final = "arn:${AWS::Partition}:"


def expanded(
    document: Mapping[str, Any], parameters: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Expand *document* to plain CloudFormation; local paths stay local.

    *parameters* are values of those that have no default.

    SAM's own translator does the work. It expects code in S3, so local paths take the form of
    S3 URIs while it runs. ARNs of managed policies come out for any partition.
    Raises :class:`TransformError` with what SAM refuses.
    """
    # Importing samtranslator takes half a second, so only an expansion does.
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.translator.transform import transform  # noqa: PLC0415

    # samtranslator logs complaints about its own metrics and feature toggle.
    for name in ("metrics", "feature_toggle"):
        logging.getLogger(f"samtranslator.{name}").setLevel(logging.CRITICAL)

    body = copy.deepcopy(dict(document))
    others = [name for name in transforms(body) if name != SAM]
    if others == transforms(body):
        return body
    for resource in body["Resources"].values():
        properties = resource.get("Properties") or {}
        for key in ("CodeUri", "ContentUri"):
            if isinstance(code := properties.get(key), str) and not code.startswith("s3://"):
                properties[key] = f"{_LOCAL}{code}"
        if properties.get("PackageType") == "Image" and "DockerTag" in resource.get("Metadata", {}):
            properties.setdefault("ImageUri", f"{_UNBUILT}{resource['Metadata']['DockerTag']}")
    try:
        with _some_region():
            plain = transform(body, dict(parameters or {}), _ManagedPolicies())
    except InvalidDocumentException as error:
        raise TransformError(map(_problem, error.causes)) from error
    plain.pop("Transform", None)
    _keep_layers_metadata(document, plain)
    for resource in plain["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Version" and "DeletionPolicy" in resource:
            resource.setdefault("UpdateReplacePolicy", resource["DeletionPolicy"])
    if others:
        plain = {"Transform": others} | plain
    ours = frozenset(_strings(document))
    expanded_body: dict[str, Any] = _readable(plain, ours)
    return expanded_body


def _keep_layers_metadata(document: Mapping[str, Any], plain: Mapping[str, Any]) -> None:
    """Put back how `sam build` builds a layer: the translator keeps it for functions only."""
    metadata = {
        name: resource["Metadata"]
        for name, resource in document["Resources"].items()
        if resource["Type"] == "AWS::Serverless::LayerVersion" and "Metadata" in resource
    }
    for title, resource in plain["Resources"].items():
        if resource["Type"] == "AWS::Lambda::LayerVersion":
            written = metadata.get(title[:-_HASH])
            if written is not None:
                resource["Metadata"] = copy.deepcopy(written)


def transforms(document: Mapping[str, Any]) -> list[Any]:
    """Return what *document* names under ``Transform``: macros by name, and some as mappings."""
    named = document.get("Transform", [])
    return named if isinstance(named, list) else [named]


@contextmanager
def _some_region() -> Iterator[None]:
    """Set a Region: SAM asks boto3 for one, to derive the partition that we replace afterwards."""
    name = "AWS_DEFAULT_REGION"
    before = os.environ.get(name)
    os.environ[name] = "us-east-1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class _ManagedPolicies:
    """Managed policies beyond those that SAM knows: none, so that nothing calls IAM."""

    def load(self) -> dict[str, str]:
        return {}


def _problem(cause: Exception) -> Problem:
    return Problem(
        str(getattr(cause, "_logical_id", "")), str(getattr(cause, "message", cause)).rstrip(".")
    )


def _strings(node: Any) -> Iterator[str]:
    match node:
        case str():
            yield node
        case Mapping():
            for value in node.values():
                yield from _strings(value)
        case list():
            for item in node:
                yield from _strings(item)


def _readable(node: Any, ours: frozenset[str]) -> Any:
    """Restore local paths in *node*, and make the ARNs that SAM wrote fit any partition."""
    match node:
        case {"S3Bucket": "local", "S3Key": str(path)}:
            return path
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": _portable(text, ours)}
        case {"Fn::Sub": [str(text), variables]}:
            return {"Fn::Sub": [_portable(text, ours), _readable(variables, ours)]}
        case Mapping():
            return {str(key): _readable(value, ours) for key, value in node.items()}
        case list():
            return [_readable(item, ours) for item in node]
        case str() if _AWS in node and node not in ours:
            return {"Fn::Sub": _portable(node.replace("${", "${!"), ours)}
        case _:
            return node


def _portable(text: str, ours: frozenset[str]) -> str:
    return text if text in ours else text.replace(_AWS, _ANY)
