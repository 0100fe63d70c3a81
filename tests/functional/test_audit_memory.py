"""Audit of many templates in one process keeps nothing of those that it has judged."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from rdsproxy_templates.audit import audit, sources
from rdsproxy_templates.validators.graph import Graph

FEW, MANY = 5, 15


@pytest.fixture
def judged(repository, tmp_path):
    """Judges templates by our rules, each another one."""
    text = (repository / "benchmarks" / "audited.yaml").read_text("utf-8")

    def judged(first, count):
        for number in range(first, first + count):
            file = tmp_path / f"{number}.yaml"
            changed = text.replace("shop", f"shop{number}").replace("/app", f"/app{number}")
            file.write_text(changed, "utf-8")
            assert audit([file], aws=False).findings != []

    return judged


def kept():
    """Size of each cache without a bound and of each list, set and mapping of a module of ours."""
    sizes = {}
    for module_name, module in sorted(sys.modules.items()):
        if module_name.startswith("rdsproxy_templates."):
            for name, value in [*vars(module).items()]:
                if hasattr(value, "cache_info"):
                    if value.cache_info().maxsize is None:
                        sizes[module_name, name] = value.cache_info().currsize
                elif isinstance(value, dict | list | set) and not name.startswith("__"):
                    sizes[module_name, name] = len(value)
    return sizes


def test_no_cache_and_no_module_grows_with_the_templates(judged):
    judged(0, FEW)
    before = kept()
    judged(FEW, MANY)

    assert kept() == before
    assert ("rdsproxy_templates.cache", "version_of") in before


def test_a_template_and_its_graphs_are_gone_when_it_is_judged(judged, monkeypatch):
    made = []

    def remembered(make):
        def remember(self, *arguments, **further):
            made.append(weakref.ref(self))
            make(self, *arguments, **further)

        return remember

    for kind in (Graph, sources.Sources):
        monkeypatch.setattr(kind, "__init__", remembered(kind.__init__))

    judged(0, FEW)
    gc.collect()

    assert len(made) >= 2 * FEW
    assert [one() for one in made if one() is not None] == []
