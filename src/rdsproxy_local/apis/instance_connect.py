"""EC2 Instance Connect Endpoints."""

from __future__ import annotations

from typing import Any, Final
from weakref import WeakKeyDictionary

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_resource_id

PREFIX: Final = "eice-"
_endpoints: Final[WeakKeyDictionary[EC2Backend, dict[str, dict[str, Any]]]] = WeakKeyDictionary()


def install() -> None:
    for name, answer in ANSWERS.items():
        setattr(EC2Response, name, answer)


def _create(response: EC2Response) -> ActionResult:
    backend = response.ec2_backend
    subnet = backend.get_subnet(response._get_param("SubnetId"))
    _require_room(backend, subnet.vpc_id)
    interface = backend.create_network_interface(
        subnet, None, group_ids=response._get_param("SecurityGroupIds", [])
    )
    endpoint_id = f"{PREFIX}{random_resource_id()}"
    place = f"{backend.region_name}:{backend.account_id}"
    domain = f"ec2-instance-connect-endpoint.{backend.region_name}.amazonaws.com"
    endpoint = {
        "OwnerId": backend.account_id,
        "InstanceConnectEndpointId": endpoint_id,
        "InstanceConnectEndpointArn": (
            f"arn:aws:ec2:{place}:instance-connect-endpoint/{endpoint_id}"
        ),
        "State": "create-complete",
        "DnsName": f"{endpoint_id}.{random_resource_id(8)}.{domain}",
        "NetworkInterfaceIds": [interface.id],
        "VpcId": subnet.vpc_id,
        "AvailabilityZone": subnet.availability_zone,
        "AvailabilityZoneId": subnet.availability_zone_id,
        "CreatedAt": utcnow(),
        "SubnetId": subnet.id,
        "PreserveClientIp": response._get_param("PreserveClientIp", False),
        "SecurityGroupIds": [group.id for group in interface.group_set],
    }
    tags = response._parse_tag_specification("instance-connect-endpoint")
    backend.create_tags([endpoint_id], tags.get("instance-connect-endpoint", {}))
    _of(backend)[endpoint_id] = endpoint
    return ActionResult({"InstanceConnectEndpoint": _shown(backend, endpoint)})


def _describe(response: EC2Response) -> ActionResult:
    backend = response.ec2_backend
    asked = response._get_param("InstanceConnectEndpointIds", []) or list(_of(backend))
    if filters := response._filters_from_querystring():
        raise NotImplementedError(f"filters of Instance Connect Endpoints: {', '.join(filters)}")
    found = [_shown(backend, _get(backend, one)) for one in asked]
    return ActionResult({"InstanceConnectEndpoints": found})


def _delete(response: EC2Response) -> ActionResult:
    backend = response.ec2_backend
    endpoint = _get(backend, response._get_param("InstanceConnectEndpointId"))
    for interface in endpoint["NetworkInterfaceIds"]:
        backend.delete_network_interface(interface)
    del _of(backend)[endpoint["InstanceConnectEndpointId"]]
    gone = {**endpoint, "State": "delete-in-progress"}
    return ActionResult({"InstanceConnectEndpoint": gone})


ANSWERS: Final = {
    "create_instance_connect_endpoint": _create,
    "delete_instance_connect_endpoint": _delete,
    "describe_instance_connect_endpoints": _describe,
}


def _require_room(backend: EC2Backend, vpc_id: str) -> None:
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/eice-quotas.html
    if any(endpoint["VpcId"] == vpc_id for endpoint in _of(backend).values()):
        raise EC2ClientError(
            "ResourceLimitExceeded",
            f"You've reached the limit of 1 EC2 Instance Connect Endpoint in {vpc_id}.",
        )


def _get(backend: EC2Backend, endpoint_id: str) -> dict[str, Any]:
    try:
        return _of(backend)[endpoint_id]
    except KeyError:
        raise EC2ClientError(
            "InvalidInstanceConnectEndpointId.NotFound",
            f"The instance connect endpoint ID '{endpoint_id}' does not exist",
        ) from None


def _of(backend: EC2Backend) -> dict[str, dict[str, Any]]:
    return _endpoints.setdefault(backend, {})


def _shown(backend: EC2Backend, endpoint: dict[str, Any]) -> dict[str, Any]:
    tags = backend.tags[endpoint["InstanceConnectEndpointId"]]
    return {**endpoint, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
