"""What rules ask of a graph is worked out once, and forgotten with the graph."""

from __future__ import annotations

import gc
import weakref

import pytest

from rdsproxy_templates.model.template import Template
from rdsproxy_templates.validators.graph import Graph
from rdsproxy_templates.validators.once import once_a_graph


def graph(**resources):
    return Graph(
        Template(description="", parameters={}, children={}, resources=resources, outputs={})
    )


@pytest.fixture
def asked():
    return []


@pytest.fixture
def titles(asked):
    @once_a_graph
    def titles(graph, mark=""):
        asked.append(mark)
        return [f"{title}{mark}" for title in graph.template.resources]

    return titles


def test_it_is_worked_out_once(titles, asked):
    one = graph(A={}, B={})

    assert titles(one) == titles(one) == ["A", "B"]
    assert asked == [""]


def test_other_arguments_are_another_question(titles, asked):
    one = graph(A={})

    assert [titles(one, "!"), titles(one, "?"), titles(one, mark="!")] == [["A!"], ["A?"], ["A!"]]
    assert asked == ["!", "?", "!"]


def test_another_graph_has_answers_of_its_own(titles):
    assert [titles(graph(A={})), titles(graph(B={}))] == [["A"], ["B"]]


def test_answers_are_forgotten_with_their_graph(titles):
    one = graph(A={})
    titles(one)
    gone = weakref.ref(one)
    del one
    gc.collect()

    assert gone() is None
