"""A variant of one's own: `base`, and a queue whose function writes to the database."""

from __future__ import annotations

import importlib
import sys

import pytest
import yaml

from rdsproxy_templates import render, validate
from rdsproxy_templates.variants import base

MOST_LINES = 60


@pytest.fixture(scope="module")
def folder(repository):
    return repository / "examples" / "queue"


@pytest.fixture(scope="module")
def variant(folder):
    sys.path.insert(0, str(folder))
    yield importlib.import_module("queue_service")
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def config(variant, folder):
    return variant.Config.parse(yaml.safe_load((folder / "queue.yaml").read_text()), "queue.yaml")


def test_it_is_one_module_of_fewer_than_60_lines_of_code(folder):
    lines = (folder / "queue_service.py").read_text().splitlines()
    code = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", '"""'))]

    assert len(code) < MOST_LINES


@pytest.mark.parametrize("nesting", ["sam", "plain", "flat"])
def test_all_three_validators_accept_it(variant, config, nesting):
    bundle = render(variant, config, nesting=nesting)

    assert validate(bundle, regions=config.regions) == []


def test_its_function_has_the_login_of_the_service(variant, config):
    root = render(variant, config).root
    writer = root.resources["WriterFunction"]["Properties"]
    service = root.children["SAMStack"].arguments

    assert writer["Environment"]["Variables"] == {
        "RDS_PROXY_ENDPOINT": service["RDSProxyEndpoint"],
        "RDS_USER": service["RDSMasterUsername"],
        "RDS_DATABASE_NAME": service["RDSDatabaseName"],
    }
    assert writer["VpcConfig"]["SecurityGroupIds"] == [service["FunctionSecurityGroupId"]]


def test_it_offers_what_base_offers_and_the_queue(variant, config):
    settings = {"rds": config.rds, "function_user": config.function_user}
    offered = render(base, base.Config(**settings)).root.outputs

    assert set(render(variant, config).root.outputs) == {*offered, "QueueUrl"}


@pytest.mark.parametrize("deliveries", [0, 1001, "3", None])
def test_a_wrong_setting_of_its_own_is_refused_as_ours_are(variant, deliveries):
    with pytest.raises(ValueError, match=r"\[mine: queue.deliveries\]|queue.deliveries"):
        variant.Config.parse({"queue": {"deliveries": deliveries}}, "mine")
