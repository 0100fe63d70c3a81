"""The gates of accounts: a function that says, where there is one, if its account is ready."""

from __future__ import annotations

from typing import Final

from moto.awslambda.models import lambda_backends

from .instance import Place
from .stack_set import StackSet

NAME: Final = "AWSCloudFormationStackSetAccountGate"


def ask(_: StackSet, place: Place) -> dict[str, str]:
    """The gate's answer, as the API shows it."""
    arn = f"arn:aws:lambda:{place.region}:{place.account}:function:{NAME}"
    functions = lambda_backends[place.account][place.region].list_functions()
    if all(one.function_name != NAME for one in functions):
        return {"Status": "SKIPPED", "StatusReason": f"Function not found: {arn}"}
    return {"Status": "SUCCEEDED"}
