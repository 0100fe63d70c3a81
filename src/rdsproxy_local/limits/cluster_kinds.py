"""RDS: clusters that are global, Multi-AZ, restored, or have roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from ..data_plane import identities
from .database_settings import SOURCES

SERVICE: Final = "rds.amazonaws.com"
FEATURES: Final = {
    "aurora-mysql": (None, ""),
    "aurora-postgresql": ("Bedrock", "Comprehend", "Lambda", "SageMaker", "s3Export", "s3Import"),
}
"""SupportedFeatureNames of DescribeDBEngineVersions; the role of Aurora MySQL has none."""

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html
SINCE: Final = {
    "aurora-mysql": re.compile(r"8\.0\.mysql_aurora\.3\.0[1-5]\..*"),
    "aurora-postgresql": re.compile(r"13\.([0-9]|1[0-2])|14\.[0-9]|15\.[0-4]|16\.0"),
}
"""The versions whose Serverless v2 instances have no more than 128 capacity units."""
WITHOUT_SCALING: Final = {
    "aurora-mysql": re.compile(r"5\..*|8\.0\.mysql_aurora\.3\.01\..*"),
    "aurora-postgresql": re.compile(r"(9|1[0-2])(\..*)?|13\.[0-5]|14\.[0-2]"),
}
"""The versions that Serverless v2 does not have."""
WITHOUT_IO_OPTIMIZED: Final = {
    "aurora-mysql": re.compile(r"5\..*|8\.0\.mysql_aurora\.3\.0([12]\..*|3\.0)"),
    "aurora-postgresql": re.compile(r"(9|1[0-2])(\..*)?|13\.\d|14\.[0-6]"),
}
"""The versions without I/O-Optimized: "Storage configurations for Amazon Aurora DB clusters"."""
LONGEST_MULTI_AZ: Final = 52
LEAST_ZONES: Final = 3
RATIOS: Final = (0.5, 50)
LEAST_IOPS: Final = 1000


def has_most_capacity(engine: str, version: str) -> bool:
    """True if an instance may have 256 capacity units."""
    less = SINCE.get(engine)
    return less is None or not less.fullmatch(version)


def has_scaling(engine: str, version: str) -> bool:
    """True if the version may be Serverless v2."""
    without = WITHOUT_SCALING.get(engine)
    return without is None or not without.fullmatch(version)


def is_restored(given: Mapping[str, Any]) -> bool:
    """True for a cluster that has the encryption of another one."""
    return any(given.get(name) for name in SOURCES)


def global_problems(given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("EnableGlobalWriteForwarding") is True and not given.get(
        "GlobalClusterIdentifier"
    ):
        yield "Global write forwarding is only supported for members of a global database."
    engine, version = str(given.get("Engine", "")), str(given.get("EngineVersion", ""))
    without = WITHOUT_IO_OPTIMIZED.get(engine)
    optimized = given.get("StorageType") == "aurora-iopt1"
    if optimized and without is not None and without.fullmatch(version):
        yield f"The storage type aurora-iopt1 isn't supported for {engine} {version}"
    limitless = given.get("ClusterScalabilityType") == "limitless"
    if limitless and not str(given.get("EngineVersion", "")).endswith("limitless"):
        yield "ClusterScalabilityType limitless needs a version of Aurora PostgreSQL Limitless"


def global_cluster_problems(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("GlobalClusterIdentifier")
    if not name:
        return
    try:
        found = context.call("rds", "describe_global_clusters", GlobalClusterIdentifier=name)
    except ClientError:
        found = {"GlobalClusters": []}
    if not found["GlobalClusters"]:
        yield f"Global cluster {name} not found"


def multi_az_problems(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse what a cluster of MySQL or PostgreSQL, which is Multi-AZ, may not have."""
    if str(given.get("Engine", "")) not in ("mysql", "postgres"):
        return
    name, size, iops = (
        given.get(one) for one in ("DBClusterIdentifier", "AllocatedStorage", "Iops")
    )
    if name and len(name) > LONGEST_MULTI_AZ:
        yield f"A Multi-AZ DB cluster's identifier has up to {LONGEST_MULTI_AZ} characters: {name}"
    if size and iops:
        least, most = (ratio * int(size) for ratio in RATIOS)
        if not max(LEAST_IOPS, least) <= int(iops) <= most:
            yield f"Invalid IOPS {iops} for {size} GiB: {max(LEAST_IOPS, least):g} to {most:g}"
    group = given.get("DBSubnetGroupName")
    if group is None:
        return
    try:
        found = context.call("rds", "describe_db_subnet_groups", DBSubnetGroupName=group)
    except ClientError:
        return
    subnets = found["DBSubnetGroups"][0]["Subnets"]
    if len({one["SubnetAvailabilityZone"]["Name"] for one in subnets}) < LEAST_ZONES:
        yield (
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add "
            f"subnets to cover at least {LEAST_ZONES} AZs."
        )


def role_problems(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse roles that RDS may not assume, and features that the engine lacks."""
    engine = str(given.get("Engine", ""))
    for role in given.get("AssociatedRoles", ()):
        if not identities.role_trusts_service(role["RoleArn"], SERVICE):
            yield (
                "The IAM role ARN value is invalid or does not include the required permissions: "
                f"{role['RoleArn']}"
            )
        feature = role.get("FeatureName")
        if feature not in FEATURES.get(engine, (feature,)):
            yield f"The feature-name parameter {feature} isn't supported for {engine}"
