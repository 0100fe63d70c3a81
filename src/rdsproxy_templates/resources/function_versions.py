"""A variable of a function with an alias, which changes with whatever a version keeps.

SAM publishes a version where code, environment or memory change, and leaves callers with the old
one where only a timeout, a runtime or a layer does. With ``AutoPublishAliasAllProperties`` it would
publish one for reserved concurrency and tags, too, which versions do not keep, and Lambda refuses
a version that is like the last one (aws/serverless-application-model#3281).
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from troposphere import awslambda, encode_to_dict, serverless

from ..cache import version_of

VARIABLE: Final = "RDSPROXY_SETTINGS"
KEPT: Final = (
    "Architectures",
    "EphemeralStorage",
    "Handler",
    "ImageUri",
    "Layers",
    "LoggingConfig",
    "PackageType",
    "Role",
    "Runtime",
    "Timeout",
    "Tracing",
    "VpcConfig",
)
"""Properties that a version keeps, beside those that SAM looks at: as the AWS CDK's
``function-hash.ts`` tells them apart."""


def tell_versions_apart(function: serverless.Function, *, has_library_layer: bool) -> None:
    """Add the variable to *function*; the library's layer changes with the library's version."""
    properties = function.properties
    kept = {name: encode_to_dict(properties[name]) for name in KEPT if name in properties}
    layer = version_of("rdsproxy-templates") if has_library_layer else None
    text = json.dumps([kept, layer], sort_keys=True, default=str)
    before = properties["Environment"].Variables if "Environment" in properties else {}
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    function.Environment = awslambda.Environment(Variables={**before, VARIABLE: digest})
