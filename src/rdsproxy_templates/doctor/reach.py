"""Why a proxy does not reach its database: state, groups both ways, network ACLs, TLS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, Final

from ..deploy.given.described_groups import group_resources
from ..model import Template
from ..validators.connections import Connection, End
from ..validators.graph import Graph
from ..validators.hops import judge_connection
from ..validators.security_groups import group_rules
from .diagnosis import Diagnosis
from .proxied import Body, ProxyView

TLS_ONLY: Final = ("require_secure_transport", "rds.force_ssl")
"""Parameters with which MySQL and PostgreSQL take only TLS."""
ON: Final = ("1", "ON", "on")
TCP: Final = ("-1", "6")


def reach_diagnoses(view: ProxyView, reason: str) -> Iterator[Diagnosis]:
    """Yield each cause that fits the *reason*; a general one where none does."""
    found = [*_of_state(view, reason), *_of_groups(view, reason), *_of_acls(view, reason)]
    found += _of_tls(view, reason)
    yield from found
    if not found:
        yield view.error(
            reason,
            f"nothing that can be seen keeps the proxy from {view.database_name}",
            "Wait some minutes and ask again; then turn debug_logging on, and read the proxy's log",
            f"database is {view.status_of_database}, port {view.port}",
        )


def _of_state(view: ProxyView, reason: str) -> Iterator[Diagnosis]:
    if view.database is None:
        yield view.error(
            reason,
            "the database that it is registered with does not exist",
            "Register the proxy with a database that does",
        )
    elif view.status_of_database != "available":
        yield view.error(
            reason,
            f"{view.database_name} is {view.status_of_database}",
            "Wait until it is available, or start it",
        )


def _of_groups(view: ProxyView, reason: str) -> Iterator[Diagnosis]:
    port, theirs = view.port, list(view.database_groups)
    mine = list(view.body.get("VpcSecurityGroupIds", ()))
    groups = {str(one["GroupId"]): one for one in view.groups([*mine, *theirs])}
    if port is None or not theirs or not groups.keys() >= {*mine, *theirs}:
        return
    ranges = tuple(ip_network(str(subnet["CidrBlock"])) for subnet in view.subnets)
    hop = Connection(
        End(view.place, tuple(mine), ranges or None),
        End(view.database_name, tuple(theirs), None),
        port,
    )
    rules = group_rules(Graph(_template(group_resources(groups, (), ()))))
    words = {
        "SecurityGroupEgress": "out of the proxy's groups {mine} to the database's {theirs}",
        "SecurityGroupIngress": "into the database's groups {theirs} from the proxy's {mine}",
    }
    for violation in judge_connection(rules, hop):
        way = words[violation.property].format(mine=", ".join(mine), theirs=", ".join(theirs))
        yield view.error(
            reason,
            f"no rule lets TCP on port {port} {way}",
            f"Add a rule for TCP on port {port} that names the other group",
        )


def _template(resources: Mapping[str, Any]) -> Template:
    return Template(description="", parameters={}, children={}, resources=resources, outputs={})


def _of_acls(view: ProxyView, reason: str) -> Iterator[Diagnosis]:
    port = view.port
    if port is None or not view.subnets:
        return
    for subnet in view.subnets:
        entries = _acl_entries(view, str(subnet["SubnetId"]), egress=True)
        if _denies(entries, port, str(subnet["CidrBlock"])):
            yield view.error(
                reason,
                f"the network ACL of subnet {subnet['SubnetId']} denies TCP on port {port} to the "
                "database's subnets",
                "Allow it in the network ACL, and answers to ports 1024 to 65535",
            )


def _acl_entries(view: ProxyView, subnet: str, *, egress: bool) -> Sequence[Body]:
    wanted = [{"Name": "association.subnet-id", "Values": [subnet]}]
    answer = view.ask("ec2", "describe_network_acls", Filters=wanted) or {}
    found = [entry for acl in answer.get("NetworkAcls", ()) for entry in acl["Entries"]]
    own = [entry for entry in found if entry["Egress"] is egress and "CidrBlock" in entry]
    return sorted(own, key=lambda entry: int(entry["RuleNumber"]))


def _denies(entries: Sequence[Body], port: int, cidr: str) -> bool:
    """Tell if the first of *entries* that matches denies; those of a part of *cidr* do, too."""
    for entry in entries:
        ports = entry.get("PortRange", {})
        in_range = not ports or int(ports["From"]) <= port <= int(ports["To"])
        matches = str(entry["Protocol"]) in TCP and in_range
        if matches and ip_network(cidr).overlaps(ip_network(str(entry["CidrBlock"]))):
            return str(entry["RuleAction"]) == "deny"
    return False


def _of_tls(view: ProxyView, reason: str) -> Iterator[Diagnosis]:
    body = view.database or {}
    if view.body.get("RequireTLS") or not body:
        return
    if view.is_cluster:
        name = body.get("DBClusterParameterGroup")
        operation, argument = "describe_db_cluster_parameters", "DBClusterParameterGroupName"
    else:
        groups = [one.get("DBParameterGroupName") for one in body.get("DBParameterGroups", ())]
        name = next(iter(groups), None)
        operation, argument = "describe_db_parameters", "DBParameterGroupName"
    answer = view.ask("rds", operation, **{argument: name}) if name else None
    values = {
        one.get("ParameterName"): one.get("ParameterValue")
        for one in (answer or {}).get("Parameters", ())
    }
    for parameter in TLS_ONLY:
        if values.get(parameter) in ON:
            yield view.error(
                reason,
                f"{view.database_name} takes only TLS ({parameter}), and the proxy connects as its "
                "clients do, for which it does not require TLS",
                "Turn RequireTLS of the proxy on",
            )
