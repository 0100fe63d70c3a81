"""AWS WAF: web ACLs, their logs, and the resources that they protect."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .ip_sets import GLOBAL, SERVICE, identity_of, require_scope, retag

KEPT: Final = (
    "AssociationConfig",
    "CaptchaConfig",
    "ChallengeConfig",
    "CustomResponseBodies",
    "DefaultAction",
    "Description",
    "TokenDomains",
    "VisibilityConfig",
)
"""The settings of a web ACL that moto keeps; the others remain unread, which fails."""
NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "IPSetReferenceStatement": ("ipset", "get_ip_set"),
    "RegexPatternSetReferenceStatement": ("regexpatternset", "get_regex_pattern_set"),
    "RuleGroupReferenceStatement": ("rulegroup", "get_rule_group"),
}
"""Statements that name a resource, with its kind and the call that finds it."""


def _create_web_acl(context: Context, properties: Properties) -> Made:
    require_scope(context, properties["Scope"])
    named = {"Name": properties.get("Name", context.name(128)), "Scope": properties["Scope"]}
    settings = {**_settings(context, properties), "Tags": properties.get("Tags")}
    made = context.call(SERVICE, "create_web_acl", **named, **settings)["Summary"]
    identity = {"Name": made["Name"], "Id": made["Id"], "Scope": properties["Scope"]}
    return _web_acl(context, identity)


def _update_web_acl(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    if gone := sorted(deployed.properties.keys() - properties.keys() - {"Rules", "Tags"}):
        raise Failure(f"the local cloud cannot remove {', '.join(gone)} of a web ACL in place")
    identity = identity_of(deployed)
    token = context.call(SERVICE, "get_web_acl", **identity)["LockToken"]
    settings = _settings(context, properties)
    context.call(SERVICE, "update_web_acl", **identity, **settings, LockToken=token)
    retag(context, deployed, properties)
    return _web_acl(context, identity)


def _delete_web_acl(context: Context, deployed: DeployedResource) -> None:
    identity = identity_of(deployed)
    token = context.call(SERVICE, "get_web_acl", **identity)["LockToken"]
    context.call(SERVICE, "delete_web_acl", **identity, LockToken=token)


def _web_acl(context: Context, identity: Mapping[str, str]) -> Made:
    acl = context.call(SERVICE, "get_web_acl", **identity)["WebACL"]
    attributes = {name: acl[name] for name in ("Capacity", "Id", "LabelNamespace")}
    return Made("|".join(identity.values()), {"Arn": acl["ARN"], **attributes})


def _settings(context: Context, properties: Properties) -> dict[str, Any]:
    kept = {name: properties[name] for name in KEPT if name in properties}
    return {**kept, "Rules": _rules(context, properties)}


def _rules(context: Context, properties: Properties) -> list[dict[str, Any]]:
    """The rules in the words of the API, all that they name being there."""
    rules = properties.get("Rules", [])
    for unique in ("Name", "Priority"):
        counted = Counter(rule[unique] for rule in rules)
        if repeated := [value for value, times in counted.items() if times > 1]:
            raise Failure(
                f"WAFInvalidParameterException: more than one rule with {unique} {repeated}"
            )
    for kind, arn in _named(rules):
        _check_named(context, kind, arn, properties["Scope"])
    asked: list[dict[str, Any]] = _asked(rules)
    return asked


def _asked(value: Any) -> Any:
    """Statements have two names in the API that they do not have in CloudFormation."""
    match value:
        case Mapping():
            return dict(_asked_member(name, one) for name, one in value.items())
        case list():
            return [_asked(one) for one in value]
    return value


def _asked_member(name: str, value: Any) -> tuple[str, Any]:
    match name:
        case "Arn":
            return "ARN", value
        case "SearchStringBase64":
            return "SearchString", base64.b64decode(value)
    return name, _asked(value)


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Kinds and ARNs of what rules name, however deep in their statements."""
    match value:
        case Mapping():
            for name, one in value.items():
                if name in NAMED:
                    yield name, one["Arn"]
                yield from _named(one)
        case list():
            for one in value:
                yield from _named(one)


