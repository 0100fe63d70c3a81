"""Default number of connections that a database accepts."""

from __future__ import annotations

from typing import Final

from .engines import Engine

# Defaults by the size in the class's name, and for Serverless v2 by its largest capacity in
# ACU: docs.aws.amazon.com, "Maximum connections to an Aurora MySQL DB instance".
_CONNECTIONS_BURSTABLE: Final = {"small": 45, "medium": 90, "large": 135}
_CONNECTIONS: Final = {
    "large": 1000,
    "xlarge": 2000,
    "2xlarge": 3000,
    "4xlarge": 4000,
    "8xlarge": 5000,
    "12xlarge": 6000,
    "16xlarge": 6000,
    "24xlarge": 7000,
}
_CONNECTIONS_SERVERLESS: Final = (
    (1, 90),
    (4, 135),
    (8, 1000),
    (16, 2000),
    (32, 3000),
    (64, 4000),
    (128, 5000),
    (192, 6000),
)


def default_connections(
    engine: Engine, instance_class: str, max_capacity: float | None
) -> int | None:
    """Default ``max_connections`` of an instance; None for engines without a table of AWS's.

    *max_capacity*, in ACUs, is that of Serverless v2, and None for a provisioned class.
    """
    if engine.name != "aurora-mysql":
        return None
    if max_capacity is not None:
        fitting = [count for acu, count in _CONNECTIONS_SERVERLESS if acu <= max_capacity]
        return fitting[-1] if fitting else None
    _, family, size = instance_class.split(".")
    sizes = _CONNECTIONS_BURSTABLE if family.startswith("t") else _CONNECTIONS
    return sizes.get(size)
