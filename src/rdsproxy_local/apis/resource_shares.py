"""RAM: the permitted recipients of a share, and the calls that change its content."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from moto.core.exceptions import JsonRESTError
from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.subnets import Subnet
from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.ram import urls
from moto.ram.exceptions import InvalidParameterException, UnknownResourceException
from moto.ram.models import ResourceAccessManagerBackend, ResourceShare
from moto.ram.responses import ResourceAccessManagerResponse

from .surround import surround

PARTITION: Final = "aws"
SERVICE: Final = "ram.amazonaws.com"
ORGANIZATIONS: Final = "arn:aws:organizations:"


def install() -> None:
    surround(ResourceAccessManagerBackend, "enable_sharing_with_aws_organization", _enable_sharing)
    surround(ResourceShare, "__init__", _begin)
    surround(ResourceShare, "describe", _describe)
    surround(ResourceShare, "add_principals", _add_principals)
    surround(ResourceShare, "add_resources", _add_resources)
    for name, answer in ANSWERS.items():
        setattr(ResourceAccessManagerResponse, name, answer)
        path = "{0}/" + name.replace("_", "") + "$"
        urls.url_paths[path] = ResourceAccessManagerResponse.dispatch


def accounts_of(share: ResourceShare) -> set[str]:
    """The accounts that see what is in a share."""
    if share.status != "ACTIVE":
        return set()
    return {account for one in share.principals for account in _accounts(share, one)}


def subnets_of(share: ResourceShare) -> Iterator[Subnet]:
    """The subnets in a share that are still there."""
    zones = ec2_backends[share.account_id][share.region].subnets
    for zone in list(zones.values()):
        yield from (subnet for subnet in list(zone.values()) if subnet.arn in share.resource_arns)


def _enable_sharing(
    enable: Callable[..., dict[str, Any]], backend: ResourceAccessManagerBackend
) -> dict[str, Any]:
    answer = enable(backend)
    backend.organizations_backend.enable_aws_service_access(ServicePrincipal=SERVICE)
    return answer


def _begin(begin: Callable[..., None], share: ResourceShare, *given: str, **more: Any) -> None:
    begin(share, *given, **more)
    share.tags = more.get("tags", [])  # type: ignore[attr-defined]


def _describe(describe: Callable[..., dict[str, Any]], share: ResourceShare) -> dict[str, Any]:
    return {**describe(share), "tags": share.tags}  # type: ignore[attr-defined]


def _add_principals(add: Callable[..., None], share: ResourceShare, principals: list[str]) -> None:
    _require_permission(share, principals, share.resource_arns)
    add(share, principals)


def _add_resources(add: Callable[..., None], share: ResourceShare, arns: list[str]) -> None:
    _require_permission(share, share.principals, arns)
    for arn in filter(_is_subnet, arns):
        _require_own_subnet(share, arn)
    add(share, arns)


def _require_permission(
    share: ResourceShare, principals: Iterable[str], arns: Iterable[str]
) -> None:
    organization = _sharing_organization(share)
    outside = [one for one in principals if not _is_inside(one, organization)]
    if outside and not share.allow_external_principals:
        raise _not_permitted("The resource share does not allow external principals")
    if outside and any(map(_is_subnet, arns)):
        # https://github.com/hashicorp/terraform-provider-aws/issues/7769
        raise _not_permitted(
            "The resource you are attempting to share can only be shared within your AWS "
            "Organization. This error may also occur if you have not enabled sharing with your "
            "AWS organization, or that onboarding process is still in progress."
        )


def _require_own_subnet(share: ResourceShare, arn: str) -> None:
    backend = ec2_backends[share.account_id][share.region]
    try:
        subnet = backend.get_subnet(arn.rpartition("/")[2])
    except InvalidSubnetIdError as unknown:
        raise UnknownResourceException(unknown.message) from None
    if subnet.arn != arn:
        raise UnknownResourceException(f"Resource {arn} could not be found.")
    # https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing-share-subnet-working-with.html
    if backend.get_vpc(subnet.vpc_id).is_default:
        raise InvalidParameterException(f"You cannot share the default subnet {subnet.id}.")


def _sharing_organization(share: ResourceShare) -> OrganizationsBackend | None:
    """The organization of a share's owner, if sharing within it is enabled."""
    masters = organizations_backends.master_accounts
    account, partition = masters.get(share.account_id, (share.account_id, PARTITION))
    organization = organizations_backends[account][partition]
    enabled = any(one["ServicePrincipal"] == SERVICE for one in organization.services)
    return organization if organization.org and enabled else None


