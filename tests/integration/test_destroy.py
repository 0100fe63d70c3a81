"""`destroy` against stacks that refuse: protected databases in stacks that cannot be updated."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from planning import Planner, errors

from made_up_stacks import Stacks, group
from rdsproxy_templates.deploy.ownership import TAG

pytestmark = pytest.mark.xdist_group("destroy")

ACCEPTED = "--accept-data-loss"
OURS = [{"Key": TAG, "Value": "base"}]
DATABASE = {
    "Type": "AWS::RDS::DBCluster",
    "DeletionPolicy": "Snapshot",
    "Properties": {
        "Engine": "aurora-mysql",
        "MasterUsername": "admin1",
        "MasterUserPassword": "not-secret",
        "DeletionProtection": True,
    },
}
BROKEN = {**group(RetentionInDays=15), "DependsOn": "Database"}
TOO_MUCH = f"""\
overrides:
  SAMStack.BlogRDSProxyFunction:
    Properties: {{Environment: {{Variables: {{MUCH: {"x" * 4096}}}}}}}
"""
"""Settings with a function that Lambda refuses, for its environment of more than 4 KB."""
SECRET = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "{}"}}
KEYED = {**SECRET, "Properties": {"SecretString": "{}", "KmsKeyId": "alias/aws/secretsmanager"}}


@pytest.fixture(scope="module")
def account(cloud):
    return cloud.account("444444444430")


@pytest.fixture(scope="module")
def stacks(account):
    return Stacks(account)


@pytest.fixture(scope="module")
def planner(account, sam_cli, tmp_path_factory):
    planner = Planner(tmp_path_factory.mktemp("plan"), {"app": account}, Path(sam_cli).parent)
    planner.write_profiles()
    return planner


def rolled_back(stacks, name):
    """A first creation that failed once the database existed."""
    return stacks.create(name, {"Database": DATABASE, "Broken": BROKEN}, Tags=OURS)


def not_put_back(stacks, name):
    """An update that failed, and of which something could not be put back."""
    stacks.create(name, {"Database": DATABASE, "Secret": SECRET}, Tags=OURS)
    broken = {**group(RetentionInDays=15), "DependsOn": "Secret"}
    return stacks.update(name, {"Database": DATABASE, "Secret": KEYED, "Broken": broken})


def half_deleted(stacks, name):
    """A deletion by somebody who did not know of the protection."""
    stacks.create(name, {"Database": DATABASE, "Group": group()}, Tags=OURS)
    return stacks.delete(name)


STORIES = {
    "ROLLBACK_FAILED": rolled_back,
    "UPDATE_ROLLBACK_FAILED": not_put_back,
    "DELETE_FAILED": half_deleted,
}


@pytest.fixture(params=STORIES)
def stuck(request, stacks):
    """The prefix and the status of a stack in the place of `base`."""
    prefix = request.param.lower().replace("_", "-")
    status = STORIES[request.param](stacks, f"{prefix}-base")
    assert status == request.param
    yield prefix, status
    stacks.api.delete_stack(StackName=f"{prefix}-base")


def last_snapshots(account):
    """The manual snapshots, which only the account itself deletes, by their databases."""
    found = account.client("rds").describe_db_cluster_snapshots(SnapshotType="manual")
    return [one["DBClusterIdentifier"] for one in found["DBClusterSnapshots"]]


class TestStuck:
    def test_its_database_is_deleted_only_where_that_is_accepted(
        self, account, planner, stacks, stuck
    ):
        prefix, status = stuck
        database = account.resources(f"{prefix}-base")["Database"]
        refused = planner.destroy("base", "--stack-prefix", prefix)

        assert errors(refused) == [
            "error: [base.Database] is protected from deletion: no update turns that off while "
            f"the stack is {status}; add --accept-data-loss, or leave out "
            "--yes to be asked; nothing was deleted"
        ]
        assert stacks.status(f"{prefix}-base") == status

        destroyed = planner.destroy("base", "--stack-prefix", prefix, ACCEPTED)

        assert destroyed.status == 0, destroyed.errors
        assert "deletion protection of" in destroyed.output
        assert f"{prefix}-base" not in stacks.names()
        assert account.client("rds").describe_db_clusters()["DBClusters"] == []
        assert database in last_snapshots(account)

    @pytest.mark.parametrize("stuck", ["ROLLBACK_FAILED", "DELETE_FAILED"], indirect=True)
    def test_deploy_explains_what_to_do(self, planner, stuck):
        prefix, status = stuck
        [error] = errors(planner.deploy("base", "--stack-prefix", prefix))

        assert error.startswith(f"error: [base] is {status}")
        assert "`destroy` it" in error
        planner.destroy("base", "--stack-prefix", prefix, ACCEPTED)


class TestFirstCreation:
    def test_that_fails_behind_its_database_is_deleted_by_the_command(
        self, cloud, desk, network, sam_cli, tmp_path
    ):
        account = cloud.account("444444444431")
        planner = Planner(tmp_path, {"app": account}, Path(sam_cli).parent)
        planner.prepare()
        given = network(desk(account.id), "existing_vpc")
        settings = tmp_path / "settings.yaml"
        settings.write_text(TOO_MUCH)
        words = [word for name in given for word in ("--parameter", f"{name}={given[name]}")]
        words += ["--config", str(settings)]

        failed = errors(planner.deploy("existing_vpc", *words))
        assert account.stack("rdsproxy-existing-vpc")["StackStatus"] == "ROLLBACK_FAILED"
        assert any("existing_vpc.SAMStack.BlogRDSProxyFunction" in one for one in failed)
        assert any("`rdsproxy-templates destroy` asks, and turns it off" in one for one in failed)
        again = errors(planner.deploy("existing_vpc", *words))
        assert again[0].startswith(
            "error: [existing_vpc] is ROLLBACK_FAILED, and some of its resources remain"
        )
        assert "add --accept-data-loss" in errors(planner.destroy("existing_vpc"))[0]

        destroyed = planner.destroy("existing_vpc", ACCEPTED)

        assert destroyed.status == 0, destroyed.errors
        assert account.client("rds").describe_db_clusters()["DBClusters"] == []
        assert len(last_snapshots(account)) == 1


class TestForeign:
    def test_a_stack_of_that_name_is_neither_deployed_into_nor_deleted(self, planner, stacks):
        stacks.create("foreign-base", {"Group": group()})
        before = stacks.account.resources("foreign-base")

        for refused in (planner.deploy, planner.destroy):
            [error] = errors(refused("base", "--stack-prefix", "foreign"))
            assert error == (
                f"error: [base] the stack foreign-base in account {stacks.account.id}, eu-west-1 was "
                "not created by this command, so it may be somebody else's; choose another name by "
                "--stack-prefix, or take it over by --adopt-stack"
            )
        assert stacks.account.resources("foreign-base") == before

    def test_it_is_taken_over_on_demand(self, planner, stacks):
        stacks.create("taken-base", {"Group": group()})

        said = planner.destroy("base", "--stack-prefix", "taken", "--adopt-stack")

        assert said.status == 0, said.errors
        assert "taken-base" not in stacks.names()


class TestNoStack:
    @pytest.mark.parametrize(
        "where",
        [["--region", "eu-central-1"], ["--stack-prefix", "other"]],
        ids=["region", "prefix"],
    )
    def test_destroy_says_where_it_looked_with_a_status_of_its_own(self, planner, stacks, where):
        stacks.create("there-base", {"Group": group()}, Tags=OURS)
        said = planner.destroy(
            "base", *(["--stack-prefix", "there"] if "--region" in where else []), *where
        )

        assert said.status == 5
        assert "error: [base] no such stack here: " in said.errors
        assert f"in account {stacks.account.id}, eu-" in said.errors
        assert planner.destroy("base", "--stack-prefix", "there").status == 0


class TestHealthy:
    def test_a_protected_database_is_never_unprotected_here(self, planner, stacks):
        stacks.create("healthy-base", {"Database": DATABASE}, Tags=OURS)
        said = planner.destroy("base", "--stack-prefix", "healthy", ACCEPTED)

        [error] = errors(said)
        assert error == (
            "error: [base.Database] is protected from deletion: deploy it first with "
            "`rds: {deletion_protection: false}`; nothing was deleted"
        )
        unprotected = DATABASE | {
            "Properties": DATABASE["Properties"] | {"DeletionProtection": False}
        }
        stacks.update("healthy-base", {"Database": unprotected})
        assert planner.destroy("base", "--stack-prefix", "healthy").status == 0

    def test_a_protected_database_that_stays_is_in_nobodys_way(self, planner, stacks):
        stacks.create(
            "stays-base", {"Database": DATABASE | {"DeletionPolicy": "Retain"}}, Tags=OURS
        )

        assert planner.destroy("base", "--stack-prefix", "stays").status == 0

        rds = stacks.account.client("rds")
        (left,) = rds.describe_db_clusters()["DBClusters"]
        assert left["DeletionProtection"] is True
        name = left["DBClusterIdentifier"]
        rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)

    def test_termination_protection_is_turned_off_once_the_question_is_answered(
        self, planner, stacks
    ):
        stacks.create("kept-base", {"Group": group()}, EnableTerminationProtection=True, Tags=OURS)
        with pytest.raises(ClientError, match="while TerminationProtection is enabled"):
            stacks.api.delete_stack(StackName="kept-base")
        unasked = planner.run("destroy", "base", "--app-profile", "app", "--stack-prefix", "kept")
        assert "must be given where nobody can be asked" in errors(unasked)[0]
        assert stacks.account.stack("kept-base")["EnableTerminationProtection"]

        assert planner.destroy("base", "--stack-prefix", "kept").status == 0
        assert "kept-base" not in stacks.names()

    def test_a_database_that_was_deleted_by_hand_is_no_obstacle(self, account, planner, stacks):
        unprotected = DATABASE | {
            "Properties": DATABASE["Properties"] | {"DeletionProtection": False}
        }
        stacks.create("gone-base", {"Database": unprotected}, Tags=OURS)
        name = account.resources("gone-base")["Database"]
        account.client("rds").delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)

        said = planner.destroy("base", "--stack-prefix", "gone")

        assert said.status == 0, said.errors
