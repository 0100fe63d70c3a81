"""Words for sentences about what is wrong: the value that was given, and what may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SHOWN: Final = {None: "null", True: "true", False: "false"}
_MOST_SHOWN: Final = 120


def did_you_mean(word: object, known: Sequence[str]) -> str:
    """Return `` (did you mean …?)`` where *word* resembles one of *known*, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - whoever makes no mistake needs none

    close = get_close_matches(str(word), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def shown(value: object) -> str:
    """Show *value* as a settings file spells it, cut where it is long."""
    shown = _SHOWN[value] if value is None or isinstance(value, bool) else repr(value)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"
