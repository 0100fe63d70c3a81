"""Actions that CloudFormation calls for the resources of templates: those of AWS's own handlers.

The schema of each type lists them (``handlers``). They are more than one template needs: a handler
that attaches a web ACL names every service that has something to attach it to. Kept is what belongs
to a service of which the templates have a resource, or to one that serves all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..aws import iam_reference
from ..aws.resource_schemas import schema_of

HANDLERS: Final = ("create", "read", "update", "delete")
"""What CloudFormation does with a stack's resources; it lists none."""
SERVING: Final = frozenset({"ec2", "iam", "kms", "logs", "secretsmanager"})
"""Services that others use for their resources: networks, roles, keys, logs and secrets."""
CODE: Final = frozenset({"s3:GetObject", "s3:GetObjectVersion"})
"""Reading a function's code, or an API's definition."""
PREFIXES: Final = {
    "apigatewayv2": "apigateway",
    "applicationautoscaling": "application-autoscaling",
    "certificatemanager": "acm",
    "cognito": "cognito-idp",
    "efs": "elasticfilesystem",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "opensearchservice": "es",
    "stepfunctions": "states",
}
"""Services whose actions begin otherwise than the names of their types."""
PASSED: Final = "iam:PassRole"
INVOKED: Final = "lambda:InvokeFunction"
IMAGES: Final = (
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "ecr:GetRepositoryPolicy",
    "ecr:SetRepositoryPolicy",
)
"""What Lambda asks of whoever creates a function from an image ("Create a function using a
container image", Lambda's guide)."""
NESTED: Final = "AWS::CloudFormation::Stack"


def handler_actions(types: Iterable[str]) -> frozenset[str]:
    """Return the actions that creating, reading, changing and deleting *types* take.

    Those of nested stacks are left out: whoever may not call CloudFormation has no stack either.
    """
    found = sorted({*types} - {NESTED})
    services = {service for type_ in found for service in _own_services(type_)} | SERVING
    actions = {
        action
        for type_ in found
        for action in _actions_of(type_)
        if action in CODE or action.partition(":")[0] in services
    }
    if any(_is_custom(type_) for type_ in found):
        actions.add(INVOKED)
    return frozenset(actions)


def passing_services(types: Iterable[str]) -> set[str]:
    """Return the services of those of *types* to which a role is passed."""
    passing = (type_ for type_ in types if PASSED in _actions_of(type_) and type_ != NESTED)
    return {service for type_ in passing for service in _own_services(type_)}


def undocumented_types(types: Iterable[str]) -> list[str]:
    """Return those of *types* whose schema names no action, so that their need is not known."""
    return sorted(
        type_ for type_ in {*types} if not _is_custom(type_) and not [*_actions_of(type_)]
    )


def _actions_of(type_: str) -> Iterator[str]:
    """Yield the actions that the schema names; a few of its names IAM does not have."""
    schema = schema_of(type_)
    handlers = schema.body.get("handlers", {}) if schema else {}
    for name in HANDLERS:
        for action in handlers.get(name, {}).get("permissions", ()):
            service, _, verb = action.partition(":")
            if iam_reference.is_known(action):
                yield f"{service}:{verb[:1].upper()}{verb[1:]}"


def _own_services(type_: str) -> set[str]:
    """Return the service that *type_* belongs to, or all that it names where that is not known."""
    named = {action.partition(":")[0] for action in _actions_of(type_)}
    word = type_.split("::")[1].lower()
    own = PREFIXES.get(word, word)
    return {own} if own in named else named


def _is_custom(type_: str) -> bool:
    return type_.startswith("Custom::") or type_ == "AWS::CloudFormation::CustomResource"
