"""What other threads change is copied before Python code looks through it.

An operation goes on in the background, and calls services while others do: a dictionary that
grows meanwhile ends the loop over it with an error. ``[*dictionary.values()]`` is made at once.
"""

from __future__ import annotations

import ast
from pathlib import Path

import rdsproxy_local

SOURCES = Path(rdsproxy_local.__file__).parent
VIEWS = {"items", "keys", "values"}
SHARED = {
    *("_alive", "_associations", "_dead", "_roots", "deployed", "detections", "distributions"),
    *("drifts", "enis", "everyone", "instances", "nics", "proxy_target_groups", "routes", "stages"),
}
"""Dictionaries of ours, and of what is in moto's backends, that operations change."""


def names_of(expression):
    """The names in ``a.b.c``, or nothing."""
    if isinstance(expression, ast.Name):
        return [expression.id]
    if isinstance(expression, ast.Attribute):
        inner = names_of(expression.value)
        return [*inner, expression.attr] if inner else []
    return []


def is_shared(expression):
    """True for a dictionary of a service in moto, or one of ours that operations change."""
    is_view = isinstance(expression, ast.Call) and getattr(expression.func, "attr", "") in VIEWS
    names = names_of(expression.func.value if is_view else expression)
    # By name, `drifts` of a detection and `everyone` of a registry are no dictionaries.
    ours = SHARED if is_view else {"deployed"}
    return len(names) > 1 and ("backend" in names[:-1] or names[-1] in ours)


def loops(tree):
    """The places in a module that go through something one by one, with that."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):
            yield node.iter


def test_no_loop_goes_through_a_dictionary_that_others_change():
    found = [
        f"{file.relative_to(SOURCES)}:{one.lineno}: {ast.unparse(one)}"
        for file in sorted(SOURCES.rglob("*.py"))
        for one in loops(ast.parse(file.read_text("utf-8")))
        if is_shared(one)
    ]
    assert found == []
