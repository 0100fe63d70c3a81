"""Hypothesis strategies of settings that Config admits, for each variant."""

from __future__ import annotations

from .variants import VALID

__all__ = ["VALID"]
