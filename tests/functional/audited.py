"""Templates that anybody could have written, and the findings in them."""

from __future__ import annotations

from pathlib import Path

from rdsproxy_templates.audit import audit
from rdsproxy_templates.validators import Finding


def ours(folder: Path, text: str, name: str = "template.yaml", **options: object) -> list[Finding]:
    """What our own rules find in a template of this *text*."""
    path = folder / name
    path.write_text(text, "utf-8")
    report = audit([path], aws=False, **options)
    assert report.unread == []
    assert report.not_judged == {}
    return list(report.findings)


def rules_broken(folder: Path, text: str, **options: object) -> list[str]:
    """The ids of our rules that a template of this *text* breaks."""
    return [finding.rule for finding in ours(folder, text, **options)]
