"""Bundled data match their sources."""

from __future__ import annotations

import json
import re
import runpy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import boto3
import certifi
import pytest
from botocore.stub import Stubber

from rdsproxy_local.apis.engines import STANDARD_SUPPORT
from rdsproxy_templates.aws.engines import runtimes
from rdsproxy_templates.resources import functions


def test_engine_data_matches_the_installed_packages(repository):
    tool = runpy.run_path(str(repository / "tools" / "engine_data.py"))
    carried = (repository / "src" / "rdsproxy_templates" / "aws" / "engines.json").read_text(
        "utf-8"
    )

    assert carried == tool["text"](tool["known"]()) + "\n"


@pytest.fixture
def tool(repository):
    return runpy.run_path(str(repository / "tools" / "engine_data.py"))


def lifecycle(kind, end):
    return {
        "LifecycleSupportName": f"open-source-rds-{kind}-support",
        "LifecycleSupportStartDate": datetime(2020, 1, 1, tzinfo=UTC),
        "LifecycleSupportEndDate": datetime.fromisoformat(f"{end}T23:59:59Z"),
    }


def test_the_ends_of_support_are_read_from_the_api_of_rds(repository, tool):
    carried = (repository / "src" / "rdsproxy_templates" / "aws" / "support.json").read_text(
        "utf-8"
    )
    rds = boto3.client(
        "rds", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="none"
    )
    versions = [
        ("postgres", "18", [lifecycle("standard", "2031-02-28")]),
        ("postgres", "9.6", []),
        ("sqlserver-ee", "16.00", []),
        (
            "mysql",
            "8.4",
            [lifecycle("standard", "2029-07-31"), lifecycle("extended", "2032-07-31")],
        ),
    ]
    answer = [
        {"Engine": engine, "MajorEngineVersion": major, "SupportedEngineLifecycles": ends}
        for engine, major, ends in versions
    ]
    with Stubber(rds) as stub:
        stub.add_response("describe_db_major_engine_versions", {"DBMajorEngineVersions": answer})
        fresh = tool["refreshed"](json.loads(carried), rds)

    assert fresh["lifecycles"]["engines"] == {
        "aurora-mysql": {},
        "aurora-postgresql": {},
        "mysql": {"8.4": ["2029-07-31", "2032-07-31"]},
        "postgres": {"18": ["2031-02-28", None]},
    }
    assert fresh["rds_proxy"] == json.loads(carried)["rds_proxy"]
    assert tool["text"](json.loads(carried)) + "\n" == carried


def test_every_part_of_what_aws_supports_is_dated_and_has_a_source(repository):
    carried = (repository / "src" / "rdsproxy_templates" / "aws" / "support.json").read_text(
        "utf-8"
    )

    for part in json.loads(carried).values():
        assert date.fromisoformat(part["date"])
        assert part["source"]


def test_no_runtime_that_cfn_lint_knows_is_missing():
    offered = get_args(functions.FunctionSettings.model_fields["runtime"].annotation)
    oldest = offered[0].removeprefix("python3.")
    known = [name for name in runtimes() if int(name.removeprefix("python3.")) >= int(oldest)]

    assert list(offered) == known


def test_the_roots_are_amazons_from_certifi(repository):
    certificate = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
    bundle = (
        repository / "lambda" / "database_layer" / "rdsproxy_client" / "amazon_roots.pem"
    ).read_text("utf-8")
    everyone = Path(certifi.where()).read_text("utf-8")
    labelled = re.findall(rf'# Label: "(.*?)".*?({certificate.pattern})', everyone, re.DOTALL)
    amazons = [text for label, text in labelled if label.startswith("Amazon Root CA ")]

    assert certificate.findall(bundle) == amazons
    assert len(amazons) == 4


def test_the_makefile_builds_for_the_default_runtime_and_architecture(repository):
    from rdsproxy_templates.stacks.app.functions import FunctionApiSettings

    makefile = (repository / "lambda" / "database_layer" / "Makefile").read_text("utf-8")
    config = FunctionApiSettings()

    assert f"PYTHON_VERSION ?= {config.runtime.removeprefix('python')}\n" in makefile
    assert config.architecture == "arm64"
    assert "PLATFORM ?= manylinux2014_aarch64\n" in makefile


def test_the_function_ships_the_driver_that_was_tested(repository):
    required = (repository / "lambda" / "database_layer" / "requirements.txt").read_text("utf-8")
    constraints = (repository / "constraints.txt").read_text("utf-8").splitlines()

    assert {line for line in required.splitlines() if "==" in line} <= set(constraints)


def test_the_local_cloud_ends_versions_when_our_data_do(repository):
    carried = (repository / "src" / "rdsproxy_templates" / "aws" / "support.json").read_text(
        "utf-8"
    )
    engines = json.loads(carried)["lifecycles"]["engines"]

    assert {
        engine: {major: end.isoformat() for major, end in ends.items()}
        for engine, ends in STANDARD_SUPPORT.items()
    } == {
        engine: {major: standard for major, (standard, _) in ends.items()}
        for engine, ends in engines.items()
    }
