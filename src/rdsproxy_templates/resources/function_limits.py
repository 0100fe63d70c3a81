"""Limits of Lambda, IAM and API Gateway that several settings of one function share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..errors import Problem
from .routes import parsed, route_problems

if TYPE_CHECKING:
    from .function_declaration import DeclaredFunction

LAYER: Final = re.compile(
    r"(?P<layer>arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):\d{12}:layer:[\w-]+):[1-9]\d*"
)
MOST_LAYERS: Final = 5
MOST_POLICIES: Final = 20
"""Managed policies of a role, once the quota has been raised."""
USUAL_POLICIES: Final = 10
MOST_BYTES: Final = 20_480
"""Of the policy that lets others call a function: "Function resource-based policy" of Lambda's
quotas."""
LEAST_STATEMENT: Final = 350
"""Bytes of the statement for a route, beside method and path, with the shortest names of stacks."""
USUAL_STATEMENT: Final = 410


def layer_problems(layers: Sequence[str], own: int) -> Iterator[Problem]:
    """Reject ARNs of no layer version, and more layers than fit beside *own* of the library's."""
    most = MOST_LAYERS - own
    if len(layers) > most:
        beside = " beside the library's" if own else ""
        yield Problem("layers", f"must be at most {most}{beside}, got {len(layers)}")
    regions: dict[str, str] = {}
    seen: set[str] = set()
    for index, arn in enumerate(layers):
        place = f"layers.{index}"
        found = LAYER.fullmatch(arn)
        if found is None:
            yield Problem(
                place,
                "must be the ARN of a layer version, such as "
                f"arn:aws:lambda:eu-west-1:123456789012:layer:tools:1, got {arn!r}",
            )
            continue
        first = regions.setdefault("first", found["region"])
        if found["region"] != first:
            yield Problem(
                place, f"must be in the function's Region, as those of {first} are, got {arn!r}"
            )
        if found["layer"] in seen:
            yield Problem(place, f"must be a layer of its own, got another version of it, {arn!r}")
        seen.add(found["layer"])


def layer_region(arn: str) -> str | None:
    """The Region of a layer version; None for what is the ARN of none."""
    found = LAYER.fullmatch(arn)
    return found["region"] if found else None


def policies_of_role(one: DeclaredFunction) -> int:
    """The number of managed policies of the role of *one*, with those that SAM adds."""
    own = sum(isinstance(policy, str) for policy in one.policies)
    return own + 1 + one.in_vpc + (one.tracing == "Active")


def policy_count_problems(one: DeclaredFunction) -> Iterator[Problem]:
    """Reject more managed policies than any role may have."""
    if (number := policies_of_role(one)) > MOST_POLICIES:
        yield Problem(
            "policies",
            f"must leave the role at most {MOST_POLICIES} managed policies with those for logs, "
            f"the VPC and traces, and there are {number}; write statements in place of some",
        )


def policy_count_warnings(one: DeclaredFunction) -> Iterator[Problem]:
    """Warn of more managed policies than a role has without a raised quota."""
    if USUAL_POLICIES < (number := policies_of_role(one)) <= MOST_POLICIES:
        yield Problem(
            "policies",
            f"make {number} managed policies of the role, with those for logs, the VPC and traces; "
            f"IAM allows {USUAL_POLICIES} unless the account's quota is raised, to at most "
            f"{MOST_POLICIES}",
        )


def concurrency_problems(one: DeclaredFunction) -> Iterator[Problem]:
    """Reject more provisioned concurrency than is reserved."""
    provisioned = one.alias.provisioned_concurrency if one.alias else None
    reserved = one.reserved_concurrency
    if provisioned and reserved is not None and provisioned > reserved:
        yield Problem(
            "alias.provisioned_concurrency",
            f"must be at most the function's reserved_concurrency, {reserved}, got {provisioned}",
        )


def concurrency_warnings(one: DeclaredFunction) -> Iterator[Problem]:
    """Warn of a queue that may take more than is reserved, so that its messages are throttled."""
    most = one.queue.maximum_concurrency if one.queue else None
    reserved = one.reserved_concurrency
    if reserved is not None and most and most > reserved:
        yield Problem(
            "queue.maximum_concurrency",
            f"is {most}, and the function's reserved_concurrency is {reserved}: what is throttled "
            "counts as a delivery, and becomes a dead letter in the end",
        )


def route_count_problems(routes: Sequence[str]) -> Iterator[Problem]:
    """Reject more routes than the function's policy has room for; each takes a statement."""
    if _bytes(routes, LEAST_STATEMENT) > MOST_BYTES:
        yield Problem("routes", _too_many(routes, "must be fewer"))


def route_count_warnings(routes: Sequence[str]) -> Iterator[Problem]:
    """Warn of routes that fit only where the names of stack and function are short."""
    if _bytes(routes, LEAST_STATEMENT) <= MOST_BYTES < _bytes(routes, USUAL_STATEMENT):
        yield Problem("routes", _too_many(routes, "may be too many"))


def _bytes(routes: Sequence[str], statement: int) -> int:
    return sum(
        statement + len(path) - sum(len(name) - 1 for name in re.findall(r"\{[^}]*\}", path))
        for text in routes
        if not any(route_problems([text]))
        for path in [f"{parsed(text).method}{parsed(text).path}"]
    )


def _too_many(routes: Sequence[str], sentence: str) -> str:
    return (
        f"{sentence}, got {len(routes)}: each adds a statement to the function's policy, which "
        f"Lambda limits to {MOST_BYTES} bytes; use ANY, a path such as `/orders/{{path+}}`, or "
        "several functions"
    )
