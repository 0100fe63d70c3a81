"""How often an API may be called."""

from __future__ import annotations

from pydantic import Field

from ..model import Settings


class ThrottlingSettings(Settings):
    """Limits that spare what is behind an API."""

    throttling_rate_limit: int = Field(
        default=100, ge=1, le=10_000, description="Requests a second that the API lets through."
    )
    throttling_burst_limit: int = Field(
        default=50, ge=1, le=5_000, description="Requests at once that the API lets through."
    )
