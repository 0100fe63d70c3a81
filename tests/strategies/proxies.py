"""Strategies of what is before a database: its proxy's pool, name, role, log, logins and hosts."""

from __future__ import annotations

from hypothesis import strategies as st

from rdsproxy_templates.aws.engine_families import ENGINE_FAMILIES
from rdsproxy_templates.aws.engines import ENGINES

from .database_groups import some
from .databases import pools

ACCOUNT = "111122223333"
GIVEN_KEY = st.sampled_from(
    [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab", None]
)
GROUP_IDS = st.lists(st.sampled_from(["sg-0a1b2c3d", "sg-1a1b2c3d"]), min_size=1, unique=True)
roles = st.just({"arn": f"arn:aws:iam::{ACCOUNT}:role/service/proxy"}) | some(
    name=st.from_regex("role[a-z0-9]{0,20}", fullmatch=True),
    path=st.sampled_from(["/", "/service/"]),
    description=st.just("Reads secrets"),
    max_session_duration=st.integers(3600, 43_200),
    permissions_boundary=st.just(f"arn:aws:iam::{ACCOUNT}:policy/bounds"),
    tags=st.just({"team": "shop"}),
)
proxy_logs = some(
    retention_in_days=st.sampled_from([1, 30, 3653]),
    kms_key_arn=GIVEN_KEY,
    log_class=st.sampled_from(["STANDARD", "INFREQUENT_ACCESS"]),
    tags=st.just({"team": "shop"}),
)
endpoints = st.lists(
    st.fixed_dictionaries({"name": st.from_regex("[a-b][a-z0-9]{0,6}", fullmatch=True)})
    | st.fixed_dictionaries(
        {
            "name": st.from_regex("[d-z][a-z0-9]{0,6}", fullmatch=True),
            "subnet_ids": st.just(["subnet-0a1b2c3d", "subnet-1a1b2c3d"]),
            "security_group_ids": GROUP_IDS,
            "network_type": st.sampled_from(["IPV4", "IPV6", "DUAL", None]),
            "target_role": st.just("READ_WRITE"),
        }
    ),
    max_size=3,
    unique_by=lambda one: one["name"],
)


def details(*kinds):
    """A proxy's name, role, log, networks, logins and endpoints."""
    logins = st.fixed_dictionaries(
        {
            "secret_arn": st.from_regex(
                f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:old-[A-Za-z0-9]{{6}}",
                fullmatch=True,
            ),
            "login": st.sampled_from(kinds),
        },
        optional={
            "user": st.from_regex(f"old_{kinds[0]}_[a-z]{{1,8}}", fullmatch=True),
            "kms_key_arn": GIVEN_KEY,
            "description": st.just("The old service"),
        },
    )
    return some(
        name=st.from_regex("shop(-[a-z0-9]{1,9}){0,3}", fullmatch=True),
        role=roles,
        log=proxy_logs,
        security_group_ids=GROUP_IDS,
        endpoint_network_type=st.sampled_from(["IPV4", None]),
        logins=st.lists(
            logins,
            max_size=2,
            unique_by=(
                lambda one: one["secret_arn"],
                lambda one: one.get("user", one["secret_arn"]),
            ),
        ),
        endpoints=endpoints,
        target_connection_network_type=st.sampled_from(["IPV4", None]),
        tags=st.just({"team": "shop"}),
    )


def timings(engine):
    """What a proxy before a database of *engine* does with its connections."""
    common = {
        "idle_client_timeout": st.integers(1, 28_800),
        "connection_borrow_timeout": st.integers(0, 300),
        "debug_logging": st.booleans(),
    }
    if ENGINES[engine].family == "MYSQL":
        common["session_pinning_filters"] = st.sampled_from([[], ["EXCLUDE_VARIABLE_SETS"]])
        common["init_query"] = st.just("SET time_zone = '+00:00'")
    return some(**common)


@st.composite
def fitted(draw, proxy, *, engine, readers, passwords):
    """*proxy* with what depends on its database, and on whether anybody has a password."""
    if readers and proxy.get("endpoints"):
        first, *others = proxy["endpoints"]
        proxy["endpoints"] = [first | {"target_role": "READ_ONLY"}, *others]
    if passwords and draw(st.booleans()):
        known = sorted(ENGINE_FAMILIES[ENGINES[engine].family].password_types)
        proxy["client_password_auth_type"] = draw(st.sampled_from(known))
    return proxy


def with_existing(people, *proxies):
    """Return *people*, and the users that exist already and that *proxies* let in."""
    logins = [login for one in proxies for login in one.get("logins", ())]
    return [*people, *({"name": one["user"]} for one in logins if "user" in one)]


@st.composite
def proxies(draw, database, people):
    """A proxy before *database*, which lets *people* in."""
    settings = draw(pools() | st.just({})) | draw(timings(database["engine"]))
    if draw(st.booleans()):
        chosen = draw(details("iam", "password"))
        logins = [one["login"] for one in (*people, *chosen.get("logins", ()))]
        settings["proxy"] = draw(
            fitted(
                chosen,
                engine=database["engine"],
                readers=database.get("readers"),
                passwords="password" in logins,
            )
        )
    return settings
