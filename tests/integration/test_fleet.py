"""`fleet` in an organization of three accounts and two Regions: a canary, and the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fleets import REGIONS, Company, Fleet

from rdsproxy_local.servers.loopback import wait_for

pytestmark = pytest.mark.xdist_group("fleet")

IRELAND, VIRGINIA = REGIONS


@pytest.fixture(scope="module")
def company(cloud, tmp_path_factory):
    return Company(cloud, "700000000000", tmp_path_factory.mktemp("company"), Path("/usr/bin"))


@pytest.fixture(scope="module")
def shop(company):
    """A fleet that is deployed."""
    fleet = company.fleet("shop")
    done = fleet.apply()
    assert done.status == 0, done.errors
    return fleet


def taken(account, name, region=IRELAND):
    """Make a group of the name that the fleet wants, so that its stack fails."""
    account.at(region).client("logs").create_log_group(logGroupName=name)


def free(account, name, region=IRELAND):
    account.at(region).client("logs").delete_log_group(logGroupName=name)


def test_a_plan_shows_each_place_and_the_changes_of_each_canary(company):
    planned = company.fleet("planned")
    canary, *_ = company.members
    said = planned.run("plan", "--format", "json")
    assert said.status == 4, said.errors
    plan = json.loads(said.output)
    assert [(one["name"], len(one["create"])) for one in plan["waves"]] == [
        ("canary", 2),
        ("rest", 4),
    ]
    shown = plan["waves"][0]["canary"]
    assert (shown["account"], shown["region"]) == (canary.id, IRELAND)
    assert [(one["action"], one["path"]) for one in shown["changes"]] == [("Add", "Log")]
    left = canary.client("cloudformation").list_stacks(StackStatusFilter=["REVIEW_IN_PROGRESS"])
    assert left["StackSummaries"] == []


def test_every_wave_is_deployed_and_a_second_apply_changes_nothing(company, shop):
    assert len(shop.instances()) == 6
    assert {one["Status"] for one in shop.instances().values()} == {"CURRENT"}
    assert shop.groups(company.members[2], VIRGINIA) == {"/shop": 7}

    again = shop.apply()
    assert (again.status, again.output.splitlines()[-1]) == (0, "shop: nothing to change")
    assert shop.run("plan").status == 0


def test_a_changed_setting_goes_through_the_waves_with_its_values(company, shop):
    shop.configure("days: 14")
    shop.settings["config"] = "mine.yaml"
    canary, second, _ = company.members

    planned = shop.run("plan", "--format", "markdown")
    assert planned.status == 4
    assert (
        "| modify | `Log` | AWS::Logs::LogGroup | RetentionInDays: `7` → `14` |" in planned.output
    )

    first = shop.apply("--wave", "canary")
    assert first.status == 0, first.errors
    assert shop.groups(canary) == {"/shop": 14}
    assert shop.groups(second) == {"/shop": 7}
    outdated = {place for place, one in shop.instances().items() if one["Status"] == "OUTDATED"}
    assert outdated == {(one.id, region) for one in company.members[1:] for region in REGIONS}

    rest = shop.apply()
    assert rest.status == 0, rest.errors
    assert "wave canary" not in rest.output
    assert shop.groups(second) == {"/shop": 14}
    assert {one["Status"] for one in shop.instances().values()} == {"CURRENT"}


def test_a_changed_parameter_changes_only_its_places(company, shop):
    _, second, third = company.members
    shop.write_parameters({("", ""): "/shop", (second.id, VIRGINIA): "/shop/second"})
    done = shop.apply()
    assert done.status == 0, done.errors
    assert "wave rest: update 1" in done.output
    assert shop.groups(second, VIRGINIA) == {"/shop/second": 14}
    assert shop.groups(third, VIRGINIA) == {"/shop": 14}

    shop.write_parameters({("", ""): "/shop"})
    back = shop.apply()
    assert back.status == 0, back.errors
    assert shop.groups(second, VIRGINIA) == {"/shop": 14}


def test_what_was_changed_past_cloudformation_is_told_by_account(company, shop):
    _, second, _ = company.members
    logs = second.client("logs")
    (group,) = shop.groups(second)
    days = shop.groups(second)[group]
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)

    found = shop.run("drift")
    last = shop.run("drift", "--last", "--format", "json")
    logs.put_retention_policy(logGroupName=group, retentionInDays=days)

    assert (found.status, last.status) == (4, 4), found.errors
    assert f"account {second.id}, {IRELAND}: Log (AWS::Logs::LogGroup) MODIFIED" in found.output
    (resource,) = json.loads(last.output)["resources"]
    (difference,) = resource["differences"]
    assert (difference["expected"], difference["actual"]) == (str(days), "1")


def test_a_removed_region_is_deleted_and_an_added_account_created(company, shop):
    added = company.organization.member("d", unit=company.unit)
    canary, rest = shop.settings["targets"]["waves"]
    canary["regions"] = [IRELAND]
    rest["accounts"].append(added.id)

    done = shop.apply()
    assert done.status == 0, done.errors
    assert "wave rest: create 2" in done.output
    assert f"in no wave any more: us-east-1: {company.members[0].id}" in done.output
    assert shop.groups(added, VIRGINIA) == {"/shop": 14}
    assert shop.groups(company.members[0], VIRGINIA) == {}
    assert len(shop.instances()) == 7


def test_a_canary_that_fails_stops_the_rest_and_the_same_command_goes_on(company):
    fleet = company.fleet("stopped")
    canary, second, _ = company.members
    taken(canary, "/stopped", VIRGINIA)
    failed = fleet.apply()
    assert failed.status == 1
    assert f"[account {canary.id}, us-east-1: Log] " in failed.errors
    assert "already exists" in failed.errors
    assert "[wave canary] stopped, because 1 failed; no wave after it began" in failed.errors
    assert fleet.groups(second) == {}

    free(canary, "/stopped", VIRGINIA)
    mended = fleet.apply()
    assert mended.status == 0, mended.errors
    assert fleet.groups(canary) == {"/stopped": 7}
    assert fleet.groups(second, VIRGINIA) == {"/stopped": 7}


def test_a_failure_within_the_tolerance_stops_no_wave_and_is_told(company):
    fleet = company.fleet("tolerant", tolerance={"failures": 1, "concurrent": 2})
    canary, second, third = company.members
    taken(third, "/tolerant")
    done = fleet.apply()
    assert done.status == 1
    assert "[tolerant] 1 failed within the tolerance; the same command tries again" in done.errors
    assert fleet.groups(third, VIRGINIA) == {"/tolerant": 7}
    assert fleet.groups(second) == {"/tolerant": 7}

    outdated = [place for place, one in fleet.instances().items() if one["Status"] != "CURRENT"]
    assert outdated == [(third.id, IRELAND)]
    free(third, "/tolerant")
    mended = fleet.apply()
    assert mended.status == 0, mended.errors
    assert "wave rest: update 1" in mended.output
    assert fleet.groups(third) == {"/tolerant": 7}
    assert fleet.groups(canary) == {"/tolerant": 7}


def test_a_role_of_its_own_lets_a_service_managed_fleet_nest(company):
    canary, *_ = company.members
    folder = company.folder / "firewall"
    folder.mkdir()
    waves = [{"name": "one", "accounts": [canary.id], "regions": [VIRGINIA]}]
    settings = {
        "variant": "edge_waf",
        "custom_execution_role": True,
        "packages": {"bucket_prefix": "acme-firewall"},
        "targets": {"waves": waves},
    }
    fleet = Fleet(company=company, folder=folder, settings=settings)

    done = fleet.apply()

    assert done.status == 0, f"{done.output}\n{done.errors}"
    name = "stacksets-exec-custom-rdsproxy-edge-waf"
    assert canary.client("iam").get_role(RoleName=name)["Role"]["Description"]
    stacks = canary.at(VIRGINIA).client("cloudformation").describe_stacks()["Stacks"]
    names = [one["StackName"] for one in stacks if "rdsproxy-edge-waf" in one["StackName"]]
    assert len(names) == 3, "the role, the root and what it nests"
    policy = (
        company.organization.management.at(VIRGINIA)
        .client("s3")
        .get_bucket_policy(Bucket=f"acme-firewall-{VIRGINIA}")
    )
    assert company.organization.id in policy["Policy"]
    assert fleet.run("plan").status == 0
    ended = fleet.run("destroy", "--yes", "--buckets")
    assert ended.status == 0, ended.errors


def test_what_cannot_work_is_refused_before_anything_is_made(company):
    fleet = company.fleet("refused")
    management = company.organization.management.id
    fleet.settings["targets"]["waves"][0]["accounts"] = [management, "123456789012"]
    fleet.write_parameters({("", "eu-north-1"): "/refused"})
    said = fleet.apply()
    assert said.status == 2
    assert "is the organization's management account" in said.errors
    assert "there is no account 123456789012 in the organization" in said.errors
    assert fleet.run("destroy", "--yes").status == 2


def test_destroy_deletes_the_last_wave_first_and_then_the_stack_set(company, shop):
    done = shop.run("destroy", "--yes")
    assert done.status == 0, done.errors
    assert done.output.index("wave rest: ") < done.output.index("wave canary: ")
    assert [shop.groups(one) for one in company.members] == [{}, {}, {}]
    assert shop.run("destroy", "--yes").status == 5


@pytest.fixture(scope="module")
def databases(company):
    """A fleet of protected databases."""
    fleet = company.databases("data")
    done = fleet.apply()
    assert done.status == 0, done.errors
    return fleet


def test_a_loss_of_data_in_the_canary_is_refused_unless_it_is_named(databases):
    databases.configure("{protected: true, master: other}")
    refused = databases.apply()
    assert refused.status == 1
    assert "[wave canary.Cluster] holds data, and may be replaced" in refused.errors
    assert "--accept-data-loss-of Cluster" in refused.errors
    assert {one["Status"] for one in databases.instances().values()} == {"CURRENT"}


def test_a_wave_of_new_places_changes_no_other_place_unasked(company, databases):
    databases.configure("{protected: true, master: other}")
    waves = databases.settings["targets"]["waves"]
    new = {"name": "new", "accounts": [company.members[2].id], "regions": [IRELAND]}
    databases.settings["targets"]["waves"] = [new, *waves]
    refused = databases.apply()
    databases.settings["targets"]["waves"] = waves
    assert refused.status == 1
    assert f"changes with account {company.members[0].id}, eu-west-1 first" in refused.output
    assert "[stack set data.Cluster] holds data, and may be replaced" in refused.errors
    assert {one["Status"] for one in databases.instances().values()} == {"CURRENT"}


def test_a_place_that_leaves_loses_no_data_unasked(company, databases):
    databases.configure("protected: true")
    waves = databases.settings["targets"]["waves"]
    databases.settings["targets"]["waves"] = waves[:1]
    left = company.members[1].id
    refused = databases.apply()
    assert refused.status == 1
    assert f"[account {left}, eu-west-1] its stack may hold data (AWS::RDS::DBCluster)" in (
        refused.errors
    )
    assert f"--accept-data-loss-of {left}/eu-west-1" in refused.errors
    databases.settings["targets"]["waves"] = waves
    assert len(databases.instances()) == 2


def test_destroy_names_every_protected_database_and_deletes_nothing(company, databases):
    databases.configure("protected: true")
    refused = databases.run("destroy", "--yes")
    assert refused.status == 1
    for one in company.members[:2]:
        assert f"error: [account {one.id}, eu-west-1: Cluster] " in refused.errors
    assert refused.errors.count("is protected from deletion; apply `rds: {") == 2
    assert len(databases.instances()) == 2

    databases.configure("protected: false")
    assert databases.apply().status == 0
    done = databases.run("destroy", "--yes")
    assert done.status == 0, done.errors


def test_stacks_that_are_retained_outlive_their_stack_set(company):
    fleet = company.fleet("kept")
    del fleet.settings["targets"]["waves"][1]
    assert fleet.apply().status == 0
    done = fleet.run("destroy", "--yes", "--retain")
    assert done.status == 0, done.errors
    assert fleet.groups(company.members[0]) == {"/kept": 7}
    assert fleet.run("destroy", "--yes").status == 5


def test_an_account_that_joins_gets_the_stack_by_itself(company):
    fleet = company.fleet("joined", auto_deployment="retain")
    left_out = company.members[0].id
    wave = {"name": "all", "organizational_units": [company.unit], "except": [left_out]}
    fleet.settings["targets"] = {"waves": [{**wave, "regions": [IRELAND]}]}
    done = fleet.apply()
    assert done.status == 0, done.errors
    assert (left_out, IRELAND) not in fleet.instances()

    joined = company.organization.member("joined", unit=company.unit)
    wait_for(lambda: fleet.groups(joined) == {"/joined": 7})
    assert fleet.apply().output.splitlines()[-1] == "joined: nothing to change"
