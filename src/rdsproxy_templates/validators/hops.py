"""Judgment of hops: whether a connection is let out at one end, and in at the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .connections import IMPORTED, Connection, End, Members
from .graph import CLUSTER, INSTANCE
from .rule import Violation
from .security_groups import GroupRule, is_given


def judge_hop(  # noqa: PLR0913, PLR0917 - two ends, each with its groups, and the port between them
    rules: Sequence[GroupRule],
    source: str,
    outs: list[str],
    target: str,
    ins: list[str],
    port: float,
) -> Iterator[Violation]:
    """Judge one connection; an end whose groups only deployment knows is empty."""
    yield from judge_connection(
        rules,
        Connection(End(source, tuple(outs), None), End(target, tuple(ins), None), port),
    )


def judge_connection(rules: Sequence[GroupRule], hop: Connection) -> Iterator[Violation]:
    """Judge one connection, of which one end may be unknown."""
    source, target, port = hop.source, hop.target, hop.port
    if not source.groups or port is None:
        return
    pairs = [(out, into) for out in source.groups for into in target.groups]
    if not pairs:
        return
    if not any(
        r.group == out and r.admits("out", into, port, target.ranges)
        for out, into in pairs
        for r in rules
    ):
        yield Violation(
            source.groups[0],
            "SecurityGroupEgress",
            f"{source.name} may not connect to {target.name} on port {port:g}",
            f"Let {source.groups[0]} out to {target.groups[0]} on port {port:g}",
        )
    if not any(
        r.group == into and r.admits("in", out, port, source.ranges)
        for out, into in pairs
        for r in rules
    ):
        yield Violation(
            target.groups[0],
            "SecurityGroupIngress",
            f"{target.name} does not let {source.name} in on port {port:g}",
            f"Let {target.groups[0]} admit {source.groups[0]} on port {port:g}",
        )


def judge_way_out(
    rules: Sequence[GroupRule], hop: Connection, members: Mapping[str, Members]
) -> Iterator[Violation]:
    """Judge a connection to a target that only deployment knows: is anything let out?

    A group that is created here is no group of an imported database, if it has other members.
    """
    own = set(hop.source.groups)
    if hop.source.groups and not any(
        rule.group in own
        and rule.direction == "out"
        and (rule.covers(hop.port, hop.port) if hop.port is not None else rule.covers(1, 65535))
        and (
            rule.reaches_addresses(hop.target.ranges)
            if rule.peer is None
            else hop.target.name != IMPORTED
            or is_given(rule.peer)
            or _is_databases(members.get(rule.peer))
        )
        for rule in rules
    ):
        group = hop.source.groups[0]
        on = "" if hop.port is None else f" on port {hop.port:g}"
        yield Violation(
            group,
            "SecurityGroupEgress",
            f"{hop.source.name} may not connect to {hop.target.name}{on}",
            f"Let {group} out to the group of {hop.target.name}{on}",
        )


def _is_databases(members: Members | None) -> bool:
    """Tell whether a group may be that of a database: it has one as a member, or none at all."""
    return members is None or not members.types.isdisjoint((CLUSTER, INSTANCE))


def judge_sides(
    rules: Sequence[GroupRule], source: str, target: str, members: Mapping[str, Members]
) -> Iterator[Violation]:
    """Judge what two groups say of each other: what one names, the other has to let pass.

    Another group of the same member may do so in its place.
    """
    outs = [r for r in rules if r.group == source and r.direction == "out" and r.peer == target]
    ins = [r for r in rules if r.group == target and r.direction == "in" and r.peer == source]
    if not is_given(target) or ins:
        beside = _beside(target, members)
        admitted = [r for r in rules if beside and r.group in beside and r.direction == "in"]
        late = [out for out in outs if beside and not _any_meets(out, source, admitted)]
        if late:
            yield Violation(
                late[0].resource,
                late[0].place("DestinationSecurityGroupId"),
                f"it lets {source} out to {target} on {late[0].span}, where {target} lets it in "
                + (f"on {ins[0].span} only" if ins else "on no port"),
                f"Let {target} admit {source} on the same port",
            )
            return
    if is_given(source) or outs:
        return
    beside = _beside(source, members)
    sent = [r for r in rules if beside and r.group in beside and r.direction == "out"]
    for into in ins if beside else ():
        # Whoever is let out to something else on that port may have no need of this.
        is_used = any(out.covers(*(into.ports or (0, 65535))) and _leads(out) for out in sent)
        if not is_used and not _any_meets(into, target, sent):
            yield Violation(
                into.resource,
                into.place("SourceSecurityGroupId"),
                f"it lets {source} into {target} on {into.span}, and {source} is not let out",
                f"Let {source} out to {target} on the same port",
            )
            return


def _leads(rule: GroupRule) -> bool:
    """Tell whether *rule* leads anywhere but to its own host."""
    return rule.peer is not None or rule.reaches_addresses(None)


def _beside(group: str, members: Mapping[str, Members]) -> set[str] | None:
    """Return *group* and the other groups of its members; None where one of them is unknown."""
    return members[group].groups if group in members else {group}


def _any_meets(one: GroupRule, peer: str, others: list[GroupRule]) -> bool:
    """Tell whether one of *others*, at the other end, passes some of the same traffic."""
    first, last = one.ports or (0, 65535)
    reaching = [
        other
        for other in others
        if (other.peer is None and other.reaches_addresses(None))
        or other.peer == peer
        or (other.peer is not None and is_given(other.peer) != is_given(peer))
    ]
    if one.protocol in ("tcp", "6", "-1", None):
        return any(other.covers(first, last) for other in reaching)
    return any(other.protocol in (one.protocol, "-1", None) for other in reaching)
