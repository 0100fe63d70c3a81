"""Rules that span properties: cfn-lint's extensions of AWS's schemas, which carry its data.

A schema of CloudFormation knows single properties. Which class an engine has in which Region, or
which engine version exists, is in files beside cfn-lint's rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ..cloudformation.resource import Context
from ..cloudformation.schemas import Rules

HERE: Final = ""
RULE: Final = ("SecurityGroupEgress/*", "SecurityGroupIngress/*")
FILES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "AWS::ApiGateway::RestApi": (("openapi_properties", HERE),),
    "AWS::ApiGateway::Stage": (("method_settings_resource_path", "MethodSettings/*"),),
    "AWS::CloudFront::Distribution": (
        ("forward_enum", "DistributionConfig/DefaultCacheBehavior"),
        ("forward_enum", "DistributionConfig/CacheBehaviors/*"),
    ),
    "AWS::DynamoDB::Table": (
        ("billingmode_exclusive", HERE),
        ("billingmode_provisioned_dependent", HERE),
    ),
    "AWS::EC2::Instance": (
        ("blockdevicemappings", "BlockDeviceMappings/*/Ebs"),
        ("instancetype_enum", "InstanceType"),
        ("privateipaddress", HERE),
    ),
    "AWS::Lambda::EventSourceMapping": (
        ("eventsourcearn_sqs_exclusive", HERE),
        ("eventsourcearn_stream_inclusive", HERE),
    ),
    "AWS::Lambda::Function": (
        ("capacity_provider_timeout", HERE),
        ("loglevel_logformat", HERE),
        ("packagetype_image_exclusions", HERE),
    ),
    "AWS::RDS::DBCluster": (
        ("aurora", HERE),
        ("dbclusterinstanceclass_enum", HERE),
        ("engine_version", HERE),
        ("engine_version_deprecated", HERE),
        ("multiaz", HERE),
        ("serverless_exclusive", HERE),
    ),
    "AWS::RDS::DBInstance": (
        ("aurora_exclusive", HERE),
        ("db_instance_class", HERE),
        ("dbinstanceclass_enum", HERE),
        ("engine_version", HERE),
        ("engine_version_deprecated", HERE),
        ("kmskey_storageencrypted", HERE),
        ("replicamode_enum", HERE),
    ),
    "AWS::SQS::Queue": (("properties", HERE),),
}
"""The files for each type, and the place in the properties that each judges.

Those of cfn-lint 1.58's rules that are errors, about one resource, and of which the services'
own refusals in ``apis`` do not know.
"""


def _unknown_version(given: Mapping[str, Any]) -> str:
    return f"Cannot find version {given.get('EngineVersion', '')} for {given['Engine']}"


def _unknown_class(given: Mapping[str, Any]) -> str:
    names = ("DBClusterInstanceClass", "DBInstanceClass", "Engine", "EngineVersion")
    combination = ", ".join(f"{name}={given[name]}" for name in names if name in given)
    return (
        "RDS does not support creating a DB instance with the following combination: "
        f"{combination}. For supported combinations of instance class and database engine "
        "version, see the documentation."
    )


SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "db_instance_class": _unknown_class,
    "dbclusterinstanceclass_enum": _unknown_class,
    "dbinstanceclass_enum": _unknown_class,
    "engine_version": _unknown_version,
    "engine_version_deprecated": _unknown_version,
    "instancetype_enum": lambda given: (
        f"Invalid value '{given['InstanceType']}' for InstanceType: it does not exist here."
    ),
}
"""The service's own sentence for files that are mere lists."""
RESTORED: Final = (
    "DBClusterSnapshotIdentifier",
    "DBSnapshotIdentifier",
    "SnapshotIdentifier",
    "SourceDBClusterIdentifier",
    "SourceDBInstanceIdentifier",
    "SourceDbClusterResourceId",
    "SourceDbiResourceId",
)
REGIONAL: Final = ("dbclusterinstanceclass_enum", "dbinstanceclass_enum", "instancetype_enum")
"""Files with a schema for each Region."""


def extension_problems(
    type_name: str, context: Context, properties: Mapping[str, Any]
) -> Iterator[str]:
    """A sentence for each rule across properties that a resource of the type breaks."""
    for name, place in FILES.get(type_name, ()):
        rules = _rules(type_name, name, context.region if name in REGIONAL else None)
        if name == "engine_version_deprecated" and not _asks_for_one_version(properties):
            continue
        for value, where in _at(properties, tuple(filter(None, place.split("/"))), ()):
            problems = rules.problems(value) if rules else []
            if problems and name in SENTENCES:
                yield SENTENCES[name](properties)
                continue
            yield from ("/".join((*where, problem)) for problem in problems)


def _asks_for_one_version(given: Mapping[str, Any]) -> bool:
    """True unless it is restored, with the source's version, or a major version asks for any."""
    if any(name in given for name in RESTORED):
        return False
    parts = str(given.get("EngineVersion", "")).split(".")
    return len(parts) > (1 if "postgres" in str(given.get("Engine")) else 2)


@cache
def _rules(type_name: str, name: str, region: str | None) -> Rules | None:
    """The rules of a file; None for a Region of which it knows nothing."""
    folder = type_name.lower().replace("::", "_")
    place = files("cfnlint.data.schemas.extensions") / folder / f"{name}.json"
    rules = json.loads(place.read_text("utf-8"))
    if region is not None:
        rules = rules.get(region)
    return Rules(rules) if rules is not None else None


def _at(
    value: Any, path: tuple[str, ...], where: tuple[str, ...]
) -> Iterable[tuple[Any, tuple[str, ...]]]:
    """The values at *path*, of which ``*`` is each member of a list, and their places."""
    match path:
        case ():
            return [(value, where)]
        case ("*", *rest) if isinstance(value, list):
            inner: list[tuple[Any, Any]] = list(enumerate(value))
        case (name, *rest) if isinstance(value, Mapping) and name in value:
            inner = [(name, value[name])]
        case _:
            return []
    return [found for key, one in inner for found in _at(one, tuple(rest), (*where, str(key)))]
