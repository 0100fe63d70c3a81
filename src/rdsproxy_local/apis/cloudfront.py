"""CloudFront: policies, and distributions that keep their whole configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.cloudfront import models, urls
from moto.cloudfront.exceptions import CloudFrontException, OriginDoesNotExist
from moto.cloudfront.models import CloudFrontBackend, Distribution, random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.moto_api._internal import mock_random

Handler = Callable[[CloudFrontResponse], ActionResult]

_delete_distribution: Final = CloudFrontBackend.delete_distribution
_update_distribution: Final = CloudFrontBackend.update_distribution


@dataclass(frozen=True)
class Kind:
    """A kind of policy."""

    name: str
    snake: str
    path: str
    managed: Mapping[str, str]
    """AWS's own, ID to name."""


@dataclass(frozen=True)
class Policy:
    """A policy, as it was made or last updated."""

    id: str
    config: Mapping[str, Any]
    managed: bool = False
    etag: str = field(default_factory=random_id)
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))


# The IDs are in CloudFront's Developer Guide, "Use managed ... policies".
KINDS: Final = (
    Kind(
        "CachePolicy",
        "cache_policy",
        "cache-policy",
        {
            "2e54312d-136d-493c-8eb9-b001f22f67d2": "Managed-Amplify",
            "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "Managed-CachingDisabled",
            "658327ea-f89d-4fab-a63d-7e88639e58f6": "Managed-CachingOptimized",
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": (
                "Managed-CachingOptimizedForUncompressedObjects"
            ),
            "08627262-05a9-4f76-9ded-b50ca2e3a84f": "Managed-Elemental-MediaPackage",
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65": "UseOriginCacheControlHeaders",
            "4cc15a8a-d715-48a4-82b8-cc0b614638fe": "UseOriginCacheControlHeaders-QueryStrings",
        },
    ),
    Kind(
        "OriginRequestPolicy",
        "origin_request_policy",
        "origin-request-policy",
        {
            "216adef6-5c7f-47e4-b989-5492eafa07d3": "Managed-AllViewer",
            "33f36d7e-f396-46d9-90e0-52428a34d9dc": "Managed-AllViewerAndCloudFrontHeaders-2022-06",
            "b689b0a8-53d0-40ab-baf2-68738e2966ac": "Managed-AllViewerExceptHostHeader",
            "59781a5b-3903-41f3-afcb-af62929ccde1": "Managed-CORS-CustomOrigin",
            "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": "Managed-CORS-S3Origin",
            "775133bc-15f2-49f9-abea-afb2e0bf67d2": (
                "Managed-Elemental-MediaTailor-PersonalizedManifests"
            ),
            "acba4595-bd28-49b8-b9fe-13317c0390fa": "Managed-UserAgentRefererHeaders",
        },
    ),
    Kind(
        "ResponseHeadersPolicy",
        "response_headers_policy",
        "response-headers-policy",
        {
            "e61eb60c-9c35-4d20-a928-2b84e02af89c": "Managed-CORS-and-SecurityHeadersPolicy",
            "5cc3b908-e619-4b99-88e5-2cf7f45965bd": "Managed-CORS-With-Preflight",
            "eaab4381-ed33-4a86-88ca-d9558dc6cd63": (
                "Managed-CORS-with-preflight-and-SecurityHeadersPolicy"
            ),
            "67f7725c-6f97-4210-82d7-5512b31e9d03": "Managed-SecurityHeadersPolicy",
            "60669652-455b-4ae9-85a4-c4c02393f86c": "Managed-SimpleCORS",
        },
    ),
)


def install() -> None:
    module: Any = models
    module.DistributionConfig = WholeConfig
    backend: Any = CloudFrontBackend
    backend.update_distribution = update_distribution
    backend.delete_distribution = delete_distribution
    for kind in KINDS:
        for end in ("$", "/(?P<policy_id>[^/]+)$", "/(?P<policy_id>[^/]+)/config$"):
            urls.url_paths[f"{{0}}/2020-05-31/{kind.path}{end}"] = CloudFrontResponse.dispatch
        for name, handler in _handlers(kind):
            setattr(CloudFrontResponse, name, handler)


