"""The pages of `docs/how-to`, followed from an empty folder: each file saved, each command typed."""

from __future__ import annotations

import json
import os

import pytest
import yaml
from existing_databases import ExistingDatabase
from how_to_pages import REPOSITORY, Reader, blocks, environment, typed

from rdsproxy_local.profiles import write_profiles
from rdsproxy_local.testing.answers import answer_of

HERE, IN_AWS = "On this machine", "In AWS"
PAGES = [
    "two-functions.md",
    "another-language.md",
    "existing-database.md",
    "existing-vpc.md",
]
"""Those of `terraform-and-cdk.md` are followed in `test_beside_others.py`, which builds its family."""
EXAMPLE = REPOSITORY / "examples" / "two_functions"


@pytest.fixture
def reader(tmp_path):
    """Reads on this machine; what runs there ends with the test."""
    reader = Reader(tmp_path, environment(), {"CLONE": str(REPOSITORY)})
    yield reader
    reader.run("rdsproxy-templates local down")


@pytest.fixture
def in_aws(desk, tmp_path):
    """Reads in an account, whose profile is the reader's."""

    def in_aws(account_id, page, **values):
        mine = desk(account_id)
        config = tmp_path / "aws-config"
        write_profiles(config, {"mine": mine.account})
        given = environment(
            mine.sam, mine.aws, AWS_CONFIG_FILE=str(config), AWS_ENDPOINT_URL=mine.account.endpoint,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull, SAM_CLI_TELEMETRY="0",
        )  # fmt: skip
        reader = Reader(tmp_path, given, {"PROFILE": "mine", **values})
        reader.save(page, HERE)
        return mine, reader

    return in_aws


def answer(mine, stack, method, path, body=b""):
    url = mine.account.outputs(stack)["APIEndpoint"] + path
    answered = answer_of(mine.account, method, url, body, {"content-type": "text/plain"})
    return answered.status, answered.json()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_holds_on_this_machine(reader, page):
    said = reader.follow(page, HERE)

    assert "Ended. Nothing is left running.\n" in said


def test_the_page_of_other_tools_runs_on_this_machine_what_that_of_a_vpc_runs():
    ours, theirs = ("existing-vpc.md", "terraform-and-cdk.md")
    local = [one for one in typed(theirs, HERE) if one.startswith("rdsproxy-templates local")]
    settings = [
        yaml.safe_load(block.text)
        for page in (ours, theirs)
        for block in blocks(page, HERE)
        if block.language == "yaml"
    ]

    assert len(local) == 3
    assert [one for one in typed(ours, HERE) if one in local] == local
    assert settings[0] == settings[1]


def test_the_example_in_another_language_is_what_the_page_shows():
    settings, code = (
        one.text for one in blocks("another-language.md", HERE) if one.language in {"yaml", "js"}
    )
    declared = yaml.safe_load((EXAMPLE / "service.yaml").read_text())["functions"]
    (function,) = [one for one in declared if one["name"] == "reports"]

    assert yaml.safe_load(settings).items() <= function.items()
    assert code.strip() in (EXAMPLE / "src" / "reports" / "app.js").read_text()


def test_two_functions_are_deployed_and_kept_until_the_protection_is_off(in_aws):
    mine, reader = in_aws("000000000391", "two-functions.md")
    deploy, destroy = typed("two-functions.md", IN_AWS)

    reader.succeed(deploy)

    assert answer(mine, "rdsproxy-base", "POST", "orders", b"tea") == (201, {"id": 1})
    assert answer(mine, "rdsproxy-base", "GET", "orders") == (200, {"orders": ["tea"]})
    refused = reader.run(destroy)
    assert refused.returncode == 1
    assert "deletion_protection" in refused.stderr


def test_a_service_before_a_database_that_exists_is_deployed_and_deleted(in_aws, desk, network):
    owner = desk("000000000392")
    there = ExistingDatabase(owner, "postgresql", "cluster", network(owner, "existing_vpc"))
    before, parameters = there.described, there.parameters
    mine, reader = in_aws(
        "000000000392",
        "existing-database.md",
        CLUSTER=there.identifier,
        HOST=parameters["DBEndpoint"],
        RESOURCE_ID=parameters["DBResourceId"],
        DATABASE=parameters["RDSDatabaseName"],
        SECRET_ARN=there.secret,
        GROUP_ID=there.group,
        VPC_ID=there.vpc_id,
        SUBNET_1=parameters["PrivateSubnet1Id"],
        SUBNET_2=parameters["PrivateSubnet2Id"],
    )
    describe, deploy, destroy = typed("existing-database.md", IN_AWS)

    told = json.loads(reader.succeed(describe))
    reader.succeed(deploy)
    status, _ = answer(mine, "rdsproxy-existing-database", "GET", "orders")
    reader.succeed(destroy)

    assert (told["host"], told["resource"]) == (
        parameters["DBEndpoint"],
        parameters["DBResourceId"],
    )
    assert told["group"] == there.group
    assert status == 500  # the database has no such table
    assert there.described == before


def test_a_service_in_a_vpc_that_exists_is_deployed(in_aws, desk, network):
    owner = desk("000000000393")
    subnets = network(owner, "existing_vpc")
    one, two = subnets["PrivateSubnet1Id"], subnets["PrivateSubnet2Id"]
    described = owner.account.client("ec2").describe_subnets(SubnetIds=[one])["Subnets"]
    vpc = described[0]["VpcId"]
    mine, reader = in_aws("000000000393", PAGES[3], VPC_ID=vpc, SUBNET_1=one, SUBNET_2=two)
    choose, ask, deploy, _ = typed(PAGES[3], IN_AWS)

    assert one in reader.succeed(choose)
    reader.succeed(ask)
    reader.succeed(deploy)

    assert answer(mine, "rdsproxy-existing-vpc", "POST", "initialize")[0] == 200
