"""Fleets are valid, or every problem is named at once."""

from __future__ import annotations

from typing import Any

import pytest

from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.fleet.fleet_settings import FleetSettings

CANARY = {"name": "canary", "accounts": [111111111111], "regions": ["eu-west-1"]}
REST = {
    "name": "rest",
    "organizational_units": ["ou-abcd-11111111"],
    "regions": ["eu-west-1", "us-east-1"],
    "except": ["222222222222"],
}


def fleet(**more: Any) -> FleetSettings:
    """A fleet of two waves."""
    return FleetSettings.parse(
        {"variant": "base", "targets": {"waves": [CANARY, REST]}, **more}, "fleet.yaml"
    )


def problems(**more: Any) -> list[str]:
    """What is wrong with a fleet."""
    with pytest.raises(ConfigError) as caught:
        fleet(**more)
    return [str(problem) for problem in caught.value.problems]


def waves(*every: dict[str, Any]) -> dict[str, Any]:
    return {"waves": list(every)}


def test_a_fleet_has_defaults_that_keep_data() -> None:
    found = fleet()
    assert found.retain
    assert found.auto_deployment == "off"
    assert (found.tolerance.failures, found.tolerance.concurrent) == (0, 1)
    assert found.stack_set_name == "rdsproxy-base"
    assert found.regions == ("eu-west-1", "us-east-1")
    assert not found.nests


def test_an_account_may_be_a_number_of_twelve_digits() -> None:
    assert fleet().targets.waves[0].accounts == ("111111111111",)
    [problem] = problems(targets=waves({**CANARY, "accounts": [1234]}))
    assert "targets.waves.0.accounts.0] must be text, got 1234; put it in quotes" in problem


def test_every_problem_of_a_fleet_is_named_at_once() -> None:
    found = problems(
        variant="bas",
        execution_role="Mine",
        tolerance={"failures": -1, "concurrent": 0},
        packages={"bucket_prefix": "Upper"},
    )
    assert len(found) == 5
    assert "unknown variant 'bas' (did you mean base?)" in "\n".join(found)
    assert "tolerance.failures] is not valid, got -1: must be a count" in found[0]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"variant": None}, "[fleet.yaml: variant] must be given, or stack, and not both"),
        ({"name": "mine"}, "name] names the stack of `stack`; leave it out"),
        ({"execution_role": "Mine"}, "execution_role] is for self-managed permissions"),
        ({"stack_set": "1st"}, "stack_set] must begin with a letter"),
        ({"reader_role": "a/b"}, "reader_role] must be the name of a role, without a path"),
        ({"tolerance": {"concurrent": "0%"}}, "tolerance.concurrent] must be at least 1"),
        ({"packages": {}}, "packages] must have bucket_prefix, or buckets, and not both"),
        ({"targets": waves()}, "targets.waves] must have at least one wave"),
        ({"targets": waves(CANARY, CANARY)}, "'canary' is the name of two waves"),
        (
            {"targets": waves(CANARY, {**CANARY, "name": "again"})},
            "targets.waves.1.accounts] 111111111111 in eu-west-1 is in the wave 'canary', too",
        ),
        ({"targets": waves({**CANARY, "regions": []})}, "waves.0.regions] must name at least one"),
        (
            {"targets": waves({**CANARY, "regions": ["eu-wst-1"]})},
            "unknown Region 'eu-wst-1' (did you mean eu-west-1?)",
        ),
        (
            {"targets": waves({**CANARY, "accounts": []})},
            "waves.0] must have accounts, or organizational_units",
        ),
        (
            {"targets": waves({**CANARY, "only": ["111111111111"]})},
            "waves.0.only] chooses from organizational_units, and the wave has none",
        ),
        (
            {"targets": waves({**REST, "only": ["111111111111"]})},
            "waves.0.only] names all accounts of the units, so leave out except",
        ),
        (
            {"targets": waves({**REST, "organizational_units": ["ou-1"]})},
            "organizational_units.0] must be the ID of an organizational unit or root",
        ),
        ({"auto_deployment": "retain"}, "targets.waves.0.accounts] do not go with auto_deployment"),
        (
            {"permissions": "self-managed"},
            "targets.waves.1.organizational_units] are for service-managed permissions",
        ),
    ],
)
def test_a_fleet_that_cannot_be_is_refused(given: dict[str, Any], sentence: str) -> None:
    assert any(sentence in problem for problem in problems(**given)), problems(**given)


def test_an_unknown_setting_of_a_wave_is_named_as_it_is_written() -> None:
    [problem] = problems(targets=waves({**CANARY, "excet": []}))
    assert "(did you mean except?); there are name, accounts, organizational_units" in problem
