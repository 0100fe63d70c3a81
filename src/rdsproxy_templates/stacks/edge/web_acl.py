"""Web ACL in front of CloudFront, which admits the allowed address ranges only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import Field
from troposphere import wafv2

from ...aws.kinds import WebACLArn
from ...errors import Problem
from ...model import Ports, Stack
from ...resources.addresses import AllowedCidrsSettings, Network
from ...resources.functions import LogKeySettings, LogRetention
from ...resources.web_acl_log import CREDENTIALS, request_log, visibility

SCOPE: Final = "CLOUDFRONT"


class Config(AllowedCidrsSettings, LogKeySettings):
    """Address ranges that CloudFront admits, and how long requests stay on record."""

    log_retention_in_days: LogRetention = Field(
        default=30,
        description="Days to keep the log of all requests, blocked ones included, one of the "
        "periods that CloudWatch Logs offers. See https://docs.aws.amazon.com/"
        "AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.lets_in_nobody:
            yield Problem(
                "allowed_cidrs",
                "names only ranges that are reserved for documentation, and so lets nobody in; "
                "name your own, such as the /32 of your address",
            )


class Inputs(Ports):
    """No inputs: the addresses are part of the configuration."""


class Outputs(Ports):
    web_acl_arn: WebACLArn = Field(
        description="ARN of the web ACL, which `edge` takes as its WebACLArn."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - has none
    """Create an IP set for each version of IP, a rule for each set, and the log."""
    sets = list(_sets(config))
    acl = wafv2.WebACL(
        "WebACL",
        Description="Admits requests from the allowed address ranges only",
        Scope=SCOPE,
        DefaultAction=wafv2.DefaultAction(Block=wafv2.BlockAction()),
        Rules=[_rule(priority, ip_set) for priority, ip_set in enumerate(sets)],
        VisibilityConfig=visibility("WebACL"),
    )
    return Stack(
        resources=[*sets, acl, *request_log(config, acl, redacted=CREDENTIALS)],
        outputs=Outputs(web_acl_arn=WebACLArn(acl.get_att("Arn"))),
    )


def _sets(config: Config) -> Iterator[wafv2.IPSet]:
    """Create ``AllowedIPV4`` and ``AllowedIPV6``, each if there is a range for it."""
    for version, networks in (("IPV4", config.ipv4), ("IPV6", config.ipv6)):
        if networks:
            yield wafv2.IPSet(
                f"Allowed{version}",
                Scope=SCOPE,
                IPAddressVersion=version,
                Addresses=[str(part) for network in networks for part in _parts(network)],
            )


def _parts(network: Network) -> Sequence[Network]:
    """Halve the range /0, the only one that WAF refuses (``CreateIPSet``, "Addresses")."""
    return [network] if network.prefixlen else list(network.subnets())


def _rule(priority: int, ip_set: wafv2.IPSet) -> wafv2.WebACLRule:
    name = str(ip_set.title)
    return wafv2.WebACLRule(
        Name=name,
        Priority=priority,
        Action=wafv2.RuleAction(Allow=wafv2.AllowAction()),
        Statement=wafv2.Statement(
            IPSetReferenceStatement=wafv2.IPSetReferenceStatement(Arn=ip_set.get_att("Arn"))
        ),
        VisibilityConfig=visibility(name),
    )
