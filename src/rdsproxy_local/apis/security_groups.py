"""Security groups as strict as EC2's, across the accounts that share a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

from moto.ec2.exceptions import (
    DependencyViolationError,
    EC2ClientError,
    InvalidParameterValue,
    InvalidSecurityGroupNotFoundError,
)
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

from .rule_counts import require_room
from .surround import mend, surround

# Of descriptions of groups and of rules, in EC2's service model.
DESCRIPTION: Final = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
NEEDS_PORTS: Final = ("tcp", "udp", "6", "17")


def install() -> None:
    surround(EC2Backend, "create_security_group", _create)
    surround(EC2Backend, "delete_security_group", _delete)
    for way in ("ingress", "egress"):
        surround(EC2Backend, f"authorize_security_group_{way}", partial(_authorize, f"{way}_rules"))
    surround(EC2Backend, "_add_source_group", _add_source_group)
    mend(
        SecurityGroupRule,
        "__eq__",
        _is_same_rule,
        moto="rules that differ in their descriptions are two rules",
        aws="the second is a duplicate (InvalidPermission.Duplicate)",
        source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html",
    )


def backends_in(region: str) -> list[EC2Backend]:
    """The EC2 backends of all accounts that have used EC2 in a region."""
    # An account's backends claim to contain every region, and make it when asked for it.
    accounts = list(ec2_backends.values())
    return [regions[region] for regions in accounts if region in set(regions)]


def require_group(backend: EC2Backend, group_id: str, vpc_id: str) -> SecurityGroup:
    """The group, which must be of the account and in the network."""
    group = backend.get_security_group_from_id(group_id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(group_id)
    if group.vpc_id != vpc_id:
        raise InvalidParameterValue(
            f"You have specified two resources that belong to different networks: "
            f"{group_id} and {vpc_id}."
        )
    return group


def _create(
    create: Callable[..., SecurityGroup],
    backend: EC2Backend,
    name: str,
    description: str,
    vpc_id: str | None = None,
    **more: Any,
) -> SecurityGroup:
    if name.startswith("sg-"):
        raise InvalidParameterValue("Group names may not be in the format sg-*.")
    _require_description(name)
    _require_description(description)
    if vpc_id:
        backend.get_vpc(vpc_id)
    group = create(backend, name, description, vpc_id, **more)
    if not group.egress_rules:
        # moto knows this of the account's own networks only.
        everywhere = {"CidrIp": "0.0.0.0/0"}
        group.egress_rules = [SecurityGroupRule(backend, "-1", group.id, None, None, everywhere)]
    return group


def _delete(
    delete: Callable[..., None],
    backend: EC2Backend,
    name: str | None = None,
    group_id: str | None = None,
) -> None:
    group = backend.get_security_group_by_name_or_id(group_id or name or "")
    if group and any(_users(group)):
        raise DependencyViolationError(f"resource {group.id} has a dependent object")
    delete(backend, name, group_id)


def _users(group: SecurityGroup) -> Iterator[str]:
    """The interfaces that have a group, and the other groups that name it in a rule."""
    for backend in backends_in(group.ec2_backend.region_name):
        for interface in [*backend.enis.values()]:
            if any(one.id == group.id for one in interface.group_set):
                yield interface.id
        for other in backend.describe_security_groups():
            rules = (*other.ingress_rules, *other.egress_rules)
            if other.id != group.id and any(
                rule.source_group.get("GroupId") == group.id for rule in rules
            ):
                yield other.id


def _authorize(
    rules: str,
    authorize: Callable[..., Any],
    backend: EC2Backend,
    group_name_or_id: str,
    **rule: Any,
) -> Any:
    group = backend.get_security_group_by_name_or_id(group_name_or_id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(group_name_or_id)
    if rule["ip_protocol"] in NEEDS_PORTS and None in (rule["from_port"], rule["to_port"]):
        raise InvalidParameterValue(
            "Invalid value 'null' for portRange. Must specify both from and to ports with TCP/UDP."
        )
    pairs, lists = rule.get("source_groups") or [], rule.get("prefix_list_ids") or []
    for peer in (*rule["ip_ranges"], *pairs, *lists):
        _require_description(peer.get("Description", ""))
    for pair in pairs:
        _require_peer(backend, group, pair)
    for listed in lists:
        if listed["PrefixListId"] not in backend.managed_prefix_lists:
            raise EC2ClientError(
                "InvalidPrefixListId.NotFound",
                f"The prefix list ID '{listed['PrefixListId']}' does not exist",
            )
    require_room(backend, group, [*getattr(group, rules)], rule)
    if rule["ip_protocol"] not in NEEDS_PORTS and rule["from_port"] is None:
        # Protocols without ports have all of them, and moto needs numbers.
        rule |= {"from_port": -1, "to_port": -1}
    return authorize(backend, group_name_or_id, **rule)


def _require_peer(backend: EC2Backend, group: SecurityGroup, pair: dict[str, str]) -> None:
    """A rule names groups of its own network, others' with their account."""
    if "GroupId" in pair:
        owner = ec2_backends[pair.get("UserId", backend.account_id)][backend.region_name]
        require_group(owner, pair["GroupId"], str(group.vpc_id))


def _add_source_group(
    add: Callable[..., list[dict[str, str]]],
    backend: EC2Backend,
    source_groups: Iterable[dict[str, str]] | None,
    vpc_id: str | None,
) -> list[dict[str, str]]:
    """Accept groups of other accounts, which moto would look for in this account."""
    pairs = list(source_groups or ())
    foreign = [one for one in pairs if one.get("UserId", backend.account_id) != backend.account_id]
    own = [one for one in pairs if one not in foreign]
    return add(backend, own, vpc_id) + foreign


def _is_same_rule(_: Any, rule: SecurityGroupRule, other: SecurityGroupRule) -> bool:
    """Rules that differ in their descriptions only are the same."""
    return _identity(rule) == _identity(other)


def _identity(rule: SecurityGroupRule) -> tuple[Any, ...]:
    everything = rule.ip_protocol == "-1"
    return (
        rule.ip_protocol,
        None if everything else (rule.from_port, rule.to_port),
        rule.ip_range.get("CidrIp"),
        rule.ip_range.get("CidrIpv6"),
        rule.source_group.get("GroupId"),
        rule.prefix_list_id,
    )


def _require_description(text: str) -> None:
    if not DESCRIPTION.fullmatch(text):
        raise InvalidParameterValue(
            f"Value ({text}) is invalid. Character sets beyond ASCII are not supported, and of "
            "it a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$* are, up to 255."
        )
