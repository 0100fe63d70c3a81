"""Rule of users that the stacks create, where they create users at all."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import AURORA_GUIDE
from ..clients import clients_of
from ..credentials import custom_users, masters, secret_named, user_of, username_in
from ..database_users import ACTION, parsed
from ..graph import CLUSTER, INSTANCE, PROXY, Graph
from ..matching import either, same
from ..policies import written_statements
from ..rule import Violation, as_rule
from ..texts import Atom, Text, is_certain, shown, text_of


@as_rule(
    "login/created-user",
    level="warning",
    title="Where the stacks create a database's users, everybody who logs in is one of them.",
    why="The database refuses a user that nobody created.",
    remedy="Create the user, or log in as one that is created.",
    source=f"{AURORA_GUIDE}UsingWithRDS.IAMDBAuth.DBAccounts.html",
)
def created_user(graph: Graph) -> Iterator[Violation]:
    if not _creates_users(graph) or _has_others(graph):
        return
    known = dict(masters(graph))
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        # A database that is restored, or a copy, brings its users.
        is_member = graph.type(database) == INSTANCE and "DBClusterIdentifier" in body
        if database not in known and not is_member:
            return
    created = [text_of(graph, body["UserName"]) for _, body in custom_users(graph)]
    created += known.values()
    for place, key, user in _logins(graph):
        if is_certain(user) and either(same(one, user) for one in created) is False:
            yield Violation(
                place,
                key,
                f"nobody creates its user {shown(user)} in the database",
                "Declare the user, or name one that is created",
            )


def _has_others(graph: Graph) -> bool:
    """True where a proxy logs in with a secret that is not in the templates."""
    entries = (one for proxy, _ in graph.of_type(PROXY) for one in graph.logins_of(proxy))
    secrets = [secret for one in entries if (secret := one.get("SecretArn"))]
    return any(user_of(graph, secret) is None for secret in secrets)


def _logins(graph: Graph) -> Iterator[tuple[str, str, Text]]:
    """Yield who logs in: the resource and property that say so, and the user."""
    for proxy, _ in graph.of_type(PROXY):
        for entry in graph.logins_of(proxy):
            secret = secret_named(graph, entry.get("SecretArn"))
            user = username_in(graph, secret) if secret else None
            # Nobody else knows a password that is generated here.
            is_new = secret is not None and "GenerateSecretString" in graph.properties(secret)
            if secret and user is not None and (is_new or graph.databases_of(proxy)):
                yield secret, "GenerateSecretString", user
    for statement in written_statements(graph):
        for resource in statement.resources() if statement.allows else ():
            named = parsed(text_of(graph, resource))
            if not named or not statement.names_action(ACTION) or "*" in shown(named.name):
                continue
            if _has_database(graph, named.place):
                yield statement.place, statement.key(graph), named.name
    for client in clients_of(graph):
        by_token = [
            one
            for one in client.proxies
            if graph.properties(one).get("DefaultAuthScheme") == "IAM_AUTH"
            and graph.databases_of(one)
        ]
        if client.user is not None and (client.databases or by_token):
            yield client.function, "Environment", client.user


def _has_database(graph: Graph, place: Text) -> bool:
    """Tell whether *place* is the ID of a database of the graph, or of a proxy in front of one."""
    match place:
        case (Atom(name, "Id", "resource"),):
            return graph.type(name) != PROXY or bool(graph.databases_of(name))
        case _:
            return False


def _creates_users(graph: Graph) -> bool:
    return any(True for _ in custom_users(graph)) or any(
        True for _ in graph.of_type("Custom::DatabaseUser", "Custom::DatabaseTables")
    )
