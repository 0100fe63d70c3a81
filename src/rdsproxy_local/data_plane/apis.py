"""The APIs' own names."""

from __future__ import annotations

import re
from typing import Final

import boto3

from . import http_apis, rest_apis

NAMES: Final = tuple(
    f"*.execute-api.{region}.amazonaws.com"
    for region in boto3.Session().get_available_regions("apigateway")
)
"""The names of all APIs, as certificates hold them."""
NAME: Final = re.compile(r"(?P<id>[a-z0-9]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


def exists(host: str) -> bool:
    """True if *host* names a deployed API."""
    name = NAME.fullmatch(host.lower())
    return name is not None and name["region"] == _region(name["id"])


def _region(api_id: str) -> str | None:
    if http_api := http_apis.find(api_id):
        return str(http_api.backend.region_name)
    if found := rest_apis.find(api_id):
        _, rest_api = found
        return str(rest_api.region_name)
    return None
