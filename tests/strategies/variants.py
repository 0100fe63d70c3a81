"""Strategies of each variant's settings."""

from __future__ import annotations

from ipaddress import ip_network

from hypothesis import strategies as st

from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.stacks.data.public_database import OLD_CLASSES

from .database_groups import groups, some
from .database_upkeep import upkeep
from .databases import (
    CLASSES,
    PAUSES_LATE,
    VERSIONS,
    capacities,
    databases,
    networks,
    pools,
    rotations,
    subnets_of,
)
from .functions import own_functions
from .proxies import GIVEN_KEY, details, fitted, proxies, timings, with_existing

authorizers = st.sampled_from(
    [
        {},
        {"authorizer": "none"},
        {"authorizer": "jwt", "jwt_issuer": "https://id.example", "jwt_audience": ["me", "you"]},
    ]
)
functions = some(
    runtime=st.sampled_from(["python3.13", "python3.14"]),
    architecture=st.sampled_from(["arm64", "x86_64"]),
    memory_size=st.integers(128, 10240),
    timeout=st.integers(15, 29),
    reserved_concurrent_executions=st.integers(1, 1000),
    log_retention_in_days=st.sampled_from([1, 30, 3653]),
    log_kms_key_arn=GIVEN_KEY,
    code_uri=st.sampled_from([None, "../code", "./code/app"]),
)
throttling = some(
    throttling_rate_limit=st.integers(1, 10_000), throttling_burst_limit=st.integers(1, 5_000)
)
sam = st.builds(lambda one, two, three: one | two | three, functions, authorizers, throttling)
names = some(
    name=st.from_regex("shop[a-z0-9_]{0,20}", fullmatch=True),
    master_username=st.from_regex("boss[a-z0-9]{0,12}", fullmatch=True),
)
REGIONS = {"regions": st.just(["us-east-1"])}
SECRETS = some(password_length=st.integers(16, 41))


@st.composite
def users(draw):
    """Users, by name, each with a login and with grants."""
    logins = draw(
        st.dictionaries(
            st.from_regex("user[a-z0-9]{1,8}", fullmatch=True),
            st.sampled_from(["password", "iam", "end_to_end_iam"]),
            max_size=3,
        )
    )
    grants = some(
        privileges=st.sampled_from([["SELECT"], ["ALL"], ["INSERT", "DELETE"]]),
        on=st.sampled_from(["*", "visits"]),
    )
    return [
        {"name": name, "login": login, "grants": draw(st.lists(grants, min_size=1, max_size=2))}
        | draw(
            some(
                adopt=st.booleans(),
                lists_users=st.booleans(),
                transaction_keys=st.booleans(),
            )
        )
        for name, login in logins.items()
    ]


def chosen(draw, people, *logins):
    """None for the master, or one of *people* that logs in so."""
    return draw(st.sampled_from([None, *(one["name"] for one in people if one["login"] in logins)]))


@st.composite
def services(draw):
    people = draw(users())
    user = chosen(draw, people, "iam", "end_to_end_iam")
    settings = draw(
        st.fixed_dictionaries(REGIONS, optional={"database": names, "secrets": SECRETS, "sam": sam})
    )
    database = draw(databases())
    rds = database | draw(proxies(database, people)) | {"users": people}
    rds["master_login"] = user is None or draw(st.booleans())
    if functions := draw(
        own_functions(with_existing(people, rds.get("proxy", {})), readers=database.get("readers"))
        if "code_uri" not in settings.get("sam", {})
        else st.none()
    ):
        return settings | {"rds": rds, "functions": functions}
    return settings | {"rds": rds, "function_user": user}


GROUPS = some(subnets=st.integers(2, 6), security_groups=st.sampled_from(["make", "existing"]))
ENDPOINTS = some(secrets_manager_endpoint=st.sampled_from(["make", "existing"]))


@st.composite
def guests(draw):
    """A service in a VPC that exists, and may have an endpoint already."""
    settings = draw(services()) | draw(GROUPS)
    if any(one["login"] != "end_to_end_iam" for one in settings["rds"]["users"]):
        settings |= draw(ENDPOINTS)
    return settings


@st.composite
def bases(draw):
    return draw(services()) | draw(some(vpc=networks()))


