"""Environment variables of a function: Lambda's, its own, and those that lead to this cloud."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from botocore.exceptions import UnknownServiceError
from botocore.session import get_session

from . import function_logs, reachability
from .packages import Code
from .reachability import Interface
from .roots import Roots

IN_FUNCTION: Final = Path(__file__).parent / "in_function"
SPOKEN_TO: Final = ("lambda", "secretsmanager", "sts")
"""Services that the functions call without boto3, each with an endpoint variable of its own."""

IAM_PLUGIN: Final = "unix_socket"
"""The plugin that functions give to users of MariaDB that log in with tokens, for which MariaDB has
none: this one accepts no password either, and the data plane admits users whose token is good."""


class CloudContext(NamedTuple):
    """The facts about the local cloud that a function's process must know."""

    endpoint: str
    nowhere: str
    """A URL at which nothing answers."""
    roots: Roots


def variables_of(function: Any, code: Code, around: CloudContext) -> dict[str, str]:
    """Variables that Lambda sets, deployed ones, and ones that lead to the local cloud."""
    paths = [*(layer / "python" for layer in code.layers_of(function)), IN_FUNCTION]
    lambda_sets = {
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_LOG_FORMAT": function_logs.format_of(function),
        "AWS_LAMBDA_LOG_GROUP_NAME": function_logs.group_of(function),
        "AWS_REGION": function.region,
        # Its folder is ours alone, and the next process need not compile the same files again.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    deployed = {"IAM_PLUGIN": IAM_PLUGIN, **(function.environment_vars or {})}
    return {
        **lambda_sets,
        **deployed,
        **_endpoints(function, around),
        "LOCAL_CLOUD_FUNCTION": function.function_arn,
        "LOCAL_CLOUD_URL": around.endpoint,
        "NODE_EXTRA_CA_CERTS": str(around.roots.amazon),
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "RDS_CA_FILE": str(_trusted(function, code, deployed, around.roots)),
        "SSL_CERT_FILE": str(around.roots.amazon),
    }


def _trusted(function: Any, code: Code, deployed: Mapping[str, str], roots: Roots) -> Path:
    """The roots that the function trusts for databases: Amazon's, unless it names others."""
    if "RDS_CA_FILE" not in deployed:
        return roots.amazon
    return roots.instead_of(code.file(function, deployed["RDS_CA_FILE"]))


def place_of(function: Any) -> Interface | None:
    """The function's place in a VPC; None for a function in none."""
    config = function._vpc_config or {}
    if not config.get("SubnetIds"):
        return None
    by_ipv6 = config.get("Ipv6AllowedForDualStack") in (True, "true")
    groups = config.get("SecurityGroupIds") or ()
    return Interface.of(groups, config["SubnetIds"], "DUAL" if by_ipv6 else "IPV4")


def _endpoints(function: Any, around: CloudContext) -> dict[str, str]:
    """The endpoints where the function finds AWS's APIs, or where nothing answers."""
    where = place_of(function)
    gets_out = where is None or reachability.reaches_internet(where, reachability.HTTPS)
    everywhere = around.endpoint if gets_out else around.nowhere
    inside = () if where is None else reachability.endpoints(where, function.region)
    own = dict.fromkeys(SPOKEN_TO, everywhere) | dict.fromkeys(inside, around.endpoint)
    named = {f"AWS_ENDPOINT_URL_{_service_id(name)}": url for name, url in own.items()}
    return {"AWS_ENDPOINT_URL": everywhere, **named}


@cache
def _service_id(name: str) -> str:
    """The service's ID in the names of the SDKs' variables."""
    try:
        service_id: str = get_session().get_service_model(name).service_id
    except UnknownServiceError:
        service_id = name
    return str(service_id).replace(" ", "_").replace("-", "_").replace(".", "_").upper()
