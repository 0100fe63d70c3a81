"""Policy documents, one function each, that grant one thing and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from awacs import awslambda, kms, logs, rds_db, secretsmanager, sqs, sts, xray
from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    AWSPrincipal,
    Condition,
    ConditionElement,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringLike,
)
from awacs.helpers.trust import make_simple_assume_statement
from troposphere import AWSHelperFn, Select, Split

from ..model import sub
from .kinds import (
    DatabaseResourceId,
    DatabaseUser,
    FunctionArn,
    KeyArn,
    ProxyArn,
    RoleArn,
    SecretArn,
)

VERSION: Final = "2012-10-17"


def trusts(service: str) -> PolicyDocument:
    """Trust policy: one AWS service, such as ``rds.amazonaws.com``, may assume the role."""
    return PolicyDocument(Version=VERSION, Statement=[make_simple_assume_statement(service)])


def trusts_in_account(service: str, *more: ConditionElement) -> PolicyDocument:
    """Trust policy: one AWS service may assume the role, for the role's own account only.

    *more* conditions, such as one on ``aws:SourceArn``, hold as well.
    """
    own = StringEquals({"aws:SourceAccount": sub("${AWS::AccountId}")})
    return PolicyDocument(
        Version=VERSION,
        Statement=[
            Statement(
                Effect=Allow,
                Principal=Principal("Service", [service]),
                Action=[sts.AssumeRole],
                Condition=Condition([own, *more]),
            )
        ],
    )


def trusts_flow_logs() -> PolicyDocument:
    """Trust policy: only flow logs of the role's own account and Region may assume it."""
    source = sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*")
    return trusts_in_account("vpc-flow-logs.amazonaws.com", ArnLike({"aws:SourceArn": source}))


def trusts_enhanced_monitoring() -> PolicyDocument:
    """Trust policy: only Enhanced Monitoring of the role's own account may assume it."""
    return trusts_in_account("monitoring.rds.amazonaws.com")


def trusts_stack_sets() -> PolicyDocument:
    """Trust policy of AWS's guide: only stack sets of the role's own account may assume it."""
    source = sub("arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stackset/*")
    return trusts_in_account("cloudformation.amazonaws.com", StringLike({"aws:SourceArn": source}))


def trusts_role(role: RoleArn) -> PolicyDocument:
    """Trust policy: one other role, which may be another account's, may assume the role."""
    return _lets(role, [sts.AssumeRole])


def assumes(role: RoleArn) -> PolicyDocument:
    """Allow to assume one role."""
    return _allows([sts.AssumeRole], role)


def reads_secrets(secrets: Sequence[SecretArn]) -> PolicyDocument:
    """Allow to read the values and descriptions of *secrets*."""
    return _allows([secretsmanager.GetSecretValue, secretsmanager.DescribeSecret], *secrets)


def lets_read(role: RoleArn) -> PolicyDocument:
    """Resource policy of a secret: one role, which may be another account's, may read it."""
    return _lets(role, [secretsmanager.GetSecretValue], Resource=["*"])


def decrypts(*keys: KeyArn) -> PolicyDocument:
    """Allow Secrets Manager, on the role's behalf, to decrypt with *keys*, and nothing else to."""
    return PolicyDocument(
        Version=VERSION,
        Statement=[
            Statement(
                Effect=Allow,
                Action=[kms.Decrypt],
                Resource=list(dict.fromkeys(keys)),
                Condition=_via_secrets_manager(),
            )
        ],
    )


def key_for(reader: RoleArn) -> PolicyDocument:
    """Key policy: the account's IAM policies apply, and *reader* may read its secrets."""
    account = sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
    return PolicyDocument(
        Version=VERSION,
        Statement=[
            Statement(
                Sid="AccountDecides",
                Effect=Allow,
                Principal=AWSPrincipal([account]),
                Action=[Action("kms", "*")],
                Resource=["*"],
            ),
            Statement(
                Sid="ReaderOfSecrets",
                Effect=Allow,
                Principal=AWSPrincipal([reader]),
                Action=[kms.Decrypt],
                Resource=["*"],
                Condition=_via_secrets_manager(),
            ),
        ],
    )


def connects(proxy: ProxyArn, user: DatabaseUser) -> PolicyDocument:
    """Allow to log in to one proxy as one database user.

    The resource contains the proxy's ID (``prx-…``), the last field of its ARN; the proxy's name
    or whole ARN there grants nothing.
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


def connects_to_database(
    resource_id: DatabaseResourceId | AWSHelperFn, users: Sequence[DatabaseUser | str]
) -> PolicyDocument:
    """Allow to log in to a database itself as *users*.

    *resource_id* is ``DBClusterResourceId`` of a cluster, ``DbiResourceId`` of an instance.
    """
    return _allows(
        [rds_db.connect],
        *(
            sub(
                "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:"
                "${resource}/${user}",
                resource=resource_id,
                user=user,
            )
            for user in users
        ),
    )


def invokes(function: FunctionArn) -> PolicyDocument:
    """Allow to invoke one function."""
    return _allows([awslambda.InvokeFunction], function)


def receives(queue_arn: AWSHelperFn) -> PolicyDocument:
    """Allow to take messages from one queue."""
    actions: list[object] = [
        sqs.ReceiveMessage,
        sqs.DeleteMessage,
        sqs.GetQueueAttributes,
        sqs.ChangeMessageVisibility,
    ]
    return _allows(actions, queue_arn)


def sends(queue_arn: AWSHelperFn) -> PolicyDocument:
    """Allow to send messages to one queue."""
    return _allows([sqs.SendMessage], queue_arn)


def traces() -> PolicyDocument:
    """Allow to send traces to X-Ray, whose actions know no resources."""
    return _allows([xray.PutTraceSegments, xray.PutTelemetryRecords], "*")


def writes_log(group_arn: AWSHelperFn) -> PolicyDocument:
    """Allow to write to one log group; *group_arn* ends with ``:*``, as ``GetAtt`` returns it."""
    return _allows([logs.CreateLogStream, logs.DescribeLogStreams, logs.PutLogEvents], group_arn)


def _via_secrets_manager() -> Condition:
    service = sub("secretsmanager.${AWS::Region}.${AWS::URLSuffix}")
    return Condition(StringEquals({"kms:ViaService": service}))


def _lets(role: RoleArn, actions: list[object], **more: object) -> PolicyDocument:
    statement = Statement(Effect=Allow, Principal=AWSPrincipal([role]), Action=actions, **more)
    return PolicyDocument(Version=VERSION, Statement=[statement])


def _allows(actions: list[object], *resources: object) -> PolicyDocument:
    return PolicyDocument(
        Version=VERSION,
        Statement=[Statement(Effect=Allow, Action=actions, Resource=list(resources))],
    )
