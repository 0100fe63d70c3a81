"""Parameter groups: TLS for connections, and slow statements in the exported log.

Family and description of a group are create-only. A new major version therefore creates another
group beside the old one, so groups have no physical name.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from troposphere import rds

from ..aws.engines import ENGINES
from .database import DatabaseSettings
from .database_logs import log_parameters

NO_OTHERS: Final[Mapping[str, str]] = MappingProxyType({})


def cluster_parameters(choices: DatabaseSettings) -> rds.DBClusterParameterGroup:
    """``DBClusterParameterGroup``, which applies to every instance of the cluster.

    TLS is a parameter of clusters only, so the instances keep their default group.
    """
    engine = ENGINES[choices.engine]
    return rds.DBClusterParameterGroup(
        "DBClusterParameterGroup",
        Description="Parameters of the database cluster",
        Family=engine.parameter_family(choices.version),
        Parameters=_parameters(choices),
    )


def instance_parameters(
    choices: DatabaseSettings, others: Mapping[str, str] = NO_OTHERS
) -> rds.DBParameterGroup:
    """``DBParameterGroup`` of an instance without a cluster; *others* are added to it."""
    engine = ENGINES[choices.engine]
    return rds.DBParameterGroup(
        "DBParameterGroup",
        Description="Parameters of the database instance",
        Family=engine.parameter_family(choices.version),
        Parameters={
            **_parameters(choices),
            **others,
        },
    )


def _parameters(choices: DatabaseSettings) -> dict[str, str]:
    engine = ENGINES[choices.engine]
    return {
        **engine.parameters(choices.slow_query_seconds, tls_only=choices.tls_only),
        **log_parameters(choices.logs, engine),
    }
