"""Rules of the form of web ACLs: what WAF refuses of logs, IP sets and priorities."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import WAF_GUIDE
from ...model.references import wires
from ..addresses import network
from ..apis import WEB_ACL
from ..graph import Graph
from ..rule import Violation, as_rule
from ..values import is_literal, items, mappings, number, spelled

LOG_GROUP, LOG_PREFIX = "AWS::Logs::LogGroup", "aws-waf-logs-"


@as_rule(
    "edge/log-name",
    title="The log of a web ACL has a name that begins with aws-waf-logs-.",
    why="WAF refuses any other log.",
    remedy="Begin the name of the log group with aws-waf-logs-.",
    source=f"{WAF_GUIDE}logging-cw-logs.html",
)
def log(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type("AWS::WAFv2::LoggingConfiguration"):
        for wire in sorted(set(wires(body.get("LogDestinationConfigs")))):
            group = wire.partition(".")[0]
            if group not in graph.template.resources or graph.type(group) != LOG_GROUP:
                continue
            given = graph.properties(group).get("LogGroupName")
            text = "" if given is None else spelled(given)
            if not text.startswith((LOG_PREFIX, "${")):
                yield Violation(
                    name,
                    "LogDestinationConfigs",
                    f"the name of {group} does not begin with {LOG_PREFIX}",
                    f"Name it {LOG_PREFIX}…",
                )


@as_rule(
    "edge/addresses",
    title="An IP set holds ranges of its own IP version, none of them /0.",
    why="WAF refuses the set.",
    remedy="Use one IP set for each version, and two halves for everything.",
    source="https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateIPSet.html",
)
def addresses(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type("AWS::WAFv2::IPSet"):
        version = body.get("IPAddressVersion")
        for text in items(body.get("Addresses")):
            one = network(text) if is_literal(text) else None
            if one and is_literal(version) and version != f"IPV{one.version}":
                yield Violation(
                    name, "Addresses", f"{text} is no range of {version}", "Use two IP sets"
                )
            elif one and not one.prefixlen:
                yield Violation(
                    name, "Addresses", f"WAF takes no {text}", "Write the range in two halves"
                )


@as_rule(
    "edge/priorities",
    title="Each rule of a web ACL has a priority of its own.",
    why="WAF refuses the web ACL.",
    remedy="Number the rules differently.",
    source=f"{WAF_GUIDE}web-acl-processing-order.html",
)
def priorities(graph: Graph) -> Iterator[Violation]:
    for acl, body in graph.of_type(WEB_ACL, "AWS::WAFv2::RuleGroup"):
        given = [number(rule.get("Priority")) for rule in mappings(body.get("Rules"))]
        known = [one for one in given if one is not None]
        if len(set(known)) < len(known):
            yield Violation(
                acl, "Rules", "two of its rules have one priority", "Number them differently"
            )
