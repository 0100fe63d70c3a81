"""Plans carried out by the command itself, into two accounts of one organization."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from across_accounts import APP, DB, NETWORK, UNAVAILABLE, Service
from botocore.exceptions import ClientError
from deployed import secret_of
from deployed_inventory import SNAPSHOTS, inventory
from planning import Organization, Planner, errors, step_lines

pytestmark = pytest.mark.xdist_group("plan")

BASE = "rdsproxy-base"
MANAGEMENT = "444444444400"
INITIALIZED = (200, {"initialized": True})
OTHER_DATABASE = "RDSDatabaseName=other"
ELSEWHERE = "PrivateSubnet1Cidr=10.9.0.0/24"
CHANGED = "rds: {max_connections_percent: 90, deletion_protection: false}"
SETTLED = CHANGED.replace("90", "80")
LONGER = f"{SETTLED}\nsecrets: {{password_length: 40}}"


@pytest.fixture(scope="module")
def organization(cloud):
    return Organization(cloud, MANAGEMENT)


@pytest.fixture(scope="module")
def planner_of(sam_cli, tmp_path_factory):
    """Makes a planner with profiles of accounts, by the accounts' names in plans."""

    def planner_of(**accounts):
        folder = tmp_path_factory.mktemp("plan")
        planner = Planner(folder, accounts, Path(sam_cli).parent)
        planner.prepare()
        return planner

    return planner_of


ROLES = """\
cross_account_network: {iam_roles: {path: /service/functions/}}
"""
"""Settings of a role whose name is not all of its ARN's end."""
TOO_MUCH = f"""\
cross_account_app:
  overrides:
    SAMStack.BlogRDSProxyFunction:
      Properties: {{Environment: {{Variables: {{MUCH: {"x" * 4096}}}}}}}
"""
"""Settings with a function that Lambda refuses, for its environment of more than 4 KB."""


@contextmanager
def trusting(account, role, **principal):
    """A role that trusts somebody else, for a while."""
    roles = account.client("iam")
    before = roles.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    [statement] = before["Statement"]
    other = before | {"Statement": [statement | {"Principal": principal}]}
    roles.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(other))
    try:
        yield
    finally:
        roles.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(before))


@contextmanager
def somebody_else(account):
    """A further role, for a while: a trust policy names only roles that there are."""
    roles, name = account.client("iam"), "somebody-else"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = roles.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    try:
        yield made["Role"]["Arn"]
    finally:
        roles.delete_role(RoleName=name)


class Story:
    """Two accounts, and their state before anything was deployed."""

    def __init__(self, planner):
        self.planner = planner
        self.app, self.db = planner.accounts["app"], planner.accounts["db"]
        self.before = [inventory(account) for account in (self.app, self.db)]

    def deploy(self, *more, settings=""):
        config = self.planner.folder / "cross_account.yaml"
        config.write_text(ROLES + settings)
        return self.planner.deploy("cross_account", "--config", config.name, *more)

    def status(self, account, name):
        return account.stack(name)["StackStatus"]


@pytest.fixture(scope="module")
def story(organization, planner_of):
    app, db = organization.member("app"), organization.member("db")
    return Story(planner_of(app=app, db=db))


@pytest.fixture(scope="module")
def unshared(story):
    return story.deploy()


@pytest.fixture(scope="module")
def without_database(story, unshared, organization):
    organization.enable_sharing()
    return story.deploy("--parameter", f"db.{ELSEWHERE}")


@pytest.fixture(scope="module")
def without_trust(story, without_database):
    role = story.app.resources(story.app.nested(NETWORK, "FunctionRoleStack"))["FunctionRole"]
    with trusting(story.app, role, Service="ec2.amazonaws.com"):
        return story.deploy()


@pytest.fixture(scope="module")
def without_function(story, without_trust):
    return story.deploy(settings=TOO_MUCH)


@pytest.fixture(scope="module")
def resumed(story, without_function):
    return story.deploy()


@pytest.fixture(scope="module")
def service(story, resumed):
    assert resumed.status == 0, resumed.errors
    service = Service(story.app, story.db)
    assert service.initialize() == (200, {"initialized": True})
    return service


