"""Log entry of an unexpected error."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


def logged(error: Exception) -> None:
    """Log the error's type and place; its text may quote a credential."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    log.error("unexpected error", extra={"error": type(error).__name__, "at": place})
