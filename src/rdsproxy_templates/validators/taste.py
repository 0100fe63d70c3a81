"""Rules of the other validators that are matters of taste, each with its reason.

Their findings are opinions in an audit: AWS takes the template, and nothing hurts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .findings import Level, level_of

_ELSEWHERE: Final = "What exists elsewhere has no other name than its ARN."
TASTE: Final[Mapping[str, str]] = {
    "W3002": "`aws cloudformation package`, `sam package` and our own packaging upload local files "
    "before the deployment, and put their addresses in place of the paths.",
    "W3005": "A wait that a reference implies changes nothing.",
    "W3010": "Whoever names a zone may mean it, as for a database that is there already.",
    "W3688": "RDS passes over what a snapshot decides, and a parameter may be for both.",
    "W9002": _ELSEWHERE,
    "W9013": _ELSEWHERE,
    "W9003": "CloudFormation turns text into the number or boolean that the type asks for.",
}
"""Rules of AWS's validator and cfn-lint, which name the same rule alike."""


def level_in_audit(rule: str, word: str) -> Level:
    """Return the level of a finding of another validator's *rule*, which says *word* for it."""
    return "opinion" if rule in TASTE else level_of(word)
