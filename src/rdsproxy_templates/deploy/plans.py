"""Every plan: one for each variant, or for several variants that need each other."""

from __future__ import annotations

from typing import Final

from ..variants import VARIANTS
from .plan import AccountName, Plan, Step, single_step

__all__ = ["PLANS", "AccountName", "Plan", "Step", "plan_of"]

CROSS_ACCOUNT: Final = Plan(
    name="cross_account",
    shared_settings=("login", "engine"),
    prerequisites="Both accounts belong to one organization that allows sharing; to allow it, run "
    "`aws ram enable-sharing-with-aws-organization` once in the management account.",
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
                    "function_role_name",
                ),
                "db": (
                    "rds_proxy_endpoint",
                    "rds_proxy_read_only_endpoint",
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
    prerequisites="CloudFront takes web ACLs only from us-east-1, wherever the other stacks are.",
    steps=(
        Step(name="waf", variant="edge_waf", region="us-east-1"),
        Step(name="edge", variant="edge", inputs_from={"waf": ("web_acl_arn",)}),
    ),
    smoke_test=("call_by_curl", "call_around_by_curl"),
)
_SEVERAL_STEPS: Final = (CROSS_ACCOUNT, EDGE)
_STEPS: Final = {step.variant for plan in _SEVERAL_STEPS for step in plan.steps}

PLANS: Final[dict[str, Plan]] = {
    **{name: single_step(name) for name in VARIANTS if name not in _STEPS},
    **{plan.name: plan for plan in _SEVERAL_STEPS},
}


def plan_of(variant: str) -> Plan:
    """Return the plan that deploys *variant*."""
    return next(plan for plan in PLANS.values() if variant in (step.variant for step in plan.steps))
