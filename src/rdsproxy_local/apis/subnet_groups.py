"""DB subnet groups as strict as RDS's; a group that moto modifies is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBSubnetGroupNotFoundError, InvalidParameterValue, RDSClientError
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from .rds_network import usable_subnets
from .surround import mend, surround


def install() -> None:
    surround(RDSResponse, "create_db_subnet_group", _create)
    mend(
        RDSResponse,
        "modify_db_subnet_group",
        _modify,
        moto="a modified group is lost",
        aws="it has the new subnets",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html",
    )
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
        # https://github.com/hashicorp/terraform-provider-aws/issues/27459
        raise InvalidParameterValue(
            "The new Subnets are not in the same Vpc as the existing subnet group"
        )
    _require_used_subnets(response.backend, group, {subnet.id for subnet in subnets})
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


def _require_used_subnets(backend: RDSBackend, group: Any, wanted: set[str]) -> None:
    """A group loses none of its subnets while a database is in them.

    RDS looks at the zones in which there are instances. Of two subnets neither can go, and
    Aurora may take any: https://repost.aws/knowledge-center/rds-db-subnet-group
    """
    gone = [subnet.id for subnet in group._subnets if subnet.id not in wanted]
    if gone and any(_users(backend, group.name)):
        raise RDSClientError(
            "SubnetAlreadyInUse",
            f"Some of the subnets to be deleted are currently in use: {', '.join(gone)}",
        )


def _users(backend: RDSBackend, name: str) -> Iterator[str]:
    for cluster in [*backend.clusters.values()]:
        if cluster.db_subnet_group_name == name:
            yield cluster.db_cluster_identifier
    for database in [*backend.databases.values()]:
        if database._db_subnet_group_name == name:
            yield database.db_instance_identifier
