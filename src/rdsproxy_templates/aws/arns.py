"""Rules for the ARNs that settings take."""

from __future__ import annotations

import re
from typing import Final

from ..records import record


@record(frozen=True, kw_only=True)
class ArnRule:
    """Rule for the ARN of one kind of resource."""

    pattern: str
    sentence: str

    def problem(self, text: str) -> str | None:
        """Explain why *text* is refused; None when it is accepted."""
        if re.fullmatch(self.pattern, text):
            return None
        return f"{self.sentence}, got {text!r}"


KMS_KEY: Final = ArnRule(
    pattern=r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/"
    r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    sentence="must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID, and no alias",
)
ROLE: Final = ArnRule(
    pattern=r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+",
    sentence="must be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME",
)
POLICY: Final = ArnRule(
    pattern=r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+",
    sentence="must be the ARN of a managed IAM policy, arn:aws:iam::ACCOUNT:policy/NAME",
)
