"""Programs of this machine that run functions: Python with AWS's client, and Node.js with ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..servers.runtime import PYTHON

NODE_RUNTIME: Final = Path(__file__).parent / "in_function" / "runtime.cjs"
FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Serverless::Function")


def unsupported(function: Any) -> str | None:
    """Explain why the local cloud cannot run *function*; None if it can."""
    return _reason(function.function_name, function.package_type, function.run_time or "")


def unsupported_in(resources: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield a sentence for each function of templates that will be deployed, and cannot run."""
    for title, resource in resources:
        given = resource.get("Properties") or {}
        runtime = given.get("Runtime", "python3")
        if resource.get("Type") in FUNCTIONS and isinstance(runtime, str):
            reason = _reason(title, given.get("PackageType"), runtime)
            if reason is not None:
                yield f"[{title}] is deployed, and every call of it fails: {reason}"


def _reason(name: str, package_type: str | None, runtime: str) -> str | None:
    if package_type == "Image":
        return (
            f"{name} is an image, and the local cloud has no container engine: images run only in "
            "AWS"
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
