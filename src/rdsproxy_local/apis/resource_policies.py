"""Policies of queues, topics, buckets, endpoints and APIs, of which moto keeps any text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import APIGatewayBackend
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import BaseIAMPolicyValidator
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend
from moto.sqs.exceptions import InvalidAttributeValue
from moto.sqs.models import Queue

from ..service_actions import actions_of
from .policy_limits import (
    OverLimit,
    bucket_policy_problems,
    endpoint_policy_problems,
    queue_policy_problems,
    topic_policy_problems,
)
from .principals import require_principals
from .surround import surround

Statement = Mapping[str, Any]
VERSIONS: Final = ("2008-10-17", "2012-10-17")
LIMITING: Final = (
    *("aws:principal", "aws:source", "aws:userid", "aws:username", "aws:vpc", "aws:calledvia"),
    *("s3:dataaccesspointaccount", "s3:dataaccesspointarn", "s3:x-amz-server-side"),
)
"""Keys of conditions by which a policy for everybody is for some only.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""


def install() -> None:
    surround(Queue, "_set_attributes", _set_queue_attributes)
    surround(SNSBackend, "set_topic_attribute", _set_topic_attribute)
    surround(S3Backend, "put_bucket_policy", _put_bucket_policy)
    surround(EC2Backend, "create_vpc_endpoint", _create_endpoint)
    surround(EC2Backend, "modify_vpc_endpoint", _modify_endpoint)
    surround(APIGatewayBackend, "create_rest_api", _create_rest_api)


def _set_queue_attributes(
    put: Callable[..., None], queue: Queue, attributes: dict[str, Any], now: float | None = None
) -> None:
    if policy := attributes.get("Policy"):
        try:
            _require_actions(_statements(policy), "sqs")
        except MalformedPolicyDocument:
            raise InvalidAttributeValue("Policy") from None
        for problem in queue_policy_problems(_read(policy)):
            raise OverLimit(problem)
    put(queue, attributes, now)


def _set_topic_attribute(
    put: Callable[..., None], backend: SNSBackend, topic_arn: str, name: str, value: Any
) -> None:
    # moto's names of attributes have underscores.
    if name == "policy" and value:
        try:
            _require_actions(_statements(value), "sns")
        except MalformedPolicyDocument as error:
            raise SNSInvalidParameter(f"Policy Error: {error.message}") from None
        for problem in topic_policy_problems(_read(value)):
            raise SNSInvalidParameter(problem)
    put(backend, topic_arn, name, value)


def _put_bucket_policy(
    put: Callable[..., None], backend: S3Backend, bucket_name: str, policy: bytes
) -> None:
    # It is there, or that is the answer.
    bucket = backend.get_bucket(bucket_name)
    try:
        statements = _statements(policy)
    except MalformedPolicyDocument as error:
        raise _malformed(str(error.message)) from None
    for problem in (*bucket_policy_problems(policy), *_bucket_problems(bucket_name, statements)):
        raise _malformed(problem)
    block = bucket.public_access_block
    blocks = block is None or str(block.block_public_policy).lower() == "true"
    if blocks and any(map(_is_public, statements)):
        raise S3ClientError(
            "AccessDenied",
            f"User is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{bucket_name}" because public policies are prevented by the '
            "BlockPublicPolicy setting in S3 Block Public Access.",
        )
    put(backend, bucket_name, policy)


def _malformed(reason: str) -> S3ClientError:
    return S3ClientError("MalformedPolicy", reason)


def _bucket_problems(bucket: str, statements: list[Statement]) -> Iterator[str]:
    for statement in statements:
        actions = [action.lower() for action in _listed(statement, "Action")]
        names = [action.partition(":")[2] for action in actions if action != "*"]
        known = actions_of("s3")
        if any(not _matches(name, known) for name in names):
            yield "Policy has invalid action"
        resources = _listed(statement, "Resource")
        paths = [resource.split(":", 5)[-1] for resource in resources]
        if any(not _is_in(path, bucket) for path in paths if "Resource" in statement):
            yield "Policy has invalid resource"
        of_objects = names and all("object" in known.get(name, ()) for name in names)
        if paths and of_objects and all("/" not in path and "*" not in path for path in paths):
            yield "Action does not apply to any resource(s) in statement"
        of_buckets = names and all(_is_of_buckets(known.get(name, ())) for name in names)
        if paths and of_buckets and all(path.startswith(f"{bucket}/") for path in paths):
            yield "Action does not apply to any resource(s) in statement"


def _is_of_buckets(kinds: Iterable[str]) -> bool:
    return "bucket" in kinds and "object" not in kinds


