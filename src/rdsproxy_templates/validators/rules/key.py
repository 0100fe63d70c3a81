"""Rules of keys: whoever reads a secret may use the key that encrypts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ...aws.documentation import RDS_GUIDE, SECRETS_MANAGER_GUIDE
from ..clients import variables_of
from ..credentials import secret_named
from ..graph import FUNCTION_TYPES, PROXY, SECRET, Graph
from ..matching import covers, same
from ..policies import holder_of, rights_of, role_named
from ..rule import Violation, as_rule
from ..texts import ACCOUNT, KEY, ROLE, Text, is_certain, literal, shown, text_of
from ..trust import accounts_of, is_own_account, principals, statements_of
from ..via_service import is_via
from .role import READ

DECRYPT: Final = "kms:Decrypt"
OWN_KEY: Final = "alias/aws/secretsmanager"
"""The key that Secrets Manager uses for an account where a secret names no other."""


@as_rule(
    "key/decrypt",
    title="Whoever reads a secret under a customer managed key may decrypt with that key.",
    why="Reading the secret is refused: the proxy or function does not log in.",
    remedy="Allow kms:Decrypt on the key, in the policy of the role or of the key.",
    source=f"{RDS_GUIDE}rds-proxy-iam-setup.html",
)
def decrypt(graph: Graph) -> Iterator[Violation]:
    for secret, body in graph.of_type(SECRET):
        expression = body.get("KmsKeyId")
        if expression is None or is_own_key(graph, expression):
            continue
        key = _key_named(graph, expression)
        for reader, holder in sorted(set(_readers(graph, secret))):
            if _may_decrypt(graph, holder, key) is False:
                yield Violation(
                    holder,
                    "Policies",
                    f"{reader} reads {secret}, and may not decrypt with its key",
                    f"Allow {DECRYPT} on {key or 'the key'}",
                )
        if key:
            yield from _others(graph, secret, key)


@as_rule(
    "key/shared-secret",
    level="warning",
    title="A secret that another account reads is under a customer managed key.",
    why="The AWS managed key aws/secretsmanager cannot be used from another account.",
    remedy="Give the secret a customer managed key, with the other account in its policy.",
    source=f"{SECRETS_MANAGER_GUIDE}auth-and-access_examples_cross.html",
)
def shared_secret(graph: Graph) -> Iterator[Violation]:
    for secret, body in graph.of_type(SECRET):
        expression = body.get("KmsKeyId")
        if expression is not None and not is_own_key(graph, expression):
            continue
        for reader in _foreign_readers(graph, secret):
            yield Violation(
                secret,
                "KmsKeyId",
                f"its policy lets {shown(reader)} read it, who cannot decrypt from another "
                "account what the account's own key encrypts",
                "Set KmsKeyId to a key whose policy lets that principal decrypt",
            )


def _readers(graph: Graph, secret: str) -> Iterator[tuple[str, str]]:
    """Yield who reads *secret*, and the role or SAM function whose policies apply."""
    for proxy, body in graph.of_type(PROXY):
        role = role_named(graph, body["RoleArn"]) if "RoleArn" in body else None
        named = [secret_named(graph, entry.get("SecretArn")) for entry in graph.logins_of(proxy)]
        if role and secret in named:
            yield proxy, role
    arn = text_of(graph, {"Ref": secret})
    for function, body in graph.of_type(*FUNCTION_TYPES):
        holder = holder_of(graph, function)
        if holder is None:
            continue
        rights = rights_of(graph, holder)
        told = [secret_named(graph, value) for value in variables_of(body).values()]
        is_named = any(
            covers(text_of(graph, one), arn) and shown(text_of(graph, one)) != "*"
            for statement in rights.about(READ)
            for one in statement.resources()
        )
        if secret in told or is_named:
            yield function, holder


def _key_named(graph: Graph, expression: object) -> str | None:
    """Return the key of the graph that *expression* names: its ARN, its ID, or an alias."""
    text = text_of(graph, expression)
    for key, _ in graph.of_type(KEY):
        if text in {text_of(graph, {"Fn::GetAtt": [key, "Arn"]}), text_of(graph, {"Ref": key})}:
            return key
    for alias, body in graph.of_type("AWS::KMS::Alias"):
        if text == text_of(graph, {"Ref": alias}) and "TargetKeyId" in body:
            return _key_named(graph, body["TargetKeyId"])
    return None


def is_own_key(graph: Graph, expression: object) -> bool:
    """Tell whether *expression* is the account's key, which Secrets Manager made."""
    return shown(text_of(graph, expression)).endswith(OWN_KEY)


