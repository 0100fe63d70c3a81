"""Keys of KMS, which must be there and enabled for the services that use one at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context

KEY: Final = re.compile(r"(.*)K(ms|MS)(Master)?Key(Id|ID|Arn|Identifier)?")
OF_AWS: Final = re.compile(r"(arn:[^:]+:kms:[^:]*:[^:]*:)?alias/aws/.+")
OTHERS: Final = ("AWS::S3::", "AWS::SNS::", "AWS::SQS::", "AWS::Logs::", "AWS::SecretsManager::")
"""Services that ask for the key when something is encrypted, not before, or that ask themselves."""
SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::EC2::": ("ebs",),
    "AWS::RDS::": ("rds", "secretsmanager"),
}
"""The keys of AWS that a service encrypts with: the policy of each is for its service only."""


def problems(type_name: str, context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each key that is not there, or not enabled."""
    if type_name.startswith(OTHERS):
        return
    for key in dict.fromkeys(_keys(given)):
        if not (_is_own(type_name, key) if OF_AWS.fullmatch(key) else is_usable(context, key)):
            yield (
                f"The specified KMS key [{key}] does not exist, is not enabled or you do not "
                "have permissions to access it"
            )


def _keys(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for name, one in value.items():
                if isinstance(one, str) and one and KEY.fullmatch(name):
                    yield one
                else:
                    yield from _keys(one)
        case list():
            for one in value:
                yield from _keys(one)


def _is_own(type_name: str, key: str) -> bool:
    """True unless the key of AWS is another service's."""
    owners = next((one for start, one in OWN.items() if type_name.startswith(start)), None)
    return owners is None or key.rpartition("alias/aws/")[2] in owners


def is_usable(context: Context, key: str) -> bool:
    if key.startswith("arn:"):
        region, account = key.split(":")[3:5]
        if region != context.region:
            return False
        if account != context.account:
            # Its owner's policy decides, which this account does not see.
            return True
    try:
        found = context.call("kms", "describe_key", KeyId=key)
    except ClientError:
        return False
    key_metadata = found["KeyMetadata"]
    spec = key_metadata.get("KeySpec", SYMMETRIC)
    return bool(key_metadata["KeyState"] == "Enabled" and spec == SYMMETRIC)
