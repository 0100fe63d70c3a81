"""Rules of what functions are made of, and whether they run at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import LAMBDA_GUIDE
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..texts import literal, text_of
from ..values import listed, number, simple

LAYERS: Final = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")


@as_rule(
    "function/layer",
    level="warning",
    title="A function's layers support its runtime and its architecture.",
    why="The function cannot import what the layer was built for.",
    remedy="Choose a layer for the runtime and the architecture.",
    source=f"{LAMBDA_GUIDE}chapter-layers.html",
)
def layer(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        architecture = _architecture(body)
        own = {"CompatibleArchitectures": architecture, "CompatibleRuntimes": body.get("Runtime")}
        for expression in listed(body.get("Layers") or []):
            name = graph.target(simple(expression))
            if name is None or graph.type(name) not in LAYERS:
                sentence = _known_layer(literal(text_of(graph, expression)), architecture)
                if sentence:
                    yield Violation(function, "Layers", sentence, "Use the layer's other build")
                continue
            for key, is_one in own.items():
                fits = graph.properties(name).get(key)
                if (
                    isinstance(fits, list)
                    and fits
                    and isinstance(is_one, str)
                    and all(isinstance(one, str) for one in fits)
                    and is_one not in fits
                ):
                    yield Violation(
                        function,
                        "Layers",
                        f"{name} is for {', '.join(fits)}, and the function is {is_one}",
                        f"Build the layer for {is_one}, or change the function",
                    )


@as_rule(
    "function/concurrency",
    title="A function has concurrency to run.",
    why="With a reserved concurrency of 0, Lambda refuses every call.",
    remedy="Leave the reserved concurrency out, or choose at least 1.",
    source=f"{LAMBDA_GUIDE}configuration-concurrency.html",
)
def concurrency(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        if number(body.get("ReservedConcurrentExecutions", 1)) == 0:
            yield Violation(
                function,
                "ReservedConcurrentExecutions",
                "it is 0, so that the function never runs",
                "Reserve at least 1, or leave it out",
            )


def _architecture(body: Mapping[str, Any]) -> str | None:
    given = body.get("Architectures", ["x86_64"])
    one = given[0] if isinstance(given, list) and len(given) == 1 else None
    return one if isinstance(one, str) else None


def _known_layer(arn: str | None, architecture: str | None) -> str | None:
    """Say that a layer of AWS's, by its name, is for another architecture."""
    name = arn.split(":")[6] if arn and arn.count(":") >= 6 else ""  # noqa: PLR2004 - an ARN
    is_arm = name.endswith(("-Arm64", "-arm64", "-ARM64"))
    if is_arm and architecture == "x86_64":
        return f"{name} is for arm64, and the function is x86_64"
    if name == "AWS-Parameters-and-Secrets-Lambda-Extension" and architecture == "arm64":
        return f"{name} is for x86_64, and the function is arm64"
    return None
