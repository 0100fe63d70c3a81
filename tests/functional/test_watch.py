"""`render --watch` renders again when settings are saved, and goes on after a mistake."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Timer

import pytest

SECONDS = 90
SETTINGS = "waf:\n  allowed_cidrs: {ranges}\n"


PROGRAM = """
import signal
from rdsproxy_templates.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where whoever tests ignores it
main()
"""
STACK = """
from troposphere import sns
from rdsproxy_templates import Ports, Settings, Stack

class Config(Settings): ...
class Inputs(Ports): ...
class Outputs(Ports): ...

def build(config, inputs):
    return Stack(resources=[sns.Topic("Topic", DisplayName="first")], outputs=Outputs())
"""


@pytest.fixture
def watch(tmp_path):
    """Starts a watch with these words, and ends it after the test."""
    started = []

    def watch(*words):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "render", "--watch", "--out", "out", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        )
        started.extend([process, timer := Timer(SECONDS, process.kill)])
        timer.start()
        until(process, "Ctrl-C ends")
        return process

    yield watch
    process, timer = started
    timer.cancel()
    process.kill()
    process.communicate()


@pytest.fixture
def watching(watch, tmp_path):
    """A watch of edge_waf with `my.yaml`."""
    (tmp_path / "my.yaml").write_text(SETTINGS.format(ranges="[198.51.100.5/32]"))
    return watch("edge_waf", "--config", "my.yaml")


def until(process, text):
    """Read what the process says up to *text*, and return it."""
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(said)


def test_saved_settings_are_rendered_and_validated(watching, tmp_path):
    (tmp_path / "my.yaml").write_text(SETTINGS.format(ranges="[198.51.100.7/32]"))
    said = until(watching, " s\n")

    assert "changed in out/edge_waf/" in said
    assert "valid: our rules, cloudformation-validate\n" in said
    acl = tmp_path / "out" / "edge_waf" / "cloudformation" / "web-acl.yaml"
    assert "198.51.100.7/32" in acl.read_text("utf-8")


def test_a_mistake_is_printed_and_the_watch_goes_on(watching, tmp_path):
    (tmp_path / "my.yaml").write_text(SETTINGS.format(ranges="many"))
    assert "must be a list, got 'many'" in until(watching, "error: ")
    (tmp_path / "my.yaml").write_text(SETTINGS.format(ranges="[198.51.100.8/32]"))

    assert "changed in out/edge_waf/" in until(watching, " s\n")


def test_settings_that_an_editor_replaces_are_seen(watching, tmp_path):
    (tmp_path / "new.yaml").write_text(SETTINGS.format(ranges="[198.51.100.9/32]"))
    (tmp_path / "my.yaml").unlink()
    (tmp_path / "new.yaml").rename(tmp_path / "my.yaml")

    assert "changed in out/edge_waf/" in until(watching, " s\n")


def test_an_interrupt_ends_it(watching):
    watching.send_signal(signal.SIGINT)

    assert watching.wait(SECONDS) == 0
    assert "Traceback" not in watching.stdout.read()


def test_an_edited_stack_of_ones_own_is_imported_anew(watch, tmp_path):
    (tmp_path / "topics.py").write_text(STACK)
    process = watch("--stack", "topics.py")
    template = tmp_path / "out" / "topics" / "template.yaml"
    assert "DisplayName: first" in template.read_text("utf-8")

    (tmp_path / "topics.py").write_text(STACK.replace("first", "the second"))
    until(process, "Ctrl-C ends")

    assert "DisplayName: the second" in template.read_text("utf-8")


def test_saved_code_of_a_declared_function_is_rendered_again(watch, tmp_path):
    code = tmp_path / "src" / "app.py"
    code.parent.mkdir()
    code.write_text("def handler(event, context): ...\n")
    declared = "{name: orders, code: src, user: app, routes: [GET /]}"
    (tmp_path / "my.yaml").write_text(f"functions: [{declared}]\n")
    process = watch("existing_vpc", "--config", "my.yaml")

    code.write_text("def handler(event, context): return 1\n")
    until(process, "files changed")

    copy = tmp_path / "out" / "existing_vpc" / "functions" / "orders" / "app.py"
    assert "return 1" in copy.read_text()
