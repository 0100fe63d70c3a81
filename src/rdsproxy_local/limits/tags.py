"""Tags: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import regex

from ..values import repeated

MOST: Final = 50
LONGEST_KEY: Final = 128
LONGEST_VALUE: Final = 256
RESERVED: Final = "aws:"
STRICT: Final = ("AWS::RDS::",)
"""Services whose models say which characters a tag has, and its beginnings: Tag of RDS."""
OF_RDS: Final = ("aws:", "rds:")
CHARACTERS: Final = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*")


def problems(type_name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each reason why no service takes the tags of a resource."""
    pairs = list(_pairs(given.get("Tags")))
    if len(pairs) > MOST:
        yield f"Tag quota exceeded: {len(pairs)} tags, and a resource has at most {MOST}"
    keys = [key for key, _ in pairs]
    for key in repeated(keys):
        yield f"Duplicate tag key: {key}"
    for key, value in pairs:
        if not 1 <= len(key) <= LONGEST_KEY:
            yield f"Tag keys have 1 to {LONGEST_KEY} characters, and '{key[:20]}…' has {len(key)}"
        if len(value) > LONGEST_VALUE:
            yield (
                f"Tag values have at most {LONGEST_VALUE} characters, and that of '{key}' "
                f"has {len(value)}"
            )
        if type_name.startswith(STRICT) and not CHARACTERS.fullmatch(f"{key}{value}"):
            yield f"The tag {key[:LONGEST_KEY]} has characters that are not allowed"
        if type_name.startswith(STRICT) and (
            key.lower().startswith(OF_RDS[1]) or value.lower().startswith(OF_RDS)
        ):
            yield f"The tag {key} is reserved: keys and values can't be prefixed with aws: or rds:"
        if key.lower().startswith(RESERVED):
            yield f"InvalidTag: tag keys that begin with {RESERVED} are reserved for AWS: {key}"


def together_problem(given: Mapping[str, Any], inherited: Iterable[str]) -> str | None:
    """Explain why a resource's own tags and those of its stack are too many together."""
    keys = {key for key, _ in _pairs(given.get("Tags"))}
    number = len(keys | set(inherited))
    if not keys or number <= MOST:
        return None
    return (
        f"Tag quota exceeded: {number} tags with those of the stack, and a resource has at most "
        f"{MOST}"
    )


def _pairs(tags: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tags, Mapping):
        yield from ((str(key), str(value)) for key, value in tags.items())
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, Mapping) and "Key" in tag:
            yield str(tag["Key"]), str(tag.get("Value", ""))
