"""Waves find their accounts in the organization, or say why they are no targets."""

from __future__ import annotations

from typing import Any

import pytest

from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.organization import Organization
from rdsproxy_templates.fleet.place import Place
from rdsproxy_templates.fleet.rollout import exceeded
from rdsproxy_templates.fleet.stack_set import Result
from rdsproxy_templates.fleet.stack_set_requests import preferences
from rdsproxy_templates.fleet.targets import Wave, found_waves

MANAGEMENT, ONE, TWO, THREE, GONE = (str(number) * 12 for number in (9, 1, 2, 3, 4))
ROOT, UNIT, INSIDE = "r-abcd", "ou-abcd-11111111", "ou-abcd-22222222"
IRELAND = "eu-west-1"


class Pages:
    """The API of an organization that gives one entry a page."""

    members = {ROOT: [MANAGEMENT], UNIT: [ONE, GONE], INSIDE: [TWO, THREE]}
    units = {ROOT: [UNIT], UNIT: [INSIDE], INSIDE: []}

    def describe_organization(self) -> dict[str, Any]:
        return {"Organization": {"MasterAccountId": MANAGEMENT}}

    def list_roots(self) -> dict[str, Any]:
        return {"Roots": [{"Id": ROOT}]}

    def list_accounts(self, **given: str) -> dict[str, Any]:
        return self._page("Accounts", [MANAGEMENT, ONE, TWO, THREE, GONE], given)

    def list_accounts_for_parent(self, *, ParentId: str, **given: str) -> dict[str, Any]:  # noqa: N803
        return self._page("Accounts", self.members[ParentId], given)

    def list_organizational_units_for_parent(
        self,
        *,
        ParentId: str,  # noqa: N803
        **given: str,
    ) -> dict[str, Any]:
        return self._page("OrganizationalUnits", self.units[ParentId], given)

    def _page(self, key: str, every: list[str], given: dict[str, str]) -> dict[str, Any]:
        number = int(given.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(every) else {}
        page = [
            {"Id": one, "Status": "SUSPENDED" if one == GONE else "ACTIVE"}
            for one in every[number : number + 1]
        ]
        return {key: page, **more}


def waves(*every: dict[str, Any], **more: Any) -> tuple[Wave, ...]:
    """The waves of a fleet in the organization."""
    named = [
        {"name": f"w{number}", "regions": [IRELAND], **one} for number, one in enumerate(every)
    ]
    settings = FleetSettings.parse(
        {"variant": "base", "targets": {"waves": named}, **more}, "fleet.yaml"
    )
    managed = settings.permissions == "service-managed"
    return found_waves(settings, Organization(Pages()) if managed else None)


def refusals(*every: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        waves(*every)
    return [str(one) for one in caught.value.problems]


def test_a_unit_means_its_active_accounts_and_those_of_the_units_inside() -> None:
    [wave] = waves({"organizational_units": [UNIT]})
    assert wave.accounts == (ONE, TWO, THREE)
    assert wave.units == (UNIT,)


def test_the_root_means_all_accounts_but_that_of_the_management() -> None:
    [wave] = waves({"organizational_units": [ROOT], "except": [TWO]})
    assert wave.accounts == (ONE, THREE)


def test_accounts_are_found_through_the_root() -> None:
    canary, rest = waves({"accounts": [ONE]}, {"organizational_units": [INSIDE], "only": [TWO]})
    assert (canary.units, canary.places) == ((ROOT,), (Place(ONE, IRELAND),))
    assert rest.places == (Place(TWO, IRELAND),)


def test_self_managed_permissions_need_no_organization() -> None:
    [wave] = waves({"accounts": [ONE]}, permissions="self-managed")
    assert (wave.units, wave.accounts) == ((), (ONE,))


def test_what_is_no_target_is_named_at_once() -> None:
    found = refusals(
        {"accounts": [MANAGEMENT, "5" * 12, GONE]},
        {"organizational_units": ["ou-abcd-33333333"]},
        {"organizational_units": [INSIDE], "except": [ONE]},
    )
    assert [one.partition(";")[0] for one in found] == [
        "[targets.waves.0.accounts.0] 999999999999 is the organization's management account, to "
        "which service-managed StackSets deploy nothing",
        "[targets.waves.0.accounts.1] there is no account 555555555555 in the organization",
        "[targets.waves.0.accounts.2] account 444444444444 is SUSPENDED",
        "[targets.waves.1.organizational_units.0] there is no unit ou-abcd-33333333 in the "
        "organization",
        "[targets.waves.2.except.0] account 111111111111 is in none of the wave's units",
    ]


def test_waves_that_overlap_are_refused() -> None:
    [problem] = refusals({"accounts": [TWO]}, {"organizational_units": [UNIT]})
    assert problem == (
        "[targets.waves.1] account 222222222222, eu-west-1 belongs to the wave 'w0', too; name it "
        "in one, or in except"
    )


def test_a_wave_without_an_account_is_refused() -> None:
    [problem] = refusals({"organizational_units": [UNIT], "except": [ONE, TWO, THREE]})
    assert "has no account in it" in problem


@pytest.mark.parametrize(
    ("share", "failures", "stops"),
    [(0, 1, True), (1, 1, False), (1, 2, True), ("50%", 2, False), ("49%", 2, True)],
)
def test_a_wave_stops_where_more_fail_in_a_region_than_the_tolerance(
    share: int | str,
    failures: int,
    stops: bool,  # noqa: FBT001
) -> None:
    accounts = [str(number) * 12 for number in range(1, 5)]
    settings = FleetSettings.parse(
        {
            "variant": "base",
            "permissions": "self-managed",
            "tolerance": {"failures": share},
            "targets": {
                "waves": [{"name": "a", "accounts": accounts, "regions": [IRELAND, "us-east-1"]}]
            },
        },
        "fleet.yaml",
    )
    [wave] = found_waves(settings, None)
    failed = [Result(place=Place(one, IRELAND), status="FAILED") for one in accounts[:failures]]
    elsewhere = [Result(place=Place(accounts[0], "us-east-1"), status="FAILED")] if share else []
    assert exceeded(settings, wave, [*failed, *elsewhere]) is stops


def test_the_tolerance_is_told_as_counts_or_percentages() -> None:
    settings = FleetSettings.parse(
        {
            "variant": "base",
            "tolerance": {"failures": 2, "concurrent": "20%", "regions": "parallel"},
            "targets": {"waves": [{"name": "a", "accounts": [int(ONE)], "regions": [IRELAND]}]},
        },
        "fleet.yaml",
    )
    assert preferences(settings.tolerance, [IRELAND]) == {
        "RegionConcurrencyType": "PARALLEL",
        "RegionOrder": [IRELAND],
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
        "FailureToleranceCount": 2,
        "MaxConcurrentPercentage": 20,
    }
