"""Each threat that the docs name has a test, which is there under that name."""

from __future__ import annotations

import ast
import re

import pytest

PAGE = "docs/threat-model.md"
DEFAULT = "test_users_attacked.py"
NAMED = re.compile(r"`(?:(test_\w+\.py)::)?((?:Test\w+|…)(?:::test_\w+)?|test_\w+)`")


def rows(repository):
    table = (repository / PAGE).read_text().split("## Threats")[1].split("\n## ")[0]
    return [line for line in table.splitlines() if line.startswith("|")][2:]


def named(row):
    """Files and names; a later one may leave out what it shares with the one before."""
    file = group = None
    for given, name in NAMED.findall(row.rsplit("|", 2)[1]):
        file = given or (file if name.startswith("…") else DEFAULT)
        group = group if name.startswith("…") else name.partition("::")[0]
        yield file, name.replace("…", group or "")


@pytest.fixture
def tests(repository):
    def tests(file):
        """The names in a file: classes, and tests with and without their class."""
        found = set()
        for node in ast.parse((repository / "tests/integration" / file).read_text()).body:
            if isinstance(node, ast.ClassDef):
                found |= {
                    node.name,
                    *(f"{node.name}::{getattr(one, 'name', '')}" for one in node.body),
                }
            found.add(getattr(node, "name", ""))
        return found

    return tests


def test_every_threat_names_an_existing_test(repository, tests):
    threats = rows(repository)

    assert len(threats) > 15
    for row in threats:
        names = list(named(row))
        assert names, row
        assert [one for one in names if one[1] not in tests(one[0])] == [], row
