"""Engine of AWS's own validator, ``cloudformation-validate``."""

from __future__ import annotations

import ctypes
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cloudformation_validate import CompositeEngine

_ONCE: Final = Lock()


def start_engine() -> None:
    """Build the engine in another thread while the caller imports and renders.

    It is native code, which runs beside Python's.
    """
    Thread(target=engine, name="engine of cloudformation-validate", daemon=True).start()


def engine() -> CompositeEngine:
    """Return the engine; to build it, once in a process, takes a quarter of a second."""
    with _ONCE:
        return _built()


@cache
def _built() -> CompositeEngine:
    from cloudformation_validate import CompositeEngine  # noqa: PLC0415

    built = CompositeEngine()
    # Never freed: its destructor takes longer than all of our rendering, and fails when the
    # interpreter shuts down.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(built))
    return built
