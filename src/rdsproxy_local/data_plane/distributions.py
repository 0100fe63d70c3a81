"""CloudFront's distributions, answering on loopback by nginx as they are deployed.

A viewer's address is that of its connection: 127.0.0.1, 127.0.0.2, ::1 are three viewers. The
name of a distribution leads to a port for http and to one for https, where it meets a certificate
of Amazon's authority; so does an API behind it, by its own name. There are no caches, no
locations and no HTTP/2.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, NamedTuple, Self
from unittest import mock

from moto.cloudfront.exceptions import CloudFrontException
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import BaseResponse
from moto.wafv2.exceptions import WAFv2ClientError
from moto.wafv2.responses import WAFV2Response

from ..servers.certificates import Authority
from ..servers.nginx import Nginx, program
from ..servers.programs import MissingServer
from . import apis, regional_acls, sites, web_acls
from .nginx_sites import configuration
from .not_understood import NotUnderstood

HTTP: Final = 80
HTTPS: Final = 443
SCOPE: Final = "CLOUDFRONT"


class Change(NamedTuple):
    """A request to moto's API after which something else may answer."""

    owner: type[BaseResponse]
    name: str
    check: Callable[[Any], None] | None = None
    """Refuses a request that is not understood."""


class Distributions:
    """Serves the deployed distributions while the ``with`` block runs.

    A change counts when its request is answered; one that is not understood is refused.
    """

    def __init__(self, authority: Authority, apis: Callable[[], str]) -> None:
        self._authority, self._apis = authority, apis
        self._nginx: Nginx | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        with ExitStack() as parts:
            parts.callback(self._close)
            for change in CHANGES:
                method = self._surrounded(change)
                parts.enter_context(mock.patch.object(change.owner, change.name, method))
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    def port(self, host: str, port: int) -> int | None:
        """The local port for a port of a distribution or API; None if the host has no such port."""
        nginx = self._nginx
        if nginx is None:
            return None
        if sites.exists(host):
            return {HTTP: nginx.http, HTTPS: nginx.https}.get(port)
        return nginx.https if port == HTTPS and apis.exists(host) else None

    def _surrounded(self, change: Change) -> Callable[[Any], Any]:
        """Moto's answer to the request, which is checked before it, and deployed after it."""
        answer = getattr(change.owner, change.name)

        def answered(request: Any) -> Any:
            if change.check:
                change.check(request)
            given = answer(request)
            self._deploy()
            return given

        return answered

    def _deploy(self) -> None:
        with self._lock:
            found = list(sites.deployed())
            if self._nginx is None and found:
                certificate = self._authority.issue("edge", valid_for=[*sites.NAMES, *apis.NAMES])
                self._nginx = Nginx(certificate, self._authority.file)
            if self._nginx is not None:
                self._nginx.serve(configuration(found, self._nginx, self._apis()))

    def _close(self) -> None:
        if self._nginx is not None:
            self._nginx.close()


def _check_distribution(request: CloudFrontResponse) -> None:
    tagged = request._get_param("DistributionConfigWithTags.DistributionConfig")
    config = tagged or request._get_param("DistributionConfig")
    try:
        program()
        sites.site_of("", config)
    except (MissingServer, NotUnderstood) as reason:
        raise CloudFrontException("InvalidArgument", str(reason)) from None


def _check_web_acl(request: WAFV2Response) -> None:
    asked = json.loads(request.body)
    understood = web_acls.decided if asked["Scope"] == SCOPE else regional_acls.decided
    try:
        understood(asked.get("Rules", ()), asked["DefaultAction"])
    except NotUnderstood as reason:
        raise WAFv2ClientError("WAFInvalidParameterException", str(reason)) from None


CHANGES: Final = (
    Change(CloudFrontResponse, "create_distribution", _check_distribution),
    Change(CloudFrontResponse, "create_distribution_with_tags", _check_distribution),
    Change(CloudFrontResponse, "update_distribution", _check_distribution),
    Change(CloudFrontResponse, "delete_distribution"),
    Change(WAFV2Response, "create_web_acl", _check_web_acl),
    Change(WAFV2Response, "update_web_acl", _check_web_acl),
    Change(WAFV2Response, "update_ip_set"),
)
