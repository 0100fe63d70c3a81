"""Certificates and alternate names of CloudFront's distributions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context

NAME: Final = re.compile(r"(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
MOST_ALIASES: Final = 100
HOME: Final = "us-east-1"
"""The Region from which CloudFront takes certificates."""


def certificate_problems(context: Context, config: Mapping[str, Any]) -> Iterator[str]:
    """Refuse alternate names that no certificate covers, and certificates that are not there."""
    aliases = config.get("Aliases", [])
    if len(aliases) > MOST_ALIASES:
        yield f"TooManyDistributionCNAMEs: a distribution has at most {MOST_ALIASES} aliases"
    for alias in aliases:
        if not NAME.fullmatch(alias):
            yield f"InvalidArgument: The parameter CNAME contains an invalid name: {alias}"
    certificate = config.get("ViewerCertificate", {})
    arn = certificate.get("AcmCertificateArn", "")
    if (arn or certificate.get("IamCertificateId")) and not certificate.get("SslSupportMethod"):
        yield "InvalidViewerCertificate: a certificate of your own needs an SslSupportMethod"
    sni = certificate.get("SslSupportMethod") == "sni-only"
    if sni and certificate.get("MinimumProtocolVersion") == "SSLv3":
        yield "InvalidMinimumProtocolVersion: sni-only needs TLSv1 or higher, not SSLv3"
    if arn.split(":")[3:4] == [HOME]:
        yield from _coverage(context, arn, aliases)


def _coverage(context: Context, arn: str, aliases: Iterable[str]) -> Iterator[str]:
    names = _names(context.account, arn)
    if names is None:
        yield f"InvalidViewerCertificate: The specified SSL certificate doesn't exist: {arn}"
        return
    for alias in aliases:
        if not any(_covers(name.lower(), alias.lower()) for name in names):
            yield (
                "InvalidViewerCertificate: The certificate that is attached to your distribution "
                "doesn't cover the alternate domain name (CNAME) that you're trying to add: "
                f"{alias}"
            )


def _names(account: str, arn: str) -> list[str] | None:
    """The names in a certificate of ACM in us-east-1; None if the account has none of that ARN."""
    from moto.acm.models import acm_backends  # noqa: PLC0415 - few distributions have one

    certificates = acm_backends[account][HOME]._certificates
    if arn not in certificates:
        return None
    found = certificates[arn].describe()["Certificate"]
    return [found["DomainName"], *found.get("SubjectAlternativeNames", [])]


def _covers(name: str, alias: str) -> bool:
    return alias == name or (name.startswith("*.") and alias.partition(".")[2] == name[2:])
