"""API Gateway: integrations and authorizers of HTTP APIs; WebSocket APIs have others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context
from ..openapi.http import read
from .api_quotas import MOST_AUDIENCES
from .check import Check
from .http_apis import is_http
from .mappings import request_problems, response_problems

OF_WEB_SOCKETS: Final = (
    *("ContentHandlingStrategy", "PassthroughBehavior", "RequestTemplates"),
    "TemplateSelectionExpression",
)
"""botocore's model of apigatewayv2: "Supported only for WebSocket APIs" each."""
URI: Final = re.compile(
    r"arn:[^:]+:apigateway:[^:]+:lambda:path/.+/invocations|\$\{stageVariables\..+"
)
CACHED: Final = range(1, 3601)
"""Seconds for which an authorizer's result may be kept."""
FORMATS: Final = ("1.0", "2.0")
KINDS: Final = ("AWS_PROXY", "HTTP_PROXY")
FUNCTION: Final = re.compile(r"arn:[^:]+:(lambda|apigateway):.+|\$\{stageVariables\..+\}.*")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
SUBTYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "AppConfig-GetConfiguration": ("Application", "Environment", "Configuration", "ClientId"),
    "EventBridge-PutEvents": ("Detail", "DetailType", "Source"),
    "Kinesis-PutRecord": ("StreamName", "Data", "PartitionKey"),
    "SQS-DeleteMessage": ("QueueUrl", "ReceiptHandle"),
    "SQS-PurgeQueue": ("QueueUrl",),
    "SQS-ReceiveMessage": ("QueueUrl",),
    "SQS-SendMessage": ("QueueUrl", "MessageBody"),
    "StepFunctions-StartExecution": ("StateMachineArn",),
    "StepFunctions-StartSyncExecution": ("StateMachineArn",),
    "StepFunctions-StopExecution": ("ExecutionArn",),
}
"""The parameters that an action of a service needs."""
METHODS: Final = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ENDPOINTS: Final = ("http://", "https://", "arn:", "$", "{")
"""The beginnings of what an integration calls; those of VPC links are ARNs."""
SOURCE: Final = re.compile(
    r"\$(request\.(header|querystring)\.\S+|context\.\S+|stageVariables\.\S+)"
)


