"""A template: its text read, SAM's transform run, and its outer shape judged."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from unittest.mock import patch

import cfn_flip
import yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

from .failure import Failure
from .template_limits import limit_problems

SERVERLESS: Final = "AWS::Serverless-2016-10-31"
SECTIONS: Final = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
    }
)
RESOURCE_ATTRIBUTES: Final = frozenset(
    {
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)
MOST: Final = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
MOST_BYTES_INLINE: Final = 51_200
MOST_BYTES_IN_S3: Final = 1_000_000

_turn: Final = threading.Lock()

# It complains of metrics that nobody asked for.
logging.getLogger("samtranslator.metrics").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Template:
    """A template as CloudFormation processes it, and the text that it came from."""

    text: str
    sections: Mapping[str, Any]
    transforms: tuple[str, ...] = ()

    @property
    def description(self) -> str | None:
        return self.sections.get("Description")

    @property
    def resources(self) -> Mapping[str, Any]:
        return self._section("Resources")

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self._section("Parameters")

    @property
    def conditions(self) -> Mapping[str, Any]:
        return self._section("Conditions")

    @property
    def mappings(self) -> Mapping[str, Any]:
        return self._section("Mappings")

    @property
    def outputs(self) -> Mapping[str, Any]:
        return self._section("Outputs")

    @property
    def rules(self) -> Mapping[str, Any]:
        return self._section("Rules")

    def _section(self, name: str) -> Mapping[str, Any]:
        section: Mapping[str, Any] = self.sections.get(name, {})
        return section


EMPTY: Final = Template("", {})


def read(text: str, given: Mapping[str, str], region: str) -> Template:
    """The template in *text*; SAM's transform sees the parameters that are *given*."""
    document = loaded(text)
    transforms = transforms_of(document)
    for name in transforms:
        if name != SERVERLESS:
            raise Failure(f"No transform named {name} found.")
    if transforms:
        document = _transformed(document, {**given, "AWS::Region": region})
    _judge(document)
    return Template(text, document, transforms)


def loaded(text: str) -> dict[str, Any]:
    """The document as it was written, short tags as functions."""
    document = json.loads(_json(text))
    if not isinstance(document, dict):
        raise Failure("Template format error: unsupported structure.")
    return document


def transforms_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    declared = document.get("Transform") or ()
    return tuple(declared) if isinstance(declared, list | tuple) else (declared,)


def check_size(text: str, most: int) -> None:
    """Check the size, as AWS does before it reads the template."""
    if len(text.encode()) <= most:
        return
    if most == MOST_BYTES_INLINE:
        raise Failure(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {most}"
        )
    raise Failure(f"Template may not exceed {most} bytes in size.")


@cache
def _json(text: str) -> str:
    try:
        document, _ = cfn_flip.load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise Failure(f"Template format error: neither JSON nor YAML. {error}") from error
    return json.dumps(document, default=str)


def _transformed(document: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    try:
        with _some_region():
            plain: dict[str, Any] = transform(document, parameters, _ManagedPolicies())
    except InvalidDocumentException as error:
        causes = " ".join(str(getattr(cause, "message", cause)) for cause in error.causes)
        raise Failure(f"Transform {SERVERLESS} failed with: {error.message} {causes}") from error
    return {name: section for name, section in plain.items() if name != "Transform"}


@contextmanager
def _some_region() -> Iterator[None]:
    """SAM asks boto3 for a region, though the template's own is among the parameters."""
    with _turn, patch.dict(os.environ, {"AWS_DEFAULT_REGION": "us-east-1"}):
        yield


class _ManagedPolicies:
    """SAM looks up the managed policies that it does not know itself; none here."""

    def load(self) -> dict[str, str]:
        return {}


def _judge(document: Mapping[str, Any]) -> None:
    if unknown := sorted(set(document) - SECTIONS):
        names = ", ".join(unknown)
        raise Failure(f"Invalid template property or properties [{names}]")
    for path in _nulls(document, ""):
        raise Failure(f"Template format error: [{path}] 'null' values are not allowed in templates")
    for section in SECTIONS - {"AWSTemplateFormatVersion", "Description"}:
        if not isinstance(document.get(section, {}), dict):
            raise Failure(f"Template format error: {section} must be an object")
    if not document.get("Resources"):
        raise Failure("Template format error: At least one Resources member must be defined.")
    for section, most in MOST.items():
        if (count := len(document.get(section, {}))) > most:
            raise Failure(
                f"Template format error: Number of {section.lower()}, {count}, "
                f"is greater than maximum allowed, {most}"
            )
    for problem in limit_problems(document):
        raise Failure(problem)
    for logical_id, resource in document["Resources"].items():
        _judge_resource(logical_id, resource)


def _judge_resource(logical_id: str, resource: Any) -> None:
    if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
        raise Failure(
            f"Template format error: [/Resources/{logical_id}] "
            "Every Resources object must contain a Type member."
        )
    for name in sorted(set(resource) - RESOURCE_ATTRIBUTES):
        raise Failure(f"Invalid template resource property '{name}'")
    if not isinstance(resource.get("Properties", {}), dict):
        raise Failure(
            f"Template format error: [/Resources/{logical_id}/Properties] must be an object"
        )


def _nulls(value: Any, path: str) -> Iterator[str]:
    match value:
        case None:
            yield path
        case dict():
            for name, inner in value.items():
                yield from _nulls(inner, f"{path}/{name}")
        case list():
            for number, inner in enumerate(value):
                yield from _nulls(inner, f"{path}/{number}")
