"""The forms of dynamic references, and the places that take them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .dynamic import REFERENCE, is_well_formed

SECURE_START: Final = "{{resolve:ssm-secure:"
START: Final = re.compile(r"\{\{resolve:(?:ssm|ssm-secure|secretsmanager):")
SECURE_PLACES: Final = frozenset(
    {
        "AWS::RDS::DBCluster/Properties/MasterUserPassword",
        "AWS::RDS::DBInstance/Properties/MasterUserPassword",
    }
)
"""Where a secure string may be, of the types of the local cloud.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html
"""
MOST: Final = 60


def reference_problems(
    parameters: Mapping[str, Any], resources: Mapping[str, Any]
) -> Iterator[str]:
    """A sentence for each dynamic reference that a template has in a form or place it has not."""
    texts = [*_texts(resources)]
    if (number := sum(len(START.findall(text)) for text in texts)) > MOST:
        yield (
            f"Template format error: Number of dynamic references, {number}, is greater than "
            f"maximum allowed, {MOST}"
        )
    defaults = {name: str(one.get("Default", "")) for name, one in parameters.items()}
    for text in dict.fromkeys((*texts, *defaults.values())):
        for found in REFERENCE.finditer(text):
            # The rest of a reference with a variable is known when that is.
            if "${" not in found[0] and not is_well_formed(found[1], found[2]):
                yield (f"Incorrect format is used in the following SSM reference: [{found[0]}]")
    for name, text in defaults.items():
        if any(one[1] == "ssm" and ":" not in one[2] for one in REFERENCE.finditer(text)):
            yield f"Template error: parameter {name} should not contain ssm versionless resolver"
    yield from secure_problems(
        *((one["Type"], one.get("Properties", {})) for one in resources.values())
    )


def secure_problems(*properties: tuple[str, Any]) -> Iterator[str]:
    """Refuse secure strings of SSM where a resource's properties take none."""
    places = [
        place
        for kind, given in properties
        for place, text in _places(f"{kind}/Properties", given)
        if SECURE_START in text and place not in SECURE_PLACES
    ]
    if places:
        yield f"SSM Secure reference is not supported in: [{','.join(places)}]"


def _places(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """The texts in a value, each with the property that has it; a list's items have its place."""
    match value:
        case str():
            yield place, value
        case list():
            for one in value:
                yield from ((place, text) for _, text in _places(place, one))
        case dict():
            for name, one in value.items():
                inner = place if name.startswith("Fn::") else f"{place}/{name}"
                yield from _places(inner, one)


def _texts(value: Any) -> Iterator[str]:
    return (text for _, text in _places("", value))
