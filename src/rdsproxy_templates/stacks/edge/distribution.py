"""CloudFront in front of the API: sends it two secrets, and admits what a web ACL allows."""

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

# By default CloudFront caches errors for ten seconds, and the setting is per status code: the same
# guide, "Control how long CloudFront caches errors".
ERRORS: Final = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)

METHODS: Final = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")


class DistributionSettings(Settings):
    """Edge locations and domain name of the distribution."""

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        default="PriceClass_All",
        description="Edge locations that serve viewers: `PriceClass_100`, `PriceClass_200` or "
        "`PriceClass_All`. Fewer locations cost less; distant viewers wait longer. "
        "See https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html",
    )
    domain_name: str | None = Field(
        default=None,
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        description="Domain name of your own that viewers call; point its DNS at the distribution. "
        "Needs `certificate_arn`. Default: a name of CloudFront's, at which viewers may use TLS "
        "as old as 1.0. "
        "See https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html",
    )
    certificate_arn: str | None = Field(
        default=None,
        pattern=r"^arn:[a-z-]+:acm:us-east-1:\d{12}:certificate/\S+$",
        description="ARN of the ACM certificate of `domain_name`, in us-east-1, where CloudFront "
        "looks for certificates. Default: CloudFront's own certificate. "
        "See https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
        "cnames-and-https-requirements.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        pair = {"domain_name": self.domain_name, "certificate_arn": self.certificate_arn}
        for name, value in pair.items():
            if value is None and any(pair.values()):
                (other,) = pair.keys() - {name}
                yield Problem(name, f"must be set together with {other}")


class Config(DistributionSettings):
    """The settings, and the API's path, which the parent stack knows."""

    origin_path: str = Field(
        default="", description="Path at which the API begins on its host, such as `/v1`."
    )


class Inputs(Ports):
    api_host: Hostname = Field(description="Host name of the API.")
    api_key_secret_arn: SecretArn = Field(description="ARN of the secret with the API key.")
    origin_secret_arn: SecretArn = Field(
        description="ARN of the secret with the value that the API's web ACL checks."
    )
    web_acl_arn: WebACLArn = Field(
        description="ARN of the web ACL that decides which viewers are admitted."
    )


class Outputs(Ports):
    site_url: Url = Field(description="URL that viewers call.")
    distribution_host: Hostname | None = Field(
        default=None,
        description="Host name of the distribution, which the domain's DNS must point at.",
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Pass every request to the API, over TLS only, and cache nothing."""
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
        # API Gateway tells its APIs apart by the Host header, so it must see its own host name.
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
    """Answer to the domain name of the settings, over TLS 1.2 or newer."""
    if config.domain_name is None:
        return {}
    certificate = cloudfront.ViewerCertificate(
        AcmCertificateArn=config.certificate_arn,
        SslSupportMethod="sni-only",
        MinimumProtocolVersion="TLSv1.2_2021",
    )
    return {"Aliases": [config.domain_name], "ViewerCertificate": certificate}
