"""The form of a check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..cloudformation.resource import Context

Check = Callable[[Context, Mapping[str, Any]], Iterator[str]]
"""Yields a sentence for each reason for which AWS would refuse a resource's properties."""
