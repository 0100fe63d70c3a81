"""API Gateway: expressions that map the parts of requests and responses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

# CreateIntegration, RequestParameters and ResponseParameters in botocore's model of apigatewayv2.
OF_REQUESTS: Final = re.compile(
    r"(append|overwrite|remove):(header|querystring)\.\S+|overwrite:path"
)
OF_RESPONSES: Final = re.compile(r"(append|overwrite|remove):header\.\S+|overwrite:statuscode")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
VARIABLE: Final = re.compile(r"^\$(?!\{)(.*)$|\$\{([^}]*)\}", re.DOTALL)
"""The whole value, or a part of it in braces."""
SOURCE: Final = re.compile(
    r"(request|response)\.(header|querystring|body|path)\.\S+|(request|response)\.(body|path)"
    r"|(context|stageVariables)\.\S+"
)
NO_PATH: Final = ("..", "?(")
"""What a path into a body does not have: recursive descent, and filters."""
RESERVED: Final = re.compile(
    r"(?i)[a-z]+:header\.(access-control-.*|apigw-.*|authorization|connection|content-encoding"
    r"|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate"
    r"|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*"
    r"|x-forwarded-for|x-forwarded-host|x-forwarded-proto|via)"
)
STATUS: Final = re.compile(r"[2-5]\d\d")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
TO_INTEGRATION: Final = re.compile(
    r"integration\.request\.(header|multivalueheader|path|querystring|multivaluequerystring)\.\S+"
)
FROM_METHOD: Final = re.compile(
    r"method\.request\.(path|querystring|multivaluequerystring|header|multivalueheader)\.(\S+)"
)
SOURCES: Final = re.compile(
    r"method\.request\.(body(\.\S+)?|[a-z]+\.\S+)|context\.\S+|stageVariables\.\S+|'.*'"
)
TO_METHOD: Final = re.compile(r"method\.response\.(header|multivalueheader)\.\S+")
ANSWERED: Final = re.compile(
    r"integration\.response\.(body(\.\S+)?|(header|multivalueheader)\.\S+)"
    r"|context\.\S+|stageVariables\.\S+|'.*'"
)
OF_GATEWAY: Final = re.compile(r"gatewayresponse\.(header|path|querystring)\.\S+")
PLACES: Final = {"header": "header", "path": "path", "query": "querystring"}


def request_problems(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an HTTP API's request parameters of no part of a request, and from nowhere."""
    for key, value in parameters.items():
        if not OF_REQUESTS.fullmatch(key) or RESERVED.fullmatch(key):
            yield _invalid(key)
        yield from _source_problems(str(value))


def response_problems(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Refuse statuses, and destinations, that no response has."""
    for status, one in parameters.items():
        if not STATUS.fullmatch(str(status)):
            yield f"Invalid response status code: {status}"
        mapped = one.get("ResponseParameters", []) if isinstance(one, Mapping) else []
        for each in mapped:
            destination = str(each.get("Destination", ""))
            if not OF_RESPONSES.fullmatch(destination) or RESERVED.fullmatch(destination):
                yield _invalid(destination)
            yield from _source_problems(str(each.get("Source", "")))


def _source_problems(value: str) -> Iterator[str]:
    """Refuse variables that no call of an HTTP API has; any other text is itself."""
    for found in VARIABLE.finditer(value):
        name = found[1] or found[2] or ""
        if not SOURCE.fullmatch(name) or any(part in name for part in NO_PATH):
            yield _invalid(found[0])


def integration_request_problems(
    parameters: Mapping[str, Any], declared: list[Mapping[str, Any]]
) -> Iterator[str]:
    """Refuse a REST API's mappings to nowhere, and from parameters that no method declares."""
    known = {(PLACES.get(str(one.get("in"))), one.get("name")) for one in declared}
    for key, source in parameters.items():
        if not TO_INTEGRATION.fullmatch(key):
            yield _invalid(key)
        if not SOURCES.fullmatch(str(source)):
            yield _invalid(str(source))
        asked = FROM_METHOD.fullmatch(str(source))
        if asked and (asked[1].removeprefix("multivalue"), asked[2]) not in known:
            yield _invalid(str(source))


def integration_response_problems(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a REST API's headers from nowhere: a text of its own is in single quotes."""
    for key, source in parameters.items():
        if not TO_METHOD.fullmatch(key):
            yield _invalid(key)
        if not ANSWERED.fullmatch(str(source)):
            yield _invalid(str(source))


def gateway_response_problems(parameters: Mapping[str, Any]) -> Iterator[str]:
    for key in parameters:
        if not OF_GATEWAY.fullmatch(key):
            yield _invalid(key)


def _invalid(expression: str) -> str:
    return (
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        f"[Invalid mapping expression parameter specified: {expression}]"
    )
