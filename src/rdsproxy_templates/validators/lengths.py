"""Lengths of values, as far as they are known before deployment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..aws.limits import LONGEST, secret_arn_length
from ..model.references import PLACEHOLDER
from ..rendering.flat import Origin
from .graph import SECRET, Graph

UNKNOWN: Final = 64
"""Characters of a value of which nothing is known: a name, an identifier."""
ARN: Final = 128
KNOWN: Final = {
    "DBClusterResourceId": len("cluster-") + 26,
    "DbiResourceId": len("db-") + 26,
    "GroupId": len("sg-") + 17,
}
REFERRED: Final = {
    "AWS::EC2::Subnet": len("subnet-") + 17,
    "AWS::EC2::SecurityGroup": len("sg-") + 17,
    "AWS::EC2::VPC": len("vpc-") + 17,
}


class Lengths:
    """The most characters that expressions of a flat template come to."""

    def __init__(self, graph: Graph, origins: Mapping[str, Origin]) -> None:
        self._graph = graph
        self._origins = origins

    def written(self, node: Any) -> int:
        """Return the length of *node* as JSON without white space."""
        match node:
            case dict() if len(node) == 1 and (key := next(iter(node))) in ("Ref", "Condition"):
                return self.longest(node) + 2 if key == "Ref" else UNKNOWN
            case dict() if len(node) == 1 and next(iter(node)).startswith("Fn::"):
                return self.longest(node) + 2
            case dict():
                inner = sum(len(json.dumps(key)) + 1 + self.written(v) for key, v in node.items())
                return inner + 2 + max(len(node) - 1, 0)
            case list():
                return sum(map(self.written, node)) + 2 + max(len(node) - 1, 0)
            case _:
                return len(json.dumps(node))

    def longest(self, expression: Any) -> int:
        """Return the length of *expression* once it is text."""
        match expression:
            case str():
                return len(expression.encode())
            case {"Ref": str(name)}:
                return self._ref(name)
            case {"Fn::GetAtt": [str(), str(attribute)]}:
                return KNOWN.get(attribute, ARN if attribute.endswith("Arn") else UNKNOWN)
            case {"Fn::Join": [str(mark), [*items]]}:
                return sum(map(self.longest, items)) + len(mark) * max(len(items) - 1, 0)
            case {"Fn::Sub": str(text)}:
                return self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(variables)]}:
                return self._substituted(text, variables)
            case _:
                return UNKNOWN

    def _ref(self, name: str) -> int:
        if name in LONGEST:
            return LONGEST[name]
        if name not in self._graph.template.resources:
            return UNKNOWN
        if self._graph.type(name) == SECRET:
            origin = self._origins.get(name)
            return secret_arn_length(origin.title if origin else name)
        return REFERRED.get(self._graph.type(name), UNKNOWN)

    def _substituted(self, text: str, variables: Mapping[str, Any]) -> int:
        literal = len(PLACEHOLDER.sub("", text).encode())
        return literal + sum(
            self.longest(variables[name]) if name in variables else self.longest(_expression(name))
            for name in PLACEHOLDER.findall(text)
        )


def _expression(placeholder: str) -> dict[str, Any]:
    name, _, attribute = placeholder.partition(".")
    return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
