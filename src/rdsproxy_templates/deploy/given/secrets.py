"""Secrets that exist: that the account has them, what they hold, and which key encrypts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...aws.identifiers import SECRET
from ...errors import Problem
from ...validators.graph import FUNCTION_TYPES, Graph
from .account import AccountReader
from .keys import unusable
from .secret_logins import login_problems
from .subnets import PROXY
from .values import Given, GivenValues

AWS_KEY: Final = "alias/aws/secretsmanager"
READS, DECRYPTS = "secretsmanager:GetSecretValue", "kms:Decrypt"


def secret_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report secrets that cannot be read, do not hold a login, or need another key."""
    for one in _secrets(given):
        region = one.text.split(":")[3]
        if region != account.session.region:
            sentence = f"is {one.text}, a secret of {region}; give one of {account.session.region}"
            yield Problem(one.place, sentence)
        elif not account.skips(one.place, one.text):
            yield from _secret(account, given, one)


def _secret(account: AccountReader, given: GivenValues, one: Given) -> Iterator[Problem]:
    described = account.ask("secretsmanager", "describe_secret", one.place, SecretId=one.text)
    if described and described.get("DeletedDate"):
        sentence = f"is {one.text}, which is scheduled for deletion; restore it, or give another"
        yield Problem(one.place, sentence)
        return
    if described:
        yield from _key(account, given, one, described.get("KmsKeyId", AWS_KEY))
    elif any(refusal.place == one.place for refusal in account.refusals):
        return  # One sentence about a secret that is missing is enough.
    if answer := account.ask("secretsmanager", "get_secret_value", one.place, SecretId=one.text):
        yield from login_problems(account, given, one, answer.get("SecretString"))


def _secrets(given: GivenValues) -> list[Given]:
    """Return the secrets with logins that parameters and the proxies' settings name."""
    named = [
        Given(name, value)
        for name, value in given.parameters.items()
        if re.fullmatch(SECRET.pattern, value)
    ]
    logins = [one for use in given.uses("Auth.*.SecretArn", PROXY) for one in use.given]
    return [*{one.text: one for one in (*logins, *named)}.values()]


def _key(account: AccountReader, given: GivenValues, secret: Given, key: str) -> Iterator[Problem]:
    """Report roles of the stack that read *secret*, and may not decrypt with *key*."""
    if key.endswith(AWS_KEY) or account.skips(secret.place, key):
        return
    answer = account.ask("kms", "describe_key", secret.place, KeyId=key)
    if not answer or answer["KeyMetadata"].get("KeyManager") == "AWS":
        return
    if sentence := unusable(answer["KeyMetadata"]):
        yield Problem(secret.place, f"is encrypted with {key}, {sentence}")
        return
    arn, graph = answer["KeyMetadata"]["Arn"], Graph(given.flat)
    for name, _ in graph.of_type("AWS::IAM::Role", *FUNCTION_TYPES):
        read = graph.resources_for(READS, name)
        if not any(one.text == secret.text for one in given.told(read, "")):
            continue
        if all(one.text != arn for one in given.told(graph.resources_for(DECRYPTS, name), "")):
            yield Problem(
                secret.place,
                f"is encrypted with {arn}, with which {given.path(name)} may not decrypt; name the "
                "key in the settings, beside the secret",
            )
