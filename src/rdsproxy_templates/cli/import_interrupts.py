"""Interrupts while modules are imported, of which Python loses some.

An exception in a weak reference's callback or in a finalizer does not propagate. The import system
runs such a callback for each module (`_get_module_lock`), and pydantic makes an error of its own of
an interrupt: one in some hundreds would be lost, or end in a traceback.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, Final

PAUSE: Final = 0.001


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Let an interrupt of the block, which starts nothing, end the process as the system does."""
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_ignored_interrupts() -> None:
    """Interrupt the main thread again whenever Python ignores its :class:`KeyboardInterrupt`."""
    before = sys.unraisablehook

    def hook(ignored: Any) -> None:
        if issubclass(ignored.exc_type, KeyboardInterrupt):
            threading.Thread(target=_interrupt, args=(hook.__code__,), daemon=True).start()
        else:
            before(ignored)

    sys.unraisablehook = hook


def _interrupt(hook: CodeType) -> None:
    """Interrupt the main thread once it has left the *hook*, in which it would be ignored, too."""
    main = threading.main_thread().ident
    if main is None:  # it has ended
        return
    while _runs(sys._current_frames().get(main), hook):  # noqa: SLF001 - documented
        time.sleep(PAUSE)
    signal.pthread_kill(main, signal.SIGINT)


def _runs(frame: FrameType | None, code: CodeType) -> bool:
    while frame is not None:
        if frame.f_code is code:
            return True
        frame = frame.f_back
    return False
