"""cfn-lint and AWS's validator accept each engine in a size and a variant that others lack."""

from __future__ import annotations

import pytest

from rdsproxy_templates import render
from rdsproxy_templates.validators import validate_all
from rdsproxy_templates.variants import auth, base, existing_vpc

USERS = [{"name": "reports", "login": "password"}, {"name": "app", "login": "end_to_end_iam"}]
KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666"
RECORDED = {
    "identifiers": {"database": "shop"},
    "ca_certificate": "rds-ca-ecc384-g1",
    "monitoring": {
        "database_insights": "advanced",
        "kms_key_arn": KEY,
        "enhanced_interval": 15,
        "role": {"path": "/shop/", "permissions_boundary": "arn:aws:iam::123456789012:policy/b"},
    },
    "logs": {
        "exports": ["error", "general", "slowquery", "iam-db-auth-error"],
        "groups": {
            "retention_in_days": 30,
            "kms_key_arn": KEY,
            "log_class": "INFREQUENT_ACCESS",
        },
    },
}
FAMILIES = {
    "base, a cluster of PostgreSQL that scales, with readers": (
        base,
        {"engine": "aurora-postgresql", "max_capacity": 8, "readers": 2, "users": USERS},
    ),
    "existing_vpc, an instance of PostgreSQL": (
        existing_vpc,
        {"engine": "postgres", "users": USERS},
    ),
    "existing_vpc, an instance of MySQL": (existing_vpc, {"engine": "mysql"}),
    "existing_vpc, an instance of MySQL of which much is recorded": (
        existing_vpc,
        {"engine": "mysql", "instance_class": "db.m7g.large", **RECORDED},
    ),
    "base, a cluster of MySQL with every feature": (
        base,
        {
            "max_capacity": 4,
            "readers": 1,
            "instances": [{"instance_class": "db.r7g.large", "promotion_tier": 0}],
            "reader_scaling": {"max_readers": 3},
            "rolling_updates": True,
            "data_api": True,
            "local_write_forwarding": True,
            **RECORDED,
        },
    ),
    "auth, a cluster of MySQL with readers": (
        auth,
        {"engine": "aurora-mysql", "readers": 1, "users": USERS},
    ),
}


@pytest.mark.xdist_group("lint")
def test_a_version_that_became_deprecated_does_not_block(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    old = {"cluster": {"engine_version": "8.0.mysql_aurora.3.02.0"}}
    old["instance"] = {"engine": "mysql", "engine_version": "8.4.4"}
    bundles = {
        name: (render(base, base.Config.parse({"rds": rds}, name)), ("us-east-1",))
        for name, rds in old.items()
    }

    assert validate_all(bundles) == {name: [] for name in old}


@pytest.mark.xdist_group("lint")
def test_no_validator_finds_anything_in_any_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = {"name": "shop", "master_username": "boss"}
    bundles = {
        name: (
            render(variant, variant.Config.parse({"rds": rds, "database": names}, name)),
            ("us-east-1",),
        )
        for name, (variant, rds) in FAMILIES.items()
    }

    assert validate_all(bundles) == {name: [] for name in FAMILIES}
