"""Limits of a CloudFormation template."""

from __future__ import annotations

from collections.abc import Iterator

from ...frame import Bundle
from ..findings import Finding

LIMITS = {"resources": 500, "parameters": 200, "outputs": 200}
BYTES = 1024 * 1024


def size(bundle: Bundle) -> Iterator[Finding]:
    """No template is over the limits, which no deployment can raise."""
    for path, template in bundle.root.walk():
        file = bundle.paths[path]
        counts = {
            "resources": len(template.resources) + len(template.children),
            "parameters": len(template.parameters),
            "outputs": len(template.outputs),
        }
        over = [
            f"it has {counts[name]} {name}, and {limit} are allowed"
            for name, limit in LIMITS.items()
            if counts[name] > limit
        ]
        length = len(bundle.templates.get(file, "").encode())
        if length > BYTES:
            over.append(f"it has {length} bytes, and {BYTES} are allowed")
        for sentence in over:
            yield Finding(
                file=file,
                line=1,
                rule="size",
                level="error",
                sentence=sentence,
                remedy="Move a part of it into a stack of its own",
            )
