"""Web ACL for CloudFront that admits only allowed addresses; `edge` takes its ARN."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from pydantic import Field

from .. import stacks
from ..errors import Problem
from ..model import ListOf, Ports, Settings, Stack, nest

HOME: Final = "us-east-1"
"""Where WAF keeps what guards CloudFront, which is in all regions."""


class Config(Settings):
    """Settings of the variant."""

    required_region: ClassVar[str] = HOME

    regions: ListOf[str] = Field(
        default=(HOME,), description="Region of the web ACL; there is no other."
    )
    waf: stacks.web_acl.Config = Field(
        default_factory=stacks.web_acl.Config, description="Who may come in through CloudFront."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.regions != (HOME,):
            yield Problem(
                "regions",
                f"must be {HOME} alone, where CloudFront looks for its web ACLs, whatever "
                f"region `edge` is in; got {', '.join(self.regions) or 'none'}",
            )


class Inputs(Ports):
    """Nothing: the addresses are part of the configuration."""


Outputs = stacks.web_acl.Outputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - has none
    """A stack of its own, because CloudFront's web ACLs are in one region."""
    web_acl = nest("WebACLStack", stacks.web_acl, config.waf, stacks.web_acl.Inputs())
    return Stack(
        children=[web_acl],
        outputs=Outputs(web_acl_arn=web_acl.outputs.web_acl_arn),
    )
