"""The prices of a NAT gateway and of Session Manager's endpoints, and the cheaper of the two."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from prices import TABLE, Route, break_even, endpoints, main, nat, report

TOKYO = TABLE["ap-northeast-1"]


def test_a_month_has_730_hours_and_not_30():
    assert nat(TOKYO).month(0) == pytest.approx(45.26)
    assert endpoints(TOKYO, 1).month(0) == pytest.approx(20.44)
    assert endpoints(TOKYO, 2).month(0) == pytest.approx(40.88)


def test_traffic_is_paid_by_the_gigabyte():
    assert nat(TOKYO).month(100) == pytest.approx(45.26 + 6.2)
    assert endpoints(TOKYO, 1).month(100) == pytest.approx(20.44 + 1)


def test_in_one_zone_endpoints_always_cost_less():
    assert break_even(nat(TOKYO), endpoints(TOKYO, 1)) is None
    assert "2 endpoints, 1 zone costs less at any traffic" in list(report(TOKYO, 1, 5))[-1]


def test_in_three_zones_a_nat_gateway_costs_less_until_traffic_is_high():
    gigabytes = break_even(nat(TOKYO), endpoints(TOKYO, 3))

    assert gigabytes == pytest.approx((61.32 - 45.26) / 0.052)
    assert nat(TOKYO).month(gigabytes) == pytest.approx(endpoints(TOKYO, 3).month(gigabytes))
    assert list(report(TOKYO, 3, 5))[-1].strip().startswith("below 309 GB per month NAT gateway")


def test_routes_with_one_price_for_a_gigabyte_never_meet():
    assert break_even(Route(fixed=1, gigabyte=2), Route(fixed=3, gigabyte=2)) is None


def test_every_price_names_its_source():
    assert all(prices.source for prices in TABLE.values())


class TestCommand:
    def said(self, *options):
        return CliRunner().invoke(main, options)

    def test_compares_both_routes(self):
        lines = self.said("--zones", "2", "--gigabytes", "100").stdout.splitlines()

        assert [line.split()[-1] for line in lines[1:3]] == ["51.46", "41.88"]

    def test_knows_another_region(self):
        assert " 32.85" in self.said("--region", "us-east-1", "--gigabytes", "0").stdout
