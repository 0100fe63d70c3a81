"""The bucket of an account, to which several steps upload side by side."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

from rdsproxy_local.deployment.bucket import PackageBucket

SECONDS = 0.5
"""Time in which a second thread would meet the first, if nothing kept it out."""


class BucketAlreadyOwnedByYou(Exception):
    pass


class Bucket:
    """A client of S3 that holds who looks for buckets until another does, too."""

    class exceptions:  # noqa: N801 - as boto3 names them
        BucketAlreadyOwnedByYou = BucketAlreadyOwnedByYou

    def __init__(self):
        self.created, self.keys = [], []
        self._together = Barrier(2)

    def list_buckets(self):
        found = {"Buckets": [{"Name": name} for name in self.created]}
        with suppress(BrokenBarrierError):
            self._together.wait(SECONDS)
        return found

    def create_bucket(self, **given):
        self.created.append(given["Bucket"])

    def put_object(self, **given):
        self.keys.append(given["Key"])


def test_threads_side_by_side_create_one_bucket():
    client = Bucket()
    bucket = PackageBucket(client, "111122223333", "eu-west-1")
    threads = [Thread(target=bucket.upload, args=(key, b"")) for key in ("one", "two")]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert client.created == [bucket.name]
    assert sorted(client.keys) == ["one", "two"]
