"""The bucket for packages in an account, created at its first use."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import Any, Final

NO_LOCATION: Final = "us-east-1"
"""The Region that is no location constraint."""


class PackageBucket:
    """A bucket in which each key is uploaded once, by threads side by side, too."""

    def __init__(self, client: Any, account_id: str, region: str) -> None:
        self.name = f"packages-{account_id}-{region}"
        self._client, self._region = client, region
        self._keys: set[str] = set()
        self._exists = False
        self._creating = Lock()

    def upload(self, key: str, content: bytes) -> str:
        """Put *content* under *key*, which names it; return the bucket's name."""
        with self._creating:
            if not self._exists:
                self._create()
        if key not in self._keys:
            self._client.put_object(Bucket=self.name, Key=key, Body=content)
            self._keys.add(key)
        return self.name

    def _create(self) -> None:
        where = {"CreateBucketConfiguration": {"LocationConstraint": self._region}}
        known = {one["Name"] for one in self._client.list_buckets()["Buckets"]}
        if self.name not in known:
            options = {} if self._region == NO_LOCATION else where
            # A busy machine may answer late, and the client then asks again.
            with suppress(self._client.exceptions.BucketAlreadyOwnedByYou):
                self._client.create_bucket(Bucket=self.name, **options)
        self._exists = True
