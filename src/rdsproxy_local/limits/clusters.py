"""RDS: clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from ..engine_data import has_feature
from .check import Check
from .cluster_kinds import (
    global_cluster_problems,
    global_problems,
    has_most_capacity,
    has_scaling,
    is_restored,
    multi_az_problems,
    role_problems,
)
from .database_settings import (
    LIFECYCLES,
    LONGEST_CLUSTER_PASSWORD,
    NETWORKS,
    blank_problems,
    default_group_problems,
    login_problems,
    name_problems,
    network_problems,
    password_problems,
    port_problems,
    window_problems,
)

# ServerlessV2ScalingConfiguration in botocore's model.
LEAST_ACU: Final = 0
LEAST_MOST_ACU: Final = 1
MOST_ACU: Final = 256
LESS_ACU: Final = 128
STEP: Final = 0.5
PAUSES: Final = range(300, 86401)
RETENTIONS: Final = range(1, 36)
PROVISIONED: Final = "provisioned"
"""The only engine mode since Aurora Serverless v1 ended on 31 March 2025."""
ENDED: Final = ("serverless", "parallelquery", "global", "multimaster")
LONGEST_BACKTRACK: Final = 259200
FEATURES: Final = {
    "EnableHttpEndpoint": "data_api",
    "EnableLocalWriteForwarding": "local_write_forwarding",
}
NEEDS: Final = {
    "MasterUserSecret": "ManageMasterUserPassword",
    "PerformanceInsightsKmsKeyId": "PerformanceInsightsEnabled",
}


def _settings(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    engine = str(given.get("Engine", ""))
    yield from name_problems("DatabaseName", engine, given.get("DatabaseName"))
    yield from password_problems(given.get("MasterUserPassword"), LONGEST_CLUSTER_PASSWORD)
    yield from port_problems(given.get("Port"))
    yield from window_problems(given)
    group, version = given.get("DBClusterParameterGroupName"), given.get("EngineVersion")
    yield from default_group_problems(group, engine, version, "DB Cluster Parameter Group")
    retention = given.get("BackupRetentionPeriod")
    if retention is not None and retention not in RETENTIONS:
        yield f"Invalid backup retention period: {retention}. Must be between 1 and 35"


def _together(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    engine = str(given.get("Engine", ""))
    yield from login_problems(given)
    yield from global_problems(given)
    yield from blank_problems(given)
    if given.get("KmsKeyId") and not (given.get("StorageEncrypted") or is_restored(given)):
        yield "The StorageEncrypted parameter must be true when you specify a KmsKeyId"
    mode = given.get("EngineMode", PROVISIONED)
    if mode not in (PROVISIONED, *ENDED):
        yield f"Invalid engine mode: {mode}"
    if mode in ENDED:
        yield f"The engine mode {mode} you requested is currently unavailable for {engine}"
    if given.get("NetworkType", NETWORKS[0]) not in NETWORKS:
        yield f"Invalid NetworkType: {given['NetworkType']}. Valid values: {', '.join(NETWORKS)}"
    lifecycle = given.get("EngineLifecycleSupport")
    if lifecycle is not None and lifecycle not in LIFECYCLES:
        yield f"Invalid EngineLifecycleSupport: {lifecycle}. Valid values: {', '.join(LIFECYCLES)}"
    for name, feature in FEATURES.items():
        if given.get(name) is True and not has_feature(feature, engine, _version(given)):
            yield f"{name} is not supported for engine {engine} version {_version(given)}"
    for name, needed in NEEDS.items():
        if given.get(name) and not given.get(needed):
            yield f"You can't specify {name} unless {needed} is true"
    window = given.get("BacktrackWindow") or 0
    if window and engine != "aurora-mysql":
        yield f"Backtrack is not supported for the {engine} engine."
    if not 0 <= window <= LONGEST_BACKTRACK:
        yield f"The backtrack window must be between 0 and {LONGEST_BACKTRACK} seconds"


def _version(given: Mapping[str, Any]) -> str:
    return str(given.get("EngineVersion", ""))


def _zones(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    wanted = given.get("AvailabilityZones") or ()
    if not wanted:
        return
    zones = context.call("ec2", "describe_availability_zones")["AvailabilityZones"]
    known = {zone["ZoneName"] for zone in zones}
    if strange := sorted(set(wanted) - known):
        yield f"Invalid availability zone: {', '.join(strange)} is not in {context.region}"


def _capacity(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    scaling = given.get("ServerlessV2ScalingConfiguration")
    if scaling is None:
        return
    least, most = scaling.get("MinCapacity"), scaling.get("MaxCapacity")
    if least is None or most is None:
        yield "Serverless v2 scaling needs both a MinCapacity and a MaxCapacity"
        return
    if not LEAST_ACU <= least <= MOST_ACU or least % STEP:
        yield (
            f"Serverless v2 minimum capacity {least} isn't valid. The minimum capacity must be "
            f"{LEAST_ACU} to {MOST_ACU}, in steps of {STEP}"
        )
    if not LEAST_MOST_ACU <= most <= MOST_ACU or most % STEP:
        yield (
            f"Serverless v2 maximum capacity {most} isn't valid. The maximum capacity must be "
            f"{LEAST_MOST_ACU} to {MOST_ACU}, in steps of {STEP}"
        )
    engine, version = str(given.get("Engine", "")), _version(given)
    if not has_scaling(engine, version):
        yield f"Serverless v2 isn't supported for {engine} {version}"
    if least == 0 and not has_feature("auto_pause", engine, version):
        yield f"Serverless v2 minimum capacity 0 isn't supported for {engine} {version}"
    if most > LESS_ACU and not has_most_capacity(engine, version):
        yield (
            f"Serverless v2 maximum capacity {most} isn't supported for {engine} {version}: it is "
            f"{LESS_ACU} at most"
        )
    if least > most:
        yield (
            f"Serverless v2 capacity isn't valid: the minimum, {least}, is greater than the "
            f"maximum, {most}"
        )
    pause = scaling.get("SecondsUntilAutoPause")
    if pause is not None and pause not in PAUSES:
        yield (
            f"SecondsUntilAutoPause {pause} isn't valid: it must be {PAUSES.start} to "
            f"{PAUSES.stop - 1}"
        )


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::RDS::DBCluster": (
        *(_settings, _together, _capacity, _zones, network_problems),
        *(role_problems, global_cluster_problems, multi_az_problems),
    ),
}
