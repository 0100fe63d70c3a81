"""EC2: key pairs and endpoints for access to instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from .ec2 import ec2_type, tag_specifications
from .steps import undone_on_failure


def _create_key_pair(context: Context, properties: Properties) -> Made:
    if properties.get("KeyFormat", "pem") != "pem":
        raise Failure("the local cloud makes keys in the format pem only")
    name, key_type = properties["KeyName"], properties.get("KeyType", "rsa")
    tags = tag_specifications("key-pair", properties)
    public_key = properties.get("PublicKeyMaterial")
    if public_key is not None:
        pair = context.call(
            "ec2",
            "import_key_pair",
            KeyName=name,
            PublicKeyMaterial=public_key.encode(),
            TagSpecifications=tags,
        )
    else:
        pair = context.call(
            "ec2", "create_key_pair", KeyName=name, KeyType=key_type, TagSpecifications=tags
        )
        with undone_on_failure(lambda: context.call("ec2", "delete_key_pair", KeyName=name)):
            _keep_private_key(context, pair)
    return Made(name, attributes_in(pair, ["KeyFingerprint", "KeyPairId"]))


def _delete_key_pair(context: Context, deployed: DeployedResource) -> None:
    context.call("ec2", "delete_key_pair", KeyName=deployed.physical_id)
    if "PublicKeyMaterial" not in deployed.properties:
        parameter = _private_key_parameter(deployed.attributes["KeyPairId"])
        context.call("ssm", "delete_parameter", Name=parameter)


def _keep_private_key(context: Context, pair: Mapping[str, Any]) -> None:
    context.call(
        "ssm",
        "put_parameter",
        Name=_private_key_parameter(pair["KeyPairId"]),
        Type="SecureString",
        Value=pair["KeyMaterial"],
    )


def _private_key_parameter(pair_id: str) -> str:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-keypair.html
    return f"/ec2/keypair/{pair_id}"


TYPES: Final = [
    ResourceType("AWS::EC2::KeyPair", _create_key_pair, _delete_key_pair),
    ec2_type(
        "AWS::EC2::InstanceConnectEndpoint",
        "instance_connect_endpoint",
        ("ClientToken", "PreserveClientIp", "SecurityGroupIds", "SubnetId"),
        tagged="instance-connect-endpoint",
    ),
]
