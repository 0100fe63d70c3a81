"""Functions, their events and their aliases that Lambda refuses; their legal neighbours deploy."""

from __future__ import annotations

import io
import zipfile

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

HERE = "eu-west-1:123456789012"
QUEUE = f"arn:aws:sqs:{HERE}:letters"
TOPIC = f"arn:aws:sns:{HERE}:letters"
ELSEWHERE = "arn:aws:lambda:us-east-1:123456789012"


@pytest.fixture(scope="module")
def role(harness):
    """The ARN of a role that Lambda assumes, and that may send anywhere."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    sending = {"Effect": "Allow", "Action": ["sqs:*", "sns:*", "s3:*"], "Resource": "*"}
    version = {"Version": "2012-10-17"}
    return harness.create(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument={**version, "Statement": [trust | {"Action": "sts:AssumeRole"}]},
        Policies=[{"PolicyName": "p", "PolicyDocument": {**version, "Statement": [sending]}}],
    ).attributes["Arn"]


@pytest.fixture(scope="module")
def given(role):
    """The properties of a function that is fine."""
    return {
        "Code": {"ZipFile": "pass"},
        "Handler": "index.handler",
        "Role": role,
        "Runtime": "python3.13",
    }


@pytest.fixture(scope="module")
def function(harness, given):
    return harness.create("AWS::Lambda::Function", **given)


@pytest.fixture(scope="module")
def version(harness, function):
    made = harness.create("AWS::Lambda::Version", FunctionName=function.physical_id)
    return made.attributes["Version"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"Environment": {"Variables": {"PLACE": {"a": "b"}}}}, "PLACE must be a string|string"),
        ({"Layers": [f"{ELSEWHERE}:layer:l:1"]}, "expected to be in region eu-west-1"),
        ({"DeadLetterConfig": {"TargetArn": f"{QUEUE}.fifo"}}, "FIFO SQS queue is not supported"),
        ({"DeadLetterConfig": {"TargetArn": f"{TOPIC}.fifo"}}, "FIFO SNS topic is not supported"),
        ({"DeadLetterConfig": {"TargetArn": f"{ELSEWHERE}:function:f"}}, "neither an SQS queue"),
        (
            {"DeadLetterConfig": {"TargetArn": QUEUE.replace("eu-west-1", "us-east-1")}},
            "not in eu-west-1",
        ),
    ],
)
def test_a_function_has_layers_and_dead_letters_where_lambda_takes_them(
    harness, given, settings, reason
):
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::Lambda::Function", **given, **settings)


@pytest.mark.parametrize("target", [QUEUE, TOPIC])
def test_dead_letters_go_to_a_standard_queue_or_topic(harness, given, target):
    made = harness.create("AWS::Lambda::Function", **given, DeadLetterConfig={"TargetArn": target})
    harness.delete(made)


@pytest.mark.parametrize(
    ("event", "destination", "reason"),
    [
        ("OnFailure", f"{QUEUE}.fifo", "is invalid"),
        ("OnFailure", f"{TOPIC}.fifo", "FIFO-type Amazon SNS topics"),
        ("OnSuccess", "arn:aws:s3:::bucket", "is invalid"),
        ("OnFailure", f"arn:aws:lambda:{HERE}:function:nobody", "is invalid"),
        ("OnFailure", f"arn:aws:dynamodb:{HERE}:table/t", "is invalid"),
        ("OnFailure", "itself", "destination for itself"),
    ],
)
def test_a_destination_is_another_that_lambda_reaches(
    harness, function, event, destination, reason
):
    # PutFunctionEventInvokeConfig, DestinationConfig in botocore's model.
    arn = function.attributes["Arn"] if destination == "itself" else destination
    with pytest.raises(Failure, match=reason):
        harness.create(
            "AWS::Lambda::EventInvokeConfig",
            FunctionName=function.physical_id,
            Qualifier="$LATEST",
            DestinationConfig={event: {"Destination": arn}},
        )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {"SnapStart": {"ApplyOn": "PublishedVersions"}},
            "no SnapStart with ApplyOn PublishedVersions",
        ),
        (
            {"RuntimeManagementConfig": {"UpdateRuntimeOn": "Manual"}},
            "no RuntimeManagementConfig with UpdateRuntimeOn Manual",
        ),
    ],
)
def test_a_functions_settings_without_effect_here_are_taken_and_no_others(
    harness, given, settings, reason
):
    idle = {
        "SnapStart": {"ApplyOn": "None"},
        "RuntimeManagementConfig": {"UpdateRuntimeOn": "FunctionUpdate"},
    }
    made = harness.create("AWS::Lambda::Function", **given, **idle)
    made = harness.update(made, **given)
    with pytest.raises(Failure, match=reason):
        harness.update(made, **given, **settings)
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::Lambda::Function", **given, **settings)
    harness.delete(made)


@pytest.mark.parametrize(
    "settings",
    [
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::bucket"}}},
        {"DestinationConfig": {"OnSuccess": {"Destination": QUEUE}}},
        {"MaximumRetryAttempts": 0},
    ],
)
def test_events_of_a_function_may_end_in_a_bucket_or_a_queue(harness, function, settings):
    name = {"FunctionName": function.physical_id, "Qualifier": "$LATEST"}
    harness.delete(harness.create("AWS::Lambda::EventInvokeConfig", **name, **settings))


def test_settings_of_events_say_something(harness, function):
    name = {"FunctionName": function.physical_id, "Qualifier": "$LATEST"}
    with pytest.raises(Failure, match="at least one of error handling or destination"):
        harness.create("AWS::Lambda::EventInvokeConfig", **name)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"Action": "lambda:Invoke"}, "not an action of Lambda"),
        ({"FunctionUrlAuthType": "NONE"}, "only supported for lambda:InvokeFunctionUrl"),
        ({"FunctionName": f"{ELSEWHERE}:function:f"}, "not reachable in this region"),
        ({"FunctionName": "arn:aws:lambda:eu-west-1:210987654321:function:f"}, "not found"),
    ],
)
def test_a_permission_is_of_a_function_here_and_of_an_action(harness, function, settings, reason):
    given = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function.physical_id,
        "Principal": "sns.amazonaws.com",
    }
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::Lambda::Permission", **(given | settings))


@pytest.mark.parametrize(
    ("type_name", "more"),
    [
        ("AWS::Lambda::Alias", {"FunctionVersion": "1", "Name": "live"}),
        ("AWS::Lambda::EventInvokeConfig", {"Qualifier": "$LATEST", "MaximumRetryAttempts": 0}),
        ("AWS::Lambda::EventSourceMapping", {"EventSourceArn": QUEUE}),
        ("AWS::Lambda::Version", {}),
    ],
)
def test_only_functions_of_the_region_are_named(harness, type_name, more):
    with pytest.raises(Failure, match="Functions from 'us-east-1' are not reachable"):
        harness.create(type_name, FunctionName=f"{ELSEWHERE}:function:f", **more)


@pytest.mark.parametrize(
    "settings",
    [
        {"Action": "lambda:*"},
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"},
    ],
)
def test_a_permission_may_be_for_all_actions_or_for_a_url(harness, function, settings):
    name = {"FunctionName": function.physical_id, "Principal": "123456789012"}
    harness.delete(harness.create("AWS::Lambda::Permission", **name, **settings))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"FunctionVersion": "$LATEST"}, "unpublished function versions"),
        ({"executions": 901}, r"UnreservedConcurrentExecution \[900\]"),
        ({"executions": 0}, "greater than or equal to 1"),
    ],
)
def test_provisioned_concurrency_is_of_a_version_and_of_the_account(
    harness, function, version, settings, reason
):
    # https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
    executions = {"ProvisionedConcurrentExecutions": settings.get("executions", 1)}
    with pytest.raises(Failure, match=reason):
        harness.create(
            "AWS::Lambda::Alias",
            FunctionName=function.physical_id,
            FunctionVersion=settings.get("FunctionVersion", version),
            Name="live",
            ProvisionedConcurrencyConfig=executions,
        )


def test_an_alias_of_a_version_has_provisioned_concurrency(harness, function, version):
    alias = harness.create(
        "AWS::Lambda::Alias",
        FunctionName=function.physical_id,
        FunctionVersion=version,
        Name="live",
        ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 1},
    )
    target = {
        "ServiceNamespace": "lambda",
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
        "MinCapacity": 1,
        "MaxCapacity": 2,
    }
    resource = f"function:{function.physical_id}"
    harness.create(
        "AWS::ApplicationAutoScaling::ScalableTarget", **target, ResourceId=f"{resource}:live"
    )
    for wrong in (resource, f"{resource}:$LATEST", f"{resource}:nobody"):
        with pytest.raises(Failure, match=r"function:<name>|not found"):
            harness.create(
                "AWS::ApplicationAutoScaling::ScalableTarget", **target, ResourceId=wrong
            )
    harness.delete(alias)


def test_a_queue_that_is_not_pollable_has_no_mapping(harness, given, role):
    queue = harness.create("AWS::SQS::Queue")
    slow = harness.create("AWS::Lambda::Function", **given, Timeout=60)
    with pytest.raises(ClientError, match="less than Function timeout: 60"):
        harness.create(
            "AWS::Lambda::EventSourceMapping",
            EventSourceArn=queue.attributes["Arn"],
            FunctionName=slow.physical_id,
        )


@pytest.fixture(scope="module")
def bucket(harness):
    """A bucket with zips of so many million zeros: small.zip, half.zip and large.zip."""
    name = harness.create("AWS::S3::Bucket").physical_id
    for key, millions in (("small", 0), ("half", 140), ("large", 263)):
        content = io.BytesIO()
        archive = zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        with archive, archive.open("data.bin", "w") as file:
            for _ in range(millions):
                file.write(bytes(1_000_000))
        harness.call("s3", "put_object", Bucket=name, Key=f"{key}.zip", Body=content.getvalue())
    return name


def test_a_layer_is_described_by_its_arn_and_no_other_accounts_is_there(harness, bucket):
    content = {"S3Bucket": bucket, "S3Key": "small.zip"}
    arn = harness.create("AWS::Lambda::LayerVersion", Content=content).physical_id

    found = harness.call("lambda", "get_layer_version_by_arn", Arn=arn)

    assert (found["LayerVersionArn"], found["Version"]) == (arn, 1)
    for other in (arn.replace(harness.account, "017000801446"), arn[:-1] + "9"):
        with pytest.raises(ClientError, match="is not in the local cloud"):
            harness.call("lambda", "get_layer_version_by_arn", Arn=other)


def test_code_and_layers_have_250_mebibytes_together(harness, given, bucket):
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    def code(name):
        return {"S3Bucket": bucket, "S3Key": f"{name}.zip"}

    for type_name, properties in (
        ("AWS::Lambda::Function", {**given, "Code": code("large")}),
        ("AWS::Lambda::LayerVersion", {"Content": code("large")}),
    ):
        with pytest.raises(Failure, match="must be smaller than 262144000 bytes"):
            harness.create(type_name, **properties)
    layers = [harness.create("AWS::Lambda::LayerVersion", Content=code("half")).physical_id]
    with pytest.raises(Failure, match="The actual size is 280000000 bytes"):
        harness.create("AWS::Lambda::Function", **{**given, "Code": code("half"), "Layers": layers})
    harness.create("AWS::Lambda::Function", **{**given, "Code": code("small"), "Layers": layers})


def test_a_functions_policy_has_room_for_twenty_kibibytes(harness, given):
    function = harness.create("AWS::Lambda::Function", **given).physical_id

    def permit(numbers):
        for number in numbers:
            harness.create(
                "AWS::Lambda::Permission",
                Action="lambda:InvokeFunction",
                FunctionName=function,
                Principal="s3.amazonaws.com",
                SourceArn=f"arn:aws:s3:::bucket-{number:02}{'a' * 200}",
            )

    permit(range(30))
    with pytest.raises(Failure, match=r"is bigger than the limit \(20480\)"):
        permit(range(30, 60))
