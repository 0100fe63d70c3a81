"""Our own checks: what no other tool says of such a family, as pure functions.

A check of the flat graph takes a :class:`Graph` and yields doubts; its docstring is the
rule. A resource whose ``Metadata`` accepts a rule by name may break it. A check of the family
takes a :class:`Bundle` and yields findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ...rendering import Bundle
from ..findings import Finding
from ..graph import Graph, Violation
from ..lines import located
from . import api, database, login, network, permission, proxy, secret, size, wiring

GRAPH_CHECKS: Final[tuple[Callable[[Graph], Iterator[Violation]], ...]] = (
    proxy.name,
    proxy.engine_family,
    proxy.one_target,
    proxy.waits_for_instances,
    proxy.waits_for_database,
    proxy.tls_to_database,
    proxy.idle_above_max,
    proxy.network_type,
    proxy.logins,
    proxy.reader_endpoint,
    proxy.secret_readable,
    proxy.security_group,
    secret.readable,
    secret.password_characters,
    secret.managed_and_given,
    database.version,
    database.instance_class,
    database.names,
    database.capacity,
    database.public,
    network.subnets,
    network.two_zones,
    network.kinds,
    network.port,
    network.hops,
    network.open_to_the_world,
    network.unlimited_egress,
    permission.connects,
    login.somebody,
    login.end_to_end,
    login.secrets_manager,
    api.path,
    api.timeout,
    api.key_or_firewall,
    api.password_in_environment,
)
FAMILY_CHECKS: Final[tuple[Callable[[Bundle], Iterator[Finding]], ...]] = (
    wiring.wiring,
    size.size,
    size.values,
)


def rule_of(check: Callable[[Graph], Iterator[Violation]]) -> str:
    """The name that findings of *check* carry: ``proxy/waits-for-instances``."""
    return f"{check.__module__.rpartition('.')[2]}/{check.__name__.replace('_', '-')}"


def find(bundle: Bundle) -> list[Finding]:
    """Everything that our checks find in *bundle*.

    Most is looked at only when the wiring is whole: a broken wire cannot be followed.
    """
    findings = [*wiring.wiring(bundle)]
    if findings:
        return [*findings, *size.size(bundle)]
    findings += [finding for check in FAMILY_CHECKS[1:] for finding in check(bundle)]
    flat, origins = bundle.flat()
    graph = Graph(flat)
    for check in GRAPH_CHECKS:
        for violation in check(graph):
            if graph.accepts(violation.resource, rule_of(check)):
                continue
            within = () if violation.property == "DependsOn" else ("Properties",)
            place = ("Resources", violation.resource, *within, violation.property)
            file, line = located(bundle, origins, place)
            findings.append(
                Finding(
                    file=file,
                    line=line,
                    rule=rule_of(check),
                    level="error",
                    sentence=f"{origins[violation.resource].title}: {violation.sentence}",
                    remedy=violation.remedy,
                )
            )
    return findings
