"""Rules of RDS Proxy itself: what the service refuses, and what it takes and never connects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ...aws.engine_families import EngineFamily
from ...aws.engines import ENGINES
from ...aws.names import proxy_name_problem
from ...aws.support import zones_without_proxy
from ..credentials import secret_named
from ..graph import ENDPOINT, PROXY, Graph
from ..policies import rights_of, role_named
from ..protocols import family_of
from ..rule import Violation, as_rule
from ..texts import shown, text_of
from ..values import is_literal
from ..vpcs import vpcs_of_subnets

SECRETS = 200
_UNNAMEABLE: Final = re.compile(r"[^A-Za-z0-9-]|--")


@as_rule(
    "proxy/name",
    title="A proxy's name is at most 63 letters, digits and single hyphens, a letter first.",
    why="RDS refuses any other name.",
    remedy="Choose a name of letters, digits and single hyphens, a letter first.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxy.html",
)
def name(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        given = body.get("DBProxyName")
        if given is None:
            continue
        text = text_of(graph, given)
        # Of a name that deployment puts together, some parts are known.
        parts = [one for one in text if isinstance(one, str) and "{{" not in one]
        if any(map(_UNNAMEABLE.search, parts)) or (is_literal(given) and proxy_name_problem(given)):
            yield Violation(
                proxy,
                "DBProxyName",
                f"{shown(text)!r} is not a name that a proxy can have",
                "Use at most 63 letters, digits and single hyphens, a letter first",
            )


@as_rule(
    "proxy/engine-family",
    title="A proxy speaks the protocol of the database behind it.",
    why="RDS refuses to register a target of another engine family.",
    remedy="Give the proxy the engine family of its database.",
    source=f"{AURORA_GUIDE}rds-proxy.html",
)
def engine_family(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        for database in graph.databases_of(proxy):
            engine = ENGINES.get(str(graph.properties(database).get("Engine")))
            family = body.get("EngineFamily")
            if engine and is_literal(family) and family != engine.family:
                yield Violation(
                    proxy,
                    "EngineFamily",
                    f"{family} does not fit the database, which is {engine.name}",
                    f"Set EngineFamily to {engine.family}",
                )


@as_rule(
    "proxy/zones",
    title="A proxy is in Availability Zones that have RDS Proxy.",
    why="RDS refuses the proxy.",
    remedy="Place the proxy in subnets of other Availability Zones.",
    source=f"{RDS_GUIDE}rds-proxy.html",
)
def zones(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY, ENDPOINT):
        for subnet in graph.targets(body.get("VpcSubnetIds")):
            zone = graph.properties(subnet).get("AvailabilityZoneId")
            if zone in zones_without_proxy():
                yield Violation(
                    proxy,
                    "VpcSubnetIds",
                    f"{subnet} is in {zone}, which has no RDS Proxy",
                    "Place the subnet in another zone of the Region",
                )


@as_rule(
    "proxy/tenancy",
    title="A proxy is in a VPC with default tenancy.",
    why="RDS refuses the proxy.",
    remedy="Set InstanceTenancy of the VPC to default.",
    source=f"{RDS_GUIDE}rds-proxy.html",
)
def tenancy(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        for vpc in sorted({vpc for _, vpc in vpcs_of_subnets(graph, body)}):
            known = vpc in graph.template.resources
            if known and graph.properties(vpc).get("InstanceTenancy") == "dedicated":
                yield Violation(
                    proxy,
                    "VpcSubnetIds",
                    f"{vpc} has dedicated tenancy, in which there is no RDS Proxy",
                    f"Set InstanceTenancy of {vpc} to default",
                )


@as_rule(
    "proxy/network-type",
    title="A proxy with an IPv6-only endpoint reaches its targets by IPv6.",
    why="RDS refuses an IPv6-only endpoint with targets for IPv4.",
    remedy="Give the endpoint IPv4 or dual-stack, or the targets IPv6.",
    source=f"{RDS_GUIDE}rds-proxy-network-prereqs.html",
)
def network_type(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        targets = body.get("TargetConnectionNetworkType", "IPV4")
        if body.get("EndpointNetworkType") == "IPV6" and targets == "IPV4":
            yield Violation(
                proxy,
                "EndpointNetworkType",
                "the endpoint is for IPv6 only, and the targets are reached by IPv4",
                "Set TargetConnectionNetworkType to IPV6, or the endpoint to DUAL",
            )


@as_rule(
    "proxy/logins",
    title="A proxy has only logins that RDS Proxy offers for its engine family.",
    why="RDS refuses the proxy; a token that crosses the network without TLS can be read.",
    remedy="Choose a login that the engine family has, and require TLS with tokens.",
    source=f"{RDS_GUIDE}rds-proxy-creating.html",
)
def logins(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        entries = graph.logins_of(proxy)
        if graph.demands_token(proxy) and body.get("RequireTLS") in (None, False, "false"):
            yield Violation(
                proxy,
                "RequireTLS",
                "clients log in with a token, and TLS is not required",
                "Set RequireTLS to true; a token must not cross the network in clear text",
            )
        if len(entries) > SECRETS:
            yield Violation(
                proxy, "Auth", f"it has {len(entries)} secrets", f"Use at most {SECRETS}"
            )
        for entry in entries:
            for sentence, remedy in _entry_problems(entry, family_of(graph, proxy)):
                yield Violation(proxy, "Auth", sentence, remedy)


def _entry_problems(
    entry: Mapping[str, Any], family: EngineFamily | None
) -> Iterator[tuple[str, str]]:
    password = entry.get("ClientPasswordAuthType")
    if family and is_literal(password) and password not in family.password_types:
        yield (
            f"{password} is not a way to log in to {family.name}",
            f"Use one of {', '.join(sorted(family.password_types))}",
        )
    if family and entry.get("IAMAuth") == "ENABLED":
        yield (
            f"IAMAuth ENABLED is for SQL Server, and this proxy is for {family.name}",
            "Set IAMAuth to REQUIRED or DISABLED",
        )
    if entry.get("AuthScheme") == "SECRETS" and "UserName" in entry:
        yield (
            "UserName stands beside AuthScheme SECRETS",
            "Leave it out; the secret holds the name",
        )


@as_rule(
    "proxy/secret-readable",
    title="A proxy's role may read every secret that the proxy names.",
    why="The proxy cannot log in to the database, and refuses the users of these secrets.",
    remedy="Allow the proxy's role secretsmanager:GetSecretValue on each secret.",
    source=f"{RDS_GUIDE}rds-proxy-iam-setup.html",
)
def secret_readable(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        role = role_named(graph, body.get("RoleArn"))
        if role is None:
            continue
        rights = rights_of(graph, role)
        for entry in graph.logins_of(proxy):
            secret = text_of(graph, entry["SecretArn"]) if "SecretArn" in entry else None
            if secret and rights.allow(graph, "secretsmanager:GetSecretValue", secret) is False:
                named = secret_named(graph, entry["SecretArn"])
                yield Violation(
                    role,
                    "Policies",
                    f"it may not read {named or shown(secret)}, which {proxy} names",
                    "Allow secretsmanager:GetSecretValue on that secret",
                )


@as_rule(
    "proxy/security-group",
    level="warning",
    title="A proxy has a security group of its own.",
    why="RDS gives it the VPC's default group, which lets in all members of that group.",
    remedy="Name security groups in VpcSecurityGroupIds.",
    source=f"{RDS_GUIDE}rds-proxy-creating.html",
)
def security_group(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        if not body.get("VpcSecurityGroupIds"):
            yield Violation(
                proxy,
                "VpcSecurityGroupIds",
                "it names no security group",
                "Name the group that clients are admitted to",
            )
