"""WAF: an update that removes a web ACL's last rule, and deletions of resources in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudfront.models import cloudfront_backends
from moto.wafv2.exceptions import WAFv2ClientError
from moto.wafv2.models import WAFV2Backend

from .surround import mend, surround


def install() -> None:
    mend(
        WAFV2Backend,
        "update_web_acl",
        _update_web_acl,
        moto="UpdateWebACL without rules keeps the old ones",
        aws="the rules are those that are given",
        source="https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html",
    )
    surround(WAFV2Backend, "create_ip_set", _create_ip_set)
    surround(WAFV2Backend, "delete_web_acl", _delete_web_acl)
    surround(WAFV2Backend, "delete_ip_set", _delete_ip_set)


def _update_web_acl(
    update: Callable[..., str],
    backend: WAFV2Backend,
    name: str,
    _id: str,
    default_action: Any,
    rules: Any,
    *rest: Any,
) -> str:
    token = update(backend, name, _id, default_action, rules, *rest)
    if not rules:
        backend.get_web_acl(None, name, _id).rules = []
    return token


def _create_ip_set(
    create: Callable[..., Any],
    backend: WAFV2Backend,
    name: str,
    scope: str,
    *rest: Any,
    **more: Any,
) -> Any:
    if any(known.name == name and known.scope == scope for known in [*backend.ip_sets.values()]):
        raise WAFv2ClientError(
            "WAFDuplicateItemException",
            "AWS WAF couldn't perform the operation because some resource in your request is a "
            "duplicate of an existing one.",
        )
    return create(backend, name, scope, *rest, **more)


def _delete_web_acl(
    delete: Callable[..., None], backend: WAFV2Backend, name: str, scope: str, _id: str, token: str
) -> None:
    acl = backend.get_web_acl(None, name, _id)
    guarded = [
        distribution
        for cloudfront in list(cloudfront_backends[backend.account_id].values())
        for distribution in [*cloudfront.distributions.values()]
        if distribution.WebACLId == acl.arn
    ]
    _require_unused([*acl.associated_resources, *guarded])
    delete(backend, name, scope, _id, token)


def _delete_ip_set(
    delete: Callable[..., None], backend: WAFV2Backend, name: str, scope: str, _id: str, token: str
) -> None:
    arn = backend.get_ip_set(name, scope, _id).arn
    acls = [*backend.wacls.values()]
    _require_unused([acl for acl in acls if arn in repr(acl.to_dict()["Rules"])])
    delete(backend, name, scope, _id, token)


def _require_unused(users: list[Any]) -> None:
    if users:
        raise WAFv2ClientError(
            "WAFAssociatedItemException",
            "AWS WAF couldn't perform the operation because your resource is being used by another "
            "resource or it's associated with another resource.",
        )
