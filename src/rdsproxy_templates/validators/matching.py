"""Wildcard patterns of policies against texts, of which some parts only deployment knows."""

from __future__ import annotations

from collections.abc import Iterable

from .texts import Atom, Text

Answer = bool | None
"""None where only deployment knows."""

_WILD = "*?"
_BORDERS = ":/"
"""Characters that no Region, account or partition holds."""
_SUFFIX = 6
"""Characters that Secrets Manager adds to the name of a secret."""


def either(answers: Iterable[Answer]) -> Answer:
    """Tell if one of *answers* is true."""
    unknown = False
    for answer in answers:
        if answer:
            return True
        unknown |= answer is None
    return None if unknown else False


def negated(answer: Answer) -> Answer:
    """Return the contrary of *answer*, if it is known."""
    return None if answer is None else not answer


def covers(pattern: Text, target: Text) -> Answer:
    """Tell whether *pattern*, with its ``*`` and ``?``, covers all of *target*."""
    wanted, given = _tokens(pattern), _tokens(target)
    if "*" in wanted:
        # A name that AWS makes up begins with the logical ID, which a pattern may count on.
        wanted, given = list(map(_open, wanted)), list(map(_open, given))
    first = 0
    while first < min(len(wanted), len(given)) and _alike(wanted[first], given[first]):
        first += 1
    wanted, given = wanted[first:], given[first:]
    while wanted and given and _alike(wanted[-1], given[-1]):
        wanted, given = wanted[:-1], given[:-1]
    if _fits(wanted, given, certain=True):
        return True
    return None if _fits(wanted, given, certain=False) else False


def same(one: Text, other: Text) -> Answer:
    """Tell whether two texts are the same after deployment; nothing in them is a wildcard."""
    return True if one == other else covers(_plain(one), _plain(other))


def _plain(text: Text) -> Text:
    marks = str.maketrans("*?", "\0\1")
    return tuple(part.translate(marks) if isinstance(part, str) else part for part in text)


def _tokens(text: Text) -> list[str | Atom]:
    if any(isinstance(part, str) and "{{resolve:" in part for part in text):
        return [Atom(repr(text))]
    found: list[str | Atom] = []
    for part in text:
        if isinstance(part, str):
            found += part
        elif part.attribute == "Suffix":
            found += [Atom(part.name, f"Suffix{n}", "resource") for n in range(_SUFFIX)]
        else:
            found.append(part)
    return found


def _open(token: str | Atom) -> str | Atom:
    is_made = isinstance(token, Atom) and token.kind == "resource" and not token.attribute
    return Atom(token.name) if is_made and isinstance(token, Atom) else token


def _alike(wanted: str | Atom, given: str | Atom) -> bool:
    return wanted == given and wanted not in _WILD if isinstance(wanted, str) else wanted == given


def _fits(pattern: list[str | Atom], target: list[str | Atom], *, certain: bool) -> bool:
    """Tell whether *pattern* fits *target*: for certain, or for some value of what is unknown."""
    rows, columns = len(pattern), len(target)
    below = [False] * (columns + 1)
    for row in range(rows, -1, -1):
        line = [False] * (columns + 1)
        for column in range(columns, -1, -1):
            wanted = pattern[row] if row < rows else None
            given = target[column] if column < columns else None
            if wanted is None and given is None:
                line[column] = True
                continue
            right = line[column + 1] if given is not None else False
            down = below[column] if wanted is not None else False
            across = below[column + 1] if wanted is not None and given is not None else False
            line[column] = (
                (wanted == "*" and (down or right))
                or (across and (wanted == given or (wanted == "?" and given is not None)))
                or (not certain and _absorbs(wanted, given) and (right or across))
                or (not certain and _absorbs(given, wanted) and (down or across))
                or (not certain and _may_be_empty(wanted) and down)
                or (not certain and _may_be_empty(given) and right)
            )
        below = line
    return below[0]


def _absorbs(token: str | Atom | None, other: str | Atom | None) -> bool:
    """Tell whether the value of *token* may hold *other*, and more."""
    if not isinstance(token, Atom) or other is None:
        return False
    match token.kind:
        case "unknown":
            return True
        case "pseudo":
            return not (isinstance(other, str) and other in _BORDERS)
        case _:
            return other == "?"


def _may_be_empty(token: str | Atom | None) -> bool:
    return isinstance(token, Atom) and token.kind == "unknown"