def _is_inside(principal: str, organization: OrganizationsBackend | None) -> bool:
    if organization is None:
        return False
    return principal.startswith(ORGANIZATIONS) or principal in _members(organization)


def _accounts(share: ResourceShare, principal: str) -> set[str]:
    if re.fullmatch(r"\d{12}", principal):
        return {principal}
    organization = _sharing_organization(share)
    if organization is None or not principal.startswith(ORGANIZATIONS):
        return set()
    unit = re.fullmatch(ORGANIZATIONS + r":\d{12}:ou/[^/]+/(.+)", principal)
    return _members(organization, unit[1] if unit else None)


def _members(organization: OrganizationsBackend, unit: str | None = None) -> set[str]:
    """The accounts of an organization, or of a unit and the units in it."""
    parents = {one.id: one.parent_id for one in organization.ou}
    return {
        account.id
        for account in organization.accounts
        if unit is None or unit in _line(account.parent_id, parents)
    }


def _line(unit: str | None, parents: dict[str, str | None]) -> Iterator[str]:
    """A unit and all that it is in."""
    while unit is not None:
        yield unit
        unit = parents.get(unit)


def _associate(response: ResourceAccessManagerResponse) -> str:
    share = _asked_share(response)
    before = list(share.principals)
    share.add_principals(_new(response, "principals", share.principals))
    try:
        share.add_resources(_new(response, "resourceArns", share.resource_arns))
    except Exception:
        share.principals = before
        raise
    return _associations(response, share, "ASSOCIATING")


def _disassociate(response: ResourceAccessManagerResponse) -> str:
    share = _asked_share(response)
    gone = response.request_params
    share.principals = _without(share.principals, gone.get("principals", []))
    share.resource_arns = _without(share.resource_arns, gone.get("resourceArns", []))
    return _associations(response, share, "DISASSOCIATING")


ANSWERS: Final = {
    "associate_resource_share": _associate,
    "disassociate_resource_share": _disassociate,
}


def _asked_share(response: ResourceAccessManagerResponse) -> ResourceShare:
    arn = response.request_params["resourceShareArn"]
    for share in response.ram_backend.resource_shares:
        if share.arn == arn and share.status == "ACTIVE":
            return share
    raise UnknownResourceException(f"ResourceShare {arn} could not be found.")


def _new(response: ResourceAccessManagerResponse, name: str, known: list[str]) -> list[str]:
    return _without(response.request_params.get(name, []), known)


def _without(these: Iterable[str], those: Iterable[str]) -> list[str]:
    left_out = set(those)
    return [one for one in these if one not in left_out]


def _associations(
    response: ResourceAccessManagerResponse, share: ResourceShare, status: str
) -> str:
    kinds = {"principals": "PRINCIPAL", "resourceArns": "RESOURCE"}
    associations = [
        {
            "resourceShareArn": share.arn,
            "associatedEntity": entity,
            "associationType": kind,
            "status": status,
        }
        for name, kind in kinds.items()
        for entity in response.request_params.get(name, [])
    ]
    return json.dumps({"resourceShareAssociations": associations})


def _is_subnet(arn: str) -> bool:
    return ":subnet/" in arn


def _not_permitted(message: str) -> JsonRESTError:
    return JsonRESTError("OperationNotPermittedException", message)
