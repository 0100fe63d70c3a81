"""A month of a NAT gateway against one of endpoints: ``python tools/prices.py``."""

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
"""In an average month; AWS's own calculator counts so."""
ENDPOINTS: Final = 2
"""Interface endpoints that Session Manager needs: ssm and ssmmessages."""


class Prices(Settings):
    """Prices of a region, in USD, and where they come from."""

    source: str = Field(description="Who says so, and when.")
    nat_hour: float = Field(ge=0, description="A NAT gateway, for an hour.")
    nat_gigabyte: float = Field(ge=0, description="A NAT gateway, for a GB through it.")
    endpoint_hour: float = Field(
        ge=0, description="An interface endpoint in one zone, for an hour."
    )
    endpoint_gigabyte: float = Field(
        ge=0, description="An interface endpoint, for a GB through it."
    )
    address_hour: float = Field(
        default=0,
        ge=0,
        description="The NAT gateway's public address, for an hour; no source counts it.",
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
"""The regions whose prices we have looked up; a file gives those of others."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """What a route costs in a month: something by itself, and more by what goes through it."""

    fixed: float
    gigabyte: float

    def month(self, gigabytes: float) -> float:
        """USD for a month in which so much goes through."""
        return self.fixed + self.gigabyte * gigabytes


def nat(prices: Prices) -> Route:
    """One NAT gateway, which serves every zone."""
    hour = prices.nat_hour + prices.address_hour
    return Route(fixed=hour * HOURS, gigabyte=prices.nat_gigabyte)


def endpoints(prices: Prices, zones: int) -> Route:
    """The interface endpoints of Session Manager, each in so many zones."""
    hour = prices.endpoint_hour * ENDPOINTS * zones
    return Route(fixed=hour * HOURS, gigabyte=prices.endpoint_gigabyte)


def break_even(one: Route, other: Route) -> float | None:
    """GB in a month at which both cost the same; None where one is always the cheaper."""
    if one.gigabyte == other.gigabyte:
        return None
    gigabytes = (other.fixed - one.fixed) / (one.gigabyte - other.gigabyte)
    return gigabytes if gigabytes > 0 else None


def report(prices: Prices, zones: int, gigabytes: float) -> Iterator[str]:
    """The comparison, in lines."""
    gateway, doors = nat(prices), endpoints(prices, zones)
    ours = {"NAT gateway": gateway, f"{ENDPOINTS} endpoints, {_zones(zones)}": doors}
    yield f"USD a month of {HOURS} hours with {gigabytes:g} GB; prices: {prices.source}"
    for name, route in ours.items():
        yield f"  {name:22} {route.month(gigabytes):9.2f}"
    both = break_even(gateway, doors)
    if both is None:
        cheaper = min(ours, key=lambda name: (ours[name].fixed, ours[name].gigabyte))
        yield f"  whatever goes through, {cheaper} costs less"
    else:
        below = min(ours, key=lambda name: ours[name].fixed)
        yield f"  below {both:.0f} GB a month {below} costs less, above it the other"


def _zones(number: int) -> str:
    return f"{number} zone{'s' * (number > 1)}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--zones",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Zones in which there are endpoints.",
)
@click.option(
    "--gigabytes",
    type=click.FloatRange(min=0),
    default=1,
    show_default=True,
    help="Traffic of a month.",
)
@click.option(
    "--region", type=click.Choice(list(TABLE)), default="ap-northeast-1", show_default=True
)
@click.option(
    "--prices",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="YAML with prices of your own in place of the region's: "
    f"{', '.join(Prices.model_fields)}.",
)
def main(zones: int, gigabytes: float, region: str, file: Path | None) -> None:
    """Compare a month of a NAT gateway with one of Session Manager's endpoints, in USD."""
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
