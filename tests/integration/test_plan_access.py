"""`deploy` reports accounts that it cannot use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from planning import Planner

from rdsproxy_local.local_cloud import Account
from rdsproxy_local.server import CloudServer

pytestmark = pytest.mark.xdist_group("plan-access")

ACCOUNTS = {"app": "444444444430", "db": "444444444431"}
SIGNER = re.compile(r"Credential=(?P<key>[^/]+)/\d+/[^/]+/(?P<service>[^/]+)/")
# https://github.com/aws/aws-cli/issues/7870
REFUSAL = b"""\
<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>
<Message>The security token included in the request is expired</Message></Error>
<RequestId>made-up</RequestId></ErrorResponse>"""
DEPLOY = ["deploy", "cross_account", "--yes", "--app-profile", "app", "--db-profile", "db"]
EXPIRED = "the credentials have expired; log in again, and run the same command"


class Expiry:
    """A gateway before the local cloud that refuses expired keys."""

    def __init__(self):
        self.refused = set()
        """Refused keys, each with a service."""

    def before(self, app):
        def answer(environ, start):
            signer = SIGNER.search(environ.get("HTTP_AUTHORIZATION", ""))
            if signer is None or signer.groups() not in self.refused:
                return app(environ, start)
            length = str(len(REFUSAL))
            start("403 Forbidden", [("Content-Type", "text/xml"), ("Content-Length", length)])
            return [REFUSAL]

        return answer


@pytest.fixture
def expiry():
    return Expiry()


@pytest.fixture
def planner(expiry, sam_cli, tmp_path):
    with CloudServer(middlewares=[expiry.before]) as server:
        accounts = {
            name: Account(server.endpoint, account_id, "eu-west-1")
            for name, account_id in ACCOUNTS.items()
        }
        planner = Planner(tmp_path, accounts, Path(sam_cli).parent)
        planner.write_profiles()
        yield planner


def expire(expiry, account, service):
    expiry.refused.add((account.environment["AWS_ACCESS_KEY_ID"], service))


def test_expired_credentials_are_reported_before_anything_is_done(planner, expiry):
    expire(expiry, planner.accounts["db"], "sts")

    said = planner.run(*DEPLOY)

    assert (said.status, said.output) == (1, "")
    assert said.errors == f"error: [account db: --db-profile db] GetCallerIdentity: {EXPIRED}\n"


def test_credentials_that_expire_on_the_way_are_reported_for_their_step(planner, expiry):
    expire(expiry, planner.accounts["app"], "cloudformation")

    said = planner.run(*DEPLOY)

    assert said.status == 1
    assert said.errors.endswith(f"error: [network] DescribeStacks: {EXPIRED}\n")


def test_a_missing_region_is_asked_for(planner):
    config = Path(planner.environment["AWS_CONFIG_FILE"])
    config.write_text(config.read_text().replace("region = eu-west-1\n", ""))

    said = planner.run(*DEPLOY)

    assert (said.status, said.output) == (2, "")
    assert said.errors == "".join(
        f"error: [--region] a Region is needed: profile {name} has none, and AWS_DEFAULT_REGION "
        "is not set\n"
        for name in ACCOUNTS
    )
