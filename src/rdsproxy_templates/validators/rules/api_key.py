"""Rules of API keys: who demands one, who shows it, and what it opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...aws.documentation import API_GATEWAY_GUIDE, CLOUDFORMATION_GUIDE
from ..apis import REST_APIS, api_origins, demands_key, header, plans_of
from ..credentials import content_of
from ..graph import ATTACHMENT, FROM_SECRET, SECRET, Graph
from ..rule import Violation, as_rule
from ..values import is_false, spelled
from .secret import LOGIN, secrets_of_proxies

KEY, PLAN, PLAN_KEY = (
    f"AWS::ApiGateway::{name}" for name in ("ApiKey", "UsagePlan", "UsagePlanKey")
)
HEADER = "x-api-key"
IN_SECRET = "{{resolve:secretsmanager:"  # noqa: S105 - an expression
ATTACHED: Final = (
    "dbClusterIdentifier",
    "dbInstanceIdentifier",
    "dbname",
    "engine",
    "host",
    "port",
)
"""Keys that an attachment adds to the JSON of its secret:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html"""


@as_rule(
    "api/key-shown",
    title="CloudFront sends the API key that the API's usage plan accepts.",
    why="API Gateway answers 403 to every request.",
    remedy="Send the key in the origin header x-api-key, from the secret that holds it.",
    source=f"{API_GATEWAY_GUIDE}api-gateway-setup-api-key-with-console.html",
)
def key_shown(graph: Graph) -> Iterator[Violation]:
    values = [spelled(body.get("Value")) for _, body in graph.of_type(KEY)]
    for name, origin, api in api_origins(graph):
        if not demands_key(graph, api):
            continue
        shown = header(origin, HEADER)
        if shown is None and any(value.startswith(IN_SECRET) for value in values):
            # A key that is in a secret only is not what a viewer could send.
            yield Violation(
                name,
                "DistributionConfig",
                f"it sends {api} no key, which is in a secret",
                f"Add the key to OriginCustomHeaders, as {HEADER}",
            )
        elif shown is not None and values and not _may_be(spelled(shown), values):
            yield Violation(
                name,
                "DistributionConfig",
                f"it sends {api} another key than the one that is created here",
                "Take the key and the header from one secret",
            )


def _may_be(shown: str, values: list[str]) -> bool:
    """Tell whether *shown* is one of *values*, or only deployment knows."""
    is_known = shown.startswith(IN_SECRET) or "${" not in shown
    return not is_known or any(
        value == shown or not (value.startswith(IN_SECRET) or "${" not in value) for value in values
    )


@as_rule(
    "api/usage-plan",
    title="An API that requires keys has a usage plan for its stage, and the plan has the keys.",
    why="Without a plan for the stage, a key opens nothing; without a key, the plan limits nobody.",
    remedy="Name the stage in the plan, and add the keys to it.",
    source=f"{API_GATEWAY_GUIDE}api-gateway-create-usage-plans.html",
)
def usage_plan(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type(PLAN):
        if not body.get("ApiStages"):
            yield Violation(
                name,
                "ApiStages",
                "it is for no stage, so its keys open nothing",
                "Name the API and its stage in ApiStages",
            )
    for name, body in graph.of_type(KEY):
        if is_false(body.get("Enabled")):
            yield Violation(
                name, "Enabled", "it is not enabled, so it opens nothing", "Set Enabled to true"
            )
    planned = [graph.target(body.get("KeyId")) for _, body in graph.of_type(PLAN_KEY)]
    for name, body in graph.of_type(KEY):
        if any(graph.of_type(PLAN)) and not {name, None} & {*planned} and not body.get("StageKeys"):
            yield Violation(
                name, "Value", "it is in no usage plan, so it opens nothing", f"Add an {PLAN_KEY}"
            )
    for api, body in graph.of_type(*REST_APIS):
        demanded, plans = demands_key(graph, api), plans_of(graph, api)
        auth = body.get("Auth")
        by_sam = isinstance(auth, Mapping) and "UsagePlan" in auth
        keyed = {graph.target(one.get("UsagePlanId")) for _, one in graph.of_type(PLAN_KEY)}
        if demanded and plans == [] and not by_sam and any(graph.of_type(KEY)):
            yield Violation(
                api,
                "Auth",
                "it demands an API key, and no usage plan is for one of its stages",
                "Name it in ApiStages of the plan that the key is in",
            )
        elif demanded is False and plans and keyed & {*plans}:
            yield Violation(
                api,
                "Auth",
                f"it demands no API key, so the plan {plans[0]} limits nobody",
                "Set ApiKeyRequired to true",
            )


@as_rule(
    "secret/key",
    title="A dynamic reference reads a key that its secret has.",
    why="CloudFormation cannot read the value, and the deployment fails.",
    remedy="Name a key that the secret's JSON has.",
    source=f"{CLOUDFORMATION_GUIDE}dynamic-references-secretsmanager.html",
)
def secret_key(graph: Graph) -> Iterator[Violation]:
    # What a proxy misses in its secret is for the rule secret/readable.
    said = secrets_of_proxies(graph)
    for name in graph.template.resources:
        seen: set[tuple[str, str]] = set()
        for secret, key in _reads(graph, graph.properties(name)):
            known = _keys_of(graph, secret)
            if known is None or key in known or (secret in said and key in LOGIN):
                continue
            if (secret, key) not in seen:
                seen.add((secret, key))
                yield Violation(
                    name,
                    "Properties",
                    f"it reads {key!r} of {secret}, which holds {', '.join(sorted(known))}",
                    "Read a key that the secret has",
                )


def _reads(graph: Graph, node: object) -> Iterator[tuple[str, str]]:
    """Yield each secret of the graph that *node* reads by dynamic reference, with the key."""
    match node:
        case {"Fn::Sub": _} | {"Fn::Join": _} | str():
            for secret, key in FROM_SECRET.findall(spelled(node)):
                if secret in graph.template.resources and graph.type(secret) == SECRET:
                    yield secret, key
        case Mapping():
            for value in node.values():
                yield from _reads(graph, value)
        case list():
            for item in node:
                yield from _reads(graph, item)


def _keys_of(graph: Graph, secret: str) -> set[str] | None:
    """Return the keys of the JSON in *secret*; None where the template does not tell."""
    content, generated = content_of(graph, secret), graph.properties(secret)
    generated = generated.get("GenerateSecretString") or {}
    key = generated.get("GenerateStringKey") if isinstance(generated, Mapping) else None
    if content is None or not isinstance(key, str):
        return None
    attached = [graph.secret(body.get("SecretId")) for _, body in graph.of_type(ATTACHMENT)]
    return {*content, key, *(ATTACHED if secret in attached else ())}
