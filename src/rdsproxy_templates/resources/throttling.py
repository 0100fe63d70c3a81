"""Request limits of an API."""

from __future__ import annotations

from pydantic import Field

from ..aws.documentation import API_GATEWAY_GUIDE
from ..model import Settings


class ThrottlingSettings(Settings):
    """Request limits that protect the functions and database behind an API."""

    throttling_rate_limit: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="Requests per second that the API accepts in the long run. See "
        f"{API_GATEWAY_GUIDE}api-gateway-request-throttling.html",
    )
    throttling_burst_limit: int = Field(
        default=50,
        ge=1,
        le=5_000,
        description="Requests that the API accepts at once. See "
        f"{API_GATEWAY_GUIDE}api-gateway-request-throttling.html",
    )
