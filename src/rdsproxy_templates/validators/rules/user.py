"""Rules of users: the proxy knows them, somebody creates them, and they log in as it asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import RDS_GUIDE, SECRETS_MANAGER_GUIDE
from ..clients import clients_of, shows_token, variables_of
from ..credentials import content_of, secret_named, user_of
from ..database_users import ACTION, arn_of_user, parsed
from ..graph import FUNCTION_TYPES, PROXY, Graph
from ..matching import either, same
from ..policies import holder_of, rights_of, written_statements
from ..rule import Violation, as_rule
from ..texts import Atom, Text, is_certain, literal, shown, text_of
from ..values import is_expression, is_true

READ = "secretsmanager:GetSecretValue"
_SECRET_ARN = re.compile(r"(^|_)SECRET_ARN$")
SECRETS = f"{RDS_GUIDE}rds-proxy-secrets-arns.html"


@as_rule(
    "login/takes-tokens",
    title="A function that logs in with a token connects to what accepts tokens.",
    why="The login fails: a password is expected.",
    remedy="Set IAMAuth to REQUIRED, or read the password from its secret.",
    source=f"{RDS_GUIDE}rds-proxy-iam-setup.html",
)
def takes_tokens(graph: Graph) -> Iterator[Violation]:
    told: set[tuple[str, str]] = set()
    for client in clients_of(graph):
        holder = holder_of(graph, client.function)
        rights = rights_of(graph, holder) if holder else None
        if client.is_told_a_secret or holder is None or not rights or not rights.about(ACTION):
            continue
        if any(shows_token(graph, client, one) for one in client.proxies):
            continue  # the permission is for that proxy
        for proxy in client.proxies:
            if _is_known(graph, proxy):
                yield Violation(
                    client.function,
                    "Environment",
                    f"it may log in with a token only, and {proxy} takes passwords",
                    "Set IAMAuth to REQUIRED, or tell the function the user's secret",
                )
        for database in client.databases:
            arn = arn_of_user(database, client.user)
            if rights.allow(graph, ACTION, arn) is not False:
                yield from _without_tokens(graph, database, client.function)
            told.add((database, holder))
    for statement in written_statements(graph):
        for resource in statement.resources() if statement.allows else ():
            named = parsed(text_of(graph, resource))
            match named and named.place:
                case (Atom(database, "Id", "resource"),) if graph.type(database) != PROXY:
                    if (database, statement.place) not in told:
                        yield from _without_tokens(graph, database, statement.place)


@as_rule(
    "login/secret-of-proxy",
    title="A function sends its proxy a password from a secret that the proxy names.",
    why="The proxy knows no such user, and refuses the login.",
    remedy="Name the secret in Auth of the proxy.",
    source=SECRETS,
)
def secret_of_proxy(graph: Graph) -> Iterator[Violation]:
    for client in clients_of(graph):
        told = [one for one in client.secrets if _is_login(graph, one)]
        holder = holder_of(graph, client.function)
        if not told or (holder and rights_of(graph, holder).about(ACTION)):
            continue
        for proxy in client.proxies:
            named = _named_secrets(graph, proxy)
            if named is not None and not named & set(told):
                yield Violation(
                    client.function,
                    "Environment",
                    f"it is told the secret {', '.join(told)}, which {proxy} does not name in Auth",
                    "Tell it a secret of Auth, or add this one to Auth",
                )


@as_rule(
    "login/reads-secret",
    title="A function that is given the secret of a login may read it.",
    why="Secrets Manager refuses to show the password, and the function does not log in.",
    source=f"{SECRETS_MANAGER_GUIDE}auth-and-access_iam-policies.html",
)
def reads_secret(graph: Graph) -> Iterator[Violation]:
    shared = {
        secret_named(graph, body.get("SecretId"))
        for _, body in graph.of_type("AWS::SecretsManager::ResourcePolicy")
    }
    for function, body in graph.of_type(*FUNCTION_TYPES):
        holder = holder_of(graph, function)
        for name, value in variables_of(body).items() if holder else ():
            secret = secret_named(graph, value)
            rights = rights_of(graph, str(holder))
            is_given = _SECRET_ARN.search(str(name).upper()) and not is_certain(
                text_of(graph, value)
            )
            if secret is None and is_given and rights.has(READ) is False:
                yield Violation(
                    function,
                    "Environment",
                    f"it is told a secret by {name}, and may read none",
                    f"Allow {READ} on that secret",
                )
            # A policy of the secret itself may let the function in.
            if secret is None or secret in shared or not _is_login(graph, secret):
                continue
            if rights.allow(graph, READ, text_of(graph, {"Ref": secret})) is False:
                yield Violation(
                    function,
                    "Environment",
                    f"it is told the secret {secret} by {name}, and may not read it",
                    f"Allow {READ} on that secret",
                )


@as_rule(
    "login/one-secret-each",
    level="warning",
    title="A proxy names one secret for each user.",
    why="Which password the proxy logs in with is left to chance; one of them becomes stale.",
    remedy="Name one secret for each user.",
    source=SECRETS,
)
def one_secret_each(graph: Graph) -> Iterator[Violation]:
    for proxy, _ in graph.of_type(PROXY):
        seen: dict[Text, str] = {}
        for entry in _entries(graph, proxy):
            secret = secret_named(graph, entry.get("SecretArn"))
            name = text_of(graph, entry.get("SecretArn"))
            user = user_of(graph, entry.get("SecretArn"))
            key = user or name
            label = secret or shown(name)
            if key in seen and is_certain(key):
                subject = f"user {shown(key)}" if user else f"secret {label}"
                yield Violation(
                    proxy,
                    "Auth",
                    f"it names two secrets for one {subject}: {seen[key]} and {label}",
                    "Leave one of them out",
                )
            seen.setdefault(key, label)


@as_rule(
    "login/known-user",
    title="A function logs in to a proxy as a user whose secret the proxy names.",
    why="The proxy knows no such user, and refuses the login.",
    remedy="Log in as a user whose secret the proxy names.",
    source=SECRETS,
)
def known_user(graph: Graph) -> Iterator[Violation]:
    for client in clients_of(graph):
        if client.user is None:
            continue
        for proxy in client.proxies:
            if graph.properties(proxy).get("DefaultAuthScheme") == "IAM_AUTH":
                continue
            users = _users_of(graph, proxy)
            if users and either(same(one, client.user) for one in users) is False:
                known = ", ".join(map(shown, users))
                yield Violation(
                    client.function,
                    "Environment",
                    f"it logs in to {proxy} as {shown(client.user)}, and the proxy knows {known}",
                    "Tell it one of these users, or name the secret of its user in Auth",
                )


def _without_tokens(graph: Graph, database: str, who: str) -> Iterator[Violation]:
    cluster = graph.target(graph.properties(database).get("DBClusterIdentifier")) or database
    enabled = graph.properties(cluster).get("EnableIAMDatabaseAuthentication", False)
    if not is_true(enabled) and not isinstance(enabled, dict):
        yield Violation(
            cluster,
            "EnableIAMDatabaseAuthentication",
            f"{who} logs in to it with a token, and it takes none",
            "Set EnableIAMDatabaseAuthentication to true",
        )


def _entries(graph: Graph, proxy: str) -> list[Mapping[str, Any]]:
    return [one for one in graph.logins_of(proxy) if isinstance(one, Mapping)]


def _is_known(graph: Graph, proxy: str) -> bool:
    """Tell whether everything about who logs in how to *proxy* is written in the graph."""
    scheme = graph.properties(proxy).get("DefaultAuthScheme", "NONE")
    entries = graph.properties(proxy).get("Auth", [])
    return (
        isinstance(scheme, str)
        and isinstance(entries, list)
        and all(
            isinstance(one, Mapping)
            and not is_expression(one)
            and isinstance(one.get("IAMAuth", "DISABLED"), str)
            for one in entries
        )
    )


def _named_secrets(graph: Graph, proxy: str) -> set[str] | None:
    """Return the secrets in ``Auth`` of *proxy*; None where one of them is not in the graph."""
    if not _is_known(graph, proxy):
        return None
    found = [secret_named(graph, one.get("SecretArn")) for one in _entries(graph, proxy)]
    return None if None in found else {one for one in found if one}


def _users_of(graph: Graph, proxy: str) -> list[Text] | None:
    """Return the users whom *proxy* lets in; None where one of them is unknown."""
    if not _is_known(graph, proxy):
        return None
    found = [user_of(graph, one.get("SecretArn")) for one in _entries(graph, proxy)]
    users = [one for one in found if one is not None]
    return users if users and len(users) == len(found) else None


def _is_login(graph: Graph, secret: str) -> bool:
    """Tell whether *secret* holds the login of a user of a database."""
    content = content_of(graph, secret) or {}
    return "username" in content or literal(content.get("password")) is not None
