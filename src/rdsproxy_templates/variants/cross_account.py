"""Settings that the three parts of a service across two accounts share."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..model import ParameterAttributes, Settings

Login = Literal["iam", "password"]

ACCOUNT = ParameterAttributes(
    allowed_pattern=r"\d{12}", constraint_description="must be the twelve digits of an account"
)


class AcrossAccountsSettings(Settings):
    """A part of the whole; what all parts must choose alike."""

    login: Login = Field(
        default="iam",
        description="How the function logs in, the same in all three parts: with a token signed "
        "in a role of the database's account, or with a password from a secret there.",
    )