class TestOneStep:
    def test_does_not_begin_before_what_it_reads_is_there(self, story):
        [error] = errors(story.deploy("--step", "db"))

        assert error.startswith("error: [db] reads ")
        assert error.endswith(
            " of step network, which has not deployed them yet: add --step network"
        )
        assert inventory(story.db) == story.before[1]

    def test_is_deployed_with_what_others_have_deployed(self, story, service):
        said = story.deploy("--step", "db", "--step", "app")

        assert said.status == 0, said.errors
        assert [*step_lines(said)] == ["cross_account_db", "cross_account_app"]
        assert step_lines(said)["cross_account_db"].startswith("2 of 3: ")

    def test_is_not_deleted_while_another_reads_of_it(self, story, service):
        [error] = errors(
            story.planner.destroy("cross_account", "--step", "network", "--step", "db")
        )

        assert error == (
            "error: [app] is deployed, and reads outputs of step network and db: add --step app"
        )


class TestStopping:
    def test_without_sharing_enabled_it_explains_what_to_do(self, unshared):
        [error] = errors(unshared)

        assert error.startswith("error: [network.VPCStack.SubnetShare] ")
        assert error.endswith(
            "both accounts must belong to one organization that allows sharing; to allow it, run "
            "`aws ram enable-sharing-with-aws-organization` in the management account"
        )
        assert "step 2" not in unshared.output

    @pytest.mark.parametrize(
        ("fixture", "resource"),
        [
            ("unshared", "network.VPCStack.SubnetShare"),
            ("without_database", "db.VPCStack.PrivateSubnet1"),
            ("without_function", "app.SAMStack.BlogRDSProxyFunction"),
        ],
    )
    def test_it_names_the_innermost_resource_and_its_reason(self, request, fixture, resource):
        [error] = errors(request.getfixturevalue(fixture))

        place, _, reason = error.partition("] ")
        assert place == f"error: [{resource}"
        assert reason
        assert "Embedded stack" not in reason

    def test_a_role_that_lambda_may_not_assume_is_told_before_anything_changes(self, without_trust):
        [error] = errors(without_trust)

        assert error.startswith("error: [app.FunctionRoleArn] is arn:aws:iam::")
        assert "which does not trust lambda.amazonaws.com" in error
        assert "CREATE_IN_PROGRESS" not in step_lines(without_trust)["cross_account_app"]

    def test_completed_steps_are_not_repeated(self, without_database, without_trust, resumed):
        for said, done, redone in (
            (without_database, [], ["cross_account_network", "cross_account_db"]),
            (without_trust, ["cross_account_network"], ["cross_account_db"]),
            (resumed, ["cross_account_network", "cross_account_db"], ["cross_account_app"]),
        ):
            lines = step_lines(said)
            assert [one for one in done if "nothing to change" in lines[one]] == done
            assert not [one for one in redone if "nothing to change" in lines[one]]

    def test_the_remains_of_a_failure_are_deleted_first(self, resumed):
        assert "ROLLBACK_COMPLETE: deleting the remains" in step_lines(resumed)["cross_account_app"]


class TestDeployed:
    def test_every_step_shows_what_it_would_change_first(self, resumed):
        app = step_lines(resumed)["cross_account_app"]

        change, progress = (app.index(part) for part in ("add      SAMStack", "CREATE_IN_PROGRESS"))
        assert change < progress

    def test_the_function_answers_from_the_other_accounts_database(self, service):
        assert service.load() == ["one", "two", "three"]

    def test_no_stack_of_the_plan_can_be_deleted_by_mistake(self, story, service):
        for account, name in ((story.app, NETWORK), (story.db, DB), (story.app, APP)):
            assert account.stack(name)["EnableTerminationProtection"], name

    def test_the_networks_overlap(self, story, service):
        ranges = [
            account.client("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"]
            for account, vpc in (
                (story.app, story.app.outputs(NETWORK)["SharedVPCId"]),
                (story.db, story.db.resources(story.db.nested(DB, "VPCStack"))["VPC"]),
            )
        ]

        assert len({*ranges}) == 1

    def test_with_its_own_keys_the_function_is_refused(self, service):
        with service.without("RDS_CONNECT_ROLE_ARN"):
            assert service.load() == UNAVAILABLE
        assert service.load() == ["one", "two", "three"]

    def test_a_role_that_does_not_trust_the_function_is_refused(self, story, service):
        role = story.db.outputs(DB)["ConnectRoleArn"].rpartition("/")[2]
        with somebody_else(story.app) as other, trusting(story.db, role, AWS=other):
            assert service.load() == UNAVAILABLE
        assert service.load() == ["one", "two", "three"]


