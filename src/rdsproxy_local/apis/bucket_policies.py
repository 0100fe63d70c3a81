"""Bucket policies for everybody: moto treats a condition that does not match as a denial."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from ..data_plane.policies import said_to_everybody
from .surround import mend

BY_TLS: Final = {"aws:SecureTransport": "true"}
"""Loopback stands for HTTPS."""
RESULTS: Final = {
    "Allow": PermissionResult.PERMITTED,
    "Deny": PermissionResult.DENIED,
    None: PermissionResult.NEUTRAL,
}


def install() -> None:
    mend(
        FakeBucket,
        "get_permission",
        _permission,
        moto="a Deny whose condition does not hold denies",
        aws="it has no effect",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html",
    )


def _permission(
    _: Callable[..., Any], bucket: FakeBucket, action: str, resource: str
) -> PermissionResult:
    document = json.loads(bucket.policy) if bucket.policy else {"Statement": []}
    return RESULTS[said_to_everybody(document, action, resource, **BY_TLS)]
