"""A template that a validator has seen costs nothing, also in the next process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rdsproxy_templates import cache, render
from rdsproxy_templates.validators import aws
from rdsproxy_templates.variants import edge_waf

KEY = "0" * 64


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache._tidy.cache_clear()
    aws.verdict.cache_clear()
    return tmp_path / "rdsproxy_templates"


def test_a_kept_result_is_remembered():
    cache.remember("a", KEY, [{"rule": "E1"}])

    assert cache.remembered("a", KEY) == [{"rule": "E1"}]
    assert cache.remembered("b", KEY) is None


@pytest.mark.parametrize("text", ["", "[{", "\udcff"])
def test_a_torn_file_is_no_result(folder, text):
    cache.remember("a", KEY, [])
    (folder / "a" / f"{KEY}.json").write_text(text, "utf-8", errors="surrogateescape")

    assert cache.remembered("a", KEY) is None


def test_results_older_than_30_days_go(folder):
    cache.remember("a", KEY, [])
    os.utime(folder / "a" / f"{KEY}.json", (0, 0))
    cache._tidy.cache_clear()
    cache.remember("a", "1" * 64, [])

    assert [path.stem for path in (folder / "a").iterdir()] == ["1" * 64]


def test_the_oldest_beyond_the_limit_go(folder, monkeypatch):
    monkeypatch.setattr(cache, "KEPT_MOST", 2)
    for number in range(4):
        cache.remember("a", f"{number}", [])
        os.utime(folder / "a" / f"{number}.json", (2_000_000_000 + number,) * 2)
    cache._tidy.cache_clear()
    cache.remember("a", "new", [])

    assert sorted(path.stem for path in (folder / "a").iterdir()) == ["2", "3", "new"]


def test_what_aws_said_of_a_template_is_not_asked_again(monkeypatch):
    bundle = render(edge_waf, edge_waf.Config(), validate=False)
    first = aws.find(bundle)
    aws.verdict.cache_clear()
    monkeypatch.setattr(aws, "_validated", lambda _: pytest.fail("it was asked again"))

    assert aws.find(bundle) == first


def test_another_version_of_the_validator_is_asked_again(monkeypatch):
    bundle = render(edge_waf, edge_waf.Config(), validate=False)
    aws.find(bundle)
    aws.verdict.cache_clear()
    asked = []
    monkeypatch.setattr(aws.metadata, "version", lambda _: "99.0")
    monkeypatch.setattr(aws, "_validated", lambda text: asked.append(text) or [])
    aws.find(bundle)

    assert len(asked) == len(bundle.templates) + 1


@pytest.mark.parametrize("seconds", [0, 0.1, 1])
def test_a_process_may_end_while_the_engine_is_being_built(seconds):
    code = (
        "import threading; from rdsproxy_templates.aws.validator import start_engine\n"
        f"start_engine(); threading.Event().wait({seconds})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
