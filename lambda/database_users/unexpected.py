"""What the log says of an error that nobody expected."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


def logged(error: Exception) -> None:
    """Its text may quote anything, a credential too; its type and place are enough to find it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    log.error("unexpected", extra={"error": type(error).__name__, "at": place})
