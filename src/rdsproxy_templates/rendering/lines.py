"""Lines of the YAML that we write."""

from __future__ import annotations

from collections.abc import Sequence


def line_of(text: str, path: Sequence[object]) -> int:
    """Line, from 1, of the innermost key of *path* that *text* has; 1 where it has none.

    Reads our own emitter's YAML: two spaces a level, one key a line, lists not indented.
    """
    lines = text.splitlines()
    found, start = 0, 0
    for depth, key in enumerate(path):
        prefix = f"{'  ' * depth}{key}:"
        for number in range(start, len(lines)):
            line = lines[number]
            if line.startswith(prefix):
                found, start = number, number + 1
                break
            if depth and line.strip() and not line.startswith("  " * depth):
                return found + 1
        else:
            return found + 1
    return found + 1
