"""Parameters by account and Region: the most exact row wins, and no place goes without."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.fleet.batches import batches
from rdsproxy_templates.fleet.parameter_rows import ParameterRow, ParameterRows, read_rows
from rdsproxy_templates.fleet.place import Place

ONE, TWO = "111111111111", "222222222222"
IRELAND, VIRGINIA = "eu-west-1", "us-east-1"
PLACES = [Place(account, region) for region in (IRELAND, VIRGINIA) for account in (ONE, TWO)]
DECLARED = {
    "VpcId": {"Type": "String", "Description": "A VPC."},
    "Days": {"Type": "Number", "Default": 7, "Description": "Days."},
}


def rows(*cells: tuple[str, str, str, str]) -> ParameterRows:
    return ParameterRows(
        "p.csv",
        [
            ParameterRow(line=number, account=account, region=region, name=name, value=value)
            for number, (account, region, name, value) in enumerate(cells, 2)
        ],
    )


def sentences(some: ParameterRows) -> list[str]:
    found = (some.problems_of_values(DECLARED), some.problems_of_places(DECLARED, PLACES))
    return [str(problem) for problem in chain(*found)]


def test_a_row_for_an_account_wins_over_one_for_a_region_and_that_over_one_for_all() -> None:
    some = rows(
        (ONE, "", "Days", "3"), ("", IRELAND, "Days", "2"), ("", "", "Days", "1"),
        (ONE, VIRGINIA, "Days", "4"),
    )  # fmt: skip
    assert [some.values(place)["Days"] for place in PLACES] == ["3", "2", "4", "1"]
    assert some.overrides(Place(TWO, VIRGINIA)) == {}


def test_a_row_that_says_what_all_have_is_no_override() -> None:
    assert rows(("", "", "Days", "1"), (ONE, "", "Days", "1")).overrides(PLACES[0]) == {}


def test_every_place_needs_a_value_of_a_parameter_without_a_default() -> None:
    [problem] = sentences(rows((ONE, "", "VpcId", "vpc-1")))
    assert problem == (
        "[p.csv] VpcId has no default, and no row for account 222222222222, eu-west-1 and 1 more; "
        "add one, without account and region for all"
    )


def test_accounts_that_join_need_a_row_for_all() -> None:
    [problem] = rows((ONE, "", "VpcId", "vpc-1")).problems_of_newcomers(DECLARED)
    assert "auto_deployment needs a row without account and region" in problem.sentence
    assert not [*rows(("", "", "VpcId", "vpc-1")).problems_of_newcomers(DECLARED)]


def test_rows_that_nobody_reads_are_refused() -> None:
    found = sentences(
        rows(
            ("", "", "VpcId", "vpc-1"), ("", "", "VpcID", "vpc-1"), ("3" * 12, "", "Days", "1"),
            ("", "eu-north-1", "Days", "1"), ("", "", "Days", "many"),
        )
    )  # fmt: skip
    assert [one.split("] ")[1].split(";")[0] for one in found] == [
        "unknown parameter 'VpcID' (did you mean VpcId?)",
        "Days must be a number, got 'many'",
        "account 333333333333 is in no wave",
        "Region eu-north-1 is in no wave",
    ]


def test_the_stack_set_itself_has_a_value_of_the_first_place() -> None:
    some = rows((ONE, "", "VpcId", "vpc-1"), (TWO, "", "VpcId", "vpc-2"))
    assert some.stack_set_values(DECLARED, PLACES) == {"VpcId": "vpc-1"}
    assert some.values(Place(TWO, IRELAND)) == {"VpcId": "vpc-2"}


def test_a_file_is_read_with_every_row_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text(f"account,region,name,value\n{ONE},,VpcId,vpc-1\n{ONE},,VpcId\n")
    with pytest.raises(ConfigError, match=r"p.csv:3\] must have 4 cells"):
        read_rows(file)
    file.write_text(f"account,region,name,value\n{ONE},,VpcId,a\n{ONE},,VpcId,b\n")
    with pytest.raises(ConfigError, match=r"p.csv:3\] says again what line 2 says"):
        read_rows(file)
    file.write_text(f"account,name,value\n{ONE},VpcId,a\n")
    with pytest.raises(ConfigError, match=r"p.csv:1\] lacks region; the first line names"):
        read_rows(file)
    file.write_text(f'account,region,name,value\n{ONE},,VpcId,"a\n')
    with pytest.raises(
        ConfigError, match=r"p.csv:2\] is not CSV: .*; a cell that begins with a quote"
    ):
        read_rows(file)
    file.write_text('account,region,name,"value\n')
    with pytest.raises(ConfigError, match=r"p.csv:1\] is not CSV: "):
        read_rows(file)
    file.write_text(f'account,region,name,value\n{ONE}, ,VpcId,"a,b"\n')
    assert read_rows(file).values(PLACES[0]) == {"VpcId": "a,b"}


places = st.builds(Place, st.sampled_from([ONE, TWO, "3" * 12]), st.sampled_from(["a", "b", "c"]))


@given(st.sets(places), st.dictionaries(places, st.sampled_from(["x", "y"])))
def test_batches_name_every_place_once_with_its_own_values(
    some: set[Place], values: dict[Place, str]
) -> None:
    def overrides(place: Place) -> dict[str, str]:
        return {"Value": values[place]} if place in values else {}

    found = batches(sorted(some), overrides)
    named = [place for batch in found for place in batch.places]
    assert sorted(named) == sorted(some)
    assert all(batch.overrides == overrides(place) for batch in found for place in batch.places)


def test_places_that_are_alike_are_one_call() -> None:
    [batch] = batches(PLACES)
    assert (batch.accounts, batch.regions) == ((ONE, TWO), (IRELAND, VIRGINIA))
    assert batch.places == tuple(PLACES)
