"""Rule of the use of keys: whoever decrypts says with which."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import KMS_GUIDE
from ..graph import Graph
from ..policies import written_statements
from ..rule import Violation, as_rule
from ..statements import is_every
from ..values import listed
from .key import DECRYPT


@as_rule(
    "key/decrypts-with-any",
    level="opinion",
    title="Whoever may decrypt may do so with named keys, or through a named service.",
    why="Whoever takes over the role decrypts whatever the account's keys have encrypted.",
    remedy="Name the key, or add the condition kms:ViaService.",
    source=f"{KMS_GUIDE}iam-policies-best-practices.html",
)
def decrypts_with_any(graph: Graph) -> Iterator[Violation]:
    for statement in written_statements(graph):
        named = [str(one).lower() for one in listed(statement.body.get("Action", []))]
        is_meant = any(one.startswith("kms:") for one in named)
        if not is_meant or not statement.allows or statement.is_conditional:
            continue
        wide = any(is_every(graph, one, "kms", "key/") for one in statement.resources())
        if wide and statement.names_action(DECRYPT):
            yield Violation(
                statement.place,
                statement.key(graph),
                f"{DECRYPT} is allowed with every key",
                "Name the key, or add the condition kms:ViaService",
            )
