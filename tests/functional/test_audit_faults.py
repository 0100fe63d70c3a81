"""Faults put by hand into the files of our own variants: `audit` names the rule that each breaks."""

from __future__ import annotations

import pytest

from rdsproxy_templates.audit import audit
from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.variants import VARIANTS

USERS = {"rds": {"rotate_secrets_after_days": 30}}
SHARED = {
    "login": "password",
    "function_user": "app",
    "rds": {"master_login": False, "users": [{"name": "app", "login": "password"}]},
}
CONNECT = "dbuser:${ProxyId}/${RDSMasterUsername}"
RDS = "Service:\n            - rds.amazonaws.com"

FAULTS = {
    "permission/connects": [
        ("base", "sam", CONNECT, "dbuser:${RDSProxyArn}/${RDSMasterUsername}"),
        ("base", "sam", CONNECT, "dbuser:prx-0123456789abcdef0/${RDSMasterUsername}"),
        ("base", "sam", CONNECT, "dbuser:${ProxyId}/somebody"),
        ("base", "sam", ":rds-db:", ":rds:"),
        ("base", "sam", "- rds-db:connect", "- rds:connect"),
        ("base", "sam", "- Effect: Allow", "- Effect: Deny"),
        ("base", "sam", "- 6\n", "- 5\n"),
        ("edge", "sam", "dbuser:${DBResourceId}", "dbuser:${DBEndpoint}"),
        ("edge", "sam", "/${FunctionUser}", "/somebody"),
        ("cross_account_db", "connect-role", "dbuser:${ProxyId}", "dbuser:${RDSProxyArn}"),
    ],
    "permission/own-user": [
        ("base", "sam", CONNECT, "dbuser:${ProxyId}/*"),
        ("base", "sam", CONNECT, "dbuser:*/${RDSMasterUsername}"),
        ("cross_account_db", "connect-role", "/${RDSUser}", "/*"),
    ],
    "permission/fixed-place": [
        ("base", "sam", ":rds-db:${Region}:", ":rds-db:eu-west-1:"),
        ("base", "sam", ":${Account}:dbuser", ":111122223333:dbuser"),
    ],
    "permission/fixed-partition": [("base", "sam", "arn:${AWS::Partition}:rds-db", "arn:aws:rds-db")],
    "login/takes-tokens": [
        ("base", "rds", "IAMAuth: REQUIRED", "IAMAuth: DISABLED"),
        ("auth", "template", "RDSStack.Outputs.IAMProxyEndpoint", "RDSStack.Outputs.PasswordProxyEndpoint"),
        ("edge", "rds", "EnableIAMDatabaseAuthentication: true", "EnableIAMDatabaseAuthentication: false"),
    ],
    "login/known-user": [
        ("base", "sam", "RDS_USER: !Ref RDSMasterUsername", "RDS_USER: somebody"),
        ("existing_vpc", "user-secrets", '"username": "app"', '"username": "other"'),
    ],
    "login/created-user": [("existing_vpc", "users", "UserName: app", "UserName: other")],
    "login/engine-family": [
        ("base", "sam", "Variables:\n", "Variables:\n          DB_PORT: '5432'\n"),
        ("existing_vpc", "users", "RDS_ENGINE_FAMILY: MYSQL", "RDS_ENGINE_FAMILY: POSTGRESQL"),
    ],
    "login/writes-to-reader": [("existing_vpc", "rds", "DBCluster.Endpoint.Address", "DBCluster.ReadEndpoint.Address")],
    "function/in-vpc": [("base", "sam", "      VpcConfig:\n", "      Unused:\n")],
    "role/trust": [
        ("base", "rds", RDS, RDS.replace("rds", "lambda")),
        ("bastion", "bastion", "- ec2.amazonaws.com", "- rds.amazonaws.com"),
        ("cross_account_network", "function-role", "- lambda.amazonaws.com", "- rds.amazonaws.com"),
    ],
    "role/trusts-everybody": [
        ("base", "rds", RDS, "AWS: '*'"),
        ("cross_account_db", "connect-role", "- !Ref FunctionRoleArn", "- '*'"),
    ],
    "role/reads-every-secret": [
        ("base", "rds", "Resource:\n            - !Ref RDSMasterUserSecretArn", "Resource: '*'"),
    ],
    "role/assumes-any-role": [
        ("cross_account_app", "sam", "Resource:\n          - !Ref ConnectRoleArn", "Resource: '*'"),
    ],
    "proxy/secret-readable": [("base", "rds", "- secretsmanager:GetSecretValue\n", "")],
    "key/decrypt": [
        ("base", "secrets", "      Description: Master", "      KmsKeyId: alias/own\n      Description: Master"),
    ],
    "secret/master-password": [
        ("base", "secrets", "PasswordLength: 32", "PasswordLength: 42"),
        ("bastion", "secrets", "PasswordLength: 32", "PasswordLength: 129"),
        ("base", "secrets", "PasswordLength: 32", "IncludeSpace: true"),
    ],
    "secret/attachment": [
        ("base", "rds", "TargetType: AWS::RDS::DBCluster", "TargetType: AWS::RDS::DBInstance"),
    ],
    "function/no-secret-in-environment": [
        ("base", "sam", "Variables:\n", "Variables:\n          DB_PASSWORD: horse\n"),
        ("base", "sam", "Variables:\n", "Variables:\n          URL: mysql://root:horse@host\n"),
    ],
    "function/layer": [
        ("base", "sam", "Architectures:\n      - arm64\n      Layers", "Architectures:\n      - x86_64\n      Layers"),
        ("base", "sam", "Runtime: python3.13", "Runtime: python3.14"),
    ],
    "api/authorizer": [("base", "sam", "        DefaultAuthorizer: AWS_IAM\n", "")],
    "api/implicit": [("base", "sam", "            ApiId: !Ref HttpApi\n", "")],
    "api/one-function-each-route": [("auth", "sam", "Path: /func2", "Path: /func1")],
    "function/concurrency": [
        ("base", "sam", "MemorySize: 256", "ReservedConcurrentExecutions: 0"),
    ],
    "function/log-retention": [("base", "sam", "      RetentionInDays: 30\n", "      LogGroupClass: STANDARD\n")],
    "database/names": [("base", "template", "Default: root", "Default: rdsadmin")],
}  # fmt: skip
CASES = [(rule, variant, change) for rule, faults in FAULTS.items() for variant, *change in faults]


