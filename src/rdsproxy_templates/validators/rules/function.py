"""Rules of functions: what everybody sees who may read their configuration."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import LAMBDA_GUIDE
from ...aws.secret_signs import secret_sign
from ..graph import FUNCTION_TYPES, SECRET, Graph
from ..rule import Violation, as_rule


@as_rule(
    "function/no-secret-in-environment",
    title="A function's environment holds no secret.",
    why="Whoever may read the function's configuration reads the secret.",
    source=f"{LAMBDA_GUIDE}configuration-envvars.html",
)
def no_secret_in_environment(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for name, value in body.get("Environment", {}).get("Variables", {}).items():
            target = graph.target(value)
            is_arn = target is not None and graph.type(target) == SECRET
            sign = None if is_arn else secret_sign(name, value)
            if sign:
                yield Violation(
                    function,
                    "Environment",
                    f"the variable {name} holds a secret: {sign}",
                    "Pass the secret's ARN, and read it at run time",
                )
