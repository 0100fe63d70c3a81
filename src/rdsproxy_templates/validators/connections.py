"""The connections that a graph needs: which client opens one, to what, on which port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..aws.engines import ENGINES
from ..model.references import wires
from .addresses import Network, subnet_ranges
from .graph import ATTACHMENT, CLUSTER, FUNCTION_TYPES, INSTANCE, PROXY, TARGET_GROUP, Graph
from .once import once_a_graph
from .protocols import family_of
from .security_groups import HTTPS, known_groups
from .values import mappings, number, spelled

ROTATION = "AWS::SecretsManager::RotationSchedule"
INTERFACE = "AWS::EC2::VPCEndpoint"
GROUP_LISTS = (
    "SecurityGroupIds", "VpcSecurityGroupIds", "VPCSecurityGroups", "SecurityGroups", "GroupSet",
)  # fmt: skip
IMPORTED = "its database"
"""The end that is a database which the graph does not create."""
SSM_POLICY = "AmazonSSMManagedInstanceCore"


@dataclass(frozen=True)
class End:
    """One end of a connection: a resource with its groups and its subnets' ranges."""

    name: str
    groups: tuple[str, ...]
    """Empty where only deployment knows one of them."""
    ranges: tuple[Network, ...] | None


@dataclass(frozen=True)
class Connection:
    """A connection that *source* opens to *target*; the port is None where it is unknown."""

    source: End
    target: End
    port: float | None


@once_a_graph
def connections(graph: Graph) -> tuple[Connection, ...]:
    """Return every connection that the graph is known to need."""
    return (
        *_to_proxies(graph),
        *_to_databases(graph),
        *_of_rotation(graph),
        *_of_managed_instances(graph),
    )


def end(graph: Graph, name: str, groups: object, subnets: object) -> End:
    """Make the end *name* of what its properties say of groups and subnets."""
    return End(name, tuple(known_groups(graph, groups)), subnet_ranges(graph, subnets))


def network_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a function's properties that places it in a VPC."""
    network = body.get("VpcConfig")
    return network if isinstance(network, Mapping) else {}


def database_end(graph: Graph, database: str) -> End:
    """Make the end *database*, an instance or cluster."""
    body = graph.properties(database)
    owner = graph.target(body.get("DBClusterIdentifier"))
    body = graph.properties(owner) if owner else body
    group = graph.target(body.get("DBSubnetGroupName"))
    subnets = graph.properties(group).get("SubnetIds") if group else None
    return end(graph, database, database_groups(body), subnets)


def database_groups(body: Mapping[str, Any]) -> object:
    """Return the security groups of a database, which the two types spell differently."""
    return body.get("VpcSecurityGroupIds", body.get("VPCSecurityGroups", []))


def database_port(graph: Graph, database: str) -> float | None:
    """Return the port that *database* listens on; None where it is unknown."""
    body = graph.properties(database)
    owner = graph.target(body.get("DBClusterIdentifier"))
    body = graph.properties(owner) if owner else body
    engine = ENGINES.get(str(body.get("Engine")))
    return number(body.get("Port", engine.port if engine else None))


def _to_proxies(graph: Graph) -> Iterator[Connection]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        client = _function_end(graph, function, body)
        for entrance, proxy in graph.entrances(body):
            if family := family_of(graph, proxy):
                own = graph.properties(entrance)
                groups = own.get("VpcSecurityGroupIds") or graph.properties(proxy).get(
                    "VpcSecurityGroupIds"
                )
                target = end(graph, entrance, groups, own.get("VpcSubnetIds"))
                yield Connection(client, target, family.port)


def _to_databases(graph: Graph) -> Iterator[Connection]:
    for proxy, body in graph.of_type(PROXY):
        client = end(graph, proxy, body.get("VpcSecurityGroupIds"), body.get("VpcSubnetIds"))
        if (family := family_of(graph, proxy)) is None:
            continue
        databases = graph.databases_of(proxy)
        for database in databases:
            listens = number(graph.properties(database).get("Port", family.port))
            yield Connection(client, database_end(graph, database), listens)
        if not databases and _has_targets(graph, proxy):
            yield Connection(client, End(IMPORTED, (), None), None)
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for database in sorted(_databases_named(graph, body)):
            client = _function_end(graph, function, body)
            yield Connection(client, database_end(graph, database), database_port(graph, database))


def _has_targets(graph: Graph, proxy: str) -> bool:
    return any(
        graph.target(group.get("DBProxyName")) == proxy
        and (group.get("DBClusterIdentifiers") or group.get("DBInstanceIdentifiers"))
        for _, group in graph.of_type(TARGET_GROUP)
    )


def _function_end(graph: Graph, function: str, body: Mapping[str, Any]) -> End:
    network = network_of(body)
    return end(graph, function, network.get("SecurityGroupIds"), network.get("SubnetIds"))


