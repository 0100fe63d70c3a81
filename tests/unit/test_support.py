"""AWS's support: where and until when."""

from __future__ import annotations

from datetime import date

import pytest

from rdsproxy_templates.aws import support
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.aws.support import Lifecycle, zone_prefix
from rdsproxy_templates.variants import base

VERSION = Lifecycle(standard=date(2027, 2, 28), extended=date(2030, 2, 28))


@pytest.fixture
def on(monkeypatch):
    """Change the current date."""

    def day(text):
        monkeypatch.setattr(support, "today", lambda: date.fromisoformat(text))

    return day


class TestLifecycle:
    def test_until_its_last_day_a_version_is_accepted(self, on):
        on("2027-02-28")
        assert VERSION.refusal(enrolled=False) is None

    def test_from_the_day_after_extended_support_is_needed(self, on):
        on("2027-03-01")
        refusal = VERSION.refusal(enrolled=False)

        assert refusal.startswith("is past the end of its standard support, 2027-02-28, and RDS")
        assert VERSION.refusal(enrolled=True) is None

    def test_past_extended_support_a_version_is_refused(self, on):
        on("2030-03-01")
        for enrolled in (True, False):
            refusal = VERSION.refusal(enrolled=enrolled)
            assert refusal == "is past the end of its Extended Support, 2030-02-28"

    def test_a_version_without_an_announced_end_does_not_end(self, on):
        on("2040-01-01")
        assert Lifecycle(standard=date(2031, 2, 28), extended=None).refusal(enrolled=True) is None

    def test_half_a_year_before_its_end_a_version_gives_a_warning(self, on):
        on("2026-08-28")
        assert VERSION.doubt(enrolled=False) is None
        on("2026-08-29")
        assert VERSION.doubt(enrolled=False).startswith(
            "leaves standard support on 2027-02-28: RDS upgrades the database by itself then"
        )
        assert VERSION.doubt(enrolled=True).endswith("AWS charges for Extended Support then")

    def test_extended_support_costs_more(self, on):
        on("2027-03-01")
        doubt = VERSION.doubt(enrolled=True)

        assert doubt == ("left standard support on 2027-02-28: AWS charges extra, until 2030-02-28")


def test_a_configuration_is_judged_by_the_current_date(on):
    app = {"name": "app", "login": "iam"}
    rds = {"engine": "postgres", "engine_version": "14.24", "master_login": False, "users": [app]}
    settings = {"rds": rds, "function_user": "app"}

    on("2026-01-01")
    assert list(base.Config.parse(settings, "").warnings()) == []
    on("2027-01-01")
    [warning] = base.Config.parse(settings, "").warnings()
    assert str(warning).startswith(
        "[rds.engine_version] is '14.24', which leaves standard support on 2027-02-28"
    )


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_every_version_that_is_not_deprecated_has_a_lifecycle(engine):
    without = [version for version in engine.versions if engine.lifecycle(version) is None]

    assert without == []


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_extended_support_follows_standard_support(engine):
    for version in engine.versions:
        lifecycle = engine.lifecycle(version)
        assert lifecycle.extended is None or lifecycle.standard < lifecycle.extended


@pytest.mark.parametrize(
    ("region", "prefix"),
    [
        ("us-east-1", "use1-az"),
        ("us-gov-west-1", "usgw1-az"),
        ("ap-southeast-6", "apse6-az"),
        ("cn-northwest-1", "cnnw1-az"),
        ("il-central-1", "ilc1-az"),
        ("mx-central-1", "mxc1-az"),
    ],
)
def test_the_ids_of_zones_begin_with_their_region(region, prefix):
    assert zone_prefix(region) == prefix
