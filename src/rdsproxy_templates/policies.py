"""Small functions that return policy documents: each says who may do what, and no more."""

from __future__ import annotations

from typing import Final

from awacs import rds_db, secretsmanager
from awacs.aws import Allow, PolicyDocument, Statement
from awacs.helpers.trust import make_simple_assume_statement
from troposphere import Select, Split

from .frame import sub
from .kinds import DatabaseUser, ProxyArn, SecretArn

VERSION: Final = "2012-10-17"


def trusts(service: str) -> PolicyDocument:
    """The role may be assumed by one service of AWS: ``rds.amazonaws.com``."""
    return PolicyDocument(Version=VERSION, Statement=[make_simple_assume_statement(service)])


def reads_secret(secret: SecretArn) -> PolicyDocument:
    """May read one secret: its value, and what it is."""
    return _allows([secretsmanager.GetSecretValue, secretsmanager.DescribeSecret], secret)


def connects(proxy: ProxyArn, user: DatabaseUser) -> PolicyDocument:
    """May log in to one proxy as one database user.

    The resource names the proxy by its ID (``prx-…``), which is the last field of the ARN;
    neither the name nor the ARN itself gives the right.
    """
    field = Split(":", proxy)
    resource = sub(
        "arn:${AWS::Partition}:rds-db:${region}:${account}:dbuser:${proxy_id}/${user}",
        region=Select(3, field),
        account=Select(4, field),
        proxy_id=Select(6, field),
        user=user,
    )
    return _allows([rds_db.connect], resource)


def _allows(actions: list[object], resource: object) -> PolicyDocument:
    return PolicyDocument(
        Version=VERSION,
        Statement=[Statement(Effect=Allow, Action=actions, Resource=[resource])],
    )