@pytest.fixture(scope="module")
def protected(story, service):
    return story.planner.destroy("cross_account")


@pytest.fixture(scope="module")
def unprotected(story, protected):
    return story.deploy(settings="cross_account_db: {rds: {deletion_protection: false}}")


@pytest.fixture(scope="module")
def destroyed(story, unprotected):
    return story.planner.destroy("cross_account")


class TestDestroying:
    def test_nothing_is_deleted_while_the_database_is_protected(self, protected):
        [error] = errors(protected)

        assert error.startswith("error: [db.DBCluster] is protected from deletion: deploy it first")
        assert "DELETE_IN_PROGRESS" not in protected.output

    def test_turning_the_protection_off_changes_only_the_database(self, unprotected):
        lines = step_lines(unprotected)

        assert unprotected.status == 0
        assert "modify   RDSStack" in lines["cross_account_db"]
        for other in ("cross_account_network", "cross_account_app"):
            assert "nothing to change" in lines[other]

    def test_it_runs_in_the_opposite_order_and_leaves_a_snapshot(self, story, destroyed):
        assert (destroyed.status, destroyed.errors) == (0, "")
        assert list(step_lines(destroyed)) == [
            "cross_account_app",
            "cross_account_db",
            "cross_account_network",
        ]
        left = [inventory(account) for account in (story.app, story.db)]
        snapshots = [name for one in left for kind in SNAPSHOTS for name in one.pop(kind, ())]
        assert left == story.before
        assert len(snapshots) == 1

    def test_destroying_twice_says_where_it_looked(self, story, destroyed):
        again = story.planner.destroy("cross_account")

        assert again.status == 5
        assert "[cross_account] no such stack here: rdsproxy-cross-account-app in" in again.errors


@pytest.fixture(scope="module")
def alone(cloud, planner_of):
    return planner_of(app=cloud.account("444444444401"))


@pytest.fixture(scope="module")
def base(alone):
    said = alone.deploy("base")
    assert said.status == 0, said.errors
    return alone.accounts["app"]


@pytest.fixture(scope="module")
def base_with(alone, base):
    """The output when `base` is deployed again, with other settings."""

    def base_with(settings, *more):
        config = alone.folder / "settings.yaml"
        config.write_text(settings)
        return alone.deploy("base", "--config", config.name, *more)

    return base_with


class TestChanges:
    """Changes of `base`, which is deployed with its defaults."""

    def test_a_setting_is_shown_where_it_changes_in_its_nested_stack(self, base_with):
        said = base_with(CHANGED)

        lines = said.output.splitlines()
        assert said.status == 0, said.errors
        assert "  modify   RDSStack.RDSProxyTargetGroup  AWS::RDS::DBProxyTargetGroup" in lines
        assert "  modify   RDSStack.DBCluster  AWS::RDS::DBCluster" in lines
        assert "!!" not in said.output
        assert not [line for line in lines if line.endswith("::Stack")]

    def test_a_database_is_not_replaced_unless_its_loss_is_accepted(self, base, base_with):
        before = inventory(base)
        said = base_with(CHANGED, "--parameter", OTHER_DATABASE)

        assert errors(said) == [
            f"error: [base.RDSStack.{resource}] holds data, and {fate}: this step was not deployed; "
            f"leave out --yes to be asked, or add --accept-data-loss-of RDSStack.{resource}, or "
            "--accept-data-loss for all"
            for resource, fate in (
                ("DBCluster", "would be replaced"),
                ("DBInstance1", "may be replaced"),
            )
        ]
        assert "AWS::RDS::DBCluster !! holds data, and would be replaced" in said.output
        assert inventory(base) == before
        left = base.client("cloudformation").list_change_sets(StackName=BASE)["Summaries"]
        assert not [one for one in left if one["ExecutionStatus"] == "AVAILABLE"]

    def test_a_database_whose_loss_is_accepted_is_replaced(self, base, base_with):
        before = base.resources(base.nested(BASE, "RDSStack"))["DBCluster"]
        said = base_with(CHANGED, "--parameter", OTHER_DATABASE, "--accept-data-loss")

        assert said.status == 0, said.errors
        assert base.resources(base.nested(BASE, "RDSStack"))["DBCluster"] != before

    def test_a_parameter_given_once_stays(self, base, base_with):
        before = inventory(base)
        said = base_with(SETTLED)

        assert said.status == 0, said.errors
        assert "parameter RDSDatabaseName: keeps 'other', given before" in said.output
        assert inventory(base) == before

    @pytest.mark.parametrize("accepted", [(), ("--accept-data-loss",)], ids=["asked", "accepted"])
    def test_a_subnet_in_use_is_never_replaced(self, base, base_with, accepted):
        before = inventory(base)
        said = base_with(CHANGED, "--parameter", "PrivateSubnet1Cidr=10.1.9.0/24", *accepted)

        assert errors(said) == [
            "error: [base.VPCStack.PrivateSubnet1] would be deleted or replaced, and RDS removes "
            "no subnet from a database's subnet group, so address ranges, zones and subnets cannot "
            "change after creation; to move the data, restore a snapshot in another deployment"
        ]
        assert "parameter PrivateSubnet1Cidr: '10.1.0.0/24' -> '10.1.9.0/24'" in said.output
        assert inventory(base) == before

    def test_the_stack_cannot_be_deleted_by_mistake(self, base):
        with pytest.raises(ClientError, match="while TerminationProtection is enabled"):
            base.client("cloudformation").delete_stack(StackName=BASE)


