"""SimulatePrincipalPolicy, which moto lacks: the policies of a role, evaluated."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import NoSuchEntity
from moto.iam.responses import IamResponse

from ..data_plane import identities


def install() -> None:
    IamResponse.simulate_principal_policy = _simulate  # type: ignore[attr-defined]


def _simulate(response: IamResponse) -> ActionResult:
    given: dict[str, Any] = response._get_params()
    source = given["PolicySourceArn"]
    identity = identities.role_identity(source)
    if identity is None:
        raise NoSuchEntity(f"The role with name {source.rpartition('/')[2]} cannot be found.")
    context = {
        one["ContextKeyName"]: str(one["ContextKeyValues"][0])
        for one in given.get("ContextEntries", ())
    }
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": "allowed"
            if identity.may(action, resource, **context)
            else "implicitDeny",
        }
        for action in given["ActionNames"]
        for resource in given.get("ResourceArns") or ["*"]
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})
