"""Lines that programs wrote, with what looks like a secret hidden."""

from __future__ import annotations

import re
from typing import Final

from ..aws.secret_signs import secret_sign
from .property_values import HIDDEN

QUERY: Final = re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\"]*")
"""A URL with a query: a presigned one, as custom resources get to answer to, is a key."""
NAMED: Final = re.compile(
    r"""((?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|credential|authorization|signature)
    \w*["']*\s*[:=]\s*)("[^"]*"?|'[^']*'?|[^,;}&]+)""",
    re.IGNORECASE | re.VERBOSE,
)
"""A value whose name says that it may be a secret."""


def without_secrets(line: str) -> str:
    """Return *line* with everything hidden that looks like a secret."""
    hidden = NAMED.sub(rf"\1{HIDDEN}", QUERY.sub(rf"\1?{HIDDEN}", line))
    sign = secret_sign("line", hidden.replace(HIDDEN, ""))
    return f"{HIDDEN}: {sign}" if sign else hidden