def needs_grant(graph: Graph, expression: object) -> bool:
    """Tell whether only whom a policy of IAM names may decrypt with the key *expression*.

    The account's own key serves everybody in it, as does one whose policy admits any principal.
    """
    if is_own_key(graph, expression):
        return False
    key = _key_named(graph, expression)
    statements = statements_of(key, graph.properties(key).get("KeyPolicy")) if key else ()
    return not any(
        literal(text_of(graph, principal)) == "*"
        for one in statements
        if one.allows and one.names_action(DECRYPT) is not False
        for principal in principals(one, "AWS")
    )


def _may_decrypt(graph: Graph, holder: str, key: str | None) -> bool | None:
    every = rights_of(graph, holder)
    # What is for calls through another service is not for Secrets Manager's.
    here = [one for one in every.statements if is_via(graph, one, "secretsmanager") is not False]
    rights = replace(every, statements=tuple(here))
    if key is None:
        # No key elsewhere can name a role that is not there yet.
        return None if rights.has(DECRYPT) is not False or _is_named(graph, holder) else False
    arn = text_of(graph, {"Fn::GetAtt": [key, "Arn"]})
    allowed = rights.allow(graph, DECRYPT, arn)
    statements = [
        one
        for one in statements_of(key, graph.properties(key).get("KeyPolicy"))
        if one.allows and one.names_action(DECRYPT) is not False
    ]
    role: Text = ()
    if graph.type(holder) == ROLE:
        role = text_of(graph, {"Fn::GetAtt": [holder, "Arn"]})
    direct = [one for one in statements if role and _names_role(graph, one.body, role)]
    if direct:
        return True
    if any(_is_wide(graph, one) for one in statements):
        return allowed
    unknown = any(not is_certain(text) for one in statements for text, _ in accounts_of(graph, one))
    return None if unknown else False


def _names_role(graph: Graph, statement: Any, role: Text) -> bool:
    """Tell whether a *statement* of a key's policy may name *role* itself."""
    named = statement.get("Principal")
    listed_roles = named.get("AWS", []) if isinstance(named, dict) else []
    texts = [
        text_of(graph, one)
        for one in (listed_roles if isinstance(listed_roles, list) else [listed_roles])
    ]
    return any(same(text, role) is True for text in texts if not is_own_account(text))


def _is_wide(graph: Graph, statement: Any) -> bool:
    """Tell whether a statement of a key's policy leaves the decision to IAM."""
    for principal in principals(statement, "AWS"):
        text = text_of(graph, principal)
        plain = shown(text)
        if is_own_account(text) or text == ("*",) or plain.endswith(":root") or plain.isdigit():
            return True
    return False


def _is_named(graph: Graph, holder: str) -> bool:
    return "RoleName" in graph.properties(holder)


def _foreign_readers(graph: Graph, secret: str) -> Iterator[Text]:
    """Yield the principals in policies of *secret* that may be of another account."""
    for name, body in graph.of_type("AWS::SecretsManager::ResourcePolicy"):
        if secret_named(graph, body.get("SecretId")) != secret:
            continue
        for one in statements_of(name, body.get("ResourcePolicy")):
            if not one.allows or one.names_action(READ) is False:
                continue
            for principal, account in accounts_of(graph, one):
                if account != (ACCOUNT,) and literal(principal) != "*":
                    yield principal


def _others(graph: Graph, secret: str, key: str) -> Iterator[Violation]:
    statements = [
        one
        for one in statements_of(key, graph.properties(key).get("KeyPolicy"))
        if one.allows and one.names_action(DECRYPT) is not False
    ]
    for reader in _foreign_readers(graph, secret):
        if not any(
            _names_exactly(graph, principal, reader)
            for one in statements
            for principal in principals(one, "AWS")
        ):
            yield Violation(
                key,
                "KeyPolicy",
                f"the policy of {secret} lets {shown(reader)} read it, and the key's does not let "
                "it decrypt",
                f"Allow {DECRYPT} to that principal",
            )


def _names_exactly(graph: Graph, principal: object, reader: Text) -> bool:
    text = text_of(graph, principal)
    if is_own_account(text):
        return False
    if text == ("*",) or shown(text).endswith(":root") or shown(text).isdigit():
        return True
    return covers(text, reader) is True
