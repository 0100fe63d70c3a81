"""An HTTP API with an access log, throttling, and an authorizer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import Field
from troposphere import AWSObject, apigatewayv2, serverless

from ..aws.documentation import API_GATEWAY_GUIDE
from ..aws.kinds import Url
from ..aws.troposphere_compat import HttpApiAuth
from ..errors import Problem
from ..model import ListOf, sub
from ..model.accepted_rules import accepted
from ..records import record
from . import functions
from .functions import log_group
from .optional_properties import without_none
from .throttling import ThrottlingSettings

ACCESS_LOG = (
    '{"requestId":"$context.requestId","time":"$context.requestTime",'
    '"sourceIp":"$context.identity.sourceIp","route":"$context.routeKey",'
    '"path":"$context.path","status":"$context.status",'
    '"latency":"$context.responseLatency","error":"$context.integrationErrorMessage"}'
)

_OPEN: Final = accepted("api/authorizer", "its settings ask for no authorization")


class HttpApiSettings(functions.FunctionSettings, ThrottlingSettings):
    """Callers of the API, and their rate limits."""

    authorizer: Literal["iam", "jwt", "none"] = Field(
        default="iam",
        description="Authorization of callers. `iam`: signed requests with the permission "
        "`execute-api:Invoke`; `jwt`: a token of `jwt_issuer`; `none`: no authorization.",
    )
    jwt_issuer: str | None = Field(
        default=None,
        pattern="^https://",
        description="URL of the issuer of the tokens, for `authorizer: jwt`. See "
        f"{API_GATEWAY_GUIDE}http-api-jwt-authorizer.html",
    )
    jwt_audience: ListOf[str] = Field(
        default=(),
        description="Accepted audiences of the tokens, for `authorizer: jwt`.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.authorizer == "jwt":
            if not self.jwt_issuer:
                yield Problem("jwt_issuer", "must be given for `authorizer: jwt`")
            if not self.jwt_audience:
                yield Problem("jwt_audience", "must name an audience for `authorizer: jwt`")
        elif self.jwt_issuer or self.jwt_audience:
            yield Problem(
                "authorizer", f"must be jwt where a JWT setting is given, got {self.authorizer!r}"
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.authorizer == "none":
            yield Problem("authorizer", "is none: whoever knows the address can call the API")


@record(frozen=True, kw_only=True)
class HttpApi:
    """The HTTP API's resources, its address, and the routes of functions."""

    resources: Sequence[AWSObject]
    api: serverless.HttpApi

    def at(self, path: str = "") -> Url:
        """Address of *path*, which begins without a slash."""
        host = "https://${api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"
        return Url(sub(host + path, api=self.api.ref()))

    def route(self, path: str, method: str = "ANY") -> dict[str, Any]:
        """An event of a function: *method* on *path*."""
        return {
            "Type": "HttpApi",
            "Properties": {"ApiId": self.api.ref(), "Method": method, "Path": path},
        }


def http_api(choices: HttpApiSettings) -> HttpApi:
    """``HttpApi`` and ``HttpApiAccessLogGroup``."""
    access_log = log_group("HttpApiAccessLogGroup", choices)
    api = serverless.HttpApi(
        "HttpApi",
        AccessLogSettings=apigatewayv2.AccessLogSettings(
            DestinationArn=access_log.get_att("Arn"), Format=ACCESS_LOG
        ),
        DefaultRouteSettings=apigatewayv2.RouteSettings(
            ThrottlingBurstLimit=choices.throttling_burst_limit,
            ThrottlingRateLimit=choices.throttling_rate_limit,
        ),
        **without_none(
            Auth=_authorization(choices),
            Metadata=_OPEN if choices.authorizer == "none" else None,
        ),
    )
    return HttpApi(resources=[api, access_log], api=api)


def _authorization(choices: HttpApiSettings) -> HttpApiAuth | None:
    match choices.authorizer:
        case "none":
            return None
        case "iam":
            return HttpApiAuth(EnableIamAuthorizer=True, DefaultAuthorizer="AWS_IAM")
        case "jwt":
            issued = {"issuer": choices.jwt_issuer, "audience": list(choices.jwt_audience)}
            bearer = {
                "IdentitySource": "$request.header.Authorization",
                "JwtConfiguration": issued,
            }
            return HttpApiAuth(Authorizers={"JWT": bearer}, DefaultAuthorizer="JWT")
