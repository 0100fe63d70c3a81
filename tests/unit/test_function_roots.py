"""Root certificates that functions trust: AWS's own, each self-signed, for every region."""

from __future__ import annotations

import re

import pytest
from cryptography import x509

from rdsproxy_client import engine
from rdsproxy_templates.aws import engines
from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.resources.functions import WITHOUT_RDS_ROOTS
from rdsproxy_templates.variants import VARIANTS

NAME = re.compile(r"Amazon RDS ([a-z]+(?:-[a-z]+)+-\d) Root CA (RSA2048|RSA4096|ECC384) G1")


@pytest.fixture(scope="module")
def roots(layer):
    return x509.load_pem_x509_certificates((layer / "rds_roots.pem").read_bytes())


def names(roots):
    return [
        NAME.fullmatch(one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
        for one in roots
    ]


def test_every_one_is_a_root_of_rds_and_signed_by_itself(roots):
    assert all(names(roots))
    for one in roots:
        one.verify_directly_issued_by(one)


def test_every_region_that_is_rendered_for_has_all_three_or_is_known_to_lack_them(roots):
    of = {}
    for name in names(roots):
        of.setdefault(name[1], set()).add(name[2])

    assert set(engines.regions()) - of.keys() == set(WITHOUT_RDS_ROOTS)
    assert {len(kinds) for kinds in of.values()} == {3}


@pytest.mark.parametrize("region", sorted(set(engines.regions()) - set(WITHOUT_RDS_ROOTS)))
def test_only_those_of_the_region_are_trusted(region, layer, monkeypatch):
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.setenv("RDS_CA_FILE", str(layer / "rds_roots.pem"))
    engine.tls.cache_clear()
    trusted = engine.tls().get_ca_certs()
    engine.tls.cache_clear()

    subjects = [dict(part[0] for part in one["subject"])["commonName"] for one in trusted]
    assert len(subjects) == 3
    assert all(f" {region} " in subject for subject in subjects)


USERS = [{"name": "app", "login": "end_to_end_iam"}]


@pytest.mark.parametrize(
    ("variant", "settings"),
    [
        ("base", {"rds": {"users": USERS}}),
        ("cross_account_db", {"rds": {"users": USERS}}),
        ("auth", {"rds": {"users": USERS}}),
        ("edge", {}),
    ],
)
@pytest.mark.parametrize("region", WITHOUT_RDS_ROOTS)
def test_a_region_without_is_refused_where_a_function_reaches_the_database(
    variant, settings, region
):
    with pytest.raises(ConfigError, match=f"got {region}: the layer has no roots of RDS there"):
        VARIANTS[variant].Config.parse(settings | {"regions": [region]}, "a test")


def test_behind_a_proxy_a_region_without_is_taken():
    settings = {"regions": ["ap-southeast-6"], "rds": {"engine": "aurora-postgresql"}}
    VARIANTS["base"].Config.parse(settings, "a test")
