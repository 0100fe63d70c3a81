"""Rules of secrets: RDS Proxy can read them, and RDS takes their passwords."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ...aws.engines import ENGINES
from ...model.references import PLACEHOLDER, references
from ..credentials import master_secret, secret_named
from ..graph import CLUSTER, INSTANCE, PROXY, SECRET, Graph
from ..rule import Violation, as_rule
from ..values import is_expression, is_true, number

REFUSED = '"@/'
SHORTEST: Final = 8
LONGEST: Final = {"MYSQL": 41, "POSTGRESQL": 128}
"""Characters of a master password, by engine family."""
GENERATED: Final = 32
"""Characters of a generated password where nothing is said."""
ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
LOGIN: Final = frozenset({"username", "password"})
"""Keys of a secret that a proxy reads."""


@as_rule(
    "secret/readable",
    title="A generated secret of a proxy is JSON with a username and a password.",
    why="The proxy cannot log in to the database.",
    remedy="Generate JSON with the keys username and password.",
    source=f"{RDS_GUIDE}rds-proxy-secrets-arns.html",
)
def readable(graph: Graph) -> Iterator[Violation]:
    named = secrets_of_proxies(graph)
    for secret, body in graph.of_type(SECRET):
        generated = body.get("GenerateSecretString")
        if secret not in named or not (generated or "SecretString" in body):
            continue
        if isinstance(generated, Mapping):
            text = _spelled(generated.get("SecretStringTemplate", "{}"))
            key = generated.get("GenerateStringKey")
        else:
            text, key = _spelled(body.get("SecretString")), None
        if text is None or not (key is None or isinstance(key, str)):
            continue
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        keys = {*content, key} if isinstance(content, dict) else set()
        if missing := LOGIN - keys:
            place = "GenerateSecretString" if generated else "SecretString"
            yield Violation(
                secret,
                place,
                f"it will not be JSON with {' and '.join(sorted(missing))}",
                'Use the template {"username": "…"} and the key password',
            )


def secrets_of_proxies(graph: Graph) -> set[str | None]:
    """Return the secrets of the graph that proxies name."""
    return {
        secret_named(graph, entry.get("SecretArn"))
        for proxy, _ in graph.of_type(PROXY)
        for entry in graph.logins_of(proxy)
    }


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
    title="A generated master password has no character that RDS refuses.",
    why="RDS refuses the password, in some deployments and not in others.",
    remedy="Exclude the characters that RDS refuses, by ExcludeCharacters.",
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
        if secret not in used or not isinstance(generated, Mapping) or not generated:
            continue
        if is_true(generated.get("ExcludePunctuation")) or is_expression(generated):
            continue
        excluded = generated.get("ExcludeCharacters", "")
        if not isinstance(excluded, str) or isinstance(generated.get("ExcludePunctuation"), dict):
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
    title="A master password is either managed by RDS or given, not both.",
    why="RDS refuses the database.",
    remedy="Keep either ManageMasterUserPassword or MasterUserPassword.",
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


@as_rule(
    "secret/master-password",
    title="A master password has a length and characters that the engine takes.",
    why="RDS refuses the database.",
    remedy="Generate a password of a length and characters that the engine takes.",
    source=f"{RDS_GUIDE}CHAP_Limits.html",
)
def master_password(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine = ENGINES.get(str(body.get("Engine")))
        secret = master_secret(graph, database)
        if engine is None or secret is None:
            continue
        most = LONGEST[engine.family]
        generated = graph.properties(secret).get("GenerateSecretString")
        if not isinstance(generated, Mapping):
            continue
        length = number(generated.get("PasswordLength", GENERATED))
        if length is not None and not SHORTEST <= length <= most:
            yield Violation(
                secret,
                "GenerateSecretString",
                f"{length:g} characters are no length of a master password of {engine.name}",
                f"Set PasswordLength to {SHORTEST} to {most}",
            )
        if is_true(generated.get("IncludeSpace")):
            yield Violation(
                secret,
                "GenerateSecretString",
                "the password may hold spaces, which a master password must not",
                "Leave IncludeSpace out",
            )
