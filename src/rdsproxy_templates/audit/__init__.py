"""Our rules, AWS's validator and cfn-lint on templates that anybody has written.

``audit(paths)`` reads files and folders, and returns a :class:`Report`.
"""

from __future__ import annotations

from .auditing import audit
from .report import Report

__all__ = ["Report", "audit"]
