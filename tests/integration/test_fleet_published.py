"""Packages of a fleet in the buckets of its Regions, in the local cloud."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import boto3
import pytest

from rdsproxy_local.local_cloud import LocalCloud
from rdsproxy_local.testing import TestCloud
from rdsproxy_templates.deploy.accounts import AccountSession, AccountSettings
from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.fleet.bucket_policies import Readers
from rdsproxy_templates.fleet.fleet_sessions import FleetSessions
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.parameter_rows import ParameterRows
from rdsproxy_templates.fleet.place import Place
from rdsproxy_templates.fleet.preparation import PreparedFleet
from rdsproxy_templates.fleet.publication import published_template
from rdsproxy_templates.fleet.publishing import delete_buckets, published, template_argument
from rdsproxy_templates.fleet.regional_images import examined_images, regional_image
from rdsproxy_templates.fleet.regional_packages import RegionalPackages, regional_packages
from rdsproxy_templates.fleet.rendered_fleet import RenderedFleet
from rdsproxy_templates.fleet.targets import Wave
from rdsproxy_templates.model import Template
from rdsproxy_templates.model.values import LocalPath
from rdsproxy_templates.rendering.documents import bundle

pytestmark = pytest.mark.xdist_group("fleet_published")

REGIONS = ("eu-west-1", "us-east-1")
READERS = Readers(organization="o-1234567890")
KEY = "fleet/0123.zip"
PACKAGES = RegionalPackages(template="Resources: {}", objects={KEY: b"code"})


@pytest.fixture(scope="module")
def account():
    with TestCloud(LocalCloud()) as cloud:
        cloud.cloud.wait_until_ready()
        yield cloud.default_account


@pytest.fixture(scope="module")
def sessions(account):
    environment = account.environment
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment.get("AWS_SESSION_TOKEN"),
        region_name="eu-west-1",
    )
    administrator = AccountSession(
        name="app", settings=AccountSettings(), id=account.id, session=session, region="eu-west-1"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", environment["AWS_ENDPOINT_URL"])
        yield FleetSessions(administrator=administrator, reader_role="reader")


def settings(**packages):
    waves = [{"name": "all", "accounts": ["111111111111"], "regions": list(REGIONS)}]
    given = {"variant": "base", "targets": {"waves": waves}, "packages": packages}
    return FleetSettings.parse(given, "fleet.yaml")


def publish(sessions, packages=PACKAGES, readers=READERS, **buckets):
    said = []
    published(packages, settings(**buckets), sessions, REGIONS, readers, said.append)
    return said


def refused(sessions, **buckets):
    with pytest.raises(DeploymentError) as caught:
        publish(sessions, **buckets)
    return sorted(str(problem) for problem in caught.value.problems)


def s3(sessions, region="eu-west-1"):
    return sessions.administrator.at(region).client("s3")


def test_buckets_are_made_as_they_should_be_and_filled_once(sessions):
    first = publish(sessions, bucket_prefix="made")
    again = publish(sessions, bucket_prefix="made")

    for region in REGIONS:
        assert f"{region}: bucket made-{region} created" in first
        assert f"{region}: bucket made-{region}: 1 of 1 packages uploaded" in first
        assert f"{region}: bucket made-{region}: 0 of 1 packages uploaded" in again
        client, bucket = s3(sessions, region), f"made-{region}"
        assert client.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"code"
        assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        policy = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])
        assert [one["Effect"] for one in policy["Statement"]] == ["Deny", "Allow"]
        (rule,) = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
        blocked = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert set(blocked.values()) == {True}


def test_a_made_bucket_that_somebody_has_opened_is_closed_again(sessions):
    publish(sessions, bucket_prefix="opened")
    client, bucket = s3(sessions), "opened-eu-west-1"
    client.delete_public_access_block(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})

    publish(sessions, bucket_prefix="opened", readers=Readers(accounts=("111111111111",)))

    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    policy = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"][1]["Condition"] == {
        "StringEquals": {"aws:PrincipalAccount": ["111111111111"]}
    }


def test_a_bucket_whose_creation_was_cut_is_gone_on_with(sessions):
    s3(sessions, "us-east-1").create_bucket(Bucket="cut-us-east-1")

    said = publish(sessions, bucket_prefix="cut")

    assert "us-east-1: bucket cut-us-east-1: 1 of 1 packages uploaded" in said


def test_somebodys_bucket_of_the_name_is_not_touched(sessions):
    client = s3(sessions, "us-east-1")
    client.create_bucket(Bucket="taken-us-east-1")
    client.put_object(Bucket="taken-us-east-1", Key="theirs", Body=b"")

    (problem,) = refused(sessions, bucket_prefix="taken")

    assert problem.startswith(
        "[us-east-1: bucket taken-us-east-1] exists, and no fleet has made it"
    )
    assert client.list_objects_v2(Bucket="taken-us-east-1")["KeyCount"] == 1


def test_everything_that_is_wrong_with_given_buckets_is_said_at_once(sessions):
    s3(sessions, "us-east-1").create_bucket(Bucket="plain-virginia")

    problems = refused(sessions, buckets={"eu-west-1": "no-such", "us-east-1": "plain-virginia"})

    told = "\n".join(problems)
    assert "[eu-west-1: bucket no-such] does not exist" in told
    for sentence in (
        "keeps no versions",
        "does not block public access",
        "is read without TLS, too",
        "does not let the organization o-1234567890 get objects",
    ):
        assert f"[us-east-1: bucket plain-virginia] {sentence}" in told


def test_a_given_bucket_of_another_region_is_refused(sessions):
    publish(sessions, bucket_prefix="elsewhere")
    given = {"eu-west-1": "elsewhere-eu-west-1", "us-east-1": "elsewhere-eu-west-1"}

    (problem,) = refused(sessions, buckets=given)

    assert "is in eu-west-1, and code is taken only from us-east-1" in problem


def test_buckets_that_were_made_as_fleets_make_them_may_be_given(sessions):
    publish(sessions, bucket_prefix="given")
    given = {region: f"given-{region}" for region in REGIONS}

    said = publish(sessions, RegionalPackages(template="", objects={"b": b"2"}), buckets=given)

    assert len([one for one in said if one.endswith("1 of 1 packages uploaded")]) == 2
    delete_buckets(settings(buckets=given), sessions, REGIONS, said.append)
    assert not [one for one in said if one.endswith("deleted")]


def test_a_long_template_is_given_by_its_url(sessions):
    long = RegionalPackages(template="# long\n" * 10_000)

    publish(sessions, long, bucket_prefix="long")

    url = template_argument(long, settings(bucket_prefix="long"), sessions)["TemplateURL"]
    assert url.endswith(f"/long-eu-west-1/{long.template_key}")
    assert s3(sessions).head_object(Bucket="long-eu-west-1", Key=long.template_key)
    short = template_argument(PACKAGES, settings(bucket_prefix="long"), sessions)
    assert short == {"TemplateBody": "Resources: {}"}


def test_made_buckets_are_deleted_with_all_versions(sessions):
    publish(sessions, bucket_prefix="ended")
    client = s3(sessions)
    client.put_object(Bucket="ended-eu-west-1", Key=KEY, Body=b"another version")
    client.delete_object(Bucket="ended-eu-west-1", Key=KEY)
    said = []

    delete_buckets(settings(bucket_prefix="ended"), sessions, REGIONS, said.append)
    delete_buckets(settings(bucket_prefix="ended"), sessions, REGIONS, said.append)

    assert said == [f"{region}: bucket ended-{region} deleted" for region in REGIONS]


def test_sam_cli_builds_what_only_it_knows_how_to(tmp_path, sam_cli, monkeypatch):
    code = tmp_path / "src"
    code.mkdir()
    (code / "app.py").write_text("def handler(event, context): ...\n")
    (code / "requirements.txt").write_text("")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {LocalPath.KEY: "src"},
            "Handler": "app.handler",
            "Runtime": f"python3.{sys.version_info.minor}",
            "Role": "arn:aws:iam::111111111111:role/given",
        },
    }
    made = of_one(function)
    made.write(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sam_cli).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SAM_CLI_TELEMETRY", "0")
    fleet = RenderedFleet(name="one", bundle=made, folder=tmp_path)

    packages = regional_packages(fleet, settings(bucket_prefix="sam"))

    ((key, archive),) = packages.objects.items()
    assert "app.py" in zipfile.ZipFile(BytesIO(archive)).namelist()
    assert f"S3Key: {key}" in packages.template


def test_an_image_has_to_be_in_the_repository_of_every_region(sessions, tmp_path):
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": {}, "layers": []})
    owner = sessions.administrator.id
    host = f"{owner}.dkr.ecr.eu-west-1.amazonaws.com"
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Code": {"ImageUri": f"{host}/orders:1"}, "PackageType": "Image"},
    }
    image = regional_image(function)
    pulling = {"Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Effect": "Allow"}
    statements = [
        {**pulling, "Principal": "*", "Condition": READERS.condition},
        {**pulling, "Principal": {"Service": "lambda.amazonaws.com"}},
    ]

    def examined():
        return examined_images([image], sessions, REGIONS, READERS)

    def push(region):
        ecr = sessions.administrator.at(region).client("ecr")
        ecr.create_repository(repositoryName="orders")
        ecr.put_image(repositoryName="orders", imageManifest=manifest, imageTag="1")
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        ecr.set_repository_policy(repositoryName="orders", policyText=policy)

    push("eu-west-1")
    digests, (problem,) = examined()
    assert problem.place == "us-east-1: image orders:1"
    assert "`aws ecr create-repository --repository-name orders --region us" in problem.sentence
    with pytest.raises(DeploymentError) as caught:
        published(
            PACKAGES, settings(bucket_prefix="images"), sessions, REGIONS, READERS, print, [problem]
        )
    assert caught.value.problems == (problem,)

    push("us-east-1")
    assert examined() == (digests, [])
    assert digests[image].startswith("sha256:")

    fleet = PreparedFleet(
        settings=settings(bucket_prefix="images"),
        rendered=RenderedFleet(name="one", bundle=of_one(function), folder=tmp_path),
        waves=(Wave(name="all", places=tuple(Place(owner, region) for region in REGIONS)),),
        rows=ParameterRows(),
    )
    template = published_template(fleet, sessions, print).text
    assert f"/orders@{digests[image]}" in template
    assert "orders:1" not in template


def of_one(function):
    """A template of one function."""
    root = Template(
        description="One function",
        parameters={},
        children={},
        resources={"One": function},
        outputs={},
    )
    return bundle(root, nesting="plain")
