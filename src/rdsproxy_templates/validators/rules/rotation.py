"""Rules of attachments and rotations: the right database, the right function, a master."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import CLOUDFORMATION_GUIDE
from ...aws.engines import ENGINES
from ..credentials import attached_to, content_of, master_secret, secret_named
from ..graph import CLUSTER, INSTANCE, Graph
from ..rule import Violation, as_rule
from ..texts import ATTACHMENT, literal, text_of
from .key import needs_grant

ROTATION: Final = "AWS::SecretsManager::RotationSchedule"
CURRENT: Final = "AWS::SecretsManager-2024-09-16"
OLD: Final = ("AWS::SecretsManager-2020-07-23",)
_RATE: Final = re.compile(r"rate\((\d+) (hours?|days?)\)")
_FEWEST_HOURS: Final = 4
_FAMILIES: Final = {"MYSQL": ("MySQL", "MariaDB"), "POSTGRESQL": ("PostgreSQL",)}
"""How ``RotationType`` begins, by engine family."""


@as_rule(
    "secret/attachment",
    title="An attachment names its database's type, and each secret has at most one attachment.",
    why="CloudFormation refuses the attachment.",
    remedy="Name the type of the database in TargetType, and attach each secret once.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-secretsmanager-secrettargetattachment.html",
)
def attachment(graph: Graph) -> Iterator[Violation]:
    attached: dict[str, str] = {}
    for name, body in graph.of_type(ATTACHMENT):
        given = literal(text_of(graph, body.get("TargetType")))
        target = graph.target(body.get("TargetId"))
        if target and given and given != graph.type(target):
            yield Violation(
                name,
                "TargetType",
                f"{target} is of type {graph.type(target)}, and TargetType says {given}",
                f"Set TargetType to {graph.type(target)}",
            )
        secret = secret_named(graph, body.get("SecretId"))
        if secret and secret in attached:
            yield Violation(
                name,
                "SecretId",
                f"{attached[secret]} attaches {secret} already",
                "Attach each secret once",
            )
        if secret:
            attached[secret] = name


@as_rule(
    "secret/rotation",
    title="A rotation function fits the database's engine, and may do what it must.",
    why="The first rotation fails, and the password stays.",
    remedy="Rotate by the function for the engine of the database.",
    source=f"{CLOUDFORMATION_GUIDE}aws-properties-secretsmanager-rotationschedule-"
    "hostedrotationlambda.html",
)
def rotation(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type(ROTATION):
        hosted = body.get("HostedRotationLambda")
        if isinstance(hosted, Mapping):
            for sentence, remedy in _hosted_faults(graph, body, hosted):
                yield Violation(name, "HostedRotationLambda", sentence, remedy)
        for sentence, remedy in _schedule_faults(graph, body.get("RotationRules")):
            yield Violation(name, "RotationRules", sentence, remedy)


@as_rule(
    "secret/rotation-transform",
    level="warning",
    title="Hosted rotation functions use the current transform.",
    why="The older transform makes functions of an old runtime, which AWS no longer patches.",
    remedy="Use AWS::SecretsManager-2024-09-16.",
    source=f"{CLOUDFORMATION_GUIDE}transform-aws-secretsmanager.html",
)
def rotation_transform(graph: Graph) -> Iterator[Violation]:
    transforms = {str(one) for one in graph.template.transforms}
    for name, body in graph.of_type(ROTATION):
        if "HostedRotationLambda" in body and transforms & set(OLD):
            yield Violation(
                name,
                "HostedRotationLambda",
                f"the transform {', '.join(sorted(transforms & set(OLD)))} is the older one",
                f"Use {CURRENT}",
            )


def _hosted_faults(
    graph: Graph, body: Mapping[str, Any], hosted: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    kind = literal(text_of(graph, hosted.get("RotationType"))) or ""
    secret = secret_named(graph, body.get("SecretId"))
    key = graph.properties(secret).get("KmsKeyId") if secret else None
    if key is not None and "KmsKeyArn" not in hosted and needs_grant(graph, key):
        yield (
            f"its function may not decrypt {secret}, which has a key of its own",
            "Set KmsKeyArn to the ARN of that key",
        )
    for database in sorted(_databases_of(graph, secret)) if secret else ():
        engine = ENGINES.get(str(graph.properties(database).get("Engine")))
        starts = _FAMILIES.get(engine.family, ()) if engine else ()
        if kind and starts and not kind.startswith(starts):
            yield (
                f"RotationType {kind} does not fit {database}, which is {engine and engine.name}",
                f"Use {engine and engine.rotation_type}",
            )
    masters = {"MasterSecretArn", "SuperuserSecretArn"}
    if kind.endswith("MultiUser") and not masters & hosted.keys():
        yield (
            f"RotationType {kind} changes users as a master user, and names no secret of one",
            "Set SuperuserSecretArn, or use the single-user type",
        )
    if secret and any(secret_named(graph, hosted.get(key)) == secret for key in masters):
        yield "the secret of its master user is the one that it rotates", "Name the master's secret"
    content = content_of(graph, secret) if secret else None
    is_bare = content is not None and not {"host", "engine"} <= content.keys()
    if secret and is_bare and not any(_attachments_of(graph, secret)):
        yield (
            f"{secret} has no host and engine, and nothing attaches it to a database",
            "Attach the secret by AWS::SecretsManager::SecretTargetAttachment",
        )
    transforms = {str(one) for one in graph.template.transforms}
    if not any(one.startswith("AWS::SecretsManager") for one in transforms):
        yield (
            "the template has no transform of Secrets Manager, which makes the function",
            f"Add Transform: {CURRENT}",
        )


def _schedule_faults(graph: Graph, rules: object) -> Iterator[tuple[str, str]]:
    if not isinstance(rules, Mapping):
        return
    expression = literal(text_of(graph, rules.get("ScheduleExpression")))
    if "ScheduleExpression" in rules and "AutomaticallyAfterDays" in rules:
        yield "ScheduleExpression stands beside AutomaticallyAfterDays", "Leave one of them out"
    if expression is None or expression.startswith("cron("):
        return
    match = _RATE.fullmatch(expression)
    if match is None:
        yield f"{expression!r} is no schedule", "Write rate(10 days), rate(4 hours) or cron(…)"
    elif match[2].startswith("hour") and int(match[1]) < _FEWEST_HOURS:
        yield f"{expression!r} is more often than every four hours", "Rotate less often"


def _attachments_of(graph: Graph, secret: str) -> Iterator[str]:
    for name, body in graph.of_type(ATTACHMENT):
        # One whose secret only deployment knows may be for any.
        if secret_named(graph, body.get("SecretId")) in (secret, None):
            yield name


def _databases_of(graph: Graph, secret: str) -> set[str]:
    used = {
        name for name, _ in graph.of_type(CLUSTER, INSTANCE) if master_secret(graph, name) == secret
    }
    return used | set(attached_to(graph, secret))
