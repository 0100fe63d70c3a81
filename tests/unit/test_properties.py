"""Every choice of settings either renders clean or is a ConfigError."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import get_args, get_origin

import pytest
from database_groups import groups, some
from database_upkeep import upkeep
from hypothesis import given, settings
from hypothesis import strategies as st

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.engines import ENGINES, regions
from rdsproxy_templates.model.references import references
from rdsproxy_templates.model.setting_problems import is_model
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.stacks.data.public_database import OLD_CLASSES
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import VARIANTS

CLASSES = {
    name: [
        one
        for one in engine.classes
        if one != "db.serverless" and not list(engine.class_problems(one, regions()))
    ]
    for name, engine in ENGINES.items()
}
# Releases of Extended Support run only on some old classes, which the validators know.
VERSIONS = {
    name: [
        version
        for version in engine.versions
        if "-rds." not in version and not engine.lifecycle(version).refusal(enrolled=True)
    ]
    for name, engine in ENGINES.items()
}
PAUSES_LATE = {"seconds_until_auto_pause": 86_400}
halves = st.integers(1, 512).map(lambda number: number / 2)


@st.composite
def capacities(draw):
    most = draw(halves.filter(lambda acu: acu >= 1))
    return {"max_capacity": most, "min_capacity": min(most, draw(halves))}


@st.composite
def pools(draw, largest=100):
    most = draw(st.integers(1, largest))
    return {
        "max_connections_percent": most,
        "max_idle_connections_percent": draw(st.integers(0, most)),
    }


@st.composite
def networks(draw):
    second = draw(st.integers(0, 255))
    prefix = draw(st.integers(20, 28))
    return {
        "vpc_cidr": f"10.{second}.0.0/16",
        "private_subnet1_cidr": f"10.{second}.0.0/{prefix}",
        "private_subnet2_cidr": f"10.{second}.16.0/{prefix}",
        "tags": draw(st.sampled_from([{}, {"team": "shop"}])),
        "availability_zones": draw(
            st.none()
            | st.permutations(["us-east-1a", "us-east-1b", "us-east-1f"]).map(lambda z: z[:2])
        ),
    }


@st.composite
def databases(draw):
    """A database of any engine: its version, its size, and what all have in common."""
    name = draw(st.sampled_from(sorted(ENGINES)))
    classes = st.sampled_from(CLASSES[name])
    if ENGINES[name].aurora:
        size = draw(capacities() | some(instance_class=classes))
        size |= draw(some(readers=st.integers(0, 15)))
    else:
        size = draw(
            some(
                instance_class=classes,
                allocated_storage=st.integers(20, 65_536),
                multi_az=st.booleans(),
            )
        )
    common = some(
        engine_version=st.sampled_from(VERSIONS[name]),
        backup_retention_period=st.integers(1, 35),
        deletion_protection=st.booleans(),
        extended_support=st.booleans(),
        rotate_secrets_after_days=st.integers(1, 1000),
        subnet_group=st.just("shared"),
        clients=st.sampled_from(
            [[{"cidr": "10.20.0.0/16"}], [{"security_group_id": "sg-0a1b2c3d"}]]
        ),
        tags=st.just({"team": "shop"}),
    )
    chosen = draw(common)
    version = chosen.get("engine_version", ENGINES[name].default_version)
    if ENGINES[name].lifecycle(version).refusal(enrolled=False):
        chosen["extended_support"] = True
    size |= draw(upkeep(name))
    if "master" in size:
        chosen.pop("rotate_secrets_after_days", None)
    if "rotate_secrets_after_days" in chosen:
        chosen["rotation"] = draw(
            some(duration_hours=st.integers(1, 24), immediately=st.booleans())
        )
    return {"engine": name} | size | chosen | draw(groups(name, size, version, CLASSES[name]))


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
        optional={"kms_key_arn": GIVEN_KEY, "description": st.just("The old service")},
    )
    return some(
        name=st.from_regex("shop(-[a-z0-9]{1,9}){0,3}", fullmatch=True),
        role=roles,
        log=proxy_logs,
        security_group_ids=GROUP_IDS,
        endpoint_network_type=st.sampled_from(["IPV4", None]),
        logins=st.lists(logins, max_size=2, unique_by=lambda one: one["secret_arn"]),
        endpoints=endpoints,
        tags=st.just({"team": "shop"}),
    )


proxies = st.builds(
    lambda one, other: one | other,
    pools() | st.just({}),
    some(idle_client_timeout=st.integers(1, 28800), proxy=details("iam", "password")),
)
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
    code_uri=st.sampled_from([None, "../code", "./code/app"]),
)
sam = st.builds(lambda one, other: one | other, functions, authorizers)
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
        for name, login in logins.items()
    ]


CODE = os.path.relpath(Path(__file__).parents[2] / "lambda" / "visits")
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:7"
ROUTES = ["GET /", "POST /orders", "GET /orders/{id}", "ANY /files/{path+}"]


@st.composite
def declared(draw, people):
    """Functions of one's own, with users of *people* and routes of their own."""
    routes = draw(st.permutations(ROUTES))
    made = []
    for name in draw(st.lists(st.sampled_from(["orders", "nightly-run", "in_take"]), unique=True)):
        tuned = some(
            memory_size=st.integers(128, 10_240),
            architecture=st.sampled_from(["arm64", "x86_64"]),
            ephemeral_storage=st.integers(512, 10_240),
            tracing=st.sampled_from(["Active", "PassThrough"]),
            reserved_concurrency=st.integers(1, 100),
            schedule=st.sampled_from(["rate(1 hour)", "cron(0 3 * * ? *)"]),
            queue=some(batch_size=st.integers(1, 10), deliveries=st.integers(1, 1000)),
            alias=some(deployment=st.sampled_from(["AllAtOnce", "Linear10PercentEvery1Minute"])),
            asynchronous=some(retries=st.integers(0, 2), dead_letters=st.booleans()),
            log_retention_in_days=st.sampled_from([1, 30]),
            log_level=st.sampled_from(["DEBUG", "ERROR"]),
            environment=st.just({"STAGE": "live", "PAGE": 20}),
            policies=st.just(["AmazonS3ReadOnlyAccess"]),
        )
        package = {"code": CODE} | draw(
            some(runtime=st.sampled_from(["python3.12", "python3.13", "python3.14"]))
        )
        user = draw(st.sampled_from([None, *(one["name"] for one in people)]))
        called = [routes.pop() for _ in range(draw(st.integers(0, 1)))] or ["PUT /" + name]
        code = draw(st.sampled_from([package, {"code": IMAGE}]))
        made.append({"name": name, "user": user, "routes": called} | code | draw(tuned))
    return made


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
    rds = draw(databases()) | draw(proxies) | {"users": people}
    rds["master_login"] = user is None or draw(st.booleans())
    if functions := draw(
        declared(people) if "code_uri" not in settings.get("sam", {}) else st.none()
    ):
        return settings | {"rds": rds, "functions": functions}
    return settings | {"rds": rds, "function_user": user}


