"""Tags that every service of a stack takes: the strictest of the rules that AWS documents.

CloudFormation takes 50 tags, keys of 1 to 128 characters and values of 1 to 256; RDS has the
characters and the prefixes; IAM tells no two keys apart by capitals
(https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html,
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Tag.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from ..errors import Problem

MOST_TAGS: Final = 50
LONGEST_KEY: Final = 128
LONGEST_VALUE: Final = 256
MARKS: Final = "_.:/=+-@"
PREFIXES: Final = ("aws:", "rds:")
"""Prefixes that are AWS's own, in any case."""


def tag_problems(tags: Mapping[str, str]) -> Iterator[Problem]:
    """Yield each rule that *tags* break; a place is a key."""
    if len(tags) > MOST_TAGS:
        yield Problem("", f"must be at most {MOST_TAGS}, got {len(tags)}")
    seen: dict[str, str] = {}
    for key, value in tags.items():
        if (first := seen.setdefault(key.lower(), key)) != key:
            sentence = f"is {first} in other capitals, which IAM does not tell apart; keep one"
            yield Problem(key, sentence)
        for what, text, longest in (("key", key, LONGEST_KEY), ("value", value, LONGEST_VALUE)):
            yield from (Problem(key, sentence) for sentence in _problems(what, text, longest))


def _problems(what: str, text: str, longest: int) -> Iterator[str]:
    if not 1 <= len(text) <= longest:
        yield f"must have a {what} of 1 to {longest} characters, got {len(text)}"
    if text.lower().startswith(PREFIXES):
        yield f"must not have a {what} that begins with {text[:4]}, which is AWS's own"
    if odd := list(dict.fromkeys(letter for letter in text if not _is_allowed(letter))):
        shown = " ".join(map(repr, odd))
        yield f"must have a {what} of letters, digits, spaces and {' '.join(MARKS)}, got {shown}"


def _is_allowed(letter: str) -> bool:
    return letter in MARKS or unicodedata.category(letter)[0] in "LNZ"
