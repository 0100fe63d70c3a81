"""Dataclasses whose methods are generated when the first of them is made.

That takes a third of a millisecond for each; a variant knows dozens, and whoever only imports it
makes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    import dataclasses
    from threading import RLock

    _OPTIONS = "__record_options__"
    _LOCK = RLock()

    def record(cls: type | None = None, /, **options: bool) -> object:
        """Make *cls* a dataclass with *options*, as soon as it is instantiated.

        Pickle makes instances without ``__init__``: what a process may receive before it makes
        one itself, such as a finding, is a plain dataclass.
        """
        if cls is None:
            return lambda decorated: record(decorated, **options)

        def __init__(self: object, *arguments: object, **values: object) -> None:  # noqa: N807
            _complete(cls)
            cls.__init__(self, *arguments, **values)

        setattr(cls, _OPTIONS, options)
        cls.__init__ = __init__
        return cls

    def _complete(cls: type) -> None:
        """Generate the methods of *cls* and of the records that it extends."""
        with _LOCK:
            for kind in reversed(cls.__mro__):
                if _OPTIONS in vars(kind):
                    del kind.__init__
                    dataclasses.dataclass(**vars(kind)[_OPTIONS])(kind)
                    delattr(kind, _OPTIONS)


__all__ = ["record"]
