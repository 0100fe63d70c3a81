"""Buckets and images of a fleet, as far as no Region is asked."""

from __future__ import annotations

import pytest

from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.fleet.bucket_policies import (
    Readers,
    bucket_policy,
    lets_read,
    refuses_plain_http,
)
from rdsproxy_templates.fleet.regional_images import (
    image_digest_problems,
    image_problems,
    regional_image,
)

ORGANIZATION = Readers(organization="o-1234567890")
ACCOUNTS = Readers(accounts=("111111111111", "222222222222"))
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = "sha256:" + "a" * 64


def allowing(principal, action="s3:GetObject", **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {"Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


def function(uri, **metadata):
    properties = {"PackageType": "Image", "Code": {"ImageUri": uri}}
    return {"Type": "AWS::Lambda::Function", "Properties": properties, "Metadata": metadata}


class Images:
    """The sessions of a fleet whose repositories have these digests by Region."""

    def __init__(self, digests):
        self.digests, self.region = digests, "eu-west-1"

    @property
    def administrator(self):
        return self

    def at(self, region):
        return type(self)({None: self.digests[region]})

    def client(self, _service):
        return self

    def describe_images(self, **_given):
        from botocore.exceptions import ClientError

        digest = self.digests[None]
        if digest is None:
            error = {"Code": "ImageNotFoundException", "Message": "no such image"}
            raise ClientError({"Error": error}, "DescribeImages")
        return {"imageDetails": [{"imageDigest": digest}]}


@pytest.mark.parametrize("readers", [ORGANIZATION, ACCOUNTS])
def test_a_made_policy_lets_its_readers_read_over_tls_only(readers):
    policy = bucket_policy("aws", "packages", readers)

    assert refuses_plain_http(policy)
    assert lets_read(policy, readers)
    allowed = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    assert [one["Action"] for one in allowed] == [["s3:GetObject", "s3:GetObjectVersion"]]


def test_readers_of_another_organization_are_not_those_of_the_fleet():
    assert not lets_read(
        bucket_policy("aws", "packages", ORGANIZATION), Readers(organization="o-2")
    )


def test_a_bucket_for_fewer_accounts_than_the_fleets_does_not_let_it_read():
    policy = bucket_policy("aws", "packages", Readers(accounts=("111111111111",)))

    assert not lets_read(policy, ACCOUNTS)


@pytest.mark.parametrize(
    ("policy", "readers", "wanted"),
    [
        ({}, ORGANIZATION, False),
        (allowing("*", StringEquals={"aws:PrincipalOrgID": "o-1234567890"}), ORGANIZATION, True),
        (allowing({"AWS": "*"}, "s3:Get*", StringLike={"aws:principalorgid": ["o-1234567890"]}),
         ORGANIZATION, True),
        (allowing("*", "s3:PutObject", StringEquals={"aws:PrincipalOrgID": "o-1234567890"}),
         ORGANIZATION, False),
        (allowing("*", StringNotEquals={"aws:PrincipalOrgID": "o-1234567890"}), ORGANIZATION, False),
        (allowing({"AWS": ["arn:aws:iam::111111111111:root", "222222222222"]}), ACCOUNTS, True),
        (allowing({"AWS": ["arn:aws:iam::111111111111:root"]}), ACCOUNTS, False),
        (allowing({"AWS": ["111111111111", "222222222222"]}), ORGANIZATION, False),
    ],
)  # fmt: skip
def test_policies_of_given_buckets_let_read_what_they_say(policy, readers, wanted):
    assert lets_read(policy, readers) is wanted


def test_a_policy_without_a_denial_takes_plain_http():
    assert not refuses_plain_http(allowing("*"))


@pytest.mark.parametrize("which", [":1.2", f"@{DIGEST}"])
def test_an_image_is_taken_from_the_repository_of_each_region(which):
    image = regional_image("Function", function(f"{HOST}/team/orders{which}"))

    host = "123456789012.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
    assert image.code == {"ImageUri": {"Fn::Sub": f"{host}/team/orders{which}"}}


def test_an_image_that_has_to_be_built_is_refused_with_the_way():
    built = function(f"{HOST}/not-built:one", DockerTag="one", DockerContext="./one")

    assert regional_image("Function", built) is None
    (problem,) = image_problems({"template.yaml": {"Resources": {"Function": built}}})
    assert "have ECR replicate that to the others" in problem.sentence


def test_an_image_is_looked_for_in_every_region():
    image = regional_image("Function", function(f"{HOST}/orders:1"))
    regions = ("eu-west-1", "us-east-1")

    same = Images({"eu-west-1": DIGEST, "us-east-1": DIGEST})
    assert [*image_digest_problems([image], same, regions)] == []
    lacking = Images({"eu-west-1": DIGEST, "us-east-1": None})
    (problem,) = image_digest_problems([image], lacking, regions)
    assert str(problem).startswith("[us-east-1: image orders:1] DescribeImages: no such image")
    other = Images({"eu-west-1": DIGEST, "us-east-1": "sha256:b"})
    (problem,) = image_digest_problems([image], other, regions)
    assert "differs by Region" in problem.sentence


def test_a_fleet_without_packages_has_no_bucket():
    from rdsproxy_templates.fleet.fleet_settings import FleetSettings
    from rdsproxy_templates.fleet.publishing import bucket_of

    waves = [{"name": "one", "accounts": ["111111111111"], "regions": ["eu-west-1"]}]
    settings = FleetSettings.parse({"variant": "base", "targets": {"waves": waves}}, "fleet.yaml")

    with pytest.raises(DeploymentError, match=r"\[packages\] is left out"):
        bucket_of(settings, None, "eu-west-1")
