"""The local cloud's buckets: what SAM CLI's own stack says of its bucket, and what S3 refuses."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from type_harness import TypeHarness

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-buckets")

REFUSED = (Failure, ClientError)
CLOSED = {
    "BlockPublicAcls": "true",
    "BlockPublicPolicy": "true",
    "IgnorePublicAcls": "true",
    "RestrictPublicBuckets": "true",
}
NOBODY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def bucket(harness):
    bucket = harness.create("AWS::S3::Bucket")
    yield bucket
    harness.delete(bucket)


def encryption(algorithm, **more):
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **more}}
    return {"ServerSideEncryptionConfiguration": [rule]}


def read(harness, operation, bucket):
    return harness.call("s3", operation, Bucket=bucket.physical_id)


def algorithms(harness, bucket):
    found = read(harness, "get_bucket_encryption", bucket)["ServerSideEncryptionConfiguration"]
    return [rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in found["Rules"]]


class TestBucket:
    def test_it_matches_its_template(self, harness):
        made = harness.create(
            "AWS::S3::Bucket",
            BucketEncryption=encryption("aws:kms"),
            PublicAccessBlockConfiguration=CLOSED,
            Tags=[{"Key": "a", "Value": "1"}],
            VersioningConfiguration={"Status": "Enabled"},
        )

        closed = read(harness, "get_public_access_block", made)["PublicAccessBlockConfiguration"]
        assert closed == dict.fromkeys(CLOSED, True)
        assert algorithms(harness, made) == ["aws:kms"]
        assert read(harness, "get_bucket_tagging", made)["TagSet"] == [{"Key": "a", "Value": "1"}]
        assert read(harness, "get_bucket_versioning", made)["Status"] == "Enabled"
        harness.delete(made)

    def test_old_objects_expire_as_its_rules_say(self, harness):
        rule = {"Id": "old", "Status": "Enabled", "Prefix": "logs/", "ExpirationInDays": 30}
        made = harness.create("AWS::S3::Bucket", LifecycleConfiguration={"Rules": [rule]})

        [read_back] = read(harness, "get_bucket_lifecycle_configuration", made)["Rules"]
        assert (read_back["ID"], read_back["Expiration"]) == ("old", {"Days": 30})
        assert read_back["Filter"] == {"Prefix": "logs/"}
        made = harness.update(made)
        with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
            read(harness, "get_bucket_lifecycle_configuration", made)

    def test_its_owner_owns_its_objects(self, harness):
        controls = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
        made = harness.create("AWS::S3::Bucket", OwnershipControls=controls)
        assert read(harness, "get_bucket_ownership_controls", made)["OwnershipControls"] == controls

    def test_its_name_is_in_every_address_of_it(self, bucket):
        name = bucket.physical_id

        assert name.startswith("harness-thing-")
        assert bucket.attributes == {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.eu-west-1.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.eu-west-1.amazonaws.com",
        }

    def test_settings_change_and_are_removed_in_place(self, harness):
        first = harness.create(
            "AWS::S3::Bucket",
            BucketEncryption=encryption("aws:kms"),
            PublicAccessBlockConfiguration=CLOSED,
            Tags=[{"Key": "a", "Value": "1"}],
        )
        second = harness.update(first, BucketEncryption=encryption("AES256"))

        assert second.physical_id == first.physical_id
        assert algorithms(harness, second) == ["AES256"]
        for operation in ("get_public_access_block", "get_bucket_tagging"):
            with pytest.raises(ClientError, match="NoSuch"):
                read(harness, operation, second)
        harness.delete(second)

    @pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
    def test_it_is_in_the_region_of_its_stack(self, server, region):
        there = TypeHarness(server.clients, region=region)
        made = there.create("AWS::S3::Bucket")

        assert there.call("s3", "head_bucket", Bucket=made.physical_id)["BucketRegion"] == region
        there.delete(made)

    def test_it_cannot_be_deleted_while_it_holds_something(self, harness, bucket):
        place = {"Bucket": bucket.physical_id, "Key": "one"}
        harness.call("s3", "put_object", **place)

        with pytest.raises(ClientError, match="BucketNotEmpty"):
            harness.delete(bucket)
        harness.call("s3", "delete_object", **place)

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"BucketEncryption": encryption("rot13")}, "SSEAlgorithm"),
            ({"BucketEncryption": encryption("aws:kms", KMSMasterKeyID=NOBODY)}, "NotFound"),
            ({"Versioning": "Enabled"}, "Versioning"),
            ({"Tags": [{"Key": "aws:mine", "Value": "1"}]}, "InvalidTag"),
        ],
        ids=["algorithm", "key", "unknown", "tag"],
    )
    def test_invalid_properties_leave_no_bucket(self, harness, wrong, reason):
        def names():
            return [found["Name"] for found in harness.call("s3", "list_buckets")["Buckets"]]

        before = names()
        with pytest.raises(REFUSED, match=reason):
            harness.create("AWS::S3::Bucket", **wrong)
        assert names() == before

    def test_properties_that_the_local_cloud_does_not_know_fail(self, harness):
        with pytest.raises(AssertionError, match=r"ignores \['AccelerateConfiguration'\]"):
            harness.create(
                "AWS::S3::Bucket",
                BucketName="accelerated",
                AccelerateConfiguration={"AccelerationStatus": "Enabled"},
            )
        harness.call("s3", "delete_bucket", Bucket="accelerated")


def statement(effect, bucket, action="s3:*", principal="*", **more):
    return {
        "Effect": effect,
        "Action": action,
        "Principal": principal,
        "Resource": f"{bucket.attributes['Arn']}/*",
        **more,
    }


def by_http(value):
    return {"Bool": {"aws:SecureTransport": value}}


class TestPolicy:
    @pytest.fixture
    def policy(self, harness, bucket):
        """Puts a policy that says *statements*."""

        def policy(*statements):
            return harness.create(
                "AWS::S3::BucketPolicy",
                Bucket=bucket.physical_id,
                PolicyDocument={"Version": "2012-10-17", "Statement": list(statements)},
            )

        return policy

    def write(self, harness, bucket):
        place = {"Bucket": bucket.physical_id, "Key": "one"}
        harness.call("s3", "put_object", **place)
        harness.call("s3", "put_object", **place)
        harness.call("s3", "delete_object", **place)

    def test_a_denial_of_plain_http_does_not_affect_tls(self, harness, bucket, policy):
        theirs = {"Service": "serverlessrepo.amazonaws.com"}
        source = {"StringEquals": {"aws:SourceAccount": harness.account}}
        made = policy(
            statement("Allow", bucket, "s3:GetObject", theirs, Condition=source),
            statement("Deny", bucket, Condition=by_http("false")),
        )

        self.write(harness, bucket)
        harness.delete(made)

    def test_a_denial_for_everybody_holds_until_it_is_deleted(self, harness, bucket, policy):
        harness.call("s3", "put_object", Bucket=bucket.physical_id, Key="one")
        made = policy(statement("Deny", bucket, Condition=by_http("true")))

        with pytest.raises(ClientError, match="403"):
            self.write(harness, bucket)
        harness.delete(made)
        self.write(harness, bucket)

    def test_another_takes_its_place(self, harness, bucket, policy):
        made = policy(statement("Deny", bucket))
        readers = {"AWS": harness.account}
        allowed = statement("Allow", bucket, "s3:GetObject", readers)
        document = {"Version": "2012-10-17", "Statement": [allowed]}
        again = harness.update(made, Bucket=bucket.physical_id, PolicyDocument=document)

        self.write(harness, bucket)
        assert again.physical_id == bucket.physical_id
        harness.delete(again)

    def test_it_needs_a_bucket(self, harness):
        with pytest.raises(ClientError, match="NoSuchBucket"):
            harness.create(
                "AWS::S3::BucketPolicy",
                Bucket="nonesuch",
                PolicyDocument={"Version": "2012-10-17", "Statement": []},
            )
