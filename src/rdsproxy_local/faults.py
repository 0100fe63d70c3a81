"""Slowness, another order and failures in a local cloud, on demand: what AWS may do at any time.

``POST /_local/faults`` takes the members of :class:`~.cloudformation.pace.Pace` as JSON, and
`calls` with those of :class:`~.call_faults.CallFault`, in place of all others. ``{}`` ends them.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.error import HTTPError

from rdsproxy_templates.errors import ConfigError, Problem

PATH: Final = "/_local/faults"
SLOW: Final[Mapping[str, Any]] = {
    "lag": 2,
    "change_set_lag": 1,
    "parallel": 8,
    "delays": {
        "AWS::RDS::DBCluster": 4,
        "AWS::RDS::DBInstance": 8,
        "AWS::RDS::DBProxy": 6,
        "AWS::CloudFront::Distribution": 6,
        "AWS::EC2::VPCEndpoint": 3,
        "*": 0.5,
    },
}
"""AWS's pace, in small: minutes are seconds."""
SECONDS: Final = 60
_DIRECTLY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def set_faults(endpoint: str, faults: Mapping[str, Any]) -> None:
    """Put *faults* in the place of those of the local cloud at *endpoint*; none ends them."""
    request = urllib.request.Request(  # noqa: S310 - loopback
        endpoint + PATH, json.dumps(faults).encode(), {"Content-Type": "application/json"}
    )
    try:
        with _DIRECTLY.open(request, timeout=SECONDS) as answer:
            answer.read()
    except HTTPError as error:
        message = json.loads(error.read())["message"]
        raise ConfigError([Problem("faults", message)]) from None


@contextmanager
def faults(endpoint: str, **wanted: Any) -> Iterator[None]:
    """Have these faults while the block runs."""
    set_faults(endpoint, wanted)
    try:
        yield
    finally:
        set_faults(endpoint, {})
