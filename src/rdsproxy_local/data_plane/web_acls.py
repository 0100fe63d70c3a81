"""Web ACLs of CloudFront: they admit clients by address only.

A rule says Allow or Block to the addresses of an IP set; the first that fits decides, and the
default action where none does. Any other rule is not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.wafv2.models import GLOBAL_REGION, FakeIPSet, FakeWebACL, WAFV2Backend, wafv2_backends

from .not_understood import NotUnderstood, require_known

ACTIONS: Final = {"Allow": True, "Block": False}
RULE: Final = frozenset({"Name", "Priority", "Action", "Statement", "VisibilityConfig"})
STATEMENT: Final = frozenset({"IPSetReferenceStatement"})
REFERENCE: Final = frozenset({"ARN"})
EVERYBODY: Final = ("all",)


@dataclass(frozen=True)
class Rule:
    """The action on some networks."""

    networks: tuple[str, ...]
    allows: bool


def rules_of(arn: str) -> tuple[Rule, ...]:
    """The decisions of the web ACL *arn* at this moment; the last one is about everybody."""
    acl = _found(arn)
    return decided([rule.to_dict() for rule in acl.rules], acl.default_action)


def decided(
    rules: Iterable[Mapping[str, Any]], default_action: Mapping[str, Any]
) -> tuple[Rule, ...]:
    """The same for a web ACL that says this, or :class:`NotUnderstood`."""
    in_order = sorted(rules, key=lambda rule: int(rule["Priority"]))
    return *map(_rule, in_order), Rule(EVERYBODY, allows(default_action))


def _rule(rule: Mapping[str, Any]) -> Rule:
    require_known("a rule", rule, RULE)
    return Rule(_networks(rule["Statement"]), allows(rule.get("Action") or {}))


def _networks(statement: Mapping[str, Any]) -> tuple[str, ...]:
    require_known("a rule", statement, STATEMENT)
    reference = statement["IPSetReferenceStatement"]
    require_known("a rule", reference, REFERENCE)
    return tuple(_ip_set(reference["ARN"]).addresses)


def allows(action: Mapping[str, Any]) -> bool:
    match list(action.items()):
        case [(("Allow" | "Block") as name, settings)] if not settings:
            return ACTIONS[name]
    raise NotUnderstood(f"the local cloud does not take the action {dict(action)}")


def _found(arn: str) -> FakeWebACL:
    acl = _backend(arn).wacls.get(arn)
    if acl is None:
        raise NotUnderstood(f"there is no web ACL {arn}")
    return acl


def _ip_set(arn: str) -> FakeIPSet:
    addresses = _backend(arn).ip_sets.get(arn)
    if addresses is None:
        raise NotUnderstood(f"there is no IP set {arn}")
    return addresses


def _backend(arn: str) -> WAFV2Backend:
    account = arn.split(":")[4]
    return wafv2_backends[account][GLOBAL_REGION]