def broken(folder, variant, settings, change):
    """The rules that the files of *variant* break with one text in one file changed."""
    file, old, new = change
    module = VARIANTS[variant]
    made = unpackaged(module, module.Config.parse(settings, "a test"))
    for path, text in made.templates.items():
        is_it = path.removesuffix(".yaml").endswith(file)
        assert not is_it or old in text
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text.replace(old, new, 1) if is_it else text)
    report = audit([folder / "template.yaml"], aws=False)
    assert report.not_judged == {}
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("rule", "variant", "change"),
    CASES,
    ids=[f"{rule}-{variant}-{change[-1][:30]!r}" for rule, variant, change in CASES],
)
def test_a_fault_breaks_its_rule(tmp_path, rule, variant, change):
    assert rule in broken(tmp_path, variant, {}, change)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("secret/rotation", "RotationType: MySQLSingleUser", "RotationType: PostgreSQLSingleUser"),
        ("secret/rotation", "RotationType: MySQLSingleUser", "RotationType: MySQLMultiUser"),
        ("secret/rotation", "AutomaticallyAfterDays: 30", "ScheduleExpression: rate(1 hours)"),
        ("secret/rotation", "Transform: AWS::SecretsManager-2024-09-16\n", ""),
        ("secret/rotation-transform", "SecretsManager-2024-09-16", "SecretsManager-2020-07-23"),
    ],
)
def test_a_fault_of_a_rotation_breaks_its_rule(tmp_path, rule, old, new):
    assert rule in broken(tmp_path, "existing_vpc", USERS, ("rotation", old, new))


@pytest.mark.parametrize(
    ("rule", "file", "old", "new"),
    [
        ("key/shared-secret", "user-secrets", "      KmsKeyId: !Ref KeyArn\n", ""),
        ("key/decrypt", "key", "- !Ref FunctionRoleArn", "- arn:aws:iam::111122223333:role/x"),
        ("key/decrypt", "rds", "            - kms:Decrypt", "            - kms:Encrypt"),
        ("key/decrypt", "users", "          - kms:Decrypt", "          - kms:Encrypt"),
        ("role/trusts-everybody", "user-secrets", "- !Ref ReaderRoleArn", "- '*'"),
    ],
)
def test_a_fault_of_a_shared_secret_breaks_its_rule(tmp_path, rule, file, old, new):
    assert rule in broken(tmp_path, "cross_account_db", SHARED, (file, old, new))


@pytest.mark.parametrize(
    ("variant", "settings"),
    [*((name, {}) for name in VARIANTS), ("existing_vpc", USERS), ("cross_account_db", SHARED)],
)
def test_without_a_fault_nothing_is_found(tmp_path, variant, settings):
    assert broken(tmp_path, variant, settings, ("template", "Resources", "Resources")) == set()