@st.composite
def bases(draw):
    return draw(services()) | draw(some(vpc=networks()))


vpcs = some(subnets=st.integers(2, 6), security_groups=st.sampled_from(["make", "existing"]))


@st.composite
def services_on_existing(draw):
    """Settings of a service before a database that exists."""
    people = draw(users())
    user = chosen(draw, people, "iam", "end_to_end_iam")
    engine = draw(st.sampled_from(["aurora-mysql", "aurora-postgresql", "mysql", "postgres"]))
    network = some(port=st.integers(1150, 65_535), type=st.sampled_from(["IPV4", "DUAL"]))
    told = some(network=network, master_key_arn=GIVEN_KEY)
    readers = draw(some(has_readers=st.booleans())) if "aurora" in engine else {}
    rds = {"engine": engine, "users": people} | draw(told) | readers | draw(proxies)
    rds["master_login"] = user is None or draw(st.booleans())
    settings = draw(st.fixed_dictionaries(REGIONS, optional={"database": names, "sam": sam}))
    return settings | {"rds": rds, "function_user": user} | draw(vpcs)


@st.composite
def services_in_a_vpc(draw):
    return draw(services()) | draw(vpcs)


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

    def half(login):
        return st.builds(lambda one, other: one | other, pools(largest=50), details(login)).map(
            lambda one: {key: one[key] for key in one if key != "name"}
        )

    both_proxies = some(
        password_requires_tls=st.booleans(), password_proxy=half("password"), iam_proxy=half("iam")
    )
    rds = draw(databases()) | draw(both_proxies) | {"users": people}
    if any(one["login"] == "password" for one in people) and "postgres" not in rds["engine"]:
        rds.pop("password_requires_tls", None)
    if password_user and iam_user and draw(st.booleans()):
        rds["master_login"] = False
    return settings | {
        "rds": rds,
        "password_user": password_user,
        "iam_user": iam_user,
    }


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
        cluster |= draw(proxies)
        behind = {"proxy": True} | draw(some(sam=sam))
    elif "max_capacity" in cluster:
        cluster |= draw(some(min_capacity=st.just(0)) | st.just({"min_capacity": 0} | PAUSES_LATE))
    size = {"max_capacity": 4} | cluster
    version = ENGINES[engine].default_version
    cluster |= draw(groups(engine, size, version, CLASSES[engine]))
    settings = draw(
        st.fixed_dictionaries(REGIONS, optional={"database": names, "secrets": SECRETS})
    )
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
    database = draw(databases()) | draw(proxies) | {"users": people, "master_login": not user}
    if login == "password":
        database.pop("rotate_secrets_after_days", None)
        database.pop("rotation", None)
    return settings | {"login": login, "rds": database, "function_user": user}


