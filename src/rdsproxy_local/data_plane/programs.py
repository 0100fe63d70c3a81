"""Programs of this machine that run functions: Python with AWS's client, and Node.js with ours."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ..servers.runtime import PYTHON

NODE_RUNTIME: Final = Path(__file__).parent / "in_function" / "runtime.cjs"


def unsupported(function: Any) -> str | None:
    """Explain why the local cloud cannot run *function*; None if it can."""
    runtime = function.run_time or ""
    if function.package_type == "Image":
        return (
            f"{function.function_name} is an image, and the local cloud has no container engine: "
            "images run only in AWS"
        )
    if runtime.startswith("python3"):
        return None
    if not runtime.startswith("nodejs"):
        return f"the local cloud runs no {runtime}"
    if shutil.which("node") is None:
        return f"the local cloud needs `node` on the PATH for {runtime}"
    return None


def program_of(function: Any) -> Sequence[str]:
    """Return the program that runs *function*, to which its handler is added."""
    if (function.run_time or "").startswith("nodejs"):
        return (shutil.which("node") or "node", str(NODE_RUNTIME))
    return PYTHON
