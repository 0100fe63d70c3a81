"""WAF: the update that takes the last rule from a web ACL, which moto forgets."""

from __future__ import annotations

from typing import Any, Final

from moto.wafv2.models import WAFV2Backend

_update_web_acl: Final = WAFV2Backend.update_web_acl


def install() -> None:
    backend: Any = WAFV2Backend
    backend.update_web_acl = update_web_acl


def update_web_acl(
    self: WAFV2Backend, name: str, _id: str, default_action: Any, rules: Any, *rest: Any
) -> str:
    token = _update_web_acl(self, name, _id, default_action, rules, *rest)
    if not rules:
        self.get_web_acl(None, name, _id).rules = []
    return token
