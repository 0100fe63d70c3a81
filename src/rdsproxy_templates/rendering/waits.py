"""The order that nesting implies, preserved in a flat template.

CloudFormation creates a nested stack once everything that its parameters refer to exists, has its
outputs once all of its resources exist, and deletes in reverse. In one template only references
count; an order that they do not imply becomes a ``DependsOn``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.template import Body, needed


@dataclass(frozen=True)
class Wait:
    """Order between resources of a flat template: all of *later* after all of *earlier*."""

    later: Collection[str]
    earlier: Collection[str]


def with_waits(
    resources: Mapping[str, Body], order: Sequence[str], waits: Sequence[Wait]
) -> dict[str, Body]:
    """Add to *resources* the fewest ``DependsOn`` that make all *waits* hold.

    *order* lists each resource after all that it refers to or waits for.
    """
    bit = {name: 1 << number for number, name in enumerate(order)}
    demanded = dict.fromkeys(order, 0)
    for wait in waits:
        earlier = _union(bit, wait.earlier)
        for name in wait.later:
            demanded[name] |= earlier
    before: dict[str, int] = {}
    added: dict[str, list[str]] = {}
    for name in order:
        there = 0
        for other in needed(resources[name]) & before.keys():
            there |= before[other] | bit[other]
        while missing := demanded[name] & ~there:
            # The latest of them implies the most of the others.
            latest = order[missing.bit_length() - 1]
            added.setdefault(name, []).append(latest)
            there |= before[latest] | bit[latest]
        before[name] = there
    return {name: _waiting(body, added.get(name, [])) for name, body in resources.items()}


def _union(bit: Mapping[str, int], names: Collection[str]) -> int:
    union = 0
    for name in names:
        union |= bit[name]
    return union


def _waiting(body: Body, names: Sequence[str]) -> Body:
    if not names:
        return body
    rest: dict[str, Any] = dict(body)
    kind, known = rest.pop("Type"), rest.pop("DependsOn", [])
    return {"Type": kind, "DependsOn": [*known, *sorted(names)], **rest}
