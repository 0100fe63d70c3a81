"""DEPLOY.md of each step followed by hand, as written, into two accounts of one organization."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from deployed_inventory import SNAPSHOTS, inventory
from planning import Organization, Planner
from reading import Reader

from rdsproxy_templates.plan import PLANS

pytestmark = pytest.mark.xdist_group("documents")

MANAGEMENT = "444444444420"
NETWORK, DB, APP = (step.variant for step in PLANS["cross_account"].steps)
OWN_STACK = "aws-sam-cli-managed-default"
"""In which SAM CLI makes a bucket for packages, and keeps it."""

USER = {"name": "app", "login": "password", "grants": [{"privileges": ["ALL"]}]}
SETTINGS = {
    NETWORK: {"login": "password"},
    DB: {"login": "password", "rds": {"users": [USER]}, "function_user": "app"},
    APP: {"login": "password"},
}


@dataclass(frozen=True)
class Story:
    """Who follows the documents, the accounts, and what was there before."""

    planner: Planner
    before: list

    @property
    def reader(self):
        return Reader(self.planner.folder / "templates_out", self.planner.environment)

    @property
    def app(self):
        return self.planner.accounts["app"]

    def inventories(self):
        return [inventory(account) for account in self.planner.accounts.values()]

    def render(self, variant, settings):
        config = self._written(variant, settings)
        said = self.planner.run(variant, "--config", config, "--no-lint", "--quiet")
        assert said.status == 0, said.errors

    def deploy_by_one_command(self):
        config = self._written("all", SETTINGS)
        return self.planner.run(*self.reader.one_command(APP), "--config", config)

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
def deployed(story):
    """The address of the API, once every document was followed."""
    for variant in story.reader.order(NETWORK):
        story.reader.deploy(variant)
    return story.app.outputs("rdsproxy-cross-account-app")["APIEndpoint"]


@pytest.fixture(scope="module")
def unprotected(story, deployed):
    """The database, which may be deleted then."""
    database = SETTINGS[DB]["rds"] | {"deletion_protection": False}
    story.render(DB, SETTINGS[DB] | {"rds": database})
    return story.reader.deploy(DB)


@pytest.fixture(scope="module")
def deleted(story, unprotected):
    for variant in reversed(story.reader.order(APP)):
        story.reader.delete(variant)


@pytest.mark.parametrize("variant", [NETWORK, DB, APP])
def test_every_document_lists_the_steps_and_leads_to_the_others(story, variant):
    others = {NETWORK, DB, APP} - {variant}

    assert story.reader.order(variant) == [NETWORK, DB, APP]
    assert {file.parent.name for file in story.reader.linked(variant)} == others
    assert all(file.is_file() for file in story.reader.linked(variant))


def test_the_function_answers_from_the_other_accounts_database(story, deployed):
    assert story.app.call("POST", f"{deployed}initialize") == (200, {"initialized": True})

    status, body = story.app.call("GET", f"{deployed}load")
    assert status == 200
    assert [item["name"] for item in body["items"]] == ["one", "two", "three"]


def test_the_one_command_would_have_done_the_same(story, deployed):
    said = story.deploy_by_one_command()

    assert said.status == 0, said.errors
    assert said.output.count("nothing to change") == len(SETTINGS)


def test_a_step_that_is_followed_again_shows_what_it_changes(unprotected):
    assert "* Modify" in unprotected
    assert "+ Add" not in unprotected


def test_the_opposite_order_leaves_a_snapshot_and_the_bucket_of_sam(story, deleted):
    left = story.inventories()

    snapshots = [name for one in left for kind in SNAPSHOTS for name in one.pop(kind, ())]
    stacks = [name.split("/")[1] for one in left for name in one.pop("Stacks")]
    assert left == story.before
    assert len(snapshots) == 1
    assert stacks == [OWN_STACK] * len(left)
