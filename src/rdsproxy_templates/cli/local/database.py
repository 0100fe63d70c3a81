"""A database for plans that are given one, in a stack of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ...aws.engines import ENGINES
from ...resources.existing_database import ExistingDatabaseSettings

if TYPE_CHECKING:
    from rdsproxy_local.local_cloud import Account

STACK: Final = "local-database"
NAME: Final = "shop"
MASTER: Final = "boss"
IDENTIFIER: Final = "DBIdentifier"
PARAMETERS: Final = (
    IDENTIFIER,
    "DBEndpoint",
    "DBResourceId",
    "RDSMasterUserSecretArn",
    "RDSDatabaseName",
    "RDSMasterUsername",
)
"""Parameters of a database that exists, and outputs of the stack."""


def wanted(settings: object) -> ExistingDatabaseSettings | None:
    """Return *settings* if a local cloud can make the database; no Multi-AZ DB cluster."""
    if not isinstance(settings, ExistingDatabaseSettings):
        return None
    is_made = not settings.is_cluster or ENGINES[settings.engine].aurora
    return settings if is_made else None


def stand_in(settings: ExistingDatabaseSettings) -> dict[str, Any]:
    """Return a resource with the engine of the database, for those who look for its server."""
    return _resource("RDS::DBInstance", {"Engine": settings.engine})


def create(
    account: Account, settings: ExistingDatabaseSettings, network: Mapping[str, str]
) -> dict[str, str]:
    """Create the database in *network*, and return what names it."""
    from rdsproxy_local.deployment.bucket import PackageBucket  # noqa: PLC0415 - an extra
    from rdsproxy_local.deployment.stacks import WantedStack, put_stack  # noqa: PLC0415

    template = json.dumps(_template(settings, network))
    bucket = PackageBucket(account.client("s3"), account.id, account.region)
    put_stack(account, bucket, WantedStack(name=STACK, template=template))
    return account.outputs(STACK)


def _template(settings: ExistingDatabaseSettings, network: Mapping[str, str]) -> dict[str, Any]:
    engine = {
        "Engine": settings.engine,
        "EngineVersion": settings.engine_version or ENGINES[settings.engine].default_version,
    }
    placed = {
        **engine,
        "MasterUsername": _secret("username"),
        "MasterUserPassword": _secret("password"),
        "DBSubnetGroupName": {"Ref": "Subnets"},
        "VPCSecurityGroups" if not settings.is_cluster else "VpcSecurityGroupIds": [
            network["DBClusterSecurityGroupId"]
        ],
        "Port": settings.port,
        "StorageEncrypted": True,
        "EnableIAMDatabaseAuthentication": True,
    }
    subnets = {
        "DBSubnetGroupDescription": "Subnets of the database",
        "SubnetIds": [network["PrivateSubnet1Id"], network["PrivateSubnet2Id"]],
    }
    secret = {
        "SecretStringTemplate": json.dumps({"username": MASTER}),
        "GenerateStringKey": "password",
        "ExcludePunctuation": True,
    }
    databases = _cluster(settings, engine, placed) if settings.is_cluster else _instance(placed)
    return {
        "Resources": {
            "Master": _resource("SecretsManager::Secret", {"GenerateSecretString": secret}),
            "Subnets": _resource("RDS::DBSubnetGroup", subnets),
            **databases,
        },
        "Outputs": {name: {"Value": value} for name, value in _outputs(settings).items()},
    }


def _cluster(
    settings: ExistingDatabaseSettings, engine: Mapping[str, Any], placed: Mapping[str, Any]
) -> dict[str, Any]:
    member = {
        **engine,
        "DBClusterIdentifier": {"Ref": "Database"},
        "DBInstanceClass": "db.r6g.large",
    }
    cluster = _resource("RDS::DBCluster", {**placed, "DatabaseName": NAME})
    members = range(1, 2 + settings.readers)
    return {
        "Database": cluster,
        **{f"Instance{number}": _resource("RDS::DBInstance", member) for number in members},
    }


def _instance(placed: Mapping[str, Any]) -> dict[str, Any]:
    size = {"DBName": NAME, "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20"}
    return {"Database": _resource("RDS::DBInstance", {**placed, **size})}


def _outputs(settings: ExistingDatabaseSettings) -> dict[str, Any]:
    resource_id = "DBClusterResourceId" if settings.is_cluster else "DbiResourceId"
    values = (
        {"Ref": "Database"},
        {"Fn::GetAtt": ["Database", "Endpoint.Address"]},
        {"Fn::GetAtt": ["Database", resource_id]},
        {"Ref": "Master"},
        NAME,
        MASTER,
    )
    return dict(zip(PARAMETERS, values, strict=True))


def _resource(type_: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::{type_}", "Properties": dict(properties)}


def _secret(key: str) -> dict[str, str]:
    return {"Fn::Sub": f"{{{{resolve:secretsmanager:${{Master}}:SecretString:{key}}}}}"}