callers = st.fixed_dictionaries(REGIONS, optional={"login": logins, "engine": engines, "sam": sam})


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
    return draw(some(waf=allowed(4, 6)))


NEW_CLASSES = {
    name: [one for one in CLASSES[name] if not one.startswith(OLD_CLASSES)] for name in CLASSES
}


@st.composite
def edges(draw):
    name = draw(st.sampled_from(["mysql", "postgres"]))
    instance = some(
        instance_class=st.sampled_from(NEW_CLASSES[name]),
        engine_version=st.sampled_from(VERSIONS[name]),
        allocated_storage=st.integers(20, 65_536),
        multi_az=st.booleans(),
        deletion_protection=st.booleans(),
        rotate_secrets_after_days=st.integers(1, 1000),
    )
    api = some(
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
    if "master" in database:
        database.pop("rotate_secrets_after_days", None)
    database |= draw(groups(name, database, version, NEW_CLASSES[name]))
    rds = {"engine": name} | database | draw(allowed(4) | st.just({}))
    return {"regions": ["us-east-1"], "rds": rds} | draw(
        some(
            sam=api,
            secrets=SECRETS,
            database=names,
            api_key=some(length=st.integers(20, 128)),
            distribution=some(price_class=st.sampled_from(["PriceClass_100", "PriceClass_All"]))
            | st.just(
                {
                    "domain_name": "users.example.org",
                    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/abc",
                }
            ),
            function_user=st.from_regex("user[a-z0-9]{1,8}", fullmatch=True),
        )
    )


VALID = {
    "base": bases(),
    "existing_vpc": services_in_a_vpc(),
    "existing_database": services_on_existing(),
    "auth": auths(),
    "bastion": bastions(),
    "cross_account_network": lent_networks(),
    "cross_account_db": databases_elsewhere(),
    "cross_account_app": callers,
    "edge_waf": firewalls(),
    "edge": edges(),
}

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)
every_variant = pytest.mark.parametrize("name", VARIANTS)


def fields(variant):
    """Every setting of *variant*, and every setting in them, as paths."""
    yield from below(variant.Config)


def below(record):
    for name, field in record.model_fields.items():
        yield (name,)
        for inner in (field.annotation, *get_args(field.annotation)):
            # A list holds records, too, but at places that have no name.
            if is_model(inner) and get_origin(field.annotation) is not tuple:
                yield from ((name, *path) for path in below(inner))


def with_junk(settings, path, value):
    name, *rest = path
    inner = settings.get(name) or {}
    return settings | {name: with_junk(inner, rest, value) if rest else value}


@every_variant
@settings(max_examples=40)
@given(data=st.data(), nesting=st.sampled_from(NESTINGS))
def test_every_valid_configuration_renders_clean(name, data, nesting):
    variant = VARIANTS[name]
    config = variant.Config.parse(data.draw(VALID[name]), "any.yaml")

    assert validate(render(variant, config, nesting=nesting), lint=False) == []


@every_variant
@settings(max_examples=80)
@given(data=st.data(), value=junk)
def test_every_other_choice_is_a_config_error(name, data, value):
    variant = VARIANTS[name]
    path = data.draw(st.sampled_from(list(fields(variant))))
    try:
        config = variant.Config.parse(with_junk(data.draw(VALID[name]), path, value), "any.yaml")
    except ConfigError as error:
        assert all(problem.place.startswith("any.yaml") for problem in error.problems)
    else:
        assert validate(render(variant, config), lint=False) == []


@every_variant
@settings(max_examples=40)
@given(settings=junk)
def test_anything_but_a_configuration_is_a_config_error(name, settings):
    try:
        VARIANTS[name].Config.parse(settings, "any.yaml")
    except ConfigError as error:
        assert error.problems
    else:
        assert settings in (None, {})


@every_variant
@settings(max_examples=20)
@given(data=st.data())
def test_every_reference_in_every_template_has_a_target(name, data):
    variant = VARIANTS[name]
    root = render(variant, variant.Config.parse(data.draw(VALID[name]), "any.yaml")).root
    for _, template in root.walk():
        known = template.parameters.keys() | template.resources.keys() | template.children.keys()
        bodies = [*template.resources.values(), *template.outputs.values()]
        bodies += [nested.arguments for nested in template.children.values()]
        assert {name for body in bodies for name in references(dict(body))} <= known
