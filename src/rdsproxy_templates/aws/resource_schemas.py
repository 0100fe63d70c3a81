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
    if files := _files():
        return list(files)
    return list(_manager().get_resource_types(REGION))


@cache
def schema_of(type_: str) -> ResourceSchema | None:
    """Return the schema of *type_*; None where AWS has no such type."""
    known = CUSTOM if type_.startswith("Custom::") else type_
    if not (files := _files()):
        found = known in _manager().get_resource_types(REGION)
        body = _manager().get_resource_schema(REGION, known).schema if found else None
    elif known in files:
        path = _folder() / "resources" / f"{files[known]}.json"
        body = json.loads(path.read_text("utf-8"))
    else:
        body = None
    return None if body is None else ResourceSchema(type_, body)


@cache
def _files() -> Mapping[str, str]:
    """Map each type to the name of the file that holds its schema.

    Nothing where cfn-lint lays out its files in another way.
    """
    try:
        texts = [(_folder() / "providers" / f"{name}.json").read_text() for name in (REGION, "sam")]
    except OSError:
        return {}
    return {type_: file for text in texts for type_, file in json.loads(text).items()}


def _folder() -> Path:
    spec = find_spec("cfnlint")
    assert spec is not None  # noqa: S101 - a dependency
    assert spec.origin is not None  # noqa: S101 - a package with an __init__.py
    return Path(spec.origin).parent / "data" / "schemas"


def _manager() -> Any:
    """Return cfn-lint's own reader, whose import takes a third of a second."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    return PROVIDER_SCHEMA_MANAGER
