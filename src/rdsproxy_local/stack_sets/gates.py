"""The gates of accounts: a function that says, where there is one, if its account is ready."""

from __future__ import annotations

import json
from typing import Final

from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends

from ..cloudformation.failure import Failure
from ..cloudformation.stacks import backend
from .instance import Place
from .roles import NotAllowed, clients_in
from .stack_set import StackSet

NAME: Final = "AWSCloudFormationStackSetAccountGate"
FORBIDDEN: Final = f"Insufficient permissions to invoke {NAME}"


def ask(stack_set: StackSet, place: Place) -> dict[str, str]:
    """The gate's answer, as the API shows it; one that cannot be asked is open."""
    arn = f"arn:aws:lambda:{place.region}:{place.account}:function:{NAME}"
    functions = lambda_backends[place.account][place.region].list_functions()
    if all(one.function_name != NAME for one in functions):
        return {"Status": "SKIPPED", "StatusReason": f"Function not found: {arn}"}
    try:
        clients = clients_in(stack_set, place, backend(*place).clients)
        answer = clients.call("lambda", "invoke", *place, FunctionName=NAME, Payload="{}")
    except (ClientError, Failure, NotAllowed):
        return {"Status": "SKIPPED", "StatusReason": FORBIDDEN}
    said = json.loads(answer["Payload"].read() or "null")
    if isinstance(said, dict) and said.get("Status") == "SUCCEEDED":
        return {"Status": "SUCCEEDED"}
    return {"Status": "FAILED", "StatusReason": f"The function {arn} did not succeed"}
