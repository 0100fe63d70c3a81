"""The calls of a session, told by name and request ID, never by what is in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from .hidden_secrets import without_secrets

Tell = Callable[[str], None]
"""Says a line to whoever wants to know more."""

BEGUN: Final = "rdsproxy_templates_begun"


def tell_calls(session: Any, tell: Tell) -> None:
    """Have a *session* of botocore tell each call that it makes.

    botocore's own logs have the whole requests and answers, and secrets with them.
    """

    def before(context: dict[str, Any], **_: Any) -> None:
        context[BEGUN] = time.monotonic()

    def after(
        http_response: Any,
        parsed: Mapping[str, Any],
        model: Any,
        context: Mapping[str, Any],
        **_: Any,
    ) -> None:
        told = parsed.get("ResponseMetadata", {})
        code = parsed.get("Error", {}).get("Code") or http_response.status_code
        request = told.get("RequestId") or told.get("HostId") or "none"
        seconds = time.monotonic() - context.get(BEGUN, time.monotonic())
        service = model.service_model.service_id
        tell(f"{service} {model.name}: {code}, request {request}, {seconds:.2f} s")

    session.register("before-call", before)
    session.register("after-call", after)


def tell_output(tell: Tell | None, program: str, output: str) -> None:
    """Tell what a *program* has written, without what looks like a secret."""
    if tell is not None:
        for line in output.splitlines():
            tell(f"{program}: {without_secrets(line)}")
