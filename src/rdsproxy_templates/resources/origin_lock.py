"""A web ACL on the API's stage that refuses requests from anywhere but CloudFront."""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import AWSHelperFn, AWSObject, wafv2

from ..aws.kinds import SecretArn
from ..model import sub
from . import api_key
from .functions import Logged
from .web_acl_log import CREDENTIALS, request_log, visibility


def origin_web_acl(
    choices: Logged, api: AWSHelperFn, stage: AWSHelperFn, secret: SecretArn
) -> Sequence[AWSObject]:
    """``OriginWebACL`` on *stage*, which lets in requests that carry the value of *secret*.

    WAF judges a request before API Gateway reads its key, so a refused request counts against no
    usage plan. The log keeps refused requests only; CloudFront's own web ACL logs the others.
    """
    acl = wafv2.WebACL(
        "OriginWebACL",
        Description="Only CloudFront comes in",
        Scope="REGIONAL",
        DefaultAction=wafv2.DefaultAction(Block=wafv2.BlockAction()),
        Rules=[_shows(secret)],
        VisibilityConfig=visibility("OriginWebACL", sampled=False),
    )
    association = wafv2.WebACLAssociation(
        "OriginWebACLAssociation",
        ResourceArn=sub(
            "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${api}/stages/${stage}",
            api=api,
            stage=stage,
        ),
        WebACLArn=acl.get_att("Arn"),
    )
    log = request_log(
        choices,
        acl,
        redacted=(*CREDENTIALS, api_key.HEADER, api_key.ORIGIN_HEADER),
        LoggingFilter=_refused_only(),
    )
    return [acl, association, *log]


def _shows(secret: SecretArn) -> wafv2.WebACLRule:
    header = wafv2.SingleHeader(Name=api_key.ORIGIN_HEADER)
    statement = wafv2.ByteMatchStatement(
        FieldToMatch=wafv2.FieldToMatch(SingleHeader=header),
        PositionalConstraint="EXACTLY",
        SearchString=api_key.value_of(secret),
        TextTransformations=[wafv2.TextTransformation(Priority=0, Type="NONE")],
    )
    return wafv2.WebACLRule(
        Name="FromCloudFront",
        Priority=0,
        Action=wafv2.RuleAction(Allow=wafv2.AllowAction()),
        Statement=wafv2.Statement(ByteMatchStatement=statement),
        VisibilityConfig=visibility("FromCloudFront", sampled=False),
    )


def _refused_only() -> wafv2.LoggingFilter:
    blocked = wafv2.Condition(ActionCondition=wafv2.ActionCondition(Action="BLOCK"))
    kept = wafv2.Filter(Behavior="KEEP", Requirement="MEETS_ANY", Conditions=[blocked])
    return wafv2.LoggingFilter(DefaultBehavior="DROP", Filters=[kept])