def master_secret(account):
    return account.resources(account.nested(BASE, "SecretsStack"))["RDSMasterUserSecret"]


@pytest.fixture(scope="module")
def login(base):
    """The API's answer to a client for whom the function logs in to the database anew."""

    name = base.resources(base.nested(BASE, "SAMStack"))["BlogRDSProxyFunction"]
    functions = base.client("lambda")

    def login():
        # A function that is told something else starts anew, without a connection that it kept.
        account_ids = functions.get_function_configuration(FunctionName=name)["Environment"][
            "Variables"
        ]
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**account_ids, "ANEW": token_hex(4)}}
        )
        return base.call("POST", base.outputs(BASE)["APIEndpoint"] + "initialize")

    return login


class TestGeneratedSecrets:
    """Secrets of `base`: CloudFormation generates a secret anew if its declaration changes."""

    def test_a_new_password_is_refused_and_everybody_still_logs_in(self, base, base_with, login):
        before = secret_of(base, master_secret(base))
        said = base_with(LONGER)

        assert (
            "error: [base.SecretsStack.RDSMasterUserSecret] would generate a new value, which "
            "its database or API does not learn; rotate the secret instead: this step was "
            "not deployed; leave out --yes to be asked, or add --accept-data-loss-of "
            "SecretsStack.RDSMasterUserSecret, or --accept-data-loss for all"
        ) in errors(said)
        after = secret_of(base, master_secret(base))
        assert after == before
        assert login() == INITIALIZED

    def test_an_accepted_new_password_locks_everybody_out_until_the_database_learns_it(
        self, base, base_with, login
    ):
        # Where the database itself changes too, CloudFormation reads its password again.
        assert base_with(SETTLED).status == 0
        assert base_with(LONGER, "--accept-data-loss").status == 0
        secret = secret_of(base, master_secret(base))

        assert len(secret["password"]) == 40
        assert login()[0] == 503
        base.client("rds").modify_db_cluster(
            DBClusterIdentifier=base.resources(base.nested(BASE, "RDSStack"))["DBCluster"],
            MasterUserPassword=secret["password"],
        )
        assert login() == INITIALIZED


class TestOneAccount:
    def test_a_variant_is_a_plan_of_one_step(self, base):
        status, _ = base.call("POST", base.outputs(BASE)["APIEndpoint"] + "initialize")

        assert status == 200

    def test_missing_parameters_are_reported_before_anything_is_built(self, alone):
        account_ids = errors(alone.deploy("existing_vpc"))

        assert "error: [existing_vpc] needs --parameter PrivateSubnet1Id=… " in account_ids[0]
        assert len(account_ids) == 5

    def test_two_accounts_must_differ(self, alone):
        words = ["deploy", "cross_account", "--yes", "--out", "out"]
        said = alone.run(*words, "--app-profile", "app", "--db-profile", "app")

        [error] = errors(said)
        assert error.startswith("error: [account db] is 444444444401, and so is account app; give")

    def test_a_missing_profile_is_named(self, alone):
        [error] = errors(alone.run("destroy", "base", "--yes", "--app-profile", "nobody"))

        assert error == (
            "error: [account app: --app-profile nobody] The config profile (nobody) could not be found"
        )

    def test_without_a_terminal_no_question_is_asked(self, alone):
        said = alone.run("destroy", "base", "--app-profile", "app")

        assert errors(said)[0].startswith("error: [")
