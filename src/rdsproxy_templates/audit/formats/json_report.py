"""JSON for programs: an object for each finding."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from ...validators.findings import Finding


def written(findings: Sequence[Finding]) -> str:
    """Return *findings* as an object with a list."""
    return json.dumps({"findings": [asdict(one) for one in findings]}, indent=2)