def _databases_named(graph: Graph, function: Mapping[str, Any]) -> set[str]:
    """Return the databases whose own endpoint is in a function's environment."""
    found = set()
    for wire in wires(function.get("Environment")):
        name, _, attribute = wire.partition(".")
        if name in graph.template.resources and graph.type(name) in (CLUSTER, INSTANCE):
            found |= {name} if attribute.startswith(("Endpoint", "ReadEndpoint")) else set()
    return found


def _of_rotation(graph: Graph) -> Iterator[Connection]:
    """Rotation functions, to the databases that their secrets are attached to."""
    attached = {
        graph.target(body.get("SecretId")): graph.target(body.get("TargetId"))
        for _, body in graph.of_type(ATTACHMENT)
    }
    for name, body in graph.of_type(ROTATION):
        secret = graph.secret(body.get("SecretId"))
        database = attached.get(secret) if isinstance(secret, str) else None
        for client in _rotators(graph, name, body):
            if database and graph.type(database) in (CLUSTER, INSTANCE):
                port = database_port(graph, database)
                yield Connection(client, database_end(graph, database), port)
            yield from _to_endpoints(graph, client, "secretsmanager")


def _rotators(graph: Graph, schedule: str, body: Mapping[str, Any]) -> Iterator[End]:
    """Yield the function that rotates: one that AWS provides, or one of the graph."""
    hosted = body.get("HostedRotationLambda")
    if isinstance(hosted, Mapping):
        groups, subnets = hosted.get("VpcSecurityGroupIds"), hosted.get("VpcSubnetIds")
        yield end(graph, schedule, _split(groups), _split(subnets))
    function = graph.target(body.get("RotationLambdaARN"))
    if function and graph.type(function) in FUNCTION_TYPES:
        yield _function_end(graph, function, graph.properties(function))


def _split(joined: object) -> object:
    """Return the list that a property holds as one text."""
    match joined:
        case {"Fn::Join": [",", [*items]]}:
            return items
        case str():
            return [item.strip() for item in joined.split(",")]
        case None:
            return None
        case _:
            return [joined]


def _of_managed_instances(graph: Graph) -> Iterator[Connection]:
    """Instances that Systems Manager administers, to its endpoints."""
    for name, body in graph.of_type("AWS::EC2::Instance"):
        profile = graph.target(body.get("IamInstanceProfile"))
        roles = graph.targets(graph.properties(profile).get("Roles")) if profile else []
        if any(
            SSM_POLICY in str(graph.properties(role).get("ManagedPolicyArns")) for role in roles
        ):
            client = end(graph, name, body.get("SecurityGroupIds"), [body.get("SubnetId")])
            for service in ("ssm", "ssmmessages"):
                yield from _to_endpoints(graph, client, service)


def _to_endpoints(graph: Graph, client: End, service: str) -> Iterator[Connection]:
    """To the interface endpoint of *service*, unless there may be another way to it."""
    if any(graph.of_type("AWS::EC2::NatGateway", "AWS::EC2::InternetGateway")):
        return
    for name, body in graph.of_type(INTERFACE):
        if service_of(body) == service:
            groups, subnets = body.get("SecurityGroupIds"), body.get("SubnetIds")
            yield Connection(client, end(graph, name, groups, subnets), HTTPS)


def service_of(body: Mapping[str, Any]) -> str | None:
    """Return the service of an interface endpoint: ``secretsmanager``; None if unknown."""
    service = spelled(body.get("ServiceName")).rpartition(".")[2]
    return None if "$" in service else service


@dataclass(frozen=True)
class Members:
    """The resources that are members of one security group."""

    types: set[str]
    groups: set[str] | None
    """All groups of these resources; None where only deployment knows one of them."""


@once_a_graph
def members_of_groups(graph: Graph) -> dict[str, Members]:
    """Map each security group that has members to them."""
    found: dict[str, Members] = {}
    for body in graph.template.resources.values():
        for listed_groups in _group_lists(body.get("Properties") or {}):
            known = set(known_groups(graph, listed_groups)) or None
            for group in {*graph.targets(listed_groups)}:
                before = found.get(group, Members(set(), {group}))
                both = known and before.groups and known | before.groups
                found[group] = Members(before.types | {str(body["Type"])}, both)
    return found


def _group_lists(properties: Mapping[str, Any]) -> Iterator[object]:
    """Yield each list of security groups in the *properties* of a resource."""
    hosted = properties.get("HostedRotationLambda")
    if isinstance(hosted, Mapping):
        yield _split(hosted.get("VpcSecurityGroupIds"))
    interfaces = mappings(properties.get("NetworkInterfaces"))
    for place in (properties, network_of(properties), *interfaces):
        yield from (place[key] for key in GROUP_LISTS if key in place)
