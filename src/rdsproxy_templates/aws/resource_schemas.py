"""AWS's schemas of resource types, in the edition that comes with cfn-lint.

They are read when something asks for one: a few milliseconds, without an import of cfn-lint.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ..records import record

REGION: Final = "us-east-1"
"""The Region with the most types."""
CUSTOM: Final = "AWS::CloudFormation::CustomResource"

Pointer = tuple[str, ...]
"""Names from a resource's properties inwards; ``*`` is any entry of a list."""


@record(frozen=True)
class ResourceSchema:
    """The schema of one type of resource."""

    type: str
    body: Mapping[str, Any]

    def pointers(self, keyword: str) -> Iterator[Pointer]:
        """Yield the properties that *keyword* lists, such as ``readOnlyProperties``."""
        for pointer in self.body.get(keyword, ()):
            yield tuple(pointer.removeprefix("/properties/").split("/"))


def resource_types() -> list[str]:
    """Return every type that has a schema, those of SAM included."""
    return list(_files())


@cache
def schema_of(type_: str) -> ResourceSchema | None:
    """Return the schema of *type_*; None where AWS has no such type."""
    known = CUSTOM if type_.startswith("Custom::") else type_
    if known not in _files():
        return None
    path = _folder() / "resources" / f"{_files()[known]}.json"
    return ResourceSchema(type_, json.loads(path.read_text("utf-8")))


@cache
def _files() -> Mapping[str, str]:
    """Map each type to the name of the file that holds its schema."""
    texts = [(_folder() / "providers" / f"{name}.json").read_text() for name in (REGION, "sam")]
    return {type_: file for text in texts for type_, file in json.loads(text).items()}


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")
    assert spec is not None  # noqa: S101 - a dependency
    assert spec.origin is not None  # noqa: S101 - a package with an __init__.py
    return Path(spec.origin).parent / "data" / "schemas"
