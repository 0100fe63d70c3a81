"""A template that a validator has seen costs nothing, also in the next process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from rdsproxy_templates import cache, render
from rdsproxy_templates.aws import processes, validator
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
    monkeypatch.setattr(validator, "diagnostics", lambda _: pytest.fail("it was asked again"))

    assert aws.find(bundle) == first


def test_another_version_of_the_validator_is_asked_again(monkeypatch):
    bundle = render(edge_waf, edge_waf.Config(), validate=False)
    aws.find(bundle)
    aws.verdict.cache_clear()
    asked = []
    monkeypatch.setattr(cache, "version_of", lambda _: "99.0")
    monkeypatch.setattr(validator, "diagnostics", lambda text: asked.append(text) or [])
    aws.find(bundle)

    assert len(asked) == len(bundle.templates) + 1


@pytest.fixture
def no_engine(monkeypatch):
    """As in a process that has not built the engine."""
    monkeypatch.setattr(validator, "_is_built", lambda: False)
    yield
    validator.stop_process()


@pytest.mark.usefixtures("no_engine")
def test_a_process_beside_this_one_says_the_same_of_templates():
    texts = ["Resources: {A: {Type: 'AWS::SNS::Topik'}}", "Resources: {}"]
    validator.start_process()
    (process,) = validator._early
    wait = aws.begun(texts)

    assert validator._early == []
    assert wait() == {text: validator.diagnostics(text) for text in texts}
    assert process.returncode == 0


@pytest.mark.usefixtures("no_engine")
def test_a_process_that_nothing_is_asked_of_is_ended():
    validator.start_process()
    (process,) = validator._early

    assert aws.begun([])() == {}

    validator.stop_process()

    assert (validator._early, process.returncode) == ([], -signal.SIGKILL)


def test_a_process_that_has_an_engine_starts_no_other():
    validator.engine()
    validator.start_process()

    assert validator._early == []


def test_a_process_that_is_told_nothing_ends_by_itself():
    process = processes.started("aws.validator_worker")

    assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_what_a_process_fails_with_is_said():
    process = processes.started("aws.validator_worker")
    processes.send(process, 1)

    with pytest.raises(RuntimeError, match=r"the validator did not run: (?s:.)*TypeError"):
        processes.finished(process, "the validator")


def test_a_process_that_has_ended_before_it_is_told_anything_is_said_to():
    process = processes.started("aws.validator_worker")
    process.kill()
    process.wait()
    processes.send(process, ["Resources: {}" * 100_000])

    with pytest.raises(RuntimeError, match="the validator did not run"):
        processes.finished(process, "the validator")


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