def _matches(name: str, known: Iterable[str]) -> bool:
    """True if there is such an action, or one that begins as it does before its first ``*``."""
    start, star, _ = name.replace("?", "*").partition("*")
    return any(one.startswith(start) if star else one == name for one in known)


def _is_in(path: str, bucket: str) -> bool:
    name = path.partition("/")[0]
    return name == bucket or (name.endswith("*") and bucket.startswith(name.rstrip("*")))


def _is_public(statement: Statement) -> bool:
    """True if the statement lets everybody do something, whoever and wherever they are."""
    principal = statement.get("Principal")
    people = principal.get("AWS", []) if isinstance(principal, Mapping) else principal
    everybody = "*" in (people if isinstance(people, list) else [people])
    keys = [
        key.lower() for one in (statement.get("Condition") or {}).values() for key in (one or {})
    ]
    limited = any(key.startswith(LIMITING) for key in keys)
    return statement.get("Effect") == "Allow" and everybody and not limited


def _create_endpoint(
    create: Callable[..., Any], backend: EC2Backend, *arguments: Any, **named: Any
) -> Any:
    _require_endpoint_policy(named.get("policy_document"))
    return create(backend, *arguments, **named)


def _modify_endpoint(
    modify: Callable[..., None], backend: EC2Backend, *arguments: Any, **named: Any
) -> None:
    _require_endpoint_policy(named.get("policy_doc"))
    modify(backend, *arguments, **named)


def _require_endpoint_policy(policy: Any) -> None:
    if not policy:
        return
    try:
        if _read(policy).get("Statement") != []:
            _statements(policy)
    except MalformedPolicyDocument as error:
        raise EC2ClientError("InvalidPolicyDocument", str(error.message)) from None
    for problem in endpoint_policy_problems(policy if isinstance(policy, str) else ""):
        raise EC2ClientError("InvalidPolicyDocument", problem)


def _create_rest_api(
    create: Callable[..., Any], backend: APIGatewayBackend, *arguments: Any, **named: Any
) -> Any:
    policy = named.get("policy")
    if policy:
        try:
            # "execute-api:/*" is short for the ARN of the API that is being made.
            text = policy if isinstance(policy, str) else json.dumps(policy)
            statements = _statements(text.replace('"execute-api:/', '"arn:aws:execute-api:*:*:a/'))
            _require_actions(statements, "execute-api")
        except MalformedPolicyDocument:
            raise BadRequestException(
                "Invalid policy document. Please check the policy syntax and ensure that "
                "Principals are valid."
            ) from None
    return create(backend, *arguments, **named)


def _statements(policy: Any) -> list[Statement]:
    """The statements of a policy that is well-formed and says whom it is about."""
    document = _read(policy)
    if document.get("Version", VERSIONS[0]) not in VERSIONS:
        raise MalformedPolicyDocument("The policy must contain a valid version string")
    # A resource's policy may be of the old version, or of none, and its statements may have any
    # names and every resource.
    written = document.get("Statement", [])
    judged = [_usual(one) for one in (written if isinstance(written, list) else [written])]
    validator = BaseIAMPolicyValidator(
        json.dumps(document | {"Version": "2012-10-17", "Statement": judged})
    )
    validator.validate()
    statements: list[Statement] = written if isinstance(written, list) else [written]
    for statement in statements:
        if not {"Principal", "NotPrincipal"} & set(statement):
            raise MalformedPolicyDocument("Missing required field Principal")
    require_principals(statements)
    return statements


def _read(policy: Any) -> dict[str, Any]:
    text = policy.decode() if isinstance(policy, bytes) else policy
    try:
        document = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        raise MalformedPolicyDocument("Syntax errors in policy.") from None
    if not isinstance(document, dict):
        raise MalformedPolicyDocument("Syntax errors in policy.")
    return document


def _usual(statement: Any) -> Any:
    if not isinstance(statement, Mapping):
        return statement
    kept = {name: statement[name] for name in statement if name != "Sid"}
    return kept if {"NotResource", "Resource"} & set(kept) else {**kept, "Resource": "*"}


def _require_actions(statements: list[Statement], service: str) -> None:
    known = actions_of(service)
    for statement in statements:
        for action in (*_listed(statement, "Action"), *_listed(statement, "NotAction")):
            prefix, _, name = action.lower().partition(":")
            if action != "*" and (prefix != service or not _matches(name, known)):
                raise MalformedPolicyDocument("Policy statement action out of service scope!")


def _listed(statement: Statement, name: str) -> list[str]:
    value = statement.get(name, [])
    return [str(one) for one in (value if isinstance(value, list) else [value])]
