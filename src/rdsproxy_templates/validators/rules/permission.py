"""Rules of the permission to log in: ``rds-db:connect`` on one proxy, as one user."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import RDS_GUIDE
from ..clients import Client, clients_of, is_told_a_role, shows_token
from ..database_users import ACTION, arn_of_user, faults, parsed
from ..graph import Graph
from ..matching import same
from ..policies import Rights, holder_of, rights_of, written_statements
from ..rule import Violation, as_rule
from ..statements import Statement
from ..texts import Atom, literal, shown, text_of
from ..values import is_true

SOURCE = f"{RDS_GUIDE}UsingWithRDS.IAMDBAuth.IAMPolicy.html"
SPELLING = "Use arn:<partition>:rds-db:<region>:<account>:dbuser:<prx-id>/<user>"


@as_rule(
    "permission/connects",
    title="Whoever logs in with a token may connect to that proxy or database as that user.",
    why="The proxy, or the database, refuses the token.",
    remedy="Allow rds-db:connect on the ID of the proxy or database, for the user.",
    source=SOURCE,
)
def connects(graph: Graph) -> Iterator[Violation]:
    judged: set[str] = set()
    for client, holder, doors in logins_by_token(graph):
        judged.add(holder)
        rights = rights_of(graph, holder)
        judged |= {one.place for one in rights.statements}
        yield from _refused(graph, client, holder, rights, doors)
    for statement in written_statements(graph):
        if statement.place in judged or not statement.allows or not _is_explicit(statement):
            continue
        for resource in statement.resources():
            for sentence in faults(graph, resource, (), None):
                yield Violation(statement.place, statement.key(graph), sentence, SPELLING)


@as_rule(
    "permission/own-user",
    level="warning",
    title="Whoever logs in with a token may connect only as one user.",
    why="Whoever takes over the function logs in as anybody.",
    remedy="End the resource with the user's name, not with an asterisk.",
    source=SOURCE,
)
def own_user(graph: Graph) -> Iterator[Violation]:
    holders = {holder for _, holder, _ in logins_by_token(graph)}
    for statement in written_statements(graph):
        if not statement.allows or statement.is_conditional:
            continue
        if not (_is_explicit(statement) or statement.place in holders):
            continue
        if not statement.names_action(ACTION):
            continue
        for sentence in _too_wide(graph, statement):
            yield Violation(statement.place, statement.key(graph), sentence, SPELLING)


@as_rule(
    "permission/further-user",
    level="opinion",
    title="Whoever is told one user may connect as no other.",
    why="AWS documents permissions for several users; whoever takes over the function has all of "
    "them.",
    remedy="Leave the other user out, or log in as it from a function of its own.",
    source=SOURCE,
)
def further_user(graph: Graph) -> Iterator[Violation]:
    users = {holder: client.user for client, holder, _ in logins_by_token(graph) if client.user}
    for statement in written_statements(graph) if users else ():
        user = users.get(statement.place)
        if user is None or not statement.allows or not statement.names_action(ACTION):
            continue
        named = [parsed(text_of(graph, one)) for one in statement.resources()]
        names = [one.name for one in named if one is not None]
        # Where its own user is not among them, the login fails, which is said by another rule.
        for name in names if user in names else ():
            if "*" not in shown(name) and same(name, user) is False:
                yield Violation(
                    statement.place,
                    statement.key(graph),
                    f"{ACTION} is allowed for {shown(name)}, and the function logs in as another "
                    "user",
                    "Leave it out, or log in as it from a function of its own",
                )


@as_rule(
    "permission/fixed-place",
    level="warning",
    title="A permission to connect to the template's own proxy works in every Region and account.",
    why="Deployed elsewhere, the proxy refuses the token.",
    remedy="Use ${AWS::Region} and ${AWS::AccountId}.",
    source=SOURCE,
)
def fixed_place(graph: Graph) -> Iterator[Violation]:
    for statement, resource, field in _fixed(graph):
        if field != "partition":
            yield Violation(
                statement.place,
                statement.key(graph),
                f"{ACTION} names the {field} {resource}, and the proxy is created in any",
                f"Use ${{AWS::{'Region' if field == 'Region' else 'AccountId'}}}",
            )


@as_rule(
    "permission/fixed-partition",
    level="opinion",
    title="A permission to connect to the template's own proxy works in every partition.",
    why="Deployed in China or GovCloud, the proxy refuses the token.",
    remedy="Use ${AWS::Partition}.",
    source=SOURCE,
)
def fixed_partition(graph: Graph) -> Iterator[Violation]:
    for statement, resource, field in _fixed(graph):
        if field == "partition":
            yield Violation(
                statement.place,
                statement.key(graph),
                f"{ACTION} names the partition {resource}",
                "Use ${AWS::Partition}",
            )


def logins_by_token(graph: Graph) -> Iterator[tuple[Client, str, tuple[str, ...]]]:
    """Yield each function that logs in with tokens, the role that signs them, and where to."""
    for client in clients_of(graph):
        proxies = [one for one in client.proxies if shows_token(graph, client, one)]
        databases = [] if client.is_told_a_secret else client.databases
        takers = [one for one in databases if _takes_tokens(graph, one)]
        doors = tuple(sorted({*proxies, *takers}))
        if not doors:
            continue
        if is_told_a_role(client):
            yield from ((client, role, doors) for role in client.roles)
        elif holder := holder_of(graph, client.function):
            yield client, holder, doors


def _takes_tokens(graph: Graph, database: str) -> bool:
    body = graph.properties(database)
    return is_true(body.get("EnableIAMDatabaseAuthentication"))


def _refused(
    graph: Graph, client: Client, holder: str, rights: Rights, doors: tuple[str, ...]
) -> Iterator[Violation]:
    wanted = {door: arn_of_user(_identified(graph, door), client.user) for door in doors}
    answers = {door: rights.allow(graph, ACTION, arn) for door, arn in wanted.items()}
    refused = [door for door, answer in answers.items() if answer is False]
    if not refused:
        return
    subject = client.function if holder == holder_of(graph, client.function) else holder
    statements = rights.about(ACTION)
    if not statements:
        yield Violation(
            subject,
            "Policies",
            f"it logs in to {', '.join(refused)} with a token, and is not allowed to",
            "Allow rds-db:connect for its user on the proxy's ID",
        )
        return
    ids = [_identified(graph, door) for door in refused]
    resources = [one for statement in statements for one in statement.resources()]
    sentences = [said for one in resources for said in faults(graph, one, ids, client.user)]
    if any(rights.denies(graph, ACTION, wanted[door]) for door in refused):
        sentences = [f"a statement denies {ACTION} on {', '.join(refused)}"]
    for sentence in sentences or [f"{ACTION} is not allowed on {', '.join(refused)}"]:
        yield Violation(subject, "Policies", sentence, SPELLING)


def _identified(graph: Graph, door: str) -> str:
    """Return the resource whose ID stands in an ARN: the cluster of an instance of Aurora."""
    return graph.target(graph.properties(door).get("DBClusterIdentifier")) or door


def _is_explicit(statement: Statement) -> bool:
    actions = statement.body.get("Action", [])
    return any(
        str(action).lower().startswith("rds-db")
        for action in (actions if isinstance(actions, list) else [actions])
    )


def _too_wide(graph: Graph, statement: Statement) -> Iterator[str]:
    if "NotResource" in statement.body:
        yield f"{ACTION} is allowed on everything but what NotResource names"
    for resource in statement.resources():
        text = text_of(graph, resource)
        plain = shown(text)
        named = parsed(text)
        if named is None:
            if literal(text) is not None and set(plain) <= set("*:") and "*" in plain:
                yield f"{ACTION} is allowed on {plain}, which is not a database user"
            continue
        if "*" in shown(named.place) and not shown(named.place).strip("*").startswith("prx-"):
            yield f"{ACTION} names {shown(named.place)}, which is not the ID of a proxy"
        if named.name == ("*",):
            yield f"{ACTION} is allowed for every user"
        elif "*" in shown(named.name):
            yield f"{ACTION} is allowed for every user like {shown(named.name)}"


def _fixed(graph: Graph) -> Iterator[tuple[Statement, str, str]]:
    for statement in written_statements(graph):
        if not statement.allows or not _is_explicit(statement):
            continue
        for resource in statement.resources():
            named = parsed(text_of(graph, resource))
            if named is None or not _is_ours(named.place):
                continue
            for field, text in (
                ("partition", named.partition),
                ("Region", named.region),
                ("account", named.account),
            ):
                if (plain := literal(text)) and "*" not in plain:
                    yield statement, plain, field


def _is_ours(place: object) -> bool:
    match place:
        case (Atom(_, "Id", "resource"),):
            return True
        case _:
            return False