def _integration(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if not is_http(context, given):
        return
    yield from _integration_problems(given)
    for name in OF_WEB_SOCKETS:
        if given.get(name):
            yield f"{name} is supported for WebSocket APIs only"
    yield from response_problems(given.get("ResponseParameters", {}))


def _integration_problems(given: Mapping[str, Any]) -> Iterator[str]:
    kind, version = given.get("IntegrationType"), given.get("PayloadFormatVersion")
    if version is not None and version not in FORMATS:
        yield f"PayloadFormatVersion {version} is not supported: {', '.join(FORMATS)}"
    if kind not in KINDS:
        yield f"Integration type {kind} is not supported for HTTP APIs: {', '.join(KINDS)}"
    if given.get("ConnectionType") == "VPC_LINK" and not given.get("ConnectionId"):
        yield "ConnectionId is required for ConnectionType VPC_LINK"
    if given.get("ConnectionId"):
        yield f"Invalid VPC link: {given['ConnectionId']} does not exist"
    if given.get("IntegrationMethod", METHODS[0]) not in METHODS:
        yield f"Invalid HTTP method specified: {given['IntegrationMethod']}"
    if not given.get("IntegrationSubtype"):
        yield from request_problems(given.get("RequestParameters", {}))
    if kind == "HTTP_PROXY":
        yield from _http(given)
    elif kind == "AWS_PROXY":
        yield from _service(given)


def _http(given: Mapping[str, Any]) -> Iterator[str]:
    if not given.get("IntegrationUri"):
        yield "IntegrationUri is required for integration type HTTP_PROXY"
    if not given.get("IntegrationMethod"):
        yield "IntegrationMethod is required for integration type HTTP_PROXY"
    uri = given.get("IntegrationUri", "")
    if uri and not uri.startswith(ENDPOINTS):
        yield f"Invalid HTTP endpoint specified for URI: {uri}"
    if given.get("PayloadFormatVersion", "1.0") != "1.0":
        yield "PayloadFormatVersion 1.0 is the only one of integration type HTTP_PROXY"


def _service(given: Mapping[str, Any]) -> Iterator[str]:
    subtype = given.get("IntegrationSubtype")
    if subtype is not None:
        if subtype not in SUBTYPES:
            yield f"Invalid integration subtype: {subtype}"
        for name in SUBTYPES.get(subtype, ()):
            if name not in given.get("RequestParameters", {}):
                yield f"Parameter: {name} is missing in RequestParameters for {subtype}"
        if not given.get("CredentialsArn"):
            yield f"CredentialsArn is required for integration subtype {subtype}"
        return
    if "PayloadFormatVersion" not in given:
        yield "PayloadFormatVersion is a required parameter for integration type AWS_PROXY"
    uri = given.get("IntegrationUri")
    if uri is None or not FUNCTION.fullmatch(uri):
        yield f"Invalid function ARN or invalid uri: {uri}"


def _authorizer(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if is_http(context, given):
        yield from _authorizer_problems(given)


def authorizer_uri_problem(uri: str) -> str:
    return (
        f"Invalid Authorizer URI: {uri}. Authorizer URI should be a valid API Gateway ARN that "
        "represents a Lambda function invocation."
    )


def _body(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse parts that a body makes, as those that are resources of their own."""
    if "Body" not in given:
        return
    try:
        body = read(given["Body"])
    except Failure:
        # The resource type says the same.
        return
    for authorizer in body.authorizers.values():
        yield from _authorizer_problems(authorizer)
    for route in body.routes:
        if route.integration is not None:
            yield from _integration_problems(route.integration)


def _authorizer_problems(given: Mapping[str, Any]) -> Iterator[str]:
    sources = given.get("IdentitySource", [])
    for source in sources:
        if not SOURCE.fullmatch(source):
            yield f"Invalid mapping expression specified: {source}"
    if given.get("AuthorizerType") == "JWT":
        yield from _jwt(given, sources)
    else:
        yield from _request(given)


def _jwt(given: Mapping[str, Any], sources: list[str]) -> Iterator[str]:
    jwt = given.get("JwtConfiguration", {})
    if len(jwt.get("Audience", ())) > MOST_AUDIENCES:
        yield f"A JWT authorizer has at most {MOST_AUDIENCES} audiences"
    if len(sources) != 1:
        yield "A JWT authorizer has one IdentitySource"
    issuer = jwt.get("Issuer")
    if not issuer:
        yield "Issuer in JwtConfiguration is required for a JWT authorizer"
    elif not issuer.startswith("https://"):
        yield f"Invalid issuer: {issuer}. Issuer must use the scheme https"


def _request(given: Mapping[str, Any]) -> Iterator[str]:
    version = given.get("AuthorizerPayloadFormatVersion")
    uri = given.get("AuthorizerUri")
    if not uri:
        yield "AuthorizerUri is required for a REQUEST authorizer"
    elif isinstance(uri, str) and not URI.fullmatch(uri):
        yield authorizer_uri_problem(uri)
    cached = given.get("AuthorizerResultTtlInSeconds", 0) in CACHED
    if cached and not given.get("IdentitySource"):
        yield "IdentitySource is required for an authorizer that caches its results"
    if version not in FORMATS:
        yield "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer"
    if given.get("EnableSimpleResponses") is True and version != "2.0":
        yield "EnableSimpleResponses needs AuthorizerPayloadFormatVersion 2.0"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::ApiGatewayV2::Api": (_body,),
    "AWS::ApiGatewayV2::Authorizer": (_authorizer,),
    "AWS::ApiGatewayV2::Integration": (_integration,),
}
