"""Our rules, AWS's validator and cfn-lint on templates that anybody has written.

``audit(paths)`` reads files and folders, ``audit_stack(name)`` what is deployed; both return a
:class:`Report`.
"""

from __future__ import annotations

from .auditing import audit
from .deployed import audit_stack
from .report import Report

__all__ = ["Report", "audit", "audit_stack"]
