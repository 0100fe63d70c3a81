"""The present properties of resources, as drift detection reads them from their services.

The types here are of those that CloudFormation checks, by the column "Drift detection" of
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-supported-resources.html
(read on 2026-11-27). Of those that our templates have, it does not check rules of security groups
that are resources of their own, associations, attachments, aliases of keys, policies that are
resources of their own, VPC endpoints, subscriptions, event source mappings, scaling policies, keys
of usage plans, and integrations and stages of HTTP APIs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import (
    databases,
    events,
    functions,
    grants,
    http_apis,
    identity,
    networks,
    proxies,
    rest_apis,
    traffic,
    web,
)
from .reading import Reader

READERS: Final[Mapping[str, Reader]] = {
    name: reader
    for module in (
        databases,
        events,
        functions,
        grants,
        http_apis,
        identity,
        networks,
        proxies,
        rest_apis,
        traffic,
        web,
    )
    for name, reader in module.READERS.items()
}
