"""Rules of secrets: RDS Proxy can read them, and RDS takes their passwords."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ...model.references import PLACEHOLDER, references
from ..graph import CLUSTER, INSTANCE, PROXY, SECRET, Graph
from ..rule import Violation, as_rule
from ..values import is_true

REFUSED = '"@/'
ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"


@as_rule(
    "secret/readable",
    title="A generated secret of a proxy is JSON with a username and a password.",
    why="The proxy cannot log in to the database.",
    source=f"{RDS_GUIDE}rds-proxy-secrets-arns.html",
)
def readable(graph: Graph) -> Iterator[Violation]:
    named = {
        graph.target(entry.get("SecretArn"))
        for proxy, _ in graph.of_type(PROXY)
        for entry in graph.logins_of(proxy)
    }
    for secret, body in graph.of_type(SECRET):
        generated = body.get("GenerateSecretString")
        if secret not in named or not generated:
            continue
        text, key = (
            _spelled(generated.get("SecretStringTemplate", "{}")),
            generated.get("GenerateStringKey"),
        )
        if text is None or isinstance(key, dict):
            continue
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        keys = {*content, key} if isinstance(content, dict) else set()
        if missing := {"username", "password"} - keys:
            yield Violation(
                secret,
                "GenerateSecretString",
                f"it will not be JSON with {' and '.join(sorted(missing))}",
                'Use the template {"username": "…"} and the key password',
            )


def _spelled(template: object) -> str | None:
    """Return the text of a template with its placeholders filled in; None if unknown."""
    match template:
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
            return None if PLACEHOLDER.fullmatch(text) else PLACEHOLDER.sub("0", text)
        case str(text):
            return text
        case _:
            return None


@as_rule(
    "secret/password-characters",
    title="A generated password holds no character that RDS refuses.",
    why="RDS refuses the password, in some deployments and not in others.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbcluster.html",
)
def password_characters(graph: Graph) -> Iterator[Violation]:
    used = {
        name
        for _, body in graph.of_type(CLUSTER, INSTANCE, PROXY, ATTACHMENT)
        for name in references(dict(body))
    }
    for secret, body in graph.of_type(SECRET):
        generated = body.get("GenerateSecretString")
        if secret not in used or not generated or is_true(generated.get("ExcludePunctuation")):
            continue
        excluded = generated.get("ExcludeCharacters", "")
        if isinstance(excluded, dict) or isinstance(generated.get("ExcludePunctuation"), dict):
            continue
        if left := [character for character in REFUSED if character not in excluded]:
            yield Violation(
                secret,
                "GenerateSecretString",
                f"the password may hold {' '.join(left)}, which RDS refuses",
                f"Add {''.join(left)} to ExcludeCharacters",
            )


@as_rule(
    "secret/managed-and-given",
    title="A master password is managed by RDS or given, and never both.",
    why="RDS refuses the database.",
    source=f"{AURORA_GUIDE}rds-secrets-manager.html",
)
def managed_and_given(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        if is_true(body.get("ManageMasterUserPassword")) and "MasterUserPassword" in body:
            yield Violation(
                database,
                "MasterUserPassword",
                "it is given, and ManageMasterUserPassword is true",
                "Leave one of the two out",
            )
