"""Strategies of backups, maintenance, storage, parameters and surroundings of a database."""

from __future__ import annotations

from hypothesis import strategies as st

from rdsproxy_templates.aws.engines import ENGINES

from .database_groups import KEY, ROLE, some

OWN_PARAMETERS = {
    "MYSQL": {"max_connections": 500, "innodb_lock_wait_timeout": "20"},
    "POSTGRESQL": {"log_temp_files": 0, "rds.log_retention_period": "1440"},
}


@st.composite
def storages(draw):
    """Kinds, sizes and speeds of an instance's storage that RDS takes together."""
    kind = draw(st.sampled_from(["gp2", "gp3", "io1", "io2"]))
    if kind in {"io1", "io2"}:
        size = draw(st.integers(100, 65_536))
        least = max(1_000, size)
        iops = draw(st.integers(least, min(256_000, size * 50, 19_950 if size < 400 else 256_000)))
        storage = {"iops": iops} | draw(some(dedicated_log_volume=st.booleans()))
    elif kind == "gp3" and draw(st.booleans()):
        size = draw(st.integers(400, 65_536))
        storage = draw(some(iops=st.integers(12_000, 32_000), throughput=st.integers(500, 3_000)))
    else:
        size, storage = draw(st.integers(20, 65_536)), {}
    storage["type"] = kind
    if size * 1.1 <= 65_536 and kind in {"gp2", "gp3"}:
        storage |= draw(some(max_allocated=st.integers(-(-size * 11 // 10), 65_536)))
    return {"allocated_storage": size, "storage": storage | draw(some(kms_key_arn=st.just(KEY)))}


@st.composite
def upkeep(draw, name):
    """Backups, maintenance, storage, parameters and surroundings of a database of engine *name*."""
    engine = ENGINES[name]
    own = st.sampled_from([{}, OWN_PARAMETERS[engine.family]])
    backup = some(
        window=st.just("03:00-03:30"),
        copy_tags=st.booleans(),
        keep_automated=st.booleans(),
        at_deletion=st.sampled_from(["snapshot", "retain", "delete"]),
    )
    maintenance = some(
        window=st.sampled_from(["sun:04:00-sun:05:00", "Sat:23:45-sun:00:15"]),
        auto_minor_version_upgrade=st.booleans(),
    )
    both = {"backup": backup, "maintenance": maintenance}
    both["directory"] = st.just({"id": "d-1234567890", "role_name": "directory"})
    both["network"] = some(type=st.just("IPV4"), port=st.integers(1150, 65_535))
    both["master"] = some(keep_secret=st.booleans(), kms_key_arn=st.just(KEY)).map(
        lambda more: {"password": "managed"} | more
    )
    both["restore"] = st.just({"snapshot": "before"}) | some(
        copy_on_write=st.just(True) if engine.aurora else st.just(False)
    ).map(lambda more: {"source": "shop", "time": "latest"} | more)
    if engine.aurora:
        kind = some(type=st.sampled_from(["aurora", "aurora-iopt1"]), kms_key_arn=st.just(KEY))
        both |= {
            "parameters": some(cluster=own, instance=own)
            | some(cluster=own, instance_group=st.just("theirs"))
            | some(cluster_group=st.just("ours"), instance=own),
            "identifiers": some(database=st.just("shop"), instances=st.just("shop-db")),
            "storage": kind,
            "roles": st.just([{"arn": ROLE} | ({} if "mysql" in name else {"feature": "Lambda"})]),
        }
        if "mysql" in name:
            both["backup"] = st.builds(
                lambda one, more: one | more, backup, some(backtrack_hours=st.integers(1, 72))
            )
        return _fitting(draw(some(**both)))
    both |= {
        "parameters": st.builds(
            lambda one, more: one | more,
            some(instance=own) | st.just({"instance_group": "theirs"}),
            some(option_group=st.just("ours")) if name == "mysql" else st.just({}),
        ),
        "identifiers": some(database=st.just("shop")),
        "maintenance": st.builds(
            lambda one, more: one | more, maintenance, some(apply_immediately=st.booleans())
        ),
    }
    if name == "postgres":
        both["roles"] = st.just([{"arn": ROLE, "feature": "s3Import"}])
    kept = _fitting(draw(some(**both)) | draw(storages() | st.just({})))
    if "restore" in kept:
        kept.get("storage", {}).pop("kms_key_arn", None)
    return kept


def _fitting(kept):
    """A restored database takes its master's name from its source."""
    if "restore" in kept:
        kept.get("master", {}).pop("keep_secret", None)
    return kept
