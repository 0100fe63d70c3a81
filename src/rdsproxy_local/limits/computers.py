"""EC2: instances and their volumes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Final

from botocore.exceptions import ClientError, ParamValidationError

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context
from ..values import repeated
from .check import Check

MOST_USER_DATA: Final = 16384

# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
SIZES: Final = {
    "gp2": range(1, 16385),
    "gp3": range(1, 65537),
    "io1": range(4, 16385),
    "io2": range(4, 65537),
    "sc1": range(125, 16385),
    "st1": range(125, 16385),
    "standard": range(1, 1025),
}
RATIOS: Final = {"gp3": 500, "io1": 50, "io2": 1000}
"""IOPS for each GiB, at most; gp3 has its first 3,000 at any size."""
WITH_IOPS: Final = ("gp3", "io1", "io2")
ADDRESS: Final = re.compile(r"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}")
BASELINE: Final = 3000
NO_ROOT: Final = ("sc1", "st1")
ROOTS: Final = ("/dev/sda", "/dev/sda1", "/dev/xvda", "xvda")
DEVICE: Final = re.compile(
    r"(/dev/)?(sd[a-z]([1-9]|1[0-5])?|hd[a-z]([1-9]|1[0-5])?|xvd[a-d]?[a-z])"
)
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html"""
RESERVED_FIRST: Final = 4
"""https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
AMAZON_LINUX: Final = 8
"""The size in GiB of its images, except the minimal ones. moto says 15 for every image."""


def _user_data(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    try:
        content = base64.b64decode(given.get("UserData", ""), validate=True)
    except ValueError:
        yield "Invalid BASE64 encoding of user data."
        return
    if len(content) > MOST_USER_DATA:
        yield f"User data is limited to {MOST_USER_DATA} bytes"


def _volumes(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for device in given.get("BlockDeviceMappings", ()):
        volume = device.get("Ebs", {})
        kind, size = volume.get("VolumeType", "gp2"), volume.get("VolumeSize")
        if kind not in SIZES:
            yield f"The volume type {kind} is not valid"
            continue
        if kind not in WITH_IOPS and "Iops" in volume:
            yield f"The parameter iops is not supported for {kind} volumes."
        if size is None:
            continue
        if size not in SIZES[kind]:
            sizes = SIZES[kind]
            yield (
                f"Volume size {size} is not valid for {kind}: {sizes.start} to {sizes.stop - 1} GiB"
            )
        iops = volume.get("Iops", 0)
        if kind in RATIOS and iops > max(BASELINE, RATIOS[kind] * size):
            yield (
                f"Iops to volume size ratio of {iops / size:.0f} is too high; maximum is "
                f"{RATIOS[kind]}"
            )
        least = _least(context, str(given.get("ImageId", "")), device.get("DeviceName"))
        if size < least:
            yield f"Volume of size {size}GB is smaller than snapshot, expect size >= {least}GB"


def _least(context: Context, image_id: str, device: str | None) -> int:
    """The size of the image's own volume, or 0 where that is not known."""
    try:
        image = context.call("ec2", "describe_images", ImageIds=[image_id])["Images"][0]
    except (ClientError, IndexError):
        return 0
    is_root = device == image.get("RootDeviceName")
    return AMAZON_LINUX if is_root and "minimal" not in image.get("Name", "") else 0


def _image(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an instance of no image, and EBS optimization for a type without it."""
    if not given.get("ImageId") and not given.get("LaunchTemplate"):
        yield "The request must contain the parameter ImageId"
    known = _described(context, "instance_types", given.get("InstanceType"))
    image = _described(context, "images", given.get("ImageId"))
    if known is None:
        return
    without = known.get("EbsInfo", {}).get("EbsOptimizedSupport") == "unsupported"
    if without and given.get("EbsOptimized") is True:
        yield (
            "EBS-optimized instances are not supported for your requested configuration: "
            f"{given['InstanceType']}"
        )
    architectures = known["ProcessorInfo"]["SupportedArchitectures"]
    if image is not None and image["Architecture"] not in architectures:
        yield (
            f"The architecture '{','.join(architectures)}' of the specified instance type does "
            f"not match the architecture '{image['Architecture']}' of the specified AMI."
        )


def _described(context: Context, what: str, name: str | None) -> Mapping[str, Any] | None:
    """The type or the image of that name; None where EC2 itself will refuse it."""
    noun = "".join(part.title() for part in what.split("_"))
    asked = {"ImageIds" if what == "images" else noun: [name]}
    try:
        found = context.call("ec2", f"describe_{what}", **asked)[noun]
    except (ClientError, Failure, ParamValidationError):
        return None
    one: Mapping[str, Any] | None = found[0] if found else None
    return one


def _devices(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for device in given.get("BlockDeviceMappings", ()):
        name = str(device.get("DeviceName", ""))
        if not DEVICE.fullmatch(name):
            yield f"Invalid value '{name}' for unixDevice. Invalid device name {name}"
        kind = device.get("Ebs", {}).get("VolumeType")
        if kind in NO_ROOT and name in ROOTS:
            yield f"Volumes of type {kind} cannot be the root device {name}"
    names = [device.get("DeviceName") for device in given.get("BlockDeviceMappings", ())]
    for name in repeated(names):
        yield f"Duplicate device name {name}"


def _place(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an address or an Availability Zone that is not the subnet's."""
    try:
        wanted = [given.get("SubnetId", "")]
        subnet = context.call("ec2", "describe_subnets", SubnetIds=wanted)["Subnets"][0]
    except (ClientError, Failure):
        return
    zone = given.get("AvailabilityZone")
    if zone not in (None, subnet["AvailabilityZone"]):
        yield (
            f"The specified Availability Zone {zone} is not that of the subnet "
            f"{subnet['SubnetId']}, {subnet['AvailabilityZone']}"
        )
    address, block = given.get("PrivateIpAddress"), ip_network(subnet["CidrBlock"])
    if not address:
        return
    if not ADDRESS.fullmatch(address):
        yield f"Invalid addresses: [{address}]"
    elif ip_address(address) not in block:
        yield f"Address {address} does not fall within the subnet's address range"
    elif ip_address(address) in (*list(block)[:RESERVED_FIRST], block.broadcast_address):
        yield f"Address {address} is in subnet's reserved address range"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::EC2::Instance": (_image, _user_data, _volumes, _devices, _place),
}
