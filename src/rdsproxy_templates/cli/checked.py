"""What `render --check` shows: stale files, how they would change, and the report in a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

from ..audit.catalogue import stale
from ..audit.formats import report_in
from ..audit.report import FormatName
from ..rendering.folder import Changes
from ..validators import Finding
from .rendered_variants import RenderedVariant

WORDS = ("created", "changed", "removed")


def differences(rendered: Sequence[RenderedVariant], changed: Mapping[str, Changes]) -> list[str]:
    """Return a line for each file that a write would change; ``edited`` if by hand."""
    return [
        f"{'edited' if path in changed[one.name].edited else word} {one.directory / path}"
        for one in rendered
        for word in WORDS
        for path in getattr(changed[one.name], word)
    ]


def diff(rendered: Sequence[RenderedVariant], changed: Mapping[str, Changes]) -> Iterator[str]:
    """Yield the lines of a unified diff from the files on disk to those of a render."""
    for one in rendered:
        files = one.bundle.files()
        for word in WORDS:
            for path in getattr(changed[one.name], word):
                place = one.directory / path
                old = _lines(place.read_bytes()) if word != "created" else []
                new = _lines(files[path]) if word != "removed" else []
                if old is None or new is None:
                    yield f"Binary file {place} differs"
                    continue
                before = str(place) if word != "created" else "/dev/null"
                after = str(place) if word != "removed" else "/dev/null"
                yield from unified_diff(old, new, before, after, lineterm="")


def _lines(content: bytes) -> list[str] | None:
    try:
        return content.decode().splitlines()
    except UnicodeDecodeError:
        return None


def report(
    form: FormatName,
    rendered: Sequence[RenderedVariant],
    found: Mapping[str, Sequence[Finding]],
    changed: Mapping[str, Changes],
) -> str:
    """Return the findings in every variant, and its stale files, in this form."""
    every: list[Finding] = []
    for one in rendered:
        every += [_within(one.directory, finding) for finding in found[one.name]]
        files = one.bundle.files()
        every += [
            _stale(
                one.directory / path,
                word,
                files.get(path),
                edited=path in changed[one.name].edited,
            )
            for word in WORDS
            for path in getattr(changed[one.name], word)
        ]
    return report_in(form, sorted(every))


def _within(directory: Path, finding: Finding) -> Finding:
    return replace(finding, file=(directory / finding.file).as_posix())


def _stale(path: Path, word: str, new: bytes | None, *, edited: bool) -> Finding:
    cause = "was edited since the last render, and " if edited else ""
    return Finding(
        file=path.as_posix(),
        line=_first_difference(path.read_bytes(), new) if word == "changed" and new else 1,
        rule=stale.id,
        level=stale.level,
        sentence=f"{cause}a render would have it {word}",
        remedy="Render again, and commit what has changed",
    )


def _first_difference(old: bytes, new: bytes) -> int:
    """Return the number of the first line in which *old* is not *new*; the last, if it is gone."""
    olds, news = old.splitlines(), new.splitlines()
    for number, (one, other) in enumerate(zip(olds, news, strict=False), 1):
        if one != other:
            return number
    return max(1, min(len(olds), len(news) + 1))
