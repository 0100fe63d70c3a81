"""Parameter groups: TLS for connections, slow statements in the exported log, one's own parameters.

Family and description of a group are create-only. A new major version therefore creates another
group beside the old one, so groups have no physical name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from troposphere import AWSHelperFn, AWSObject, rds

from ..aws.engines import ENGINES
from ..records import record
from .database import DatabaseSettings
from .database_logs import log_parameters

NO_OTHERS: Final[Mapping[str, str]] = MappingProxyType({})


@record(frozen=True, kw_only=True)
class ClusterGroups:
    """The parameter groups of a cluster, and the properties that name them."""

    resources: Sequence[AWSObject]
    of_cluster: Mapping[str, Any]
    of_instance: Mapping[str, Any]


def cluster_groups(choices: DatabaseSettings) -> ClusterGroups:
    """``DBClusterParameterGroup``, which applies to every instance of the cluster.

    TLS is a parameter of clusters only, so the instances keep their default group, unless they
    have parameters of their own: then there is a ``DBParameterGroup``, too.
    """
    engine, own = ENGINES[choices.engine], choices.parameters
    resources: list[AWSObject] = []
    cluster_name: AWSHelperFn | str | None = own.cluster_group
    instance_name: AWSHelperFn | str | None = own.instance_group
    if cluster_name is None:
        of_cluster = rds.DBClusterParameterGroup(
            "DBClusterParameterGroup",
            Description="Parameters of the database cluster",
            Family=engine.parameter_family(choices.version),
            Parameters=own.of_cluster(_parameters(choices)),
        )
        resources.append(of_cluster)
        cluster_name = of_cluster.ref()
    if own.instance:
        of_instances = rds.DBParameterGroup(
            "DBParameterGroup",
            Description="Parameters of the cluster's instances",
            Family=engine.parameter_family(choices.version),
            Parameters=own.of_instance(NO_OTHERS),
        )
        resources.append(of_instances)
        instance_name = of_instances.ref()
    # A new major version is one update of the cluster: it has to name the instances' new group.
    for_upgrades = {"DBInstanceParameterGroupName": instance_name} if instance_name else {}
    return ClusterGroups(
        resources=resources,
        of_cluster={"DBClusterParameterGroupName": cluster_name, **for_upgrades},
        of_instance={"DBParameterGroupName": instance_name} if instance_name else {},
    )


def instance_group(
    choices: DatabaseSettings, others: Mapping[str, str] = NO_OTHERS
) -> tuple[Mapping[str, Any], Sequence[AWSObject]]:
    """``DBParameterGroup`` of an instance without a cluster, and the property that names it.

    *others* are added to its parameters. A group that is given is named, and nothing is made.
    """
    engine, own = ENGINES[choices.engine], choices.parameters
    if own.instance_group is not None:
        return {"DBParameterGroupName": own.instance_group}, []
    group = rds.DBParameterGroup(
        "DBParameterGroup",
        Description="Parameters of the database instance",
        Family=engine.parameter_family(choices.version),
        Parameters={
            **own.of_instance(_parameters(choices)),
            **others,
        },
    )
    return {"DBParameterGroupName": group.ref()}, [group]


def _parameters(choices: DatabaseSettings) -> dict[str, str]:
    engine = ENGINES[choices.engine]
    return {
        **engine.parameters(choices.slow_query_seconds, tls_only=choices.tls_only),
        **log_parameters(choices.logs, engine),
    }
