"""Comparison of the resources that two folders of templates create."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

import yaml

NESTED: Final = ("AWS::Serverless::Application", "AWS::CloudFormation::Stack")
COMPUTED: Final = "(computed by CloudFormation)"
METADATA: Final = "aws:cdk:path"
"""Key that CDK adds to each resource's Metadata."""


def differences(ours: Path, theirs: Path, *, names: tuple[str, str]) -> list[str]:
    """Diff of the resources in two folders, ordered by title; empty if they are the same."""
    sides = (_lines(resources(ours)), _lines(resources(theirs)))
    return list(unified_diff(*sides, *names, n=4, lineterm=""))


def resources(folder: Path) -> dict[str, Any]:
    """Resources in *folder*, less nested stacks, by title; computed values are left out."""
    found: dict[str, Any] = {}
    for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.template.json")]):
        template = yaml.load(file.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
        for title, body in template["Resources"].items():
            if body["Type"] in NESTED:
                continue
            if title in found:
                raise ValueError(f"two resources have the title {title}")
            found[title] = _comparable(body)
    return found


def _lines(found: Mapping[str, Any]) -> list[str]:
    return yaml.safe_dump(dict(found), sort_keys=True, width=1000).splitlines()


def _comparable(node: Any) -> Any:
    match node:
        case Mapping() if len(node) == 1 and next(iter(node)).startswith(("Ref", "Fn::")):
            return COMPUTED
        case Mapping():
            return dict(_members(node))
        case list():
            return [_comparable(item) for item in node]
        case _:
            return node


def _members(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        if name != METADATA:
            # A single title need not be in a list.
            listed = [value] if name == "DependsOn" and isinstance(value, str) else value
            yield name, _comparable(listed)


class _Loader(yaml.SafeLoader):
    """Reads the short forms of intrinsic functions as well."""


_Loader.add_multi_constructor("!", lambda *_: COMPUTED)
