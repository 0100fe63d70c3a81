"""What is generated in the documents says what the code does now."""

from __future__ import annotations

import re
import runpy

import pytest


def test_generated_documents_are_current(repository):
    generated = runpy.run_path(str(repository / "tools" / "docs.py"))["generated"]()

    for path, text in generated.items():
        assert path.read_text("utf-8") == text, f"{path.name} is behind; run `make docs`"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_link_leads_to_something(repository, name):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", (repository / name).read_text("utf-8"))

    assert [target for target in targets if not (repository / target).exists()] == []
