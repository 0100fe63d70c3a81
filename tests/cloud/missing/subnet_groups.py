"""DB subnet groups as strict as RDS's; a group that moto modifies is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBSubnetGroupNotFoundError, InvalidParameterValue, RDSClientError
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from .rds_network import usable_subnets
from .surround import surround


def install() -> None:
    surround(RDSResponse, "create_db_subnet_group", _create)
    surround(RDSResponse, "modify_db_subnet_group", _modify)
    surround(RDSBackend, "delete_subnet_group", _delete)


def _create(_: Callable[..., Any], response: RDSResponse) -> ActionResult:
    given = response.params
    name = given["DBSubnetGroupName"]
    if name in response.backend.subnet_groups:
        raise RDSClientError(
            "DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists."
        )
    subnets = usable_subnets(response.backend, given["SubnetIds"])
    group = response.backend.create_subnet_group(
        name, given["DBSubnetGroupDescription"], subnets, given.get("Tags", [])
    )
    return ActionResult({"DBSubnetGroup": group})


def _modify(_: Callable[..., Any], response: RDSResponse) -> ActionResult:
    given = response.params
    group = response.backend.subnet_groups.get(given["DBSubnetGroupName"])
    if group is None:
        raise DBSubnetGroupNotFoundError(given["DBSubnetGroupName"])
    subnets = usable_subnets(response.backend, given["SubnetIds"])
    if subnets[0].vpc_id != group.vpc_id:
        raise InvalidParameterValue("A DB subnet group stays in its VPC.")
    group._subnets = subnets
    group.description = given.get("DBSubnetGroupDescription", group.description)
    return ActionResult({"DBSubnetGroup": group})


def _delete(delete: Callable[..., Any], backend: RDSBackend, subnet_name: str) -> Any:
    if user := next(_users(backend, subnet_name), None):
        raise RDSClientError(
            "InvalidDBSubnetGroupStateFault",
            f"Cannot delete the subnet group '{subnet_name}' because at least one database "
            f"instance: {user} is still using it.",
        )
    return delete(backend, subnet_name)


def _users(backend: RDSBackend, name: str) -> Iterator[str]:
    for cluster in backend.clusters.values():
        if cluster.db_subnet_group_name == name:
            yield cluster.db_cluster_identifier
    for database in backend.databases.values():
        if database._db_subnet_group_name == name:
            yield database.db_instance_identifier
