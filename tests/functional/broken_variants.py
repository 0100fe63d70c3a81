"""``base`` with a fault in it, for validators to find."""

from __future__ import annotations

from dataclasses import replace

from rdsproxy_templates import render
from rdsproxy_templates.variants import base


def broken(change):
    """``base`` with the cluster of its RDS stack changed."""
    bundle = render(base, base.Config())
    stack = bundle.root.children["RDSStack"]
    cluster = change(dict(stack.template.resources["DBCluster"]))
    resources = {**stack.template.resources, "DBCluster": cluster}
    nested = replace(stack, template=replace(stack.template, resources=resources))
    children = {**bundle.root.children, "RDSStack": nested}
    return replace(bundle, root=replace(bundle.root, children=children))