@st.composite
def services_on_existing(draw):
    """Settings of a service before a database that exists."""
    people = draw(users())
    user = chosen(draw, people, "iam", "end_to_end_iam")
    engine = draw(st.sampled_from(["aurora-mysql", "aurora-postgresql", "mysql", "postgres"]))
    network = some(port=st.integers(1150, 65_535), type=st.sampled_from(["IPV4", "DUAL"]))
    told = some(network=network, master_key_arn=GIVEN_KEY, secrets_key_arn=GIVEN_KEY)
    is_aurora = "aurora" in engine
    readers = draw(some(has_readers=st.booleans())) if is_aurora else {}
    kind = st.just("cluster" if is_aurora else "instance")
    told = st.builds(
        lambda one, more: one | more,
        told,
        some(kind=kind, engine_version=st.just(ENGINES[engine].default_version)),
    )
    rds = {"engine": engine, "users": people} | draw(told) | readers
    rds |= draw(proxies(rds, people))
    rds["master_login"] = user is None or draw(st.booleans())
    settings = draw(st.fixed_dictionaries(REGIONS, optional={"database": names, "sam": sam}))
    if any(one["login"] != "end_to_end_iam" for one in people):
        settings |= draw(ENDPOINTS)
    settings |= {"rds": rds} | draw(GROUPS)
    everybody = with_existing(people, rds.get("proxy", {}))
    own = own_functions(everybody, readers=readers.get("has_readers"))
    if functions := draw(own if "code_uri" not in settings.get("sam", {}) else st.none()):
        return settings | {"functions": functions}
    return settings | {"function_user": user}


@st.composite
def auths(draw):
    people = draw(users())
    password_user = chosen(draw, people, "password")
    iam_user = chosen(draw, people, "iam", "end_to_end_iam")
    both = sam.filter(lambda one: "code_uri" not in one)
    settings = draw(
        st.fixed_dictionaries(
            REGIONS, optional={"database": names, "secrets": SECRETS, "sam": both}
        )
    )

    database = draw(databases())
    engine, readers = database["engine"], database.get("readers")

    @st.composite
    def half(draw, login):
        one = draw(pools(largest=50)) | draw(timings(engine)) | draw(details(login))
        if "name" in one:
            one["name"] = f"{login}-{one['name']}"
        if "name" in one.get("role", {}):
            one["role"] = one["role"] | {"name": f"{login}-{one['role']['name']}"}
        passwords = login == "password"
        return draw(fitted(one, engine=engine, readers=readers, passwords=passwords))

    both_proxies = some(
        password_requires_tls=st.booleans(), password_proxy=half("password"), iam_proxy=half("iam")
    )
    rds = database | draw(both_proxies) | {"users": people}
    if any(one["login"] == "password" for one in people) and "postgres" not in rds["engine"]:
        rds.pop("password_requires_tls", None)
    if not password_user:
        # The function may not use the key of a secret that RDS manages.
        rds.get("master", {}).pop("kms_key_arn", None)
    if password_user and iam_user and draw(st.booleans()):
        rds["master_login"] = False
    subnets = ("function_subnet_cidr", "database_subnet1_cidr", "database_subnet2_cidr")
    settings |= draw(some(vpc=subnets_of(*subnets)))
    everybody = with_existing(people, *(rds.get(f"{one}_proxy", {}) for one in ("password", "iam")))
    if functions := draw(own_functions(everybody, readers=readers)):
        return settings | {"rds": rds, "functions": functions}
    return settings | {"rds": rds, "password_user": password_user, "iam_user": iam_user}


@st.composite
def ways_in(draw):
    """Kinds of access, with the settings that each of them needs."""
    ways = draw(st.lists(st.sampled_from(["ssh", "ssm", "eice"]), min_size=1, unique=True))
    needed = {"ways": ways}
    if "ssh" in ways:
        needed |= {"ssh_cidr": "203.0.113.7/32", "key_pair_name": "laptop"}
    elif "ssm" in ways:
        needed |= draw(some(ssm_route=st.sampled_from(["endpoints", "nat"])))
    others = some(
        instance_type=st.sampled_from(["t4g.nano", "t4g.micro"]),
        volume_size=st.integers(8, 1024),
        idle_minutes=st.integers(5, 1440),
        local_port=st.integers(1024, 65_535),
    )
    return needed | draw(others)


