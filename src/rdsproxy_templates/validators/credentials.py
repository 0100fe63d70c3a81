"""Credentials in a graph: what a secret holds, and who the users of a database are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from .graph import CLUSTER, INSTANCE, SECRET, Graph
from .once import once_a_graph
from .texts import ATTACHMENT, Atom, Text, joined, text_of

_OPENING: Final = "{{resolve:secretsmanager:"
_MARK: Final = re.compile("\ue000(\\d+)\ue001")


def secret_named(graph: Graph, expression: object) -> str | None:
    """Return the secret of the graph whose ARN *expression* is."""
    if expression is None:
        return None
    return _secrets(graph).get(text_of(graph, expression))


@once_a_graph
def _secrets(graph: Graph) -> dict[Text, str]:
    """Map the ARN of each secret to it; of two alike, to the first."""
    found: dict[Text, str] = {}
    for name, _ in graph.of_type(SECRET):
        found.setdefault(text_of(graph, {"Ref": name}), name)
    return found


def content_of(graph: Graph, secret: str) -> dict[str, Text] | None:
    """Return the values in the JSON of *secret* that the template tells; None if it is no JSON.

    The generated value is left out.
    """
    body = graph.properties(secret)
    generated = body.get("GenerateSecretString")
    expression: Any = body.get("SecretString")
    if isinstance(generated, dict):
        expression = generated.get("SecretStringTemplate", "{}")
    if expression is None:
        return None
    text = text_of(graph, expression)
    atoms = [part for part in text if isinstance(part, Atom)]
    marked = "".join(
        f"\ue000{atoms.index(part)}\ue001" if isinstance(part, Atom) else part for part in text
    )
    try:
        content = json.loads(marked)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    return {str(key): _unmarked(str(value), atoms) for key, value in content.items()}


def username_in(graph: Graph, secret: str) -> Text | None:
    """Return the user whose password *secret* holds, where the template tells."""
    return (content_of(graph, secret) or {}).get("username")


def user_of(graph: Graph, secret: object) -> Text | None:
    """Return the user whose password the secret with the ARN *secret* holds; None if unknown."""
    if secret is None:
        return None
    if named := secret_named(graph, secret):
        return username_in(graph, named)
    match text_of(graph, secret):
        case (Atom(database, "MasterUserSecret.SecretArn", "resource"),):
            return dict(masters(graph)).get(database)
        case _:
            return None


def resolved(graph: Graph, expression: object) -> Text:
    """Return *expression* as text, with a dynamic reference to a secret of the graph resolved."""
    text = text_of(graph, expression)
    found = reference_in(graph, text)
    if found is None:
        return text
    secret, key = found
    return (content_of(graph, secret) or {}).get(key, text)


def reference_in(graph: Graph, text: Text) -> tuple[str, str] | None:
    """Return the secret of the graph and the key in it that *text* resolves to."""
    first, last = (text[0], text[-1]) if text else ("", "")
    if not (isinstance(first, str) and first.startswith(_OPENING) and isinstance(last, str)):
        return None
    before, mark, after = last.rpartition(":SecretString:")
    if not mark or not after.endswith("}}"):
        return None
    arn = joined((first.removeprefix(_OPENING),), text[1:-1], (before,))
    for name, _ in graph.of_type(SECRET):
        if text_of(graph, {"Ref": name}) == arn:
            return name, after.removesuffix("}}").partition(":")[0]
    return None


def masters(graph: Graph) -> Iterator[tuple[str, Text]]:
    """Yield each database that has a master user, and the user's name."""
    for name, body in graph.of_type(CLUSTER, INSTANCE):
        if "MasterUsername" in body:
            yield name, resolved(graph, body["MasterUsername"])


def master_secret(graph: Graph, database: str) -> str | None:
    """Return the secret that holds the password of the master user of *database*."""
    found = reference_in(
        graph, text_of(graph, graph.properties(database).get("MasterUserPassword"))
    )
    return found[0] if found else None


def attached_to(graph: Graph, secret: str) -> Iterator[str]:
    """Yield the databases that attachments say *secret* is for."""
    for _, body in graph.of_type(ATTACHMENT):
        if secret_named(graph, body.get("SecretId")) == secret:
            for name, _ in graph.of_type(CLUSTER, INSTANCE):
                if text_of(graph, body.get("TargetId")) == text_of(graph, {"Ref": name}):
                    yield name


def custom_users(graph: Graph) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the custom resources that create users, and their properties."""
    for name, resource in graph.template.resources.items():
        kind = str(resource.get("Type", ""))
        if kind.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
            body = resource.get("Properties") or {}
            if "UserName" in body:
                yield name, dict(body)


def _unmarked(value: str, atoms: list[Atom]) -> Text:
    parts: list[Text] = []
    end = 0
    for match in _MARK.finditer(value):
        parts += [(value[end : match.start()],), (atoms[int(match[1])],)]
        end = match.end()
    return joined(*parts, (value[end:],))
