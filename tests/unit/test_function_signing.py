"""Signed calls, which equal botocore's and go to verified endpoints only."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from rdsproxy_client import aws, login
from rdsproxy_client.sigv4 import Keys, signed_headers
from rdsproxy_templates.aws import engines

NOON = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
SERVICES = ("secretsmanager", "sts")
REGIONS = ("eu-west-1", "cn-north-1")
SESSIONS = (None, "AQoDYXdzEPT//////////wEXAMPLE+to/ken==")
BODIES = (b"{}", '{"SecretId": "ärger"}'.encode(), b"Action=AssumeRole&Version=2011-06-15")
KEY_ID, KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("service", "region", "session", "body"),
    list(itertools.product(SERVICES, REGIONS, SESSIONS, BODIES)),
)
def test_headers_equal_botocores(service, region, session, body, monkeypatch):
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: NOON)
    host = f"{service}.{region}.amazonaws.com"
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "a.B"}
    request = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    credentials = Credentials(KEY_ID, KEY, session)
    botocore.auth.SigV4Auth(credentials, service, region).add_auth(request)

    ours = signed_headers(
        {"host": host} | headers, body, service, region, Keys(KEY_ID, KEY, session),
        now=NOON.timestamp(),
    )  # fmt: skip
    assert ours["authorization"] == request.headers["Authorization"]


@pytest.fixture(scope="module")
def resolver():
    """Read botocore's partitions."""
    return EndpointResolver(Loader().load_data("endpoints"))


class TestEndpoints:
    def test_is_the_regional_one(self):
        assert aws._endpoint("sts", "eu-west-1") == ("https", "sts.eu-west-1.amazonaws.com")
        assert aws._endpoint("sts", "cn-north-1")[1] == "sts.cn-north-1.amazonaws.com.cn"

    @pytest.mark.parametrize("service", ["secretsmanager", "sts", "lambda"])
    def test_is_botocores_in_every_region_of_every_partition(self, resolver, service):
        regions = {
            (partition, region)
            for partition in resolver.get_available_partitions()
            for region in resolver.get_available_endpoints(service, partition)
            if "fips" not in region and not region.endswith("-global")
        }

        assert {partition for partition, _ in regions} >= {"aws", "aws-cn", "aws-us-gov"}
        for partition, region in regions:
            suffix = resolver.get_partition_dns_suffix(partition)
            found = resolver.construct_endpoint(service, region, partition)
            assert aws._endpoint(service, region)[1] == f"{service}.{region}.{suffix}"
            assert found["hostname"] in (f"{service}.{region}.{suffix}", f"{service}.{suffix}")

    @pytest.mark.parametrize("region", engines.regions())
    def test_of_a_region_that_is_rendered_for_is_known(self, resolver, region):
        suffix = resolver.get_partition_dns_suffix(resolver.get_partition_for_region(region))

        assert aws._endpoint("sts", region)[1] == f"sts.{region}.{suffix}"

    def test_can_be_named_as_for_the_sdks(self, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "https://vpce-1.example:8443")

        assert aws._endpoint("secretsmanager", "eu-west-1") == ("https", "vpce-1.example:8443")

    def test_is_never_in_clear_outside_this_machine(self, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://sts.example")

        with pytest.raises(aws.CallFailed, match="must be https"):
            aws._endpoint("sts", "eu-west-1")


class TestAssumedRole:
    XML = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>
      <SecretAccessKey>k</SecretAccessKey><SessionToken>t</SessionToken>
      <Expiration>2026-11-22T13:00:05Z</Expiration></Credentials></AssumeRoleResult>
    </AssumeRoleResponse>"""

    def test_the_answer_of_sts_is_read(self):
        keys, ends = aws._credentials(self.XML)

        assert keys == Keys("ASIA1", "k", "t")
        assert ends == NOON.timestamp() + 3600

    def test_keys_are_kept_until_shortly_before_they_end(self, monkeypatch):
        asked = []

        def assume(arn, name, region):
            asked.append((arn, name, region))
            return Keys("ASIA1", "k", "t"), 3600.0

        monkeypatch.setattr(login, "assumed_role", assume)
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
        role = login.RoleToken("arn:aws:iam::2:role/connect")
        for now in (0.0, 3000.0, 3400.0):
            monkeypatch.setattr(login.time, "time", lambda now=now: now)
            role.keys()

        assert asked == [("arn:aws:iam::2:role/connect", "orders", "eu-west-1")] * 2
