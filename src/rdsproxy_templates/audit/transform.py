"""The SAM transform as a validator: what it refuses is a finding."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from .. import cache
from ..errors import TransformError
from ..rendering.documents import SAM_TRANSFORM
from ..rendering.sam_transform import expanded, transforms
from ..validators.findings import Finding
from ..validators.lint import SAM_RULE, remedy_at
from .sources import Source

PACKAGE: Final = "aws-sam-translator"
_PACKAGED: Final = "s3://packaged/object"
_FILES: Final = ("CodeUri", "ContentUri", "DefinitionUri")
_IMAGE: Final = "123456789012.dkr.ecr.us-east-1.amazonaws.com/built:latest"
_UNSURE: Final = (
    "Uri",
    "DefinitionBody",
    "must be a string or a Ref",
    "must be a string",
    "alphanumeric",
)
"""Words of refusals that may come of what only packaging or deployment knows."""


def of_sam(sources: Iterable[Source]) -> Iterator[Finding]:
    """Yield what SAM's transform refuses in each of *sources* that it is for."""
    for source in sources:
        if SAM_TRANSFORM not in transforms(source.document.value):
            continue
        for place, sentence in _remembered(source):
            path = ("Resources", place) if place else ("Transform",)
            mark = source.document.mark(path)
            yield Finding(
                file=source.file,
                line=mark.line,
                column=mark.column,
                rule=SAM_RULE,
                level="error",
                sentence=f"SAM refuses it: {sentence}",
                remedy=remedy_at(place),
            )


def _remembered(source: Source) -> list[list[str]]:
    """Return what SAM refuses now, or what it refused when it last saw the text."""
    key = cache.key_of(cache.version_of(PACKAGE), source.text)
    refusals: list[list[str]] | None = cache.remembered(PACKAGE, key)
    if refusals is None:
        refusals = [list(one) for one in _refusals(source)]
        cache.remember(PACKAGE, key, refusals)
    return refusals


def made_by_sam(source: Source) -> frozenset[str]:
    """Return the titles of the resources that SAM makes of *source*; none where it refuses it."""
    if SAM_TRANSFORM not in transforms(source.document.value):
        return frozenset()
    key = cache.key_of(cache.version_of(PACKAGE), "titles", source.text)
    titles: list[str] | None = cache.remembered(PACKAGE, key)
    if titles is None:
        try:
            with _quiet():
                titles = list(_expanded(source)["Resources"])
        except Exception:  # noqa: BLE001 - as below; a refusal is a finding of its own
            titles = []
        cache.remember(PACKAGE, key, titles)
    return frozenset(titles)


def _expanded(source: Source) -> dict[str, Any]:
    return expanded(_packaged(source.document.value), _parameters(source.body))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep SAM's translator from logging."""
    log = logging.getLogger("samtranslator")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _refusals(source: Source) -> Iterator[tuple[str, str]]:
    try:
        with _quiet():
            _expanded(source)
    except TransformError as error:
        for problem in error.problems:
            if not any(word in problem.sentence for word in _UNSURE):
                yield problem.place, problem.sentence
    except Exception:  # noqa: BLE001 - SAM's translator fails on forms that it does not expect
        return


def _packaged(value: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a template as `sam package` leaves it; nothing in it leads to a repository of others."""
    body: dict[str, Any] = copy.deepcopy(dict(value))
    for resource in body["Resources"].values():
        if not isinstance(resource, dict) or not isinstance(resource.get("Properties"), dict):
            continue
        properties = resource["Properties"]
        if resource.get("Type") == "AWS::Serverless::Application":
            properties["Location"] = _PACKAGED
        elif properties.get("PackageType") == "Image":
            properties.setdefault("ImageUri", _IMAGE)
    holders = [*body["Resources"].values(), *_globals(body)]
    for holder in holders:
        properties = holder.get("Properties") if isinstance(holder, dict) else None
        if isinstance(properties, dict):
            properties |= {key: _PACKAGED for key in _FILES if key in properties}
    return body


def _globals(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    sections = body.get("Globals")
    for section in sections.values() if isinstance(sections, dict) else ():
        yield {"Properties": section}


def _parameters(body: Mapping[str, Any]) -> dict[str, str]:
    """Return a value for each parameter that has none of its own."""
    return {name: "value" for name, one in body["Parameters"].items() if "Default" not in one}
