"""Path and permissions boundary on every role of a root stack, SAM's among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ..errors import Problem
from ..model.customization import RoleBounds
from ..model.template import Body, Template

PATHS: Final = {
    "AWS::IAM::Role": "Path",
    "AWS::Serverless::Function": "RolePath",
    "AWS::Serverless::StateMachine": "RolePath",
}
"""Property with the path of the role that a resource is, or that SAM makes for it."""

UNBOUNDED: Final = {
    "DeploymentPreference": "SAM makes CodeDeploy's role without them; name one in its `Role`",
    "HostedRotationLambda": "Secrets Manager's own template makes the rotation function's role "
    "without them",
}
"""Properties by which others make a role, and nobody can bound it."""


def bounded(root: Template, bounds: RoleBounds) -> Template:
    """Return *root* with *bounds* on its roles; what a role has already wins."""
    children = {
        title: replace(nested, template=bounded(nested.template, bounds))
        for title, nested in root.children.items()
    }
    resources = {title: _resource(body, bounds) for title, body in root.resources.items()}
    return replace(root, children=children, resources=resources)


def unbounded(root: Template) -> Iterator[Problem]:
    """Warn of roles that others make, which no bounds reach."""
    for path, template in root.walk():
        for title, body in template.resources.items():
            properties = body.get("Properties", {})
            for name, why in UNBOUNDED.items():
                made = properties.get(name)
                if made and not (isinstance(made, dict) and made.get("Role")):
                    place = ".".join((*path, title))
                    yield Problem("iam_roles", f"do not reach the role of {place}: {why}")


def _resource(body: Body, bounds: RoleBounds) -> Body:
    name = PATHS.get(str(body["Type"]))
    properties: dict[str, Any] = body.get("Properties", {})
    if name is None or "Role" in properties:
        return body
    wanted = {name: bounds.path, "PermissionsBoundary": bounds.permissions_boundary}
    added = {key: value for key, value in wanted.items() if value is not None}
    return {**body, "Properties": {**added, **properties}}
