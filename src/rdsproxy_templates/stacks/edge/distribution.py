"""CloudFront in front of the API: shows it two secrets, and is guarded by a web ACL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field
from troposphere import cloudfront

from ...aws.kinds import Hostname, SecretArn, Url, WebACLArn
from ...errors import Problem
from ...model import Ports, Settings, Stack, sub
from ...resources.api_key import HEADER, ORIGIN_HEADER, value_of

# CloudFront's Developer Guide, "Use managed cache policies" and "… origin request policies".
CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

# It keeps errors for ten seconds by default, status by status: the same guide, "Control how long
# CloudFront caches errors".
ERRORS: Final = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)

METHODS: Final = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")


class DistributionSettings(Settings):
    """Where CloudFront answers."""

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        default="PriceClass_All", description="Edge locations that answer; fewer of them cost less."
    )
    domain_name: str | None = Field(
        default=None,
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        description="Domain of your own that viewers call; its DNS leads to the distribution. "
        "Left out: a name of CloudFront's, at which viewers may choose TLS as old as 1.0.",
    )
    certificate_arn: str | None = Field(
        default=None,
        pattern=r"^arn:[a-z-]+:acm:us-east-1:\d{12}:certificate/\S+$",
        description="Certificate of `domain_name` in ACM, in us-east-1 as CloudFront wants it.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        pair = {"domain_name": self.domain_name, "certificate_arn": self.certificate_arn}
        for name, value in pair.items():
            if value is None and any(pair.values()):
                (other,) = pair.keys() - {name}
                yield Problem(name, f"must be given with {other}")


class Config(DistributionSettings):
    """The choices, and what the parent knows of the API."""

    origin_path: str = Field(default="", description="Where the API begins on its host: `/v1`.")


class Inputs(Ports):
    api_host: Hostname = Field(description="Host of the API.")
    api_key_secret_arn: SecretArn = Field(description="Secret with the API's key.")
    origin_secret_arn: SecretArn = Field(
        description="Secret with the value by which the API knows CloudFront."
    )
    web_acl_arn: WebACLArn = Field(description="Web ACL that lets viewers in.")


class Outputs(Ports):
    site_url: Url = Field(description="Address that viewers call.")
    distribution_host: Hostname | None = Field(
        default=None, description="Where the DNS of the domain has to lead."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Everything goes on to the API, over TLS alone, and nothing is kept."""
    origin = cloudfront.Origin(
        Id="API",
        DomainName=inputs.api_host,
        OriginPath=config.origin_path,
        CustomOriginConfig=cloudfront.CustomOriginConfig(
            OriginProtocolPolicy="https-only", OriginSSLProtocols=["TLSv1.2"]
        ),
        OriginCustomHeaders=[
            cloudfront.OriginCustomHeader(HeaderName=name, HeaderValue=value_of(secret))
            for name, secret in (
                (HEADER, inputs.api_key_secret_arn),
                (ORIGIN_HEADER, inputs.origin_secret_arn),
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
            WebACLId=inputs.web_acl_arn,
            Origins=[origin],
            DefaultCacheBehavior=behavior,
            **_own_domain(config),
            CustomErrorResponses=[
                cloudfront.CustomErrorResponse(ErrorCode=status, ErrorCachingMinTTL=0)
                for status in ERRORS
            ],
        ),
    )
    host = Hostname(distribution.get_att("DomainName"))
    own = config.domain_name
    return Stack(
        resources=[distribution],
        outputs=Outputs(
            site_url=Url(f"https://{own}/" if own else sub("https://${host}/", host=host)),
            distribution_host=host if own else None,
        ),
    )


def _own_domain(config: DistributionSettings) -> dict[str, Any]:
    """What has CloudFront answer to another name than its own, and choose the version of TLS."""
    if config.domain_name is None:
        return {}
    certificate = cloudfront.ViewerCertificate(
        AcmCertificateArn=config.certificate_arn,
        SslSupportMethod="sni-only",
        MinimumProtocolVersion="TLSv1.2_2021",
    )
    return {"Aliases": [config.domain_name], "ViewerCertificate": certificate}