def _check_named(context: Context, statement: str, arn: str, scope: str) -> None:
    """Fail unless *arn* is that of something in the scope of the web ACL."""
    kind, operation = NAMED[statement]
    place = "global" if scope == GLOBAL else "regional"
    start = f"arn:[^:]+:wafv2:{context.region}:{context.account}:{place}/{kind}"
    found = re.fullmatch(rf"{start}/([^/]+)/([^/]+)", arn)
    if not found:
        raise Failure(f"WAFInvalidParameterException: {arn} is no {kind} for scope {scope} here")
    context.call(SERVICE, operation, Name=found[1], Id=found[2], Scope=scope)


def _create_association(context: Context, properties: Properties) -> Made:
    resource, acl = properties["ResourceArn"], properties["WebACLArn"]
    _check_protected(context, resource)
    # One web ACL protects a resource; AWS replaces the one that does, moto adds to it.
    context.call(SERVICE, "disassociate_web_acl", ResourceArn=resource)
    context.call(SERVICE, "associate_web_acl", ResourceArn=resource, WebACLArn=acl)
    return Made(f"{resource}|{acl}", {})


def _delete_association(context: Context, deployed: DeployedResource) -> None:
    context.call(SERVICE, "disassociate_web_acl", ResourceArn=deployed.properties["ResourceArn"])


def _check_protected(context: Context, arn: str) -> None:
    """Fail unless *arn* names an existing resource that a web ACL can protect."""
    stage = re.fullmatch(
        rf"arn:[^:]+:apigateway:{context.region}::/restapis/([^/]+)/stages/([^/]+)", arn
    )
    if stage:
        context.as_service().call("apigateway", "get_stage", restApiId=stage[1], stageName=stage[2])
    elif ":loadbalancer/app/" in arn:
        context.as_service().call("elbv2", "describe_load_balancers", LoadBalancerArns=[arn])
    else:
        raise Failure(f"WAFInvalidParameterException: no web ACL can protect {arn}")


def _create_logging(context: Context, properties: Properties) -> Made:
    acl = properties["ResourceArn"]
    scope = GLOBAL if ":global/" in acl else "REGIONAL"
    context.call(SERVICE, "get_web_acl", ARN=acl, Scope=scope)
    for destination in properties["LogDestinationConfigs"]:
        _check_log(context, destination)
    context.call(SERVICE, "put_logging_configuration", LoggingConfiguration=dict(properties))
    return Made(acl, {"ManagedByFirewallManager": False})


def _update_logging(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    return _create_logging(context, properties)


def _delete_logging(context: Context, deployed: DeployedResource) -> None:
    context.call(SERVICE, "delete_logging_configuration", ResourceArn=deployed.physical_id)


def _check_log(context: Context, destination: str) -> None:
    # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html on the name
    start = f"arn:[^:]+:logs:{context.region}:{context.account}:log-group"
    group = re.fullmatch(rf"{start}:(aws-waf-logs-[^:]+)(:\*)?", destination)
    if not group:
        raise Failure(f"WAFInvalidParameterException: no web ACL logs to {destination} here")
    groups = context.call("logs", "describe_log_groups", logGroupNamePrefix=group[1])["logGroups"]
    if group[1] not in [one["logGroupName"] for one in groups]:
        raise Failure(f"WAFLogDestinationPermissionIssueException: no log group {group[1]}")


TYPES: Final = [
    ResourceType("AWS::WAFv2::WebACL", _create_web_acl, _delete_web_acl, _update_web_acl),
    ResourceType("AWS::WAFv2::WebACLAssociation", _create_association, _delete_association),
    ResourceType(
        "AWS::WAFv2::LoggingConfiguration", _create_logging, _delete_logging, _update_logging
    ),
]
