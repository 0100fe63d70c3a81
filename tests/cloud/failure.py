"""What fails a stack."""

from __future__ import annotations


class Failure(Exception):
    """The reason that the stack's events show."""
