"""The bucket of a Region: made as it should be, or examined where it is given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import Problem
from .bucket_policies import Readers, bucket_policy, lets_read, refuses_plain_http

OWNER_TAG: Final = "rdsproxy-templates:fleet"
"""Tag of a bucket that a fleet has made; its value is the name of the stack set."""
KEPT_DAYS: Final = 90
"""Days for which versions are kept that something has replaced or deleted."""
UNFINISHED_DAYS: Final = 7
WITHOUT_CONSTRAINT: Final = "us-east-1"
BLOCKED: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
AES: Final = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
"""S3's own keys, which every account reads; those of KMS need a policy for each of them."""
LIFECYCLE: Final = [
    {
        "ID": "OldVersions",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_DAYS},
    }
]


@dataclass(frozen=True, kw_only=True)
class PackageBucket:
    """The bucket *name* in *region*, and boto3's client of S3 there."""

    s3: Any
    name: str
    region: str
    owner: str
    """ID of the administrator's account."""
    partition: str
    stack_set: str
    is_given: bool

    @property
    def place(self) -> str:
        """The beginning of what is said of it."""
        return f"{self.region}: bucket {self.name}"

    @property
    def mine(self) -> dict[str, str]:
        """Arguments that name the bucket, and refuse one of its name in another account."""
        given = {} if self.is_given else {"ExpectedBucketOwner": self.owner}
        return {"Bucket": self.name, **given}

    def exists(self) -> bool:
        """Tell if there is such a bucket; an error where it may not be used."""
        found = self._answer("head_bucket")
        return found is not None

    def create(self, readers: Readers) -> None:
        """Create the bucket, as it should be before anything lies in it."""
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.s3.create_bucket(
            Bucket=self.name, **({} if self.region == WITHOUT_CONSTRAINT else where)
        )
        self.settle(readers)

    def settle(self, readers: Readers) -> None:
        """Give a bucket that a fleet has made what it should have; the same again changes nothing.

        Readers are those of the waves, whose accounts may have become more.
        """
        if not self.is_made():
            tags = {"TagSet": [{"Key": OWNER_TAG, "Value": self.stack_set}]}
            self.s3.put_bucket_tagging(**self.mine, Tagging=tags)
        self.s3.put_public_access_block(**self.mine, PublicAccessBlockConfiguration=BLOCKED)
        self.s3.put_bucket_encryption(
            **self.mine, ServerSideEncryptionConfiguration={"Rules": [AES]}
        )
        enabled = {"Status": "Enabled"}
        self.s3.put_bucket_versioning(**self.mine, VersioningConfiguration=enabled)
        self.s3.put_bucket_lifecycle_configuration(
            **self.mine, LifecycleConfiguration={"Rules": LIFECYCLE}
        )
        policy = bucket_policy(self.partition, self.name, readers)
        self.s3.put_bucket_policy(**self.mine, Policy=json.dumps(policy))

    def is_made(self) -> bool:
        """Tell if a fleet has made it."""
        return self._tag() is not None

    def is_blank(self) -> bool:
        """Tell if it has nothing, neither tags nor objects, as after a creation that was cut."""
        found = self.s3.list_object_versions(**self.mine, MaxKeys=1)
        nothing = not found.get("Versions") and not found.get("DeleteMarkers")
        return nothing and not self._answer("get_bucket_tagging", {}).get("TagSet")

    def is_own(self) -> bool:
        """Tell if it was made for this stack set."""
        return self._tag() == self.stack_set

    def problems(self, readers: Readers) -> Iterator[Problem]:
        """Yield what keeps accounts from reading, or others from not doing so."""
        region = self._answer("get_bucket_location", {})["LocationConstraint"] or WITHOUT_CONSTRAINT
        if region != self.region:
            sentence = f"is in {region}, and code is taken only from {self.region}; name another"
            yield Problem(self.place, sentence)
            return
        if self._answer("get_bucket_versioning", {}).get("Status") != "Enabled":
            sentence = "keeps no versions, so that a stack may find its code gone; enable them"
            yield Problem(self.place, sentence)
        yield from self._encryption_problems()
        blocked = self._answer("get_public_access_block", {}).get(
            "PublicAccessBlockConfiguration", {}
        )
        if not all(blocked.get(name) for name in BLOCKED):
            yield Problem(self.place, "does not block public access; block all four kinds of it")
        policy = json.loads(self._answer("get_bucket_policy", {}).get("Policy", "{}"))
        if not refuses_plain_http(policy):
            sentence = "is read without TLS, too; deny what has aws:SecureTransport false"
            yield Problem(self.place, sentence)
        if not lets_read(policy, readers):
            sentence = f"does not let the {readers} get objects; allow it in the bucket's policy"
            yield Problem(self.place, sentence)

    def _encryption_problems(self) -> Iterator[Problem]:
        found = self._answer("get_bucket_encryption", {}).get(
            "ServerSideEncryptionConfiguration", {}
        )
        rules = [one["ApplyServerSideEncryptionByDefault"] for one in found.get("Rules", ())]
        if not rules:
            yield Problem(self.place, "has no default encryption; set AES256")
        for one in rules:
            if one["SSEAlgorithm"] != "AES256" and "KMSMasterKeyID" not in one:
                sentence = (
                    "is encrypted with AWS's own key of KMS, which no other account may use; set "
                    "AES256, or a key whose policy has the accounts"
                )
                yield Problem(self.place, sentence)

    def _tag(self) -> str | None:
        tags = self._answer("get_bucket_tagging", {}).get("TagSet", ())
        return next((one["Value"] for one in tags if one["Key"] == OWNER_TAG), None)

    def _answer(self, method: str, otherwise: Mapping[str, Any] | None = None) -> Any:
        """Return what S3 says; *otherwise* where there is none of what was asked for."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            return getattr(self.s3, method)(**self.mine)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "404" or code.startswith(("NoSuch", "ServerSideEncryptionConfigurationNot")):
                return otherwise
            raise
