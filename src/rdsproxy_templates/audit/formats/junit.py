"""JUnit's XML, which CI servers show: a suite for each file, a failure for each finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

from ...validators.findings import Finding

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, even escaped."""


def written(findings: Sequence[Finding]) -> str:
    """Return *findings* as test suites."""
    suites = ET.Element("testsuites", name="rdsproxy-templates")
    for file, some in groupby(findings, key=lambda one: one.file):
        listed = list(some)
        failures = sum(one.level != "opinion" for one in listed)
        suite = ET.SubElement(
            suites,
            "testsuite",
            name=_text(file),
            tests=str(len(listed)),
            failures=str(failures),
            skipped=str(len(listed) - failures),
        )
        for one in listed:
            _case(suite, one)
    ET.indent(suites)
    body = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _case(suite: ET.Element, one: Finding) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_text(one.file),
        name=_text(f"{one.rule} at line {one.line}"),
        file=_text(one.file),
        line=str(one.line),
    )
    # An opinion is no reason to fail.
    kind = "skipped" if one.level == "opinion" else "failure"
    body = ET.SubElement(case, kind, message=_text(one.sentence))
    if kind == "failure":
        body.set("type", one.level)
    body.text = _text(f"{one.file}:{one.line}:{one.column}: {one.sentence}. {one.remedy}")


def _text(text: str) -> str:
    return _FORBIDDEN.sub("?", text)
