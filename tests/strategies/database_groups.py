"""Strategies of the groups of settings of a database: each draws what its database takes."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.aws.features import insights_problem, version_problem
from rdsproxy_templates.aws.log_exports import EXPORTS
from rdsproxy_templates.resources.monitoring import InsightsRetention

KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666"
ROLE = "arn:aws:iam::123456789012:role/monitoring"
RETENTIONS = get_args(InsightsRetention)


def some(**fields):
    """A mapping with any of the optional fields."""
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def monitoring(draw, engine, instance_class):
    """Insights where the class has them, and Enhanced Monitoring, with a role of either kind."""
    chosen = {}
    if not insights_problem(ENGINES[engine], instance_class):
        advanced = draw(st.booleans())
        kept = [days for days in RETENTIONS if days >= 465 or not advanced]
        chosen |= {"database_insights": "advanced"} if advanced else {}
        chosen |= draw(
            some(
                performance_insights=st.just(True),
                retention_days=st.sampled_from(kept),
                kms_key_arn=st.just(KEY),
            )
        )
    if draw(st.booleans()):
        chosen["enhanced_interval"] = draw(st.sampled_from([1, 5, 10, 15, 30, 60]))
        path = some(path=st.just("/service/"), max_session_duration=st.integers(3600, 43_200))
        chosen |= draw(
            st.just({"role": {"arn": ROLE}}) | path.map(lambda role: {"role": role}) | st.just({})
        )
    return chosen


@st.composite
def logs(draw, engine, *, identified):
    """Some of the engine's logs."""
    known = [log for log in EXPORTS[engine] if (engine, log) != ("mysql", "audit")]
    exports = draw(st.lists(st.sampled_from(known), unique=True))
    chosen = {"exports": exports}
    if identified and draw(st.booleans()):
        kinds = st.sampled_from(["STANDARD", "INFREQUENT_ACCESS"])
        days = st.sampled_from([1, 3653])
        group = some(retention_in_days=days, kms_key_arn=st.just(KEY), log_class=kinds)
        chosen["groups"] = draw(group)
    if "audit" in exports:
        events = st.lists(st.sampled_from(["CONNECT", "QUERY_DDL", "TABLE"]), min_size=1)
        chosen |= draw(some(audit_events=events.map(lambda names: sorted(set(names)))))
    return chosen


@st.composite
def scaling(draw, readers):
    """Limits of the number of readers, at least those of the stack."""
    most = draw(st.integers(max(readers, 1), 15))
    metric = draw(
        st.sampled_from([{}, {"metric": "cpu"}, {"metric": "connections", "target": 500}])
    )
    action = {"name": "night", "schedule": "cron(0 22 * * ? *)", "max_readers": most}
    action |= draw(some(timezone=st.just("Europe/Berlin"), min_readers=st.integers(0, most)))
    return {
        "max_readers": most,
        "min_readers": draw(st.integers(0, most)),
        "schedule": draw(st.sampled_from([[], [action]])),
        **metric,
        **draw(
            some(
                scale_in=st.booleans(),
                scale_in_cooldown=st.integers(0, 3600),
                scale_out_cooldown=st.integers(0, 3600),
            )
        ),
    }


@st.composite
def cluster_groups(draw, engine, size, version, classes):
    """Instances, scaling and features of a cluster of a *size* and *version*."""
    readers = size.get("readers", 0)
    serverless = ["db.serverless"] if "max_capacity" in size else []
    one = some(
        instance_class=st.sampled_from([*classes, *serverless]),
        promotion_tier=st.integers(0, 15),
        availability_zone=st.sampled_from(["us-east-1a", "us-east-1b"]),
    )
    chosen = draw(
        some(
            instances=st.lists(one, max_size=1 + readers),
            reader_scaling=scaling(readers),
            rolling_updates=st.booleans(),
        )
    )
    own = [entry.get("instance_class") for entry in chosen.get("instances", ())]
    whole = size.get("instance_class") or (serverless or [ENGINES[engine].default_class])[0]
    used = [entry or whole for entry in own] + [whole] * (1 + readers - len(own))
    is_small = any(entry.startswith("db.t") for entry in used)
    if not is_small and not version_problem("data_api", ENGINES[engine], version):
        chosen |= draw(some(data_api=st.booleans()))
    if engine == "aurora-mysql" and not version_problem(
        "local_write_forwarding", ENGINES[engine], version
    ):
        chosen |= draw(some(local_write_forwarding=st.booleans()))
    return chosen, used


@st.composite
def groups(draw, engine, size, version, classes):
    """All groups of settings of a database of *engine* with a *size* and a *version*."""
    chosen = {}
    if ENGINES[engine].aurora:
        chosen, used = draw(cluster_groups(engine, size, version, classes))
    else:
        used = [size.get("instance_class") or ENGINES[engine].default_class]
        if not size.get("multi_az"):
            chosen = draw(some(availability_zone=st.just("us-east-1a")))
    worst = next((one for one in used if insights_problem(ENGINES[engine], one)), used[0])
    return chosen | draw(
        some(
            ca_certificate=st.sampled_from(["rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]),
            monitoring=monitoring(engine, worst),
            logs=logs(engine, identified="database" in size.get("identifiers", {})),
        )
    )
