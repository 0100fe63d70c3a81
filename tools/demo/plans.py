"""Plans that the demo deploys, all that need no parameters, and their settings."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rdsproxy_local.servers.loopback import HOST, IPV6_HOST
from rdsproxy_templates import render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.deploy.guide import parameters_from_steps
from rdsproxy_templates.deploy.plans import PLANS, Plan
from rdsproxy_templates.model import did_you_mean
from rdsproxy_templates.model.port import logical_id
from rdsproxy_templates.variants import VARIANTS

FUNCTIONS: Final = "198.51.100.10/32"
"""Source address, in the local cloud, of functions outside any VPC."""

SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "edge": {
        "edge_waf": {"waf": {"allowed_cidrs": [f"{HOST}/32", f"{IPV6_HOST}/128"]}},
        "edge": {"rds": {"allowed_cidrs": [FUNCTIONS]}},
    },
}
"""Settings of the plans whose defaults let no one in."""


def plan_named(name: str) -> Plan:
    """Find the plan *name*; raises :class:`ArgumentTypeError` that names the known plans."""
    known = [plan.name for plan in PLANS.values() if not any(_untold(plan))]
    if name not in known:
        raise ArgumentTypeError(
            f"unknown plan {name!r}{did_you_mean(name, known)}; plans that need no parameters: "
            f"{', '.join(known)}"
        )
    return PLANS[name]


def engine_families(plan: Plan) -> set[str]:
    """Engine families of the databases in *plan*."""
    configs = [VARIANTS[step.variant].Config() for step in plan.steps]
    return {ENGINES[one.rds.engine].family for one in configs if hasattr(one, "rds")}


def _untold(plan: Plan) -> Iterator[str]:
    """Required parameters that no earlier step fills in."""
    for step in plan.steps:
        variant = VARIANTS[step.variant]
        root = render(variant, variant.Config()).root
        known = {
            *map(logical_id, step.account_ids),
            *(name for name, _ in parameters_from_steps(plan, step, root)),
        }
        for name, body in root.parameters.items():
            if "Default" not in body and name not in known:
                yield name