class WholeConfig:
    """A distribution's configuration as it was given; moto's keeps what it knows."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        vars(self).update(config)
        self.caller_reference = config["CallerReference"]
        origins = [origin["Id"] for origin in config["Origins"]["Items"]]
        behaviors = [config["DefaultCacheBehavior"]]
        behaviors += (config.get("CacheBehaviors") or {}).get("Items") or []
        if not {behavior["TargetOriginId"] for behavior in behaviors} <= set(origins):
            raise OriginDoesNotExist

    def __getattr__(self, name: str) -> None:
        # What was not given is None to whoever lists distributions.
        if name not in models.DISTRIBUTION_CONFIG_FIELDS:
            raise AttributeError(name)


def update_distribution(
    self: CloudFrontBackend, dist_config: dict[str, Any], _id: str, if_match: Any
) -> tuple[Distribution, str, str]:
    _check_etag(self.distributions.get(_id), if_match)
    distribution, location, _ = _update_distribution(self, dist_config, _id, if_match)
    distribution.etag = random_id()
    return distribution, location, distribution.etag


def delete_distribution(self: CloudFrontBackend, distribution_id: str, if_match: Any) -> None:
    distribution = self.distributions.get(distribution_id)
    _check_etag(distribution, if_match)
    if distribution and distribution.Enabled:
        raise CloudFrontException(
            "DistributionNotDisabled", "The distribution you are trying to delete is not disabled."
        )
    _delete_distribution(self, distribution_id, if_match)


def _check_etag(thing: Distribution | Policy | None, if_match: Any) -> None:
    if thing and if_match and thing.etag != if_match:
        raise CloudFrontException(
            "PreconditionFailed",
            "The precondition in one or more of the request fields evaluated to false.",
        )


def _handlers(kind: Kind) -> Iterator[tuple[str, Handler]]:
    """The operations on policies of one kind, each under its name."""

    def create(self: CloudFrontResponse) -> ActionResult:
        config = self._get_param(f"{kind.name}Config")
        policies = _policies(self, kind)
        if config["Name"] in [one.config["Name"] for one in policies.values()]:
            raise CloudFrontException(
                f"{kind.name}AlreadyExists", f"A policy {config['Name']} exists already."
            )
        policy = Policy(str(mock_random.uuid4()), config)
        policies[policy.id] = policy
        return ActionResult(_shown(kind, policy))

    def get(self: CloudFrontResponse) -> ActionResult:
        return ActionResult(_shown(kind, _policy(self, kind)))

    def get_config(self: CloudFrontResponse) -> ActionResult:
        policy = _policy(self, kind)
        return ActionResult({f"{kind.name}Config": policy.config, "ETag": policy.etag})

    def update(self: CloudFrontResponse) -> ActionResult:
        old = _policy(self, kind)
        _check_etag(old, self._get_param("IfMatch"))
        policy = Policy(old.id, self._get_param(f"{kind.name}Config"))
        _policies(self, kind)[old.id] = policy
        return ActionResult(_shown(kind, policy))

    def delete(self: CloudFrontResponse) -> ActionResult:
        policy = _policy(self, kind)
        _check_etag(policy, self._get_param("IfMatch"))
        for distribution in [*self.backend.distributions.values()]:
            if policy.id in repr(vars(distribution.distribution_config)):
                raise CloudFrontException(
                    f"{kind.name}InUse", f"{distribution.id} has the policy {policy.id}."
                )
        del _policies(self, kind)[policy.id]
        return EmptyResult()

    def list_all(self: CloudFrontResponse) -> ActionResult:
        items = [_summary(kind, policy) for policy in _policies(self, kind).values()]
        listed = {"MaxItems": 100, "Quantity": len(items), "Items": items}
        return ActionResult({f"{kind.name}List": listed})

    yield f"create_{kind.snake}", create
    yield f"get_{kind.snake}", get
    yield f"get_{kind.snake}_config", get_config
    yield f"update_{kind.snake}", update
    yield f"delete_{kind.snake}", delete
    yield f"list_{kind.snake.removesuffix('y')}ies", list_all


def _policies(response: CloudFrontResponse, kind: Kind) -> dict[str, Policy]:
    """The account's policies, including the ones that AWS manages."""
    managed = {key: Policy(key, _managed(name), True) for key, name in kind.managed.items()}
    policies: dict[str, Policy] = vars(response.backend).setdefault(kind.snake, managed)
    return policies


def _managed(name: str) -> dict[str, Any]:
    """The part of AWS's own that anybody here asks for."""
    return {"Name": name, "MinTTL": 0}


def _policy(response: CloudFrontResponse, kind: Kind) -> Policy:
    policy_id = response._get_param("Id")
    policies = _policies(response, kind)
    if policy_id not in policies:
        raise CloudFrontException(f"NoSuch{kind.name}", f"The policy {policy_id} does not exist.")
    return policies[policy_id]


def _shown(kind: Kind, policy: Policy) -> dict[str, Any]:
    shown = {
        "Id": policy.id,
        "LastModifiedTime": policy.modified,
        f"{kind.name}Config": policy.config,
    }
    location = f"https://cloudfront.amazonaws.com/2020-05-31/{kind.path}/{policy.id}"
    return {kind.name: shown, "ETag": policy.etag, "Location": location}


def _summary(kind: Kind, policy: Policy) -> dict[str, Any]:
    shown = _shown(kind, policy)[kind.name]
    return {"Type": "managed" if policy.managed else "custom", kind.name: shown}
