"""Signals that end a command, as the interrupt after which it leaves nothing behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

ENDING: Final = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
"""SIGINT, too, because a job in the background is told to ignore it."""


def is_interrupt(error: BaseException) -> bool:
    """Tell if *error* is an interrupt, or what a library has made of one.

    pydantic names it in a text of its own; Python raises a RuntimeError from it in a class body.
    """
    one: BaseException | None = error
    while one is not None:
        if isinstance(one, KeyboardInterrupt | click.Abort):
            return True
        one = one.__cause__
    return str(error).rstrip(" :\n").endswith(KeyboardInterrupt.__name__)


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise :class:`KeyboardInterrupt` in the block for every signal that asks it to end."""
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def resumable() -> Iterator[None]:
    """Say at an interrupt of the block how to go on."""
    try:
        with interruptible():
            yield
    except (KeyboardInterrupt, click.Abort):
        text = "\nwhat CloudFormation has begun goes on; the same command resumes"
        click.echo(text, err=True, nl=False)
        raise
