"""Connection settings in the parameter group of a database."""

from __future__ import annotations

from typing import Any, Final

from moto.rds.models import DBCluster

ON: Final = {"require_secure_transport": ("ON", "1"), "rds.force_ssl": ("1",)}


def takes_tls_only(model: Any) -> bool:
    """True if the parameter group of the cluster or instance requires TLS."""
    groups, name = (
        (model.backend.db_cluster_parameter_groups, model.parameter_group)
        if isinstance(model, DBCluster)
        else (model.backend.db_parameter_groups, model.db_parameter_group_name)
    )
    parameters = groups[name].parameters if name in groups else {}
    return any(
        name in parameters and str(parameters[name].get("ParameterValue")) in values
        for name, values in ON.items()
    )
