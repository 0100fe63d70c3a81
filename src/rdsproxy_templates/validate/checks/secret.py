"""Secrets: what RDS and RDS Proxy cannot read, or RDS refuses as a password."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..graph import CLUSTER, INSTANCE, PROXY, SECRET, Doubt, Graph

REFUSED = '"@/'


def readable(graph: Graph) -> Iterator[Doubt]:
    """A proxy's secret is JSON with a username and a password."""
    named = {
        graph.target(entry.get("SecretArn"))
        for _, proxy in graph.of_type(PROXY)
        for entry in proxy.get("Auth", [])
    }
    for secret, body in graph.of_type(SECRET):
        generated = body.get("GenerateSecretString")
        if secret not in named or not generated:
            continue
        text = generated.get("SecretStringTemplate", "{}")
        if isinstance(text, dict):
            sub = text.get("Fn::Sub", "{}")
            text = sub if isinstance(sub, str) else sub[0]
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        keys = (
            {*content, generated.get("GenerateStringKey")} if isinstance(content, dict) else set()
        )
        if missing := {"username", "password"} - keys:
            yield Doubt(
                secret,
                "GenerateSecretString",
                f"it will not be JSON with {' and '.join(sorted(missing))}",
                'Use the template {"username": "…"} and the key password',
            )


def password_characters(graph: Graph) -> Iterator[Doubt]:
    """A generated password holds no character that RDS refuses."""
    for secret, body in graph.of_type(SECRET):
        generated = body.get("GenerateSecretString")
        if not generated or generated.get("ExcludePunctuation") is True:
            continue
        excluded = generated.get("ExcludeCharacters", "")
        if left := [character for character in REFUSED if character not in excluded]:
            yield Doubt(
                secret,
                "GenerateSecretString",
                f"the password may hold {' '.join(left)}, which RDS refuses",
                f"Add {''.join(left)} to ExcludeCharacters",
            )


def managed_and_given(graph: Graph) -> Iterator[Doubt]:
    """A master password is managed by RDS or given, not both."""
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        if body.get("ManageMasterUserPassword") is True and "MasterUserPassword" in body:
            yield Doubt(
                database,
                "MasterUserPassword",
                "it is given, and ManageMasterUserPassword is true",
                "Leave one of the two out",
            )
