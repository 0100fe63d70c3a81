"""Our rules for cfn-lint: ``cfn-lint -a rdsproxy_templates.cfnlint -t template.yaml``.

cfn-lint takes every class of this module. The id of a rule is ours after the letter of its level:
``E-proxy/waits-for-instances``; cfn-lint's options and ``Metadata`` ignore it by that.
"""

from __future__ import annotations

from .rules import rule_classes

globals().update(rule_classes(__name__))
