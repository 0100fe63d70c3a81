"""WAF: versions and configurations of AWS's managed rule groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

VERSION: Final = re.compile(r"Version_[1-9]\.[1-4]?\d")
"""Versions that there may be: on 2025-08-14 that of the core rule set was 1.19.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-changelog.html
"""
UNVERSIONED: Final = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesAnonymousIpList")
"""https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html"""
CONFIGURED: Final = ("AWSManagedRulesACFPRuleSet", "AWSManagedRulesATPRuleSet")
"""Groups that need to know where logins, or creations of accounts, go to."""
PREFIX: Final = "AWSManagedRules"


def managed_group_problems(group: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each reason why WAF does not evaluate the group so."""
    if group.get("VendorName") != "AWS":
        return
    name, version = str(group.get("Name")), group.get("Version")
    if version is not None and (name in UNVERSIONED or not VERSION.fullmatch(version)):
        yield (
            "WAFNonexistentItemException: AWS WAF couldn't perform the operation because the "
            f"version {version} of {name} doesn't exist"
        )
    configured = {key for one in group.get("ManagedRuleGroupConfigs", ()) for key in one}
    if name in CONFIGURED and not configured:
        yield f"Error reason: You have used {name} without its ManagedRuleGroupConfigs."
    for other in sorted(key for key in configured if key.startswith(PREFIX) and key != name):
        yield f"Error reason: You have used a configuration of {other} for {name}."
    for override in group.get("RuleActionOverrides", ()):
        if len(override.get("ActionToUse", {})) != 1:
            yield (
                "Error reason: You have used none or multiple values for the action of "
                f"{override.get('Name')}."
            )
