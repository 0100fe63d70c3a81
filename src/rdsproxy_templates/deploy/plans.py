"""Every plan that the command knows: one for each variant, or for several that need each other."""

from __future__ import annotations

from typing import Final

from ..variants import VARIANTS, edge_waf
from .plan import AccountName, Plan, Step, alone

__all__ = ["PLANS", "AccountName", "Plan", "Step", "plan_of"]

CROSS_ACCOUNT: Final = Plan(
    name="cross_account",
    shared_settings=("login", "engine"),
    before="Both accounts belong to one organization, in which sharing is enabled: once, in its "
    "management account, `aws ram enable-sharing-with-aws-organization`.",
    steps=(
        Step(
            name="network",
            variant="cross_account_network",
            account="app",
            account_ids={"db_account_id": "db"},
        ),
        Step(
            name="db",
            variant="cross_account_db",
            account="db",
            inputs_from={
                "network": (
                    "app_account_id",
                    "shared_vpc_id",
                    "shared_subnet_ids",
                    "availability_zone_ids",
                    "function_security_group_id",
                    "function_role_arn",
                )
            },
        ),
        Step(
            name="app",
            variant="cross_account_app",
            account="app",
            inputs_from={
                "network": (
                    "shared_subnet_ids",
                    "function_security_group_id",
                    "function_role_arn",
                ),
                "db": (
                    "rds_proxy_endpoint",
                    "rds_database_name",
                    "rds_user",
                    "connect_role_arn",
                    "secret_arn",
                    "key_arn",
                ),
            },
        ),
    ),
)
EDGE: Final = Plan(
    name="edge",
    before="CloudFront looks for its web ACLs in us-east-1, wherever the rest is.",
    steps=(
        Step(name="waf", variant="edge_waf", region=edge_waf.HOME),
        Step(name="edge", variant="edge", inputs_from={"waf": ("web_acl_arn",)}),
    ),
    shows=("call_by_curl", "call_around_by_curl"),
)
_TOGETHER: Final = (CROSS_ACCOUNT, EDGE)
_PARTS: Final = {step.variant for plan in _TOGETHER for step in plan.steps}

PLANS: Final[dict[str, Plan]] = {
    **{name: alone(name) for name in VARIANTS if name not in _PARTS},
    **{plan.name: plan for plan in _TOGETHER},
}


def plan_of(variant: str) -> Plan:
    """The plan that deploys a variant."""
    return next(plan for plan in PLANS.values() if variant in (step.variant for step in plan.steps))