@st.composite
def bastions(draw):
    engine = draw(st.sampled_from(["aurora-mysql", "aurora-postgresql"]))
    cluster = (
        {"engine": engine}
        | draw(upkeep(engine))
        | draw(capacities() | some(readers=st.integers(0, 15), deletion_protection=st.booleans()))
    )
    behind = {}
    if draw(st.booleans()):
        people = draw(users())
        user = chosen(draw, people, "iam", "end_to_end_iam")
        cluster |= draw(proxies(cluster, people)) | {"users": people, "master_login": not user}
        behind = {"proxy": True, "function_user": user} | draw(some(sam=sam))
    elif "max_capacity" in cluster:
        cluster |= draw(some(min_capacity=st.just(0)) | st.just({"min_capacity": 0} | PAUSES_LATE))
    size = {"max_capacity": 4} | cluster
    version = ENGINES[engine].default_version
    cluster |= draw(groups(engine, size, version, CLASSES[engine]))
    settings = draw(
        st.fixed_dictionaries(REGIONS, optional={"database": names, "secrets": SECRETS})
    )
    if draw(st.booleans()):
        settings["vpc"] = draw(networks())
        second = settings["vpc"]["vpc_cidr"].split(".")[1]
        settings["public_subnet_cidr"] = f"10.{second}.32.0/24"
    return settings | behind | {"rds": cluster, "bastion": draw(ways_in())}


ranges = networks().map(
    lambda one: {name: value for name, value in one.items() if name.endswith("_cidr")}
)
logins = st.sampled_from(["iam", "password"])
engines = st.sampled_from(list(ENGINES))


@st.composite
def lent_networks(draw):
    zones = st.permutations(["use1-az1", "use1-az2", "use1-az4"]).map(lambda ids: ids[:2])
    return draw(
        st.fixed_dictionaries(
            REGIONS,
            optional={
                "login": logins,
                "engine": engines,
                "vpc": st.builds(
                    lambda one, more: one | more, ranges, some(availability_zone_ids=zones)
                ),
            },
        )
    )


ADMINISTRATORS = some(
    runtime=st.sampled_from(["python3.13", "python3.14"]),
    architecture=st.sampled_from(["arm64", "x86_64"]),
    memory_size=st.integers(256, 10_240),
    log_retention_in_days=st.sampled_from([1, 30, 3653]),
    log_kms_key_arn=GIVEN_KEY,
)


@st.composite
def data_tiers(draw):
    """Settings of a database and its proxy, with or without users."""
    people, database = draw(users()), draw(databases())
    database |= draw(proxies(database, people)) | {"users": people}
    database["master_login"] = not people or draw(st.booleans())
    more = {"database": names, "secrets": SECRETS, "vpc": networks(), "functions": ADMINISTRATORS}
    return draw(st.fixed_dictionaries(REGIONS, optional=more)) | {"rds": database}


@st.composite
def databases_elsewhere(draw):
    login, people = draw(logins), draw(users())
    if login == "password":
        people = [*people, {"name": "shared", "login": "password"}]
        user = "shared"
    else:
        user = chosen(draw, people, "iam", "end_to_end_iam")
    settings = draw(
        st.fixed_dictionaries(
            REGIONS, optional={"vpc": ranges, "database": names, "secrets": SECRETS}
        )
    )
    database = draw(databases())
    database |= draw(proxies(database, people)) | {"users": people, "master_login": not user}
    if login == "password":
        database.pop("rotate_secrets_after_days", None)
        database.pop("rotation", None)
    settings |= draw(some(functions=ADMINISTRATORS, function_tables=st.booleans()))
    return settings | {"login": login, "rds": database, "function_user": user}


@st.composite
def callers(draw):
    settings = draw(
        st.fixed_dictionaries(REGIONS, optional={"login": logins, "engine": engines, "sam": sam})
    )
    if "code_uri" not in settings.get("sam", {}):
        own = draw(own_functions([{"name": "app"}], readers=False))
        # The role is another stack's, and takes no managed policies from this one.
        own = [{key: one[key] for key in one if key != "policies"} for one in own]
        if any(one["user"] for one in own):
            settings |= {"functions": own, "has_readers": draw(st.booleans())}
    return settings


@st.composite
def allowed(draw, *versions):
    """Admitted ranges, each only once; everybody only where that is acknowledged."""
    sizes = {4: st.integers(0, 32), 6: st.integers(0, 128)}
    one_range = st.sampled_from(versions).flatmap(
        lambda version: st.tuples(st.ip_addresses(v=version), sizes[version])
    )
    some_ranges = st.lists(
        one_range.map(lambda pair: str(ip_network(pair, strict=False))),
        min_size=1,
        max_size=5,
        unique=True,
    )
    return {"allowed_cidrs": draw(some_ranges), "open_to_everyone": True}


