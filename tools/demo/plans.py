"""Which plans are shown: all but those that must be told something; and with which settings."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rdsproxy_templates import render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.deploy.guide import parameters_from_steps
from rdsproxy_templates.deploy.plans import PLANS, Plan
from rdsproxy_templates.model import did_you_mean
from rdsproxy_templates.model.ports import logical_id
from rdsproxy_templates.variants import VARIANTS
from servers.loopback import HOST, IPV6_HOST

FUNCTIONS: Final = "198.51.100.10/32"
"""Whence functions outside VPCs come in the local cloud."""

SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "edge": {
        "edge_waf": {"waf": {"allowed_cidrs": [f"{HOST}/32", f"{IPV6_HOST}/128"]}},
        "edge": {"rds": {"allowed_cidrs": [FUNCTIONS]}},
    },
}
"""Of the plans that would let nobody in with the default ones."""


def plan_named(name: str) -> Plan:
    """The plan of that name; the command line is told what there is where there is none."""
    known = [plan.name for plan in PLANS.values() if not any(_untold(plan))]
    if name not in known:
        raise ArgumentTypeError(
            f"{name!r} is none of the plans that need nothing{did_you_mean(name, known)}; "
            f"there are {', '.join(known)}"
        )
    return PLANS[name]


def engine_families(plan: Plan) -> set[str]:
    """Those of the databases in it."""
    configs = [VARIANTS[step.variant].Config() for step in plan.steps]
    return {ENGINES[one.rds.engine].family for one in configs if hasattr(one, "rds")}


def _untold(plan: Plan) -> Iterator[str]:
    """The parameters that the person who deploys would have to give."""
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
