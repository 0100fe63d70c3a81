"""DEPLOY.md of each step followed by hand, as written, into two accounts of one organization."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from across_accounts import DB, NETWORK, UNAVAILABLE, Service
from deployed_inventory import SNAPSHOTS, inventory
from planning import Organization, Planner
from reading import Reader

from rdsproxy_templates.deploy.plans import PLANS

pytestmark = pytest.mark.xdist_group("documents")

MANAGEMENT = "444444444420"
FIRST, SECOND, LAST = (step.variant for step in PLANS["cross_account"].steps)
ROWS = ["one", "two", "three"]
OWN_STACK = "aws-sam-cli-managed-default"
"""The stack in which SAM CLI makes a bucket for packages, and keeps it."""

USER = {"name": "app", "login": "password", "grants": [{"privileges": ["ALL"]}]}
SETTINGS = {
    FIRST: {"login": "password"},
    SECOND: {"login": "password", "rds": {"users": [USER], "readers": 1}, "function_user": "app"},
    LAST: {"login": "password"},
}


@dataclass(frozen=True)
class Story:
    """The reader of the documents, the accounts, and the state before."""

    planner: Planner
    before: list

    @property
    def reader(self):
        return Reader(self.planner.folder / "templates_out", self.planner.environment)

    def inventories(self):
        return [inventory(account) for account in self.planner.accounts.values()]

    def render(self, variant, settings):
        config = self._written(variant, settings)
        said = self.planner.run(variant, "--config", config, "--no-lint", "--quiet")
        assert said.status == 0, said.errors

    def _written(self, name, settings):
        """The name of a file with settings; JSON is YAML."""
        file = self.planner.folder / f"{name}.yaml"
        file.write_text(json.dumps(settings))
        return file.name


@pytest.fixture(scope="module")
def organization(cloud):
    organization = Organization(cloud, MANAGEMENT)
    organization.enable_sharing()
    return organization


@pytest.fixture(scope="module")
def story(organization, sam_cli, tmp_path_factory):
    accounts = {name: organization.member(name) for name in ("app", "db")}
    planner = Planner(tmp_path_factory.mktemp("documents"), accounts, Path(sam_cli).parent)
    planner.write_profiles()
    story = Story(planner, [inventory(account) for account in accounts.values()])
    for variant, settings in SETTINGS.items():
        story.render(variant, settings)
    return story


@pytest.fixture(scope="module")
def service(story):
    """The state once every document was followed."""
    for variant in story.reader.order(FIRST):
        story.reader.deploy(variant)
    return Service(*story.planner.accounts.values())


@pytest.fixture(scope="module")
def unprotected(story, service):
    """The database, which may be deleted then."""
    database = SETTINGS[SECOND]["rds"] | {"deletion_protection": False}
    story.render(SECOND, SETTINGS[SECOND] | {"rds": database})
    return story.reader.deploy(SECOND)


@pytest.fixture(scope="module")
def deleted(story, unprotected):
    for variant in reversed(story.reader.order(LAST)):
        story.reader.delete(variant)


@pytest.mark.parametrize("variant", SETTINGS)
def test_every_document_lists_the_steps_and_leads_to_the_others(story, variant):
    others = {*SETTINGS} - {variant}

    assert story.reader.order(variant) == list(SETTINGS)
    assert {file.parent.name for file in story.reader.linked(variant)} == others
    assert all(file.is_file() for file in story.reader.linked(variant))


def test_the_single_command_is_the_plans(story):
    words = ["deploy", "cross_account", "--app-profile", "app", "--db-profile", "db"]

    for variant in SETTINGS:
        assert story.reader.one_command(variant) == words


@contextmanager
def closed(ec2, group_id):
    """A security group that lets nobody in where it did, for a while; its rules stay its own."""
    its_rules = [{"Name": "group-id", "Values": [group_id]}]
    found = ec2.describe_security_group_rules(Filters=its_rules)["SecurityGroupRules"]
    before = [rule for rule in found if not rule["IsEgress"]]
    assert before
    _change(ec2, [{**rule, "FromPort": 1, "ToPort": 1} for rule in before])
    try:
        yield
    finally:
        _change(ec2, before)


def _change(ec2, rules):
    ec2.modify_security_group_rules(
        GroupId=rules[0]["GroupId"],
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": rule["SecurityGroupRuleId"],
                "SecurityGroupRule": {
                    "IpProtocol": rule["IpProtocol"],
                    "FromPort": rule["FromPort"],
                    "ToPort": rule["ToPort"],
                    "ReferencedGroupId": rule["ReferencedGroupInfo"]["GroupId"],
                },
            }
            for rule in rules
        ],
    )


class TestPassword:
    def test_the_function_reads_the_other_accounts_secret(self, service):
        assert service.initialize() == (200, {"initialized": True})
        assert service.load() == ROWS

    def test_readers_have_a_host_of_their_own(self, service):
        outputs = service.db.outputs(DB)

        assert outputs["RDSProxyReadOnlyEndpoint"] != outputs["RDSProxyEndpoint"]

    def test_a_secret_that_is_not_shared_cannot_be_read(self, service):
        secrets = service.db.client("secretsmanager")
        secret = {"SecretId": service.db.outputs(DB)["SecretArn"]}
        policy = secrets.get_resource_policy(**secret)["ResourcePolicy"]
        secrets.delete_resource_policy(**secret)
        try:
            assert service.load() == UNAVAILABLE
        finally:
            secrets.put_resource_policy(**secret, ResourcePolicy=policy)
        assert service.load() == ROWS

    def test_a_key_that_is_not_shared_protects_the_secret(self, service):
        keys = service.db.client("kms")
        key = {"KeyId": service.db.outputs(DB)["KeyArn"], "PolicyName": "default"}
        before = keys.get_key_policy(**key)["Policy"]
        document = json.loads(before)
        at_home = document | {"Statement": document["Statement"][:1]}
        keys.put_key_policy(**key, Policy=json.dumps(at_home))
        try:
            assert service.load() == UNAVAILABLE
        finally:
            keys.put_key_policy(**key, Policy=before)
        assert service.load() == ROWS

    @pytest.mark.parametrize(
        ("account", "path", "group"),
        [
            pytest.param(
                "app", (NETWORK, "EndpointsStack"), "EndpointSecurityGroup", id="Secrets Manager"
            ),
            pytest.param(
                "db", (DB, "ClientGroupStack"), "ClientEndpointSecurityGroup", id="the proxy"
            ),
        ],
    )
    def test_a_network_that_does_not_admit_the_function_is_out_of_reach(
        self, service, account, path, group
    ):
        owner = getattr(service, account)
        with closed(owner.client("ec2"), owner.resources(owner.nested(*path))[group]):
            assert service.load() == UNAVAILABLE
        assert service.load() == ROWS


def test_a_repeated_step_shows_its_changes(unprotected):
    assert "* Modify" in unprotected
    assert "+ Add" not in unprotected


def test_deleting_in_the_opposite_order_leaves_a_snapshot_and_the_bucket_of_sam(story, deleted):
    left = story.inventories()

    snapshots = [name for one in left for kind in SNAPSHOTS for name in one.pop(kind, ())]
    stacks = [name.split("/")[1] for one in left for name in one.pop("Stacks")]
    assert left == story.before
    assert len(snapshots) == 1
    assert stacks == [OWN_STACK] * len(left)
