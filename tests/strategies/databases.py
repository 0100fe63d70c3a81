"""Strategies of a database of any engine: its version, its size, and what all have in common."""

from __future__ import annotations

from hypothesis import strategies as st

from rdsproxy_templates.aws.engines import ENGINES, regions

from .database_groups import KEY, groups, some
from .database_upkeep import upkeep

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
        "availability_zones": draw(zones),
    }


zones = st.none() | st.permutations(["us-east-1a", "us-east-1b", "us-east-1f"]).map(lambda z: z[:2])


@st.composite
def subnets_of(draw, *names):
    """A VPC, two zones of it, and subnets of these *names* beside each other."""
    second, prefix = draw(st.integers(0, 255)), draw(st.integers(20, 28))
    ranges = {name: f"10.{second}.{16 * place}.0/{prefix}" for place, name in enumerate(names)}
    return {"vpc_cidr": f"10.{second}.0.0/16", "availability_zones": draw(zones)} | ranges


CLIENTS = [
    [{"cidr": "10.20.0.0/16"}],
    [{"security_group_id": "sg-0a1b2c3d", "description": "The old service"}],
]


@st.composite
def rotations(draw):
    """No rotation, one by days, or one by a schedule."""
    begin = some(duration_hours=st.integers(1, 4), immediately=st.booleans())
    by_days = {"rotate_secrets_after_days": draw(st.integers(1, 1000)), "rotation": draw(begin)}
    schedule = draw(st.sampled_from(["rate(12 hours)", "rate(10 days)", "cron(0 3 ? * SUN *)"]))
    by_schedule = {"rotation": draw(begin) | {"schedule": schedule}}
    return draw(st.sampled_from([{}, by_days, by_schedule]))


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
                allow_major_version_upgrade=st.booleans(),
            )
        )
    common = some(
        engine_version=st.sampled_from(VERSIONS[name]),
        backup_retention_period=st.integers(1, 35),
        deletion_protection=st.booleans(),
        extended_support=st.booleans(),
        slow_query_seconds=st.integers(1, 3600),
        secrets_key_arn=st.just(KEY),
        subnet_group=st.just("shared"),
        clients=st.sampled_from(CLIENTS),
        tags=st.just({"team": "shop"}),
    )
    chosen = draw(common)
    version = chosen.get("engine_version", ENGINES[name].default_version)
    if ENGINES[name].lifecycle(version).refusal(enrolled=False):
        chosen["extended_support"] = True
    size |= draw(upkeep(name))
    if "master" not in size:
        chosen |= draw(rotations())
    return {"engine": name} | size | chosen | draw(groups(name, size, version, CLASSES[name]))
