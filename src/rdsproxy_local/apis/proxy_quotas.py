"""Names that proxies share with none, and the most endpoints of a proxy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend

MOST_ENDPOINTS: Final = 20
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations"""


def require_free_name(backend: RDSBackend, name: str) -> None:
    """Refuse a proxy whose name another has, in these letters or in others."""
    if name.lower() in {other.lower() for other in [*backend.db_proxies]}:
        raise RDSClientError(
            "DBProxyAlreadyExistsFault",
            f"Cannot create the DBProxy because it already exists: {name}",
        )


def require_room_for_endpoint(endpoints: Iterable[Any], proxy: str) -> None:
    """Refuse the 21st endpoint of a proxy; its own first one does not count."""
    own = [one for one in endpoints if one.db_proxy_name == proxy]
    if len(own) >= MOST_ENDPOINTS:
        raise RDSClientError(
            "DBProxyEndpointQuotaExceededFault",
            f"You have reached the quota of {MOST_ENDPOINTS} endpoints of a proxy.",
        )
