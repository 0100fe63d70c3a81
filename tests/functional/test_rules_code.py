"""Code: the folder, the file and the function that a template names are there."""

from __future__ import annotations

import json

import pytest
from audited import ours

FUNCTION = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"CodeUri": "src", "Handler": "app.handler", "Runtime": "python3.13"},
}


@pytest.fixture
def code(tmp_path):
    """A folder of code beside the template."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "Makefile").write_text("")
    return tmp_path


def found(folder, rule="function/code", **properties):
    kept = {key: value for key, value in {**FUNCTION["Properties"], **properties}.items() if value}
    body = {"Resources": {"Function": {**FUNCTION, "Properties": kept}}}
    text = json.dumps({"Transform": "AWS::Serverless-2016-10-31", **body})
    return [
        one.sentence.removeprefix("Function: ") for one in ours(folder, text) if one.rule == rule
    ]


class TestHandler:
    def test_a_handler_that_is_there_is_accepted(self, code):
        assert found(code) == []

    def test_a_missing_file_is_refused(self, code):
        assert found(code, Handler="main.handler") == [
            "main.handler is the file main.py, which is not in its folder"
        ]

    def test_a_missing_function_is_refused(self, code):
        assert found(code, Handler="app.main") == ["app.py defines no main"]

    @pytest.mark.parametrize(
        "text",
        ["from web import handler\n", "handler = make()\n", "async def handler(a, b): ...\n",
         "from web import *\n"],
    )  # fmt: skip
    def test_a_function_that_comes_from_elsewhere_is_accepted(self, code, text):
        (code / "src/app.py").write_text(text)

        assert found(code) == []

    def test_no_handler_is_refused(self, code):
        assert found(code, Handler=None) == ["it has no handler"]

    @pytest.mark.parametrize("runtime", ["java21", "provided.al2023", {"Ref": "Given"}])
    def test_what_a_build_makes_is_left_alone(self, code, runtime):
        assert found(code, Runtime=runtime, Handler="org.App::handle") == []

    @pytest.mark.parametrize("handler", ["src/app.handler", "app.handler"])
    def test_a_file_in_a_folder_within_is_found(self, code, handler):
        (code / "src/src").mkdir()
        (code / "src/src/app.py").write_text("def handler(event, context): ...\n")

        assert found(code, Handler=handler) == []


class TestFolder:
    def test_a_folder_that_is_not_there_is_refused(self, code):
        assert found(code, CodeUri="nowhere") == [
            "nowhere is not there, from the template's folder"
        ]

    def test_a_build_takes_the_templates_folder_where_none_is_named(self, code):
        assert found(code, CodeUri=None) == []

    @pytest.mark.parametrize("uri", ["s3://bucket/key.zip", {"Bucket": "b", "Key": "k"}])
    def test_code_elsewhere_is_left_alone(self, code, uri):
        assert found(code, CodeUri=uri) == []

    def test_templates_without_any_code_are_somewhere_by_themselves(self, tmp_path):
        assert found(tmp_path, CodeUri="nowhere") == []

    def test_then_a_folder_that_is_not_there_is_an_opinion(self, tmp_path):
        sentence = "nowhere is not there, from the template's folder"

        assert found(tmp_path, "function/code-folder", CodeUri="nowhere") == [sentence]

    def test_what_is_said_as_an_error_is_no_opinion_too(self, code):
        assert found(code, "function/code-folder", CodeUri="nowhere") == []

    def test_code_outside_of_the_templates_folder_may_be_anywhere(self, tmp_path):
        assert found(tmp_path, "function/code-folder", CodeUri="../nowhere") == []
