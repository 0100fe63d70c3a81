"""Compare the monthly cost of a NAT gateway and of endpoints: ``python tools/prices.py``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from pydantic import Field

from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.model import Settings
from rdsproxy_templates.model.settings_file import read

HOURS: Final = 730
"""Hours in an average month, as AWS's pricing calculator counts them."""
ENDPOINTS: Final = 2
"""Interface endpoints that Session Manager needs: ssm and ssmmessages."""


class Prices(Settings):
    """Prices of a Region in USD, and their source."""

    source: str = Field(description="Source of the prices, with its date.")
    nat_hour: float = Field(ge=0, description="USD for a NAT gateway, per hour.")
    nat_gigabyte: float = Field(ge=0, description="USD for a NAT gateway, per GB through it.")
    endpoint_hour: float = Field(
        ge=0, description="USD for an interface endpoint in one zone, per hour."
    )
    endpoint_gigabyte: float = Field(
        ge=0, description="USD for an interface endpoint, per GB through it."
    )
    address_hour: float = Field(
        default=0,
        ge=0,
        description="USD for the NAT gateway's public address, per hour; the sources leave it out.",
    )


TABLE: Final = {
    "ap-northeast-1": Prices(
        source="the article, read in November 2026",
        nat_hour=0.062,
        nat_gigabyte=0.062,
        endpoint_hour=0.014,
        endpoint_gigabyte=0.01,
    ),
    "us-east-1": Prices(
        source="zacfukuda.com/blog/aws-nat-gateway-vs-vpc-endpoint, as of 1 June 2026",
        nat_hour=0.045,
        nat_gigabyte=0.045,
        endpoint_hour=0.01,
        endpoint_gigabyte=0.01,
    ),
}
"""Regions whose prices are known; ``--prices`` takes those of others."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """Cost of a route in USD: *fixed* per month, and *gigabyte* per GB through it."""

    fixed: float
    gigabyte: float

    def month(self, gigabytes: float) -> float:
        """USD for a month with *gigabytes* of traffic."""
        return self.fixed + self.gigabyte * gigabytes


def nat(prices: Prices) -> Route:
    """Cost of one NAT gateway, which serves every zone."""
    hour = prices.nat_hour + prices.address_hour
    return Route(fixed=hour * HOURS, gigabyte=prices.nat_gigabyte)


def endpoints(prices: Prices, zones: int) -> Route:
    """Cost of Session Manager's interface endpoints, each in *zones* Availability Zones."""
    hour = prices.endpoint_hour * ENDPOINTS * zones
    return Route(fixed=hour * HOURS, gigabyte=prices.endpoint_gigabyte)


def break_even(one: Route, other: Route) -> float | None:
    """GB per month at which both cost the same; None if one is always cheaper."""
    if one.gigabyte == other.gigabyte:
        return None
    gigabytes = (other.fixed - one.fixed) / (one.gigabyte - other.gigabyte)
    return gigabytes if gigabytes > 0 else None


def report(prices: Prices, zones: int, gigabytes: float) -> Iterator[str]:
    """The comparison, line by line."""
    gateway, interfaces = nat(prices), endpoints(prices, zones)
    ours = {"NAT gateway": gateway, f"{ENDPOINTS} endpoints, {_zones(zones)}": interfaces}
    yield f"USD per month of {HOURS} hours with {gigabytes:g} GB; prices: {prices.source}"
    for name, route in ours.items():
        yield f"  {name:22} {route.month(gigabytes):9.2f}"
    both = break_even(gateway, interfaces)
    if both is None:
        cheaper = min(ours, key=lambda name: (ours[name].fixed, ours[name].gigabyte))
        yield f"  {cheaper} costs less at any traffic"
    else:
        below = min(ours, key=lambda name: ours[name].fixed)
        yield f"  below {both:.0f} GB per month {below} costs less, above that the other"


def _zones(number: int) -> str:
    return f"{number} zone{'s' * (number > 1)}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--zones",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Availability Zones with endpoints.",
)
@click.option(
    "--gigabytes",
    type=click.FloatRange(min=0),
    default=1,
    show_default=True,
    help="Traffic per month, in GB.",
)
@click.option(
    "--region", type=click.Choice(list(TABLE)), default="ap-northeast-1", show_default=True
)
@click.option(
    "--prices",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"YAML with your own prices in place of the Region's: {', '.join(Prices.model_fields)}.",
)
def main(zones: int, gigabytes: float, region: str, file: Path | None) -> None:
    """Compare the monthly cost of a NAT gateway and of Session Manager's endpoints, in USD."""
    try:
        prices = TABLE[region] if file is None else _overridden(TABLE[region], file)
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
    for line in report(prices, zones, gigabytes):
        click.echo(line)


def _overridden(prices: Prices, file: Path) -> Prices:
    chosen = read(file)
    given, known = chosen.settings, prices.model_dump()
    return chosen.parse_as(Prices, known | given if isinstance(given, dict) else given)


if __name__ == "__main__":
    main(prog_name="python tools/prices.py")
