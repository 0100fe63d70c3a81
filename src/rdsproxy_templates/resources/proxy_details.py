"""What a proxy may have beyond its pool: a name, a role, a log, networks, logins and endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ..aws.engine_families import ENGINE_FAMILIES
from ..aws.engines import Engine
from ..aws.identifiers import SECURITY_GROUP, list_problems
from ..aws.names import proxy_name_problem
from ..errors import Problem
from ..model import ListOf, Settings
from ..model.tags import tag_problems
from .named_logs import NamedLogSettings
from .proxy_endpoints import EndpointSettings, endpoint_problems
from .proxy_logins import ExistingLogin
from .roles import RoleSettings

EndpointNetwork = Literal["IPV4", "IPV6", "DUAL"]
_CREATING: Final = f"{RDS_GUIDE}rds-proxy-creating.html"
_NETWORKS: Final = f"{RDS_GUIDE}rds-proxy-network-prereqs.html"
WEAK: Final = ("MYSQL_NATIVE_PASSWORD", "POSTGRES_MD5")
"""Handshakes that show a hash which can be guessed from."""


class ProxyDetails(Settings):
    """Settings of a proxy beside its pool of connections."""

    name: str | None = Field(
        default=None,
        description="Name of the proxy, which is part of its host: at most 63 letters, digits and "
        "single hyphens, a letter first. Left out: one that a replaced proxy never shares "
        f"with its successor. See {_CREATING}",
    )
    role: RoleSettings | None = Field(
        default=None,
        description="The role with which the proxy reads secrets. Left out: the stack creates one "
        f"that may read these secrets only. See {RDS_GUIDE}rds-proxy-iam-setup.html",
    )
    log: NamedLogSettings | None = Field(
        default=None,
        description="The proxy's log group, `/aws/rds/proxy/NAME`. Choose it before the first "
        "deployment: RDS creates the group with the proxy's first message, and CloudFormation "
        "takes over no group that exists. Left out: RDS creates it, and keeps its messages for "
        f"ever. See {AURORA_GUIDE}rds-proxy-managing.html",
    )
    security_group_ids: ListOf[str] = Field(
        default=(),
        max_length=4,
        description="IDs of security groups that the proxy has beside the variant's own, 0 to 4, "
        "such as one that admits further clients. See "
        f"{RDS_GUIDE}rds-proxy-network-prereqs.html",
    )
    endpoint_network_type: EndpointNetwork | None = Field(
        default=None,
        description="IP versions by which clients reach the proxy. `IPV6` and `DUAL` need a VPC "
        "and subnets with IPv6 ranges; a change replaces the proxy. Left out: IPV4. See "
        f"{_NETWORKS}",
    )
    target_connection_network_type: Literal["IPV4", "IPV6"] | None = Field(
        default=None,
        description="IP version by which the proxy reaches the database. `IPV6` needs "
        f"`network: {{type: DUAL}}`; a change replaces the proxy. Left out: IPV4. See {_NETWORKS}",
    )
    client_password_auth_type: (
        Literal[
            "MYSQL_NATIVE_PASSWORD",
            "MYSQL_CACHING_SHA2_PASSWORD",
            "POSTGRES_SCRAM_SHA_256",
            "POSTGRES_MD5",
        ]
        | None
    ) = Field(
        default=None,
        description="Handshake by which the proxy checks passwords of clients. Left out: RDS's "
        "default, `MYSQL_CACHING_SHA2_PASSWORD` or `POSTGRES_SCRAM_SHA_256`. See "
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_UserAuthConfig.html",
    )
    logins: ListOf[ExistingLogin] = Field(
        default=(),
        max_length=10,
        description="Users that exist in the database and whose secrets exist, to let in beside "
        f"`users`, at most 10. See {RDS_GUIDE}rds-proxy-secrets-arns.html",
    )
    endpoints: ListOf[EndpointSettings] = Field(
        default=(),
        max_length=18,
        description="Further hosts of the proxy, at most 18: each has metrics of its own, may lead "
        "to readers, and may be in other subnets. Their hosts are an output, in this "
        f"order. See {AURORA_GUIDE}rds-proxy-endpoints.html",
    )

    tags: dict[str, str] = Field(
        default={},
        description="Tags of the proxy and its endpoints, beside those of the stack, which they "
        f"override. Default: none. See {RDS_GUIDE}USER_Tagging.html",
    )

    @property
    def by_ipv6_only(self) -> bool:
        """True where clients without IPv6 do not reach the proxy."""
        return self.endpoint_network_type == "IPV6"

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from (problem.within("tags") for problem in tag_problems(self.tags))
        if self.name is not None and (sentence := proxy_name_problem(self.name)):
            yield Problem("name", sentence)
        yield from list_problems(SECURITY_GROUP, "security_group_ids", self.security_group_ids)
        if self.endpoint_network_type == "IPV6" and self.target_connection_network_type != "IPV6":
            yield Problem(
                "target_connection_network_type",
                "must be IPV6 with an endpoint for IPv6 only; set it, or endpoint_network_type: "
                "DUAL",
            )
        arns = [login.secret_arn for login in self.logins]
        if twice := sorted({arn for arn in arns if arns.count(arn) > 1}):
            yield Problem("logins", f"must name each secret once, got {', '.join(twice)} twice")
        yield from endpoint_problems(self.endpoints)

    def details_refused_by(self, engine: Engine, readers: int) -> Iterator[Problem]:
        """Report what *engine* does not take, or not with that many *readers*."""
        kind = self.client_password_auth_type
        known = ENGINE_FAMILIES[engine.family].password_types
        if kind is not None and kind not in known:
            yield Problem(
                "client_password_auth_type",
                f"must be one of {', '.join(sorted(known))} for {engine.name}, got {kind!r}",
            )
        for index, endpoint in enumerate(self.endpoints):
            if endpoint.target_role == "READ_ONLY" and not readers:
                yield Problem(
                    f"endpoints.{index}.target_role",
                    "is READ_ONLY, and there are no readers: its connections would reach nothing; "
                    "set readers, which engines of Aurora have, or target_role: READ_WRITE",
                )

    def ipv6_problems(self) -> Iterator[Problem]:
        """Report what needs IPv6 ranges, for a variant whose network has none."""
        given = {
            "endpoint_network_type": self.endpoint_network_type,
            "target_connection_network_type": self.target_connection_network_type,
        }
        for index, endpoint in enumerate(self.endpoints):
            if not endpoint.subnet_ids:
                given[f"endpoints.{index}.network_type"] = endpoint.network_type
        for place, kind in given.items():
            if kind not in (None, "IPV4"):
                yield Problem(
                    place,
                    f"must be IPV4, got {kind}: the network of this variant has no IPv6 ranges; "
                    "`existing_vpc` takes subnets that have",
                )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.name is not None:
            yield Problem(
                "name",
                "is fixed: an update that replaces the proxy, for other subnets or another engine "
                "family, fails until the name changes, too, and a second stack of the same "
                "settings fails in this account",
            )
        if self.client_password_auth_type in WEAK:
            yield Problem(
                "client_password_auth_type",
                f"is {self.client_password_auth_type}, which is weaker than the default; it is for "
                "clients that know nothing better",
            )
