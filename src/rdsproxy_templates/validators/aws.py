"""AWS's own validator, ``cloudformation-validate``: two milliseconds a template.

Its verdicts are kept between processes, because its engine takes a quarter of a second to start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from .. import cache
from ..aws import validator
from ..aws.validator import Diagnostic
from ..rendering.bundle import Bundle
from ..rendering.documents import document
from ..rendering.yaml import dump
from .findings import Finding, level_of
from .ignored import AWS_VALIDATOR, is_ignored
from .lines import located
from .rules.wiring import is_whole

PACKAGE: Final = "cloudformation-validate"
KEPT_FORM: Final = 3
"""Number of the form of a kept verdict; a change of :data:`Diagnostic` takes the next one."""


def find(bundle: Bundle) -> list[Finding]:
    """Return everything from warning up that the validator finds in *bundle*.

    It reads each template as it was rendered, then the flat form, in which values that
    crossed a stack's border are seen where they arrive.
    """
    flat, origins = bundle.flat() if is_whole(bundle) else (None, {})
    whole = dump(document(flat, (), "flat")) if flat else None
    found = [
        _finding(diagnostic, file, diagnostic["line"])
        for file, text in bundle.templates.items()
        for diagnostic in _diagnostics(text)
    ]
    for diagnostic in _diagnostics(whole) if whole else ():
        path = ("Resources", diagnostic["resource"], *diagnostic["property"].split("."))
        found.append(_finding(diagnostic, *located(bundle, origins, path)))
    return list(dict.fromkeys(found))


def _diagnostics(text: str) -> list[Diagnostic]:
    """Return what the validator finds in a template, less what we ignore."""
    return [
        one
        for one in verdict(text)
        if not is_ignored(AWS_VALIDATOR, one["rule"], one["property"], one["message"])
    ]


@lru_cache(maxsize=256)
def verdict(text: str) -> list[Diagnostic]:
    """Return all that the validator says of a template, now or when it last saw it."""
    return begun([text])()[text]


def begun(texts: Sequence[str]) -> Callable[[], Mapping[str, list[Diagnostic]]]:
    """Begin to judge *texts*, and return how to wait for all that the validator says of each.

    It works beside the caller if a process was started for it; what it has said before is kept.
    """
    keys = {text: cache.key_of(cache.version_of(PACKAGE), KEPT_FORM, text) for text in texts}
    kept: dict[str, Any] = {text: cache.remembered(PACKAGE, key) for text, key in keys.items()}
    new = [text for text, known in kept.items() if known is None]
    ended = validator.begun(new)

    def verdicts() -> Mapping[str, list[Diagnostic]]:
        for text, found in zip(new, ended(), strict=True):
            kept[text] = found
            cache.remember(PACKAGE, keys[text], found)
        return kept

    return verdicts


def _finding(diagnostic: Diagnostic, file: str, line: int) -> Finding:
    return Finding(
        file=file,
        line=line,
        rule=diagnostic["rule"],
        level=level_of(diagnostic["severity"]),
        sentence=diagnostic["message"].rstrip("."),
        remedy=diagnostic["remedy"],
    )
