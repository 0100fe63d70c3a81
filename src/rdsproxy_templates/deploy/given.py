"""What a deployment is given, compared with the account before anything in it changes.

It only reads: DescribeSubnets, DescribeSecurityGroups, DescribeDBClusters or DescribeDBInstances,
and GetSecretValue. Where the account refuses one of them, that is said, and the deployment goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ..errors import Problem
from ..model import Template
from .accounts import AccountSession

DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
FAMILIES: Final = {"mysql": "MYSQL", "maria": "MYSQL", "postgres": "POSTGRESQL"}
FEWEST_ZONES: Final = 2

Values = Mapping[str, str]
Check = Callable[[AccountSession, Template, Values], Iterator[Problem]]


def given_problems(
    session: AccountSession, root: Template, values: Values, say: Callable[[str], None]
) -> list[Problem]:
    """Return all that is wrong with the database that *values* name, and the network around it.

    Nothing where *root* takes no database that exists.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    if "DBIdentifier" not in root.parameters:
        return []
    found: list[Problem] = []
    checks: tuple[Check, ...] = (_network, _database, _secret)
    for check in checks:
        try:
            found += check(session, root, values)
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if code in DENIED:
                say(f"not compared with the account: {error.operation_name} is not allowed")
            else:
                found.append(Problem("", f"{error.operation_name}: {message}"))
    return found


def _network(session: AccountSession, root: Template, values: Values) -> Iterator[Problem]:
    ec2 = session.client("ec2")
    subnets = _of_type(root, values, "AWS::EC2::Subnet::Id")
    described = ec2.describe_subnets(SubnetIds=sorted({*subnets.values()}))["Subnets"]
    vpcs = {one["VpcId"] for one in described}
    zones = {one["AvailabilityZone"] for one in described}
    if len(zones) < FEWEST_ZONES:
        sentence = f"are in {', '.join(sorted(zones))} only; give subnets of two Availability Zones"
        yield Problem(" and ".join(subnets), sentence)
    if len(vpcs) > 1:
        sentence = f"are in {', '.join(sorted(vpcs))}; give subnets of the database's VPC"
        yield Problem(" and ".join(subnets), sentence)
        return
    (vpc,) = vpcs
    if values.get("VPCId", vpc) != vpc:
        yield Problem("VPCId", f"is {values['VPCId']}, and the subnets are in {vpc}")
    groups = _of_type(root, values, "AWS::EC2::SecurityGroup::Id")
    answer = ec2.describe_security_groups(GroupIds=sorted({*groups.values()}))["SecurityGroups"]
    homes = {one["GroupId"]: one["VpcId"] for one in answer}
    for name, group in groups.items():
        if homes[group] != vpc:
            yield Problem(name, f"is {group} of {homes[group]}, and the subnets are in {vpc}")


def _database(session: AccountSession, root: Template, values: Values) -> Iterator[Problem]:
    rds, identifier = session.client("rds"), values["DBIdentifier"]
    (targets,) = _bodies(root, "AWS::RDS::DBProxyTargetGroup")
    (proxy,) = _bodies(root, "AWS::RDS::DBProxy")
    if "DBClusterIdentifiers" in targets:
        (database,) = rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"]
        resource_id, host = database["DbClusterResourceId"], database["Endpoint"]
    else:
        (database,) = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        resource_id, host = database["DbiResourceId"], database["Endpoint"]["Address"]
    for name, actual in (("DBResourceId", resource_id), ("DBEndpoint", host)):
        if values[name] != actual:
            yield Problem(name, f"is {values[name]!r}, and {identifier} has {actual!r}")
    families = [family for part, family in FAMILIES.items() if part in database["Engine"]]
    if proxy["EngineFamily"] not in families:
        yield Problem(
            "DBIdentifier",
            f"names a database of {database['Engine']}, and rds.engine is of the family "
            f"{proxy['EngineFamily']}",
        )
    if proxy.get("DefaultAuthScheme") and not database.get("IAMDatabaseAuthenticationEnabled"):
        yield Problem(
            "DBIdentifier",
            "names a database without IAM authentication, which `end_to_end_iam` needs; turn it on",
        )
    theirs = [one["VpcSecurityGroupId"] for one in database["VpcSecurityGroups"]]
    if values["DBClusterSecurityGroupId"] not in theirs:
        yield Problem(
            "DBClusterSecurityGroupId",
            f"must be a group of {identifier}: {', '.join(theirs)}, got "
            f"{values['DBClusterSecurityGroupId']}",
        )


def _secret(session: AccountSession, _root: Template, values: Values) -> Iterator[Problem]:
    secrets = session.client("secretsmanager")
    answer = secrets.get_secret_value(SecretId=values["RDSMasterUserSecretArn"])
    try:
        user = json.loads(answer.get("SecretString", ""))
    except ValueError:
        user = None
    wanted = ("username", "password")
    if not isinstance(user, dict) or any(not isinstance(user.get(name), str) for name in wanted):
        yield Problem(
            "RDSMasterUserSecretArn", "must hold JSON with username and password, and does not"
        )


def _of_type(root: Template, values: Values, type_: str) -> dict[str, str]:
    return {
        name: values[name]
        for name, body in root.parameters.items()
        if body["Type"] == type_ and name in values
    }


def _bodies(root: Template, type_: str) -> list[Mapping[str, Any]]:
    return [
        body["Properties"]
        for _, template in root.walk()
        for body in template.resources.values()
        if body["Type"] == type_
    ]
