"""Differences between what is deployed and what settings would render."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ...aws.resource_schemas import schema_of
from ...records import record
from .groups import Adopted

REPLACED: Final = "replace it"
PERHAPS: Final = "change it, and may replace it"
CHANGED: Final = "change it in place"
REFUSED: Final = "fail: nobody can change it"
ENDED: Final = "take it away"
PROMOTED: Final = "promote the replica"
RESET: Final = "leave it, or set it back to the default"
UNKNOWN: Final = "tell only by a change set"
ABSENT: Final = "—"
UNCHANGEABLE: Final = ("EngineLifecycleSupport",)
WITHOUT: Final = {
    **dict.fromkeys(("AssociatedRoles", "EnableCloudwatchLogsExports", "Tags"), ENDED),
    **dict.fromkeys(("SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"), PROMOTED),
}
"""What CloudFormation's handlers do where a template leaves a property out.

https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds (2025-07-29)
"""


@record(frozen=True, kw_only=True)
class Difference:
    """A property that differs, and what a deployment of the settings' template would do."""

    title: str
    property: str
    deployed: str
    rendered: str
    outcome: str


def differences(
    adopted: Iterable[Adopted], rendered: Mapping[str, Mapping[str, Any]]
) -> tuple[Difference, ...]:
    """Compare what is *adopted* with the *rendered* resources of the same titles."""
    return tuple(
        found
        for one in adopted
        if one.title in rendered
        for found in _of(one, rendered[one.title].get("Properties", {}))
    )


def not_compared(
    adopted: Iterable[Adopted], rendered: Mapping[str, Mapping[str, Any]]
) -> tuple[str, ...]:
    """Return the titles of what the settings render nothing for."""
    return tuple(one.title for one in adopted if one.title not in rendered)


def _of(one: Adopted, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    for name in [*one.properties, *(name for name in wanted if name not in one.properties)]:
        now, then = one.properties.get(name), wanted.get(name)
        if _plain(now) == _plain(then):
            continue
        yield Difference(
            title=one.title,
            property=name,
            deployed=_shown(now),
            rendered=_shown(then),
            outcome=_outcome(one.type, name, then),
        )


def _outcome(type_: str, name: str, wanted: object) -> str:
    schema = schema_of(type_)
    assert schema is not None  # noqa: S101 - a type of AWS
    # Create-only on conditions in the schema, "Update requires: Replacement" in the reference.
    always = {"Engine", "MasterUsername"} if type_ == "AWS::RDS::DBCluster" else set()
    create_only = {pointer[0] for pointer in schema.pointers("createOnlyProperties")} | always
    conditional = {one[0] for one in schema.pointers("conditionalCreateOnlyProperties")}
    if _is_computed(wanted):
        return UNKNOWN
    if name in UNCHANGEABLE:
        return REFUSED
    if wanted is None and name in WITHOUT and name not in create_only:
        return WITHOUT[name]
    if name in create_only:
        return REPLACED
    if name in conditional:
        return PERHAPS
    return RESET if wanted is None else CHANGED


def _is_computed(value: object) -> bool:
    """Tell if the template computes *value* from parameters, resources or secrets."""
    match value:
        case {"Ref": _} | {"Fn::Sub": _}:
            return True
        case dict():
            return any(
                str(key).startswith("Fn::") or _is_computed(one) for key, one in value.items()
            )
        case list():
            return any(map(_is_computed, value))
    return False


def _plain(value: object) -> object:
    """Return *value* as CloudFormation compares it: "3306" is 3306, "true" is true."""
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case bool():
            return str(value).lower()
        case None:
            return None
    return str(value)


def _shown(value: object) -> str:
    if value is None:
        return ABSENT
    return "computed" if _is_computed(value) else str(_plain(value)).replace("|", "\\|")
