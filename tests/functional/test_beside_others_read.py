"""The Terraform of `examples/`, against what the provider documents and what the library renders."""

from __future__ import annotations

import re

import cfn_flip
import hcl2
import pytest
import yaml
from terraform_arguments import DOCUMENTED, META

from rdsproxy_templates import render
from rdsproxy_templates.variants import data_tier, existing_vpc

PLAIN = hcl2.SerializationOptions(
    with_comments=False, explicit_blocks=False, strip_string_quotes=True
)
FILES = ["main.tf", "client/main.tf"]

every_file = pytest.mark.parametrize("name", FILES)


@pytest.fixture
def folder(repository):
    return repository / "examples" / "terraform"


def read(folder, name):
    with (folder / name).open() as file:
        return hcl2.load(file, serialization_options=PLAIN)


def blocks(document, kind):
    """Type, name and arguments of each resource or data source."""
    for one in document.get(kind, []):
        for type_, named in one.items():
            yield from ((type_, name, body) for name, body in named.items())


def test_every_file_of_terraform_is_read_here(folder):
    assert {str(file.relative_to(folder)) for file in folder.rglob("*.tf")} == {*FILES}


@every_file
@pytest.mark.parametrize("kind", ["resource", "data"])
def test_each_argument_is_documented(folder, name, kind):
    for type_, _, body in blocks(read(folder, name), kind):
        known = DOCUMENTED[type_]

        assert set(body) - META <= known.arguments | known.blocks
        assert known.required <= set(body)


@every_file
def test_each_reference_leads_to_what_is_declared(folder, name):
    document, text = read(folder, name), (folder / name).read_text()
    declared = {
        (type_, one) for kind in ("resource", "data") for type_, one, _ in blocks(document, kind)
    }
    variables = {one for block in document["variable"] for one in block}

    assert set(re.findall(r"\bvar\.(\w+)", text)) == variables
    for type_, one, attribute in re.findall(r"\b(aws_\w+)\.(\w+)(?:\[[^\]]+\])?(?:\.(\w+))?", text):
        known = DOCUMENTED[type_]
        assert (type_, one) in declared
        assert not attribute or attribute in known.arguments | known.attributes


def test_the_stack_gets_the_parameters_that_have_no_default_and_the_capabilities(folder):
    settings = yaml.safe_load((folder / "service.yaml").read_text())
    config = existing_vpc.Config.parse(settings, "service.yaml")
    files = render(existing_vpc, config, nesting="plain", expand=True).files()
    [(_, _, stack)] = blocks(read(folder, "main.tf"), "resource")
    parameters = cfn_flip.load(files["template.yaml"].decode())[0]["Parameters"]

    assert set(stack["parameters"]) <= set(parameters)
    assert {name for name, one in parameters.items() if "Default" not in one} <= set(
        stack["parameters"]
    )
    assert f'"{" ".join(stack["capabilities"])}"' in files["samconfig.toml"].decode()


def test_the_page_gives_each_variable_that_nothing_else_does(folder, repository):
    page = (repository / "docs" / "how-to" / "terraform-and-cdk.md").read_text("utf-8")
    variables = {one for block in read(folder, "main.tf")["variable"] for one in block}

    assert {*re.findall(r"-var '?(\w+)=", page)} == variables - {"template_url"}


def test_the_client_reads_what_the_data_tier_publishes(folder):
    config = data_tier.Config()
    root = render(data_tier, config, publish={"ssm_prefix": "/shop/db"}).templates["template.yaml"]
    document = read(folder, "client/main.tf")
    [parameter] = [
        body for type_, _, body in blocks(document, "data") if type_ == "aws_ssm_parameter"
    ]
    asked = re.findall(r'"(\w+)"', parameter["for_each"])

    assert parameter["name"] == "/shop/db/${each.key}"
    assert asked
    for name in asked:
        assert f"/shop/db/{name}\n" in root
    assert set(re.findall(r'local\.database\["(\w+)"\]', str(document))) == {*asked}


def test_the_client_may_connect_as_the_one_user_whom_the_data_tier_declares(folder):
    document = read(folder, "client/main.tf")
    [policy] = [
        body for type_, _, body in blocks(document, "data") if type_ == "aws_iam_policy_document"
    ]
    [statement] = policy["statement"]
    [user] = data_tier.Config().rds.users

    assert statement["actions"] == ["rds-db:connect"]
    assert [one.rpartition("/")[2] for one in statement["resources"]] == [user.name]
    assert "6)" in document["locals"][0]["proxy_id"]
