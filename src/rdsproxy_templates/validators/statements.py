"""Statements of policies: what one is about, as far as the template tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .graph import POLICIES, Graph
from .matching import Answer, covers, either, negated
from .texts import (
    ACCOUNT,
    PARTITION,
    REGION,
    Atom,
    Text,
    is_certain,
    joined,
    shown,
    text_of,
)
from .values import listed


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, and the resource in which it is written."""

    place: str
    body: Mapping[str, Any]

    def key(self, graph: Graph) -> str:
        """Return the property in which it is written."""
        return "PolicyDocument" if graph.type(self.place) in POLICIES else "Policies"

    @property
    def allows(self) -> bool:
        """True for an Allow."""
        return self.body.get("Effect") == "Allow"

    @property
    def is_conditional(self) -> bool:
        """True where it holds only under conditions."""
        return bool(self.body.get("Condition"))

    def names_action(self, action: str) -> Answer:
        """Tell whether it is about *action*."""
        if "NotAction" in self.body:
            return negated(_any_action(self.body["NotAction"], action))
        return _any_action(self.body.get("Action", []), action)

    def resources(self) -> list[Any]:
        """Return the resources that it names."""
        return listed(self.body.get("Resource", []))

    def names_resource(self, graph: Graph, target: Text) -> Answer:
        """Tell whether it is about *target*."""
        if "NotResource" in self.body:
            named = listed(self.body["NotResource"])
            return negated(either(covers(text_of(graph, one), target) for one in named))
        return either(covers(text_of(graph, one), target) for one in self.resources())


def is_every(graph: Graph, resource: object, service: str, kind: str) -> bool:
    """Tell whether *resource* is everything, or all of one *kind* in the account."""
    text = text_of(graph, resource)
    account: Text = (ACCOUNT,) if service == "iam" else (REGION, ":", ACCOUNT)
    start: Text = (f":{service}:",) if service != "iam" else (":iam::",)
    some = joined(
        ("arn:", PARTITION), start, account, (f":{kind}", Atom("any", "Name", "resource"))
    )
    return "*" in shown(text) and is_certain(text) and covers(text, some) is not False


def _any_action(patterns: object, action: str) -> Answer:
    return either(
        fnmatchcase(action.lower(), one.lower()) if isinstance(one, str) else None
        for one in listed(patterns)
    )
