"""Dynamic references become their values, or fail."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.cloudformation.dynamic import resolved, services
from rdsproxy_local.cloudformation.failure import Failure

ARN = "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf"


def call(service, operation, **given):
    """An account with a secret and two parameters of SSM."""
    match operation, given.get("SecretId", given.get("Name")):
        case "get_secret_value", "db" | "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf":
            stage = given["VersionStage"] or "now"
            return {"SecretString": f'{{"password": "{stage}", "port": 3306}}'}
        case "get_parameter", "/plain" | "/plain:2":
            return {"Parameter": {"Type": "String", "Value": "text"}}
        case "get_parameter", "/hidden":
            return {"Parameter": {"Type": "SecureString", "Value": "secret"}}
    raise ClientError({"Error": {"Code": "NotFound", "Message": "no such thing"}}, operation)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{resolve:ssm:/plain}}", "text"),
        ("{{resolve:ssm:/plain:2}}", "text"),
        ("a-{{resolve:ssm-secure:/hidden}}-b", "a-secret-b"),
        ("{{resolve:secretsmanager:db:SecretString:password}}", "now"),
        (f"{{{{resolve:secretsmanager:{ARN}:SecretString:port}}}}", "3306"),
        ("{{resolve:secretsmanager:db:SecretString:password:AWSPREVIOUS}}", "AWSPREVIOUS"),
        ("{{resolve:secretsmanager:db}}", '{"password": "now", "port": 3306}'),
        ([{"Deep": "{{resolve:ssm:/plain}}"}], [{"Deep": "text"}]),
    ],
)
def test_a_reference_becomes_its_value(value, expected):
    assert resolved(value, call) == expected


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("{{resolve:ssm:/nothing}}", "no such thing"),
        ("{{resolve:ssm:/hidden}}", "Non-secure ssm prefix was used for secure parameter /hidden"),
        ("{{resolve:ssm-secure:/plain}}", "Secure ssm prefix was used for the String parameter"),
        ("{{resolve:ssm:/plain:prod}}", "Incorrect format is used in the following SSM reference"),
        ("{{resolve:ssm-secure:/hidden:}}", "Incorrect format is used in the following SSM"),
        ("{{resolve:secretsmanager:nothing}}", "no such thing"),
        (
            "{{resolve:secretsmanager:db:SecretString:user}}",
            "Could not find a value associated with JSONKey user in SecretString",
        ),
        ("{{resolve:secretsmanager:db:SecretBinary}}", "Incorrect format"),
        ("{{resolve:vault:db}}", "Dynamic references of vault do not exist"),
    ],
)
def test_a_reference_that_leads_nowhere_fails(value, sentence):
    with pytest.raises(Failure, match=sentence):
        resolved(value, call)


def test_the_services_of_references_are_known():
    assert services({"A": ["{{resolve:ssm:/a}}", "{{resolve:secretsmanager:b}}"]}) == {
        "ssm",
        "secretsmanager",
    }
