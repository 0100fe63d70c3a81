"""Conditions on the service through which a key is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .graph import Graph
from .matching import Answer, covers, either
from .statements import Statement
from .texts import REGION, Atom, Text, text_of
from .values import listed

VIA: Final = "kms:viaservice"
SUFFIX: Final = Atom("AWS::URLSuffix", kind="pseudo")


def is_via(graph: Graph, statement: Statement, service: str) -> Answer:
    """Tell whether *statement* holds for calls of KMS that *service* makes for somebody."""
    condition = statement.body.get("Condition")
    host: Text = (f"{service}.", REGION, ".", SUFFIX)
    answers: list[Answer] = []
    for operator, tests in condition.items() if isinstance(condition, Mapping) else ():
        if operator not in {"StringEquals", "StringLike"} or not isinstance(tests, Mapping):
            continue
        for key, value in tests.items():
            if str(key).lower() == VIA:
                answers.append(either(covers(text_of(graph, one), host) for one in listed(value)))
    return False if False in answers else None if answers else True
