"""Rules of web ACLs: what they guard, in which scope, and whether they refuse anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import CLOUDFRONT_GUIDE, WAF_GUIDE
from ...model.references import wires
from ..apis import (
    ASSOCIATION,
    REST_APIS,
    WEB_ACL,
    api_origins,
    distributions,
    guards_of,
)
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..values import is_literal, items, mappings, simple, spelled

SCOPED = ("AWS::WAFv2::IPSet", "AWS::WAFv2::RegexPatternSet", "AWS::WAFv2::RuleGroup")
GLOBAL, REGIONAL = "CLOUDFRONT", "REGIONAL"
REFUSING = ("Block", "Captcha", "Challenge")


@as_rule(
    "edge/web-acl",
    level="opinion",
    title="A web ACL protects a CloudFront distribution, and its origin cannot be called directly.",
    why="Whoever knows the address sends requests, attacks included.",
    remedy="Associate a web ACL, and let only CloudFront reach the origin.",
    source=f"{WAF_GUIDE}cloudfront-features.html",
)
def guarded(graph: Graph) -> Iterator[Violation]:
    guarded_ones = set()
    for name, config in distributions(graph):
        if config.get("WebACLId"):
            guarded_ones.add(name)
        else:
            yield Violation(
                name, "DistributionConfig", "it has no web ACL", "Set WebACLId to the ARN of one"
            )
    for name, _, api in api_origins(graph):
        body = graph.properties(api)
        auth = body.get("Auth")
        policy = "Policy" in body or (isinstance(auth, Mapping) and "ResourcePolicy" in auth)
        is_rest = graph.type(api) in REST_APIS
        if name in guarded_ones and is_rest and not policy and not guards_of(graph, api):
            yield Violation(
                api,
                "EndpointConfiguration",
                f"whoever knows its address gets around the web ACL of {name}",
                "Associate a web ACL that admits only what CloudFront sends, by a secret header",
            )


@as_rule(
    "edge/scope",
    title="A web ACL has the scope of what it protects, and uses sets of that scope.",
    why="WAF, CloudFront or API Gateway refuses it.",
    remedy="Choose CLOUDFRONT for CloudFront, REGIONAL for everything else.",
    source=f"{WAF_GUIDE}how-aws-waf-works-resources.html",
)
def scope(graph: Graph) -> Iterator[Violation]:
    uses = [
        (name, "DistributionConfig", config.get("WebACLId"), GLOBAL)
        for name, config in distributions(graph)
    ]
    uses += [
        (name, "WebACLArn", body.get("WebACLArn"), REGIONAL)
        for name, body in graph.of_type(ASSOCIATION)
    ]
    for name, place, expression, wanted in uses:
        acl = graph.target(expression)
        if acl and graph.type(acl) == WEB_ACL:
            given = graph.properties(acl).get("Scope")
            if is_literal(given) and given != wanted:
                yield _scope(name, place, f"{acl} has the scope {given}", wanted)
            elif not _is_arn(expression):
                yield Violation(
                    name, place, f"it names {acl}, and not its ARN", f"Use !GetAtt {acl}.Arn"
                )
        elif is_literal(expression) and ":wafv2:" in expression:
            here = GLOBAL if ":global/" in expression else REGIONAL
            if here != wanted:
                yield _scope(name, place, f"{expression} has the scope {here}", wanted)
    for acl, body in graph.of_type(WEB_ACL, "AWS::WAFv2::RuleGroup"):
        for wire in sorted(set(wires(body.get("Rules")))):
            used = wire.partition(".")[0]
            if used in graph.template.resources and graph.type(used) in SCOPED:
                theirs, own = graph.properties(used).get("Scope"), body.get("Scope")
                if is_literal(theirs) and is_literal(own) and theirs != own:
                    yield _scope(acl, "Rules", f"{used} has the scope {theirs}", str(own))


def _scope(name: str, place: str, sentence: str, wanted: str) -> Violation:
    return Violation(name, place, f"{sentence}, and {wanted} is needed", f"Use one of {wanted}")


def _is_arn(expression: object) -> bool:
    match simple(expression):
        case {"Fn::GetAtt": [_, "Arn"]}:
            return True
        case {"Ref": _} | {"Fn::GetAtt": _}:
            return False
        case _:
            return True


@as_rule(
    "edge/refuses-somebody",
    level="warning",
    title="A web ACL blocks something, by default or by a rule.",
    why="It lets every request through, and guards nothing.",
    remedy="Block by default, and allow by rules.",
    source=f"{WAF_GUIDE}web-acl-default-action.html",
)
def refuses_somebody(graph: Graph) -> Iterator[Violation]:
    for acl, body in graph.of_type(WEB_ACL):
        default, rules = body.get("DefaultAction"), mappings(body.get("Rules"))
        allows = isinstance(default, Mapping) and "Allow" in default
        is_known = len(rules) == len(items(body.get("Rules")))
        if allows and is_known and not any(map(_may_refuse, rules)):
            yield Violation(
                acl,
                "DefaultAction",
                "it allows by default, and none of its rules blocks anything",
                "Set DefaultAction to Block, or add rules that block",
            )


def _may_refuse(rule: Mapping[str, Any]) -> bool:
    action, override = rule.get("Action"), rule.get("OverrideAction")
    if isinstance(action, Mapping):
        return any(key in action for key in REFUSING) or not {"Allow", "Count"} & action.keys()
    return not (isinstance(override, Mapping) and "Count" in override)


@as_rule(
    "edge/region",
    level="opinion",
    title="A resource of scope CLOUDFRONT is in a stack that can only be created in us-east-1.",
    why="WAF refuses it in any other Region, and with it the rest of the stack.",
    remedy="Create the stack in us-east-1, and refuse every other Region.",
    source=f"{WAF_GUIDE}how-aws-waf-works-resources.html",
)
def region(graph: Graph) -> Iterator[Violation]:
    if graph.region == "us-east-1":
        return
    # CloudFront itself is created from any Region.
    beside = [name for name, _ in graph.of_type(*FUNCTION_TYPES, *REST_APIS, "AWS::EC2::VPC")]
    for name, body in graph.of_type(WEB_ACL, *SCOPED):
        if body.get("Scope") == GLOBAL and beside:
            yield Violation(
                name,
                "Scope",
                f"it can only be created in us-east-1, and {beside[0]} with it",
                "Move it into a stack of its own, and hand on its ARN",
            )


@as_rule(
    "edge/us-east-1",
    title="Resources of scope CLOUDFRONT are created in us-east-1.",
    why="WAF refuses them in any other Region.",
    remedy="Deploy its stack to us-east-1, and hand on the ARN.",
    source=f"{WAF_GUIDE}how-aws-waf-works-resources.html",
)
def us_east_1(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type(WEB_ACL, *SCOPED):
        if body.get("Scope") == GLOBAL and graph.region not in (None, "us-east-1"):
            yield Violation(
                name,
                "Scope",
                f"it has the scope {GLOBAL}, and is created in {graph.region}",
                "Deploy its stack to us-east-1, and hand on the ARN",
            )


@as_rule(
    "edge/origin-header",
    title="CloudFront sends the header that its origin's web ACL requires.",
    why="The web ACL refuses every request.",
    remedy="Send the header that the web ACL requires, from the same secret.",
    source=f"{CLOUDFRONT_GUIDE}add-origin-custom-headers.html",
)
def origin_header(graph: Graph) -> Iterator[Violation]:
    for name, origin, api in api_origins(graph):
        sent = {
            str(one.get("HeaderName")).lower(): spelled(one.get("HeaderValue"))
            for one in mappings(origin.get("OriginCustomHeaders"))
        }
        for acl in (graph.target(one) for one in guards_of(graph, api)):
            body = graph.properties(acl) if acl else {}
            default, demanded = body.get("DefaultAction"), list(_demanded(body))
            if not isinstance(default, Mapping) or "Block" not in default or not demanded:
                continue
            if all(
                sent.get(header) != value and "${?}" not in (sent.get(header), value)
                for header, value in demanded
            ):
                header, _ = demanded[0]
                what = "another value in" if header in sent else "nothing in"
                yield Violation(
                    name,
                    "DistributionConfig",
                    f"it sends {what} the header {header}, by which {acl} admits requests",
                    f"Send {header} with the value that {acl} looks for",
                )


def _demanded(acl: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the headers by which *acl* admits requests, with their values."""
    for rule in mappings(acl.get("Rules")):
        match rule.get("Action"), rule.get("Statement"):
            case (
                {"Allow": _},
                {
                    "ByteMatchStatement": {
                        "FieldToMatch": {"SingleHeader": {"Name": str(header)}},
                        "SearchString": value,
                    }
                },
            ):
                yield header.lower(), spelled(value)
            case {"Allow": _}, _:
                yield "", "${?}"
