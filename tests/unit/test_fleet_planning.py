"""The plan of a fleet: which places get what, by what the stack set and its instances say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from rdsproxy_templates.fleet.desired import DesiredStackSet
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.parameter_rows import ParameterRow, ParameterRows
from rdsproxy_templates.fleet.place import Place
from rdsproxy_templates.fleet.plan_report import PlanReport
from rdsproxy_templates.fleet.planning import FleetPlan, fleet_plan
from rdsproxy_templates.fleet.stack_set import StackInstance
from rdsproxy_templates.fleet.targets import found_waves

ONE, TWO, THREE = (Place(str(number) * 12, "eu-west-1") for number in (1, 2, 3))
OLD = "Parameters: {Days: {Type: Number, Default: 7}}\nResources: {}"
NEW = f"{OLD[:-1]}New: {{}}}}"


class Known:
    """A stack set with these instances."""

    name = "shop"

    def __init__(
        self,
        instances: Mapping[Place, str],
        overrides: Mapping[Place, Mapping[str, str]],
        template: str = OLD,
    ) -> None:
        self._instances, self._overrides, self._template = instances, overrides, template
        self.asked: list[Place] = []

    def description(self) -> dict[str, Any] | None:
        return {"TemplateBody": self._template, "Parameters": []} if self._instances else None

    def instances(self) -> list[StackInstance]:
        return [
            StackInstance(place=place, stack_id="arn", status=status)
            for place, status in self._instances.items()
        ]

    def overrides(self, place: Place) -> Mapping[str, str]:
        self.asked.append(place)
        return self._overrides.get(place, {})


def plan(
    instances: Mapping[Place, str],
    *,
    template: str = OLD,
    overrides: Mapping[Place, Mapping[str, str]] | None = None,
    values: Mapping[Place, str] | None = None,
    shared: Mapping[str, str] | None = None,
    known: Known | None = None,
) -> FleetPlan:
    """The plan of a fleet with a wave of two accounts."""
    rows = [
        ParameterRow(line=2, account=place.account, name="Days", value=value)
        for place, value in (values or {}).items()
    ]
    desired = DesiredStackSet(
        template=template,
        template_argument={},
        declared={"Days": {"Type": "Number", "Default": 7}},
        rows=ParameterRows("p.csv", rows),
        parameters=shared or {},
        capabilities=(),
        tags={},
        description="",
    )
    settings = FleetSettings.parse(
        {
            "variant": "base",
            "permissions": "self-managed",
            "targets": {
                "waves": [
                    {"name": "a", "accounts": [ONE.account, TWO.account], "regions": [ONE.region]}
                ]
            },
        },
        "fleet.yaml",
    )
    stack_set: Any = known or Known(instances, overrides or {})
    return fleet_plan(stack_set, settings, desired, found_waves(settings, None))


def test_a_fleet_that_is_new_creates_every_place() -> None:
    found = plan({})
    assert found.is_new
    assert found.waves[0].creates == (ONE, TWO)
    assert [*found.lines()][:2] == ["stack set shop: is created", "wave a: create 2"]


def test_what_is_as_it_should_be_changes_nothing() -> None:
    assert not plan({ONE: "CURRENT", TWO: "CURRENT"}).has_changes


def test_a_new_template_updates_every_place_and_an_outdated_place_itself() -> None:
    assert plan({ONE: "CURRENT", TWO: "CURRENT"}, template=NEW).waves[0].updates == (ONE, TWO)
    found = plan({ONE: "CURRENT", TWO: "OUTDATED"})
    assert found.waves[0].updates == (TWO,)
    assert f"OUTDATED already in eu-west-1: {TWO.account}" in [*found.lines()]


def test_other_values_of_a_place_change_only_that() -> None:
    changed = plan({ONE: "CURRENT", TWO: "CURRENT"}, values={TWO: "3"}).waves[0]
    assert (changed.updates, changed.overrides, changed.creates) == ((), (TWO,), ())
    same = plan({ONE: "CURRENT", TWO: "CURRENT"}, values={TWO: "3"}, overrides={TWO: {"Days": "3"}})
    assert not same.has_changes


@pytest.mark.parametrize(
    ("template", "asked"), [("Resources: {}", []), (OLD, [ONE, TWO])], ids=["none", "one"]
)
def test_instances_are_asked_for_their_values_only_where_there_are_parameters(
    template: str, asked: list[Place]
) -> None:
    known = Known({ONE: "CURRENT", TWO: "CURRENT"}, {}, template)
    plan({}, template=template, known=known)
    assert sorted(known.asked) == asked


@pytest.mark.parametrize(("shared", "updates"), [({}, (ONE,)), ({"Days": "7"}, (ONE, TWO))])
def test_a_parameter_that_the_template_adds_reaches_a_place_before_its_own_value(
    shared: dict[str, str], updates: tuple[Place, ...]
) -> None:
    found = plan({ONE: "CURRENT", TWO: "CURRENT"}, template=NEW, values={TWO: "3"}, shared=shared)
    assert (found.waves[0].updates, found.waves[0].overrides) == (updates, (TWO,))


def test_a_place_in_no_wave_is_removed_and_one_that_is_stuck_left_alone() -> None:
    found = plan({ONE: "INOPERABLE", TWO: "CURRENT", THREE: "CURRENT"}, template=NEW)
    assert found.removed == (THREE,)
    assert found.inoperable == (ONE,)
    assert found.waves[0].changed == (TWO,)
    assert f"stuck    eu-west-1: {ONE.account}: INOPERABLE" in [*found.lines()]


def test_a_report_has_every_place_for_people_and_machines() -> None:
    found = plan({ONE: "INOPERABLE", TWO: "OUTDATED", THREE: "CURRENT"}, template=NEW)
    report = PlanReport(plan=found)
    document = json.loads(report.text())
    assert (document["has_changes"], document["differences"]) == (True, ["template"])
    places = {
        name: [one["account"] for one in document[name]]
        for name in ("outdated", "removed", "inoperable")
    }
    assert places == {
        "outdated": [TWO.account],
        "removed": [THREE.account],
        "inoperable": [ONE.account],
    }
    assert [line for line in report.markdown().splitlines() if line.startswith("#")] == [
        "# Stack set `shop`",
        "## Wave a: update 1",
        "## OUTDATED already",
        "## In no wave any more",
        "## INOPERABLE, and left out",
    ]
