"""CloudFront in front of the API: shows it the key, and is guarded by a web ACL."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field
from troposphere import cloudfront

from ..frame import Ports, Settings, Stack, sub
from ..kinds import Hostname, SecretArn, Url, WebACLArn
from ..parts.api_key import HEADER, key_of

# CloudFront's Developer Guide, "Use managed cache policies" and "… origin request policies".
CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

# It keeps errors for ten seconds by default, status by status: the same guide, "Control how long
# CloudFront caches errors".
ERRORS: Final = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)

METHODS: Final = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")


class Choices(Settings):
    """Where CloudFront answers."""

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        "PriceClass_All", description="Edge locations that answer; fewer of them cost less."
    )


class Config(Choices):
    """The choices, and what the parent knows of the API."""

    origin_path: str = Field("", description="Where the API begins on its host: `/v1`.")


class Inputs(Ports):
    api_host: Hostname = Field(description="Host of the API.")
    api_key_secret_arn: SecretArn = Field(description="Secret with the API's key.")
    web_acl_arn: WebACLArn = Field(description="Web ACL that lets viewers in.")


class Outputs(Ports):
    site_url: Url = Field(description="Address that viewers call.")


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """Everything goes on to the API, over TLS alone, and nothing is kept."""
    origin = cloudfront.Origin(
        Id="API",
        DomainName=given.api_host,
        OriginPath=config.origin_path,
        CustomOriginConfig=cloudfront.CustomOriginConfig(
            OriginProtocolPolicy="https-only", OriginSSLProtocols=["TLSv1.2"]
        ),
        OriginCustomHeaders=[
            cloudfront.OriginCustomHeader(
                HeaderName=HEADER, HeaderValue=key_of(given.api_key_secret_arn)
            )
        ],
    )
    behavior = cloudfront.DefaultCacheBehavior(
        TargetOriginId=origin.Id,
        ViewerProtocolPolicy="https-only",
        AllowedMethods=list(METHODS),
        CachePolicyId=CACHING_DISABLED,
        # API Gateway tells its APIs apart by the host that it is asked for.
        OriginRequestPolicyId=ALL_VIEWER_EXCEPT_HOST_HEADER,
    )
    distribution = cloudfront.Distribution(
        "Distribution",
        DistributionConfig=cloudfront.DistributionConfig(
            Enabled=True,
            HttpVersion="http2and3",
            IPV6Enabled=True,
            PriceClass=config.price_class,
            WebACLId=given.web_acl_arn,
            Origins=[origin],
            DefaultCacheBehavior=behavior,
            CustomErrorResponses=[
                cloudfront.CustomErrorResponse(ErrorCode=status, ErrorCachingMinTTL=0)
                for status in ERRORS
            ],
        ),
    )
    host = distribution.get_att("DomainName")
    return Stack(
        resources=[distribution],
        outputs=Outputs(site_url=Url(sub("https://${host}/", host=host))),
    )
