"""Secrets Manager: the databases that secrets open, who may read them, when they rotate."""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .secrets import json_object, made

# The rotation functions' names for engines, which attachments write:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
AURORA_ENGINES: Final = {"aurora-mysql": "mysql", "aurora-postgresql": "postgres"}


def _attach(context: Context, properties: Properties) -> Made:
    connection = _connection(context, properties["TargetType"], properties["TargetId"])
    secret = context.call("secretsmanager", "get_secret_value", SecretId=properties["SecretId"])
    fields = json_object(secret.get("SecretString"), "the secret")
    context.call(
        "secretsmanager",
        "put_secret_value",
        SecretId=secret["ARN"],
        SecretString=json.dumps(fields | connection),
    )
    return made(secret["ARN"])


def _attach_again(context: Context, _: DeployedResource, properties: Properties) -> Made:
    return _attach(context, properties)


def _detach(_: Context, __: DeployedResource) -> None:
    """Do nothing: the secret keeps the value that was written."""


def _connection(context: Context, kind: str, identifier: str) -> dict[str, Any]:
    """The connection of the secret's user to a database, in the rotation functions' words."""
    if not identifier:
        raise Failure("TargetId must have a value")
    match kind:
        case "AWS::RDS::DBCluster":
            answer = context.call("rds", "describe_db_clusters", DBClusterIdentifier=identifier)
            database = answer["DBClusters"][0]
            host, port = database["Endpoint"], database["Port"]
            name = database.get("DatabaseName")
            named = {"dbClusterIdentifier": database["DBClusterIdentifier"]}
        case "AWS::RDS::DBInstance":
            answer = context.call("rds", "describe_db_instances", DBInstanceIdentifier=identifier)
            database = answer["DBInstances"][0]
            host, port = database["Endpoint"]["Address"], database["Endpoint"]["Port"]
            name = database.get("DBName")
            named = {"dbInstanceIdentifier": database["DBInstanceIdentifier"]}
        case _:
            raise Failure("Unsupported target type")
    connection = {"engine": _engine(database["Engine"]), "host": host, "port": port}
    return connection | named | ({"dbname": name} if name else {})


def _engine(engine: str) -> str:
    """``oracle-ee`` is ``oracle``, and Aurora what it is compatible with."""
    return AURORA_ENGINES.get(engine) or engine.partition("-")[0]


def _put_policy(context: Context, properties: Properties) -> Made:
    answer = context.call("secretsmanager", "put_resource_policy", **properties)
    return made(answer["ARN"])


def _put_policy_again(context: Context, _: DeployedResource, properties: Properties) -> Made:
    return _put_policy(context, properties)


def _delete_policy(context: Context, deployed: DeployedResource) -> None:
    context.call("secretsmanager", "delete_resource_policy", SecretId=deployed.physical_id)


def _rotate(context: Context, properties: Properties) -> Made:
    if "RotationLambdaARN" not in properties:
        raise Failure("the local cloud rotates only by RotationLambdaARN")
    _require_invocation(context, properties["RotationLambdaARN"])
    answer = context.call(
        "secretsmanager",
        "rotate_secret",
        SecretId=properties["SecretId"],
        RotationLambdaARN=properties["RotationLambdaARN"],
        RotationRules=properties.get("RotationRules"),
        RotateImmediately=properties.get("RotateImmediatelyOnUpdate", True),
    )
    return made(answer["ARN"])


def _rotate_otherwise(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    properties.changed_from(deployed, resets=["RotationRules", "RotateImmediatelyOnUpdate"])
    return _rotate(context, properties)


def _stop_rotation(context: Context, deployed: DeployedResource) -> None:
    context.call("secretsmanager", "cancel_rotate_secret", SecretId=deployed.physical_id)


def _require_invocation(context: Context, function: str) -> None:
    """The function must let Secrets Manager invoke it, which it is asked at once."""
    context.as_service().call("lambda", "get_function", FunctionName=function)
    try:
        policy = context.as_service().call("lambda", "get_policy", FunctionName=function)["Policy"]
    except ClientError:
        policy = '{"Statement": []}'
    principals = [statement.get("Principal") for statement in json.loads(policy)["Statement"]]
    if {"Service": "secretsmanager.amazonaws.com"} not in principals:
        raise Failure(
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function "
            "policy grants access to the principal secretsmanager.amazonaws.com."
        )


TYPES: Final = [
    ResourceType("AWS::SecretsManager::SecretTargetAttachment", _attach, _detach, _attach_again),
    ResourceType(
        "AWS::SecretsManager::ResourcePolicy", _put_policy, _delete_policy, _put_policy_again
    ),
    ResourceType(
        "AWS::SecretsManager::RotationSchedule", _rotate, _stop_rotation, _rotate_otherwise
    ),
]
