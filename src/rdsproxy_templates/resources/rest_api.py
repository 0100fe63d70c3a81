"""A REST API that answers CloudFront only, as often as a usage plan says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, apigateway, logs, serverless

from ..aws.kinds import Hostname, SecretArn, Url
from ..model import sub
from ..records import record
from . import functions
from .api_key import value_of
from .functions import log_group
from .optional_properties import without_none
from .origin_lock import origin_web_acl
from .throttling import ThrottlingSettings

STAGE: Final = "v1"
ACCESS_LOG: Final = (
    '{"requestId":"$context.requestId","time":"$context.requestTime",'
    '"sourceIp":"$context.identity.sourceIp","method":"$context.httpMethod",'
    '"path":"$context.path","status":"$context.status","keyId":"$context.identity.apiKeyId",'
    '"latency":"$context.responseLatency","error":"$context.error.message"}'
)


class RestApiSettings(functions.FunctionSettings, ThrottlingSettings):
    """Rate limits of the API, and its access log."""

    quota_limit: int | None = Field(
        default=1_000_000,
        ge=1,
        description="Requests per `quota_period` that the API key admits. All viewers share the "
        "key: one of them can exhaust it for all. Left out: no limit.",
    )
    quota_period: Literal["DAY", "WEEK", "MONTH"] = Field(
        default="MONTH", description="Period of `quota_limit`."
    )
    access_log: bool = Field(
        default=False,
        description="Log every request that reaches the API. API Gateway needs a role for that: "
        "one for all REST APIs of an account and Region, set there beforehand.",
    )


@record(frozen=True, kw_only=True)
class RestApi:
    """The REST API's resources, its address, and the routes of functions."""

    resources: Sequence[AWSObject]
    api: serverless.Api

    @property
    def host(self) -> Hostname:
        """Address of the API; the stage is the first part of every path."""
        return Hostname(self._sub("${api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"))

    def at(self, path: str = "") -> Url:
        """Address of *path*, which begins without a slash."""
        host = "https://${api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
        return Url(self._sub(f"{host}/{STAGE}/{path}"))

    def route(self, path: str, method: str = "ANY") -> dict[str, Any]:
        """An event of a function: *method* on *path*."""
        properties = {"RestApiId": self.api.ref(), "Method": method, "Path": path}
        return {"Type": "Api", "Properties": properties}

    def _sub(self, text: str) -> AWSHelperFn:
        return sub(text, api=self.api.ref())


def rest_api(choices: RestApiSettings, key: SecretArn, origin: SecretArn) -> RestApi:
    """``RestApi``, its key out of the secret *key*, and what the key is good for.

    Only who shows the value of the secret *origin* comes as far as the key.
    """
    log = log_group("RestApiAccessLogGroup", choices) if choices.access_log else None
    api = serverless.Api(
        "RestApi",
        StageName=STAGE,
        # Without it SAM adds a stage that is named Stage: issue 191 of its repository.
        OpenApiVersion="3.0.1",
        EndpointConfiguration=serverless.EndpointConfiguration(Type="REGIONAL"),
        Auth=serverless.Auth(ApiKeyRequired=True),
        **without_none(AccessLogSetting=_access_log(log) if log else None),
    )
    api_key = apigateway.ApiKey(
        "APIKey",
        Description="Shown by CloudFront alone",
        Enabled=True,
        Value=value_of(key),
    )
    plan = apigateway.UsagePlan(
        "UsagePlan",
        # SAM's name of the stage, which has to be there before the plan.
        ApiStages=[
            apigateway.ApiStage(ApiId=api.ref(), Stage=sub("${stage}", stage=api.get_att("Stage")))
        ],
        Throttle=apigateway.ThrottleSettings(
            BurstLimit=choices.throttling_burst_limit, RateLimit=choices.throttling_rate_limit
        ),
        **without_none(Quota=_quota(choices)),
    )
    member = apigateway.UsagePlanKey(
        "UsagePlanKey", KeyId=api_key.ref(), KeyType="API_KEY", UsagePlanId=plan.ref()
    )
    logged = [log] if log else []
    lock = origin_web_acl(choices, api.ref(), api.get_att("Stage"), origin)
    return RestApi(resources=[api, *logged, api_key, plan, member, *lock], api=api)


def _access_log(log: logs.LogGroup) -> apigateway.AccessLogSetting:
    return apigateway.AccessLogSetting(DestinationArn=log.get_att("Arn"), Format=ACCESS_LOG)


def _quota(choices: RestApiSettings) -> apigateway.QuotaSettings | None:
    if choices.quota_limit is None:
        return None
    return apigateway.QuotaSettings(Limit=choices.quota_limit, Period=choices.quota_period)
