"""The error that makes a stack fail."""

from __future__ import annotations


class Failure(Exception):
    """The reason that the stack's events show."""
