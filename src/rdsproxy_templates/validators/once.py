"""Answers about a graph that several rules ask for, each worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from .graph import Graph

P = ParamSpec("P")
T = TypeVar("T")


def once_a_graph(
    function: Callable[Concatenate[Graph, P], T],
) -> Callable[Concatenate[Graph, P], T]:
    """Keep what *function* returns of a graph, and of further arguments, with the graph.

    A graph does not change, so nobody may change the answer.
    """

    @wraps(function)
    def answered(graph: Graph, /, *arguments: P.args, **further: P.kwargs) -> T:
        key = (function, arguments, *further.items())
        if key not in graph.answers:
            graph.answers[key] = function(graph, *arguments, **further)
        answer: T = graph.answers[key]
        return answer

    return answered
