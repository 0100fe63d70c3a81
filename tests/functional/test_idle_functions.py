"""`local up` names the functions that it deploys, and that do not run."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rdsproxy_templates.cli.local.idle_functions import warn_of_idle_functions


def function(**properties):
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


def variant(**resources):
    template = SimpleNamespace(resources=resources)
    root = SimpleNamespace(walk=lambda: [("", template)])
    return SimpleNamespace(name="base", bundle=SimpleNamespace(root=root))


@pytest.fixture
def warned(monkeypatch, capsys):
    monkeypatch.setattr("shutil.which", lambda name: None)

    def run(**resources):
        warn_of_idle_functions([variant(**resources)])
        return capsys.readouterr().err.splitlines()

    return run


def test_an_image_and_other_runtimes_are_named_before_they_are_called(warned):
    assert warned(
        Java=function(Runtime="java21"),
        Node=function(Runtime="nodejs22.x"),
        Python=function(Runtime="python3.13"),
        Shop=function(PackageType="Image"),
    ) == [
        "warning: base: [Java] is deployed, and every call of it fails: the local cloud runs no "
        "java21",
        "warning: base: [Node] is deployed, and every call of it fails: the local cloud needs "
        "`node` on the PATH for nodejs22.x",
        "warning: base: [Shop] is deployed, and every call of it fails: Shop is an image, and the "
        "local cloud has no container engine: images run only in AWS",
    ]


def test_what_runs_and_what_is_no_function_is_not_named(warned):
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"Runtime": "java21"}}

    assert warned(Python=function(Runtime="python3.13"), Table=table) == []