@st.composite
def firewalls(draw):
    days = some(log_retention_in_days=st.sampled_from([1, 30, 3653]), log_kms_key_arn=GIVEN_KEY)
    acl = st.builds(lambda one, more: one | more, allowed(4, 6), days)
    return draw(some(regions=st.just(["us-east-1"]), waf=acl))


NEW_CLASSES = {
    name: [one for one in CLASSES[name] if not one.startswith(OLD_CLASSES)] for name in CLASSES
}


IN_VPC = {"vpc", "security_groups"}


@st.composite
def edges(draw):
    name = draw(st.sampled_from(["mysql", "postgres"]))
    instance = some(
        instance_class=st.sampled_from(NEW_CLASSES[name]),
        engine_version=st.sampled_from(VERSIONS[name]),
        allocated_storage=st.integers(20, 65_536),
        multi_az=st.booleans(),
        deletion_protection=st.booleans(),
        slow_query_seconds=st.integers(1, 3600),
        backup_retention_period=st.integers(1, 35),
        allow_major_version_upgrade=st.booleans(),
        audit_log=st.booleans(),
    )
    api = some(
        runtime=st.sampled_from(["python3.13", "python3.14"]),
        architecture=st.sampled_from(["arm64", "x86_64"]),
        memory_size=st.integers(128, 10_240),
        reserved_concurrent_executions=st.integers(1, 1000),
        log_retention_in_days=st.sampled_from([1, 30, 3653]),
        log_kms_key_arn=GIVEN_KEY,
        throttling_burst_limit=st.integers(1, 5_000),
        quota_limit=st.none() | st.integers(1, 10**9),
        quota_period=st.sampled_from(["DAY", "WEEK", "MONTH"]),
        throttling_rate_limit=st.integers(1, 10_000),
        access_log=st.booleans(),
        timeout=st.integers(15, 29),
    )
    database = draw(instance)
    version = database.get("engine_version", ENGINES[name].default_version)
    if ENGINES[name].lifecycle(version).refusal(enrolled=False):
        database["extended_support"] = True
    database |= draw(upkeep(name))
    database.get("network", {}).pop("port", None)
    if "master" not in database:
        database |= draw(rotations())
    if {"instance_group", "option_group"} & set(database.get("parameters", ())):
        database["audit_log"] = False
    database |= draw(groups(name, database, version, NEW_CLASSES[name]))
    network = st.builds(
        lambda one, more: one | more,
        subnets_of("public_subnet1_cidr", "public_subnet2_cidr"),
        some(
            flow_log=st.booleans(),
            log_retention_in_days=st.sampled_from([1, 30, 3653]),
            log_kms_key_arn=GIVEN_KEY,
        ),
    )
    rds = {"engine": name} | database | draw(allowed(4) | st.just({}))
    settings = {"regions": ["us-east-1"], "rds": rds} | draw(
        some(
            sam=api,
            vpc=network,
            secrets=SECRETS,
            database=names,
            api_key=some(length=st.integers(20, 128), kms_key_arn=GIVEN_KEY),
            distribution=some(price_class=st.sampled_from(["PriceClass_100", "PriceClass_All"]))
            | st.just(
                {
                    "domain_name": "users.example.org",
                    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/abc",
                }
            ),
            function_user=st.from_regex("user[a-z0-9]{1,8}", fullmatch=True),
            function_transaction_keys=st.booleans(),
            function_grants=st.just([{"privileges": ["SELECT"], "on": "visits"}]),
        )
    )
    own = draw(own_functions([{"name": settings.get("function_user", "app")}], readers=False))
    outside = [{key: one[key] for key in one if key not in IN_VPC} for one in own]
    return settings | ({"functions": outside} if outside else {})


VALID = {
    "base": bases(),
    "existing_vpc": guests(),
    "existing_database": services_on_existing(),
    "data_tier": data_tiers(),
    "auth": auths(),
    "bastion": bastions(),
    "cross_account_network": lent_networks(),
    "cross_account_db": databases_elsewhere(),
    "cross_account_app": callers(),
    "edge_waf": firewalls(),
    "edge": edges(),
}
