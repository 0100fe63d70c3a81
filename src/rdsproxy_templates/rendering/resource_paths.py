"""Resources by path: the titles of the stacks around one and its own, with wildcards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..errors import ConfigError, Problem
from ..model.template import Template
from ..model.wording import did_you_mean

Path = tuple[str, ...]
ROOT = "."
"""The path of the root stack."""
_MOST_SHOWN = 12


def stacks_by_path(root: Template) -> dict[Path, Template]:
    """Map each stack of *root* by its path of titles; the root's is empty."""
    return dict(root.walk())


def stack_named(stacks: Mapping[Path, Template], name: str) -> Path:
    """Return the path of the stack *name*; raise :class:`ConfigError` where there is none."""
    path = () if name == ROOT else tuple(name.split("."))
    if path in stacks:
        return path
    known = [ROOT, *(".".join(one) for one in stacks if one)]
    sentence = f"is not a stack{did_you_mean(name, known)}; the stacks are {_listed(known)}"
    raise ConfigError([Problem(name, sentence)])


def matching(stacks: Mapping[Path, Template], pattern: str) -> list[tuple[Path, str]]:
    """Return path and title of each resource that *pattern* matches.

    Raises :class:`ConfigError` where there is none.
    """
    *around, last = pattern.split(".")
    found = [
        (path, title)
        for path, stack in stacks.items()
        if len(path) == len(around) and all(map(_matches, path, around))
        for title in stack.resources
        if _matches(title, last)
    ]
    if not found:
        raise ConfigError([Problem("", f"matches no resource: {_reason(stacks, pattern)}")])
    return found


def _reason(stacks: Mapping[Path, Template], pattern: str) -> str:
    """Explain at which part *pattern* goes astray."""
    *around, last = pattern.split(".")
    if not all((*around, last)):
        return "a title in the path is empty; a path is that of titles, such as RDSStack.DBCluster"
    reached: list[Path] = [()]
    for part in around:
        titles = list(_titles(stacks, reached))
        if not (found := [path for path in _below(stacks, reached) if _matches(path[-1], part)]):
            if any(part in stacks[path].resources for path in reached):
                return f"{part} is a resource, not a stack"
            return f"{_name(reached)} nests no {part}{did_you_mean(part, titles)}; {_has(titles)}"
        reached = found
    if inside := [path for path in _below(stacks, reached) if _matches(path[-1], last)]:
        path = inside[0]
        examples = [".".join((*path, title)) for title in stacks[path].resources]
        such = f", such as {examples[0]}" if examples else ""
        return f"{last} is a nested stack; name a resource in it{such}"
    titles = [title for path in reached for title in stacks[path].resources]
    deeper = [".".join((*path, last)) for path, one in stacks.items() if last in one.resources]
    similar = f" (did you mean {deeper[0]}?)" if deeper else did_you_mean(last, titles)
    everything = titles + list(_titles(stacks, reached))
    return f"{_name(reached)} has no {last}{similar}; {_has(everything)}"


def _below(stacks: Mapping[Path, Template], around: list[Path]) -> Iterator[Path]:
    return ((*path, title) for path in around for title in stacks[path].children)


def _titles(stacks: Mapping[Path, Template], around: list[Path]) -> Iterator[str]:
    return (path[-1] for path in _below(stacks, around))


def _name(reached: list[Path]) -> str:
    return ".".join(reached[0]) or "the root"


def _has(titles: list[str]) -> str:
    return f"it has {_listed(list(dict.fromkeys(titles))) or 'nothing'}"


def _listed(names: list[str]) -> str:
    rest = len(names) - _MOST_SHOWN
    return ", ".join(names[:_MOST_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _matches(title: str, pattern: str) -> bool:
    """Compare with ``*`` for any letters and ``?`` for any one."""
    parts = {"*": ".*", "?": "."}
    regex = "".join(parts.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(regex, title) is not None
