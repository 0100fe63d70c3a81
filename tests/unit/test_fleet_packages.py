"""Buckets and images of a fleet, as far as no Region is asked."""

from __future__ import annotations

import json

import pytest

from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.fleet.bucket_policies import (
    Readers,
    bucket_policy,
    lets_read,
    refuses_plain_http,
)
from rdsproxy_templates.fleet.regional_images import (
    examined_images,
    image_problems,
    regional_image,
)

ORGANIZATION = Readers(organization="o-1234567890")
ACCOUNTS = Readers(accounts=("111111111111", "222222222222"))
OWN = Readers(accounts=("123456789012",))
REGIONS = ("eu-west-1", "us-east-1")
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = "sha256:" + "a" * 64


def allowing(principal, action="s3:GetObject", **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {"Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


def function(uri, **metadata):
    properties = {"PackageType": "Image", "Code": {"ImageUri": uri}}
    return {"Type": "AWS::Lambda::Function", "Properties": properties, "Metadata": metadata}


class Repositories:
    """The sessions of a fleet whose repositories have these digests, and this policy, by Region."""

    id = "123456789012"

    def __init__(self, digests, policy=None, region="eu-west-1"):
        self.digests, self.policy, self.region = digests, policy, region

    @property
    def administrator(self):
        return self

    def at(self, region):
        return type(self)(self.digests, self.policy, region)

    def client(self, _service):
        return self

    def describe_images(self, **_given):
        if self.region not in self.digests:
            raise refusal("RepositoryNotFoundException", "no such repository", "DescribeImages")
        if self.digests[self.region] is None:
            raise refusal("ImageNotFoundException", "no such image", "DescribeImages")
        return {"imageDetails": [{"imageDigest": self.digests[self.region]}]}

    def get_repository_policy(self, **_given):
        if self.policy is None:
            raise refusal("RepositoryPolicyNotFoundException", "none", "GetRepositoryPolicy")
        return {"policyText": json.dumps(self.policy)}


def refusal(code, message, operation):
    from botocore.exceptions import ClientError

    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


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
def test_an_image_is_taken_from_the_repository_of_each_region_by_its_digest(which):
    image = regional_image(function(f"{HOST}/team/orders{which}"))

    host = "123456789012.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
    assert image.code(DIGEST) == {"ImageUri": {"Fn::Sub": f"{host}/team/orders@{DIGEST}"}}


def test_an_image_that_has_to_be_built_is_refused_with_the_way():
    built = function(f"{HOST}/not-built:one", DockerTag="one", DockerContext="./one")

    assert regional_image(built) is None
    (problem,) = image_problems({"template.yaml": {"Resources": {"Function": built}}})
    assert "have ECR replicate that to the others" in problem.sentence


def examined(repositories, which=":1", readers=OWN):
    image = regional_image(function(f"{HOST}/orders{which}"))
    digests, problems = examined_images([image], repositories, REGIONS, readers)
    return digests.get(image), [str(problem) for problem in problems]


def test_an_image_that_every_region_has_is_known_by_its_digest():
    same = Repositories({"eu-west-1": DIGEST, "us-east-1": DIGEST})

    assert examined(same) == (DIGEST, [])


def test_an_image_that_differs_by_region_is_refused():
    _, (problem,) = examined(Repositories({"eu-west-1": DIGEST, "us-east-1": "sha256:b"}))

    assert problem.startswith("[image orders:1] differs by Region: sha256:aaa")


@pytest.mark.parametrize(("which", "tag"), [(":1", "1"), (f"@{DIGEST}", DIGEST.replace(":", "-"))])
def test_an_image_that_a_region_lacks_is_named_with_the_command_that_copies_it(which, tag):
    _, (problem,) = examined(Repositories({"eu-west-1": DIGEST, "us-east-1": None}), which)

    there = HOST.replace("eu-west-1", "us-east-1")
    assert problem == (
        f"[us-east-1: image orders{which}] DescribeImages: no such image; copy it by `crane copy "
        f"{HOST}/orders{which} {there}/orders:{tag}`, since ECR replicates only what is pushed "
        "after its replication was set up"
    )


def test_a_repository_that_a_region_lacks_is_created_first():
    _, (problem,) = examined(Repositories({"eu-west-1": DIGEST}))

    assert (
        "copy it by `aws ecr create-repository --repository-name orders --region us-east-1`, then "
        "`crane copy "
    ) in problem


def test_an_image_that_no_region_has_has_no_copy():
    _, problems = examined(Repositories({}))

    assert problems == [
        f"[{region}: image orders:1] DescribeImages: no such repository" for region in REGIONS
    ]


def test_a_repository_has_to_let_the_accounts_and_lambda_pull():
    same = {"eu-west-1": DIGEST, "us-east-1": DIGEST}
    everybody = {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}
    accounts = allowing("*", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], **everybody)
    service = allowing({"Service": "lambda.amazonaws.com"}, "ecr:*")
    both = {"Statement": [*accounts["Statement"], *service["Statement"]]}

    def refused(policy):
        return examined(Repositories(same, policy), readers=ORGANIZATION)[1]

    assert refused(both) == []
    assert refused(service) == [
        f"[{region}: repository orders] does not let the organization o-1234567890 pull images; "
        "allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer in its policy"
        for region in REGIONS
    ]
    assert refused(accounts) == [
        f"[{region}: repository orders] does not let Lambda pull images for other accounts; allow "
        "ecr:BatchGetImage and ecr:GetDownloadUrlForLayer to the service lambda.amazonaws.com in "
        "its policy"
        for region in REGIONS
    ]
    assert len(refused(None)) == 4

    everyone = (*ACCOUNTS.accounts, *OWN.accounts)
    known = Readers(organization=ORGANIZATION.organization, accounts=everyone)
    named = allowing({"AWS": list(ACCOUNTS.accounts)}, "ecr:*")
    both = {"Statement": [*named["Statement"], *service["Statement"]]}
    assert examined(Repositories(same, both), readers=known)[1] == []
    assert len(refused(both)) == 2


def test_a_fleet_without_packages_has_no_bucket():
    from rdsproxy_templates.fleet.fleet_settings import FleetSettings
    from rdsproxy_templates.fleet.publishing import bucket_of

    waves = [{"name": "one", "accounts": ["111111111111"], "regions": ["eu-west-1"]}]
    settings = FleetSettings.parse({"variant": "base", "targets": {"waves": waves}}, "fleet.yaml")

    with pytest.raises(DeploymentError, match=r"\[packages\] is left out"):
        bucket_of(settings, None, "eu-west-1")
