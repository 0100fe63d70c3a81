"""Rules, schedules, queues and topics that AWS refuses; their legal neighbours are made."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from limit_samples import ALARM

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

HERE = "eu-west-1:123456789012"
QUEUE = f"arn:aws:sqs:{HERE}:letters"
TOPIC = f"arn:aws:sns:{HERE}:news"
FUNCTION = f"arn:aws:lambda:{HERE}:function:f"
NOBODY = "arn:aws:iam::123456789012:role/nobody"
UNIVERSAL = "arn:aws:scheduler:::aws-sdk"


def rule(**target):
    return {
        "ScheduleExpression": "rate(1 hour)",
        "Targets": [{"Id": "a", "Arn": FUNCTION, **target}],
    }


def matched(*values):
    return {"EventPattern": {"detail": {"state": list(values)}}}


@pytest.fixture(scope="module")
def scheduler(harness):
    """The ARN of a role that EventBridge Scheduler assumes."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust).attributes["Arn"]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (rule(DeadLetterConfig={"Arn": f"{QUEUE}.fifo"}), "SQS FIFO is not supported"),
        (rule(Arn=f"{QUEUE}.fifo"), "SqsParameters must be specified for target"),
        (rule(RoleArn="nonsense"), r"nonsense is not valid\. Reason: Provided Arn"),
        ({**rule(), "RoleArn": "nonsense"}, r"nonsense is not valid\. Reason: Provided Arn"),
        (rule(DeadLetterConfig={"Arn": TOPIC}), "is a queue of SQS"),
        (
            rule(DeadLetterConfig={"Arn": QUEUE.replace("eu-west-1", "us-east-1")}),
            "not in eu-west-1",
        ),
        (rule(Arn="arn:aws:s3:::bucket"), "not in correct format"),
        (rule(Arn=f"arn:aws:dynamodb:{HERE}:table/t"), "not in correct format"),
        (matched({"anything-but": []}), "must be values"),
        (rule(RoleArn=NOBODY), "does not exist"),
        ({**rule(), "RoleArn": NOBODY}, "does not exist"),
        (
            rule(InputTransformer={"InputPathsMap": {"a": "$.a"}, "InputTemplate": '"<b>"'}),
            "b is not in InputPathsMap",
        ),
        ({**rule(), "Targets": rule()["Targets"] * 2}, "unique|non-unique"),
        ({"EventPattern": {}}, "Empty event pattern"),
        (matched({"exists": "yes"}), "either true or false"),
        (matched({"prefix": 1}), "must be a string"),
        (matched({"cidr": "10.0.0.0/99"}), "Malformed CIDR"),
        (matched({"prefix": "a", "suffix": "b"}), "Only one key"),
        (matched({"wildcard": "a**b"}), "Consecutive wildcard"),
        (matched("a" * 2048), "longer than 2048"),
    ],
)
def test_a_rule_has_targets_and_a_pattern_that_eventbridge_takes(harness, properties, reason):
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::Events::Rule", **properties)


@pytest.mark.parametrize(
    "properties",
    [
        rule(DeadLetterConfig={"Arn": QUEUE}),
        rule(
            InputTransformer={
                "InputPathsMap": {"a": "$.a"},
                "InputTemplate": '{"a": <a>, "r": <aws.events.rule-arn>}',
            }
        ),
        matched({"prefix": {"equals-ignore-case": "a"}}, {"exists": False}, {"cidr": "10.0.0.0/8"}),
        matched({"anything-but": {"wildcard": "a*b*"}}, {"wildcard": "*a"}),
        {"ScheduleExpression": "cron(0 8 15W * ? *)"},
    ],
)
def test_a_rule_may_match_and_transform_as_eventbridge_does(harness, properties):
    harness.delete(harness.create("AWS::Events::Rule", **properties))


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Name": "aws.own"}, "starting with 'aws.'"),
        ({"Name": "own", "DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}}, "SQS FIFO"),
        ({"Name": "own", "KmsKeyIdentifier": f"arn:aws:kms:{HERE}:key/none"}, "does not exist"),
    ],
)
def test_a_bus_has_a_name_a_key_and_dead_letters_of_its_own(harness, properties, reason):
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::Events::EventBus", **properties)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Arn": FUNCTION, "Input": "{a"}, "well-formed JSON"),
        ({"Arn": FUNCTION.replace("eu-west-1", "us-east-1")}, "not in eu-west-1"),
        ({"Arn": "arn:aws:s3:::bucket"}, "no target of a schedule"),
        ({"Arn": f"arn:aws:ecs:{HERE}:cluster/c"}, "EcsParameters must be specified"),
        ({"Arn": f"{UNIVERSAL}:lambda:getFunction"}, "read-only"),
        ({"Arn": f"{UNIVERSAL}:lambda:invokes"}, "has no action invokes"),
        ({"Arn": QUEUE, "Input": "a" * 262_145}, "at most 262144 bytes"),
    ],
)
def test_a_schedule_calls_what_scheduler_can_call(harness, scheduler, target, reason):
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    with pytest.raises(Failure, match=reason):
        harness.create(
            "AWS::Scheduler::Schedule",
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"RoleArn": scheduler, **target},
        )


@pytest.mark.parametrize(("year", "allowed"), [(2020, False), (2130, True)])
def test_a_schedule_has_not_begun(harness, scheduler, year, allowed):
    schedule = {
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "StartDate": f"{year}-01-01T00:00:00Z",
        "Target": {"RoleArn": scheduler, "Arn": QUEUE},
    }
    if allowed:
        harness.delete(harness.create("AWS::Scheduler::Schedule", **schedule))
        return
    with pytest.raises(Failure, match="earlier than 5 minutes ago"):
        harness.create("AWS::Scheduler::Schedule", **schedule)


@pytest.mark.parametrize(
    "target",
    [
        {"Arn": QUEUE, "Input": "plain text"},
        {"Arn": FUNCTION, "Input": "{}"},
        {"Arn": f"{UNIVERSAL}:rds:stopDBCluster", "Input": '{"DbClusterIdentifier": "c"}'},
        {"Arn": f"{UNIVERSAL}:sfn:startExecution", "Input": "{}"},
    ],
)
def test_a_schedule_may_call_any_other_action(harness, scheduler, target):
    made = harness.create(
        "AWS::Scheduler::Schedule",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"RoleArn": scheduler, **target},
    )
    harness.delete(made)


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        (
            "AWS::SQS::Queue",
            {"RedriveAllowPolicy": {"redrivePermission": "byQueue", "sourceQueueArns": ["a"]}},
            "not the ARN of a queue",
        ),
        (
            "AWS::SQS::Queue",
            {"RedriveAllowPolicy": {"redrivePermission": "allowAll", "sources": []}},
            "no attribute sources",
        ),
        ("AWS::SNS::Topic", {"DisplayName": "a\nb"}, "line breaks"),
        ("AWS::SNS::Topic", {"FifoThroughputScope": "Topic"}, "of a FIFO topic"),
        (
            "AWS::SNS::Topic",
            {"FifoTopic": True, "ArchivePolicy": {"MessageRetentionPeriod": "366"}},
            "1 to 365 days",
        ),
        (
            "AWS::SNS::Topic",
            {"Subscription": [{"Protocol": "fax", "Endpoint": "1"}]},
            "protocol string: fax",
        ),
    ],
)
def test_a_queue_and_a_topic_have_settings_of_their_kind(harness, type_name, properties, reason):
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


def test_a_fifo_topic_archives_and_shares_its_throughput(harness):
    made = harness.create(
        "AWS::SNS::Topic",
        FifoTopic=True,
        FifoThroughputScope="MessageGroup",
        ArchivePolicy={"MessageRetentionPeriod": "365"},
    )
    harness.delete(made)


def retried(**policy):
    return {
        "Protocol": "https",
        "Endpoint": "https://example.org/news",
        "DeliveryPolicy": {"healthyRetryPolicy": policy},
    }


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Protocol": "sms", "Endpoint": "12"}, "Endpoint must match"),
        ({**retried(numRetries=3), "Protocol": "sqs", "Endpoint": QUEUE}, "only http and https"),
        (retried(numRetries=101), "numRetries must be 0 to 100"),
        (retried(minDelayTarget=30, maxDelayTarget=20), "greater than or equal to minDelayTarget"),
        (retried(numRetries=3, numNoDelayRetries=4), "at least the sum"),
        (retried(backoffFunction="random"), "backoffFunction"),
        ({"Protocol": "sqs", "Endpoint": QUEUE, "FilterPolicyScope": "Body"}, "FilterPolicyScope"),
        ({"Protocol": "sqs", "Endpoint": QUEUE, "FilterPolicy": {"a": []}}, "Empty arrays"),
        ({"Protocol": "sqs", "Endpoint": QUEUE, "RedrivePolicy": "letters"}, "parse JSON"),
    ],
)
def test_a_subscription_is_delivered_and_filtered_as_sns_can(harness, properties, reason):
    # https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::SNS::Subscription", TopicArn=TOPIC, **properties)


@pytest.mark.parametrize(
    "properties",
    [
        retried(numRetries=10, numNoDelayRetries=2, minDelayTarget=5, maxDelayTarget=60),
        {"Protocol": "sms", "Endpoint": "+491701234567"},
    ],
)
def test_a_subscription_may_be_tried_again(harness, properties):
    topic = harness.create("AWS::SNS::Topic")
    subscription = harness.create(
        "AWS::SNS::Subscription", TopicArn=topic.physical_id, **properties
    )
    harness.delete(subscription)


@pytest.fixture(scope="module")
def bucket(harness):
    return harness.create("AWS::S3::Bucket").physical_id


def policy(count=1, **statement):
    usual = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [usual | statement] * count}


SENDING = policy(Action="sqs:SendMessage")
ACTIONS = ("SendMessage", "ReceiveMessage", "DeleteMessage", "PurgeQueue", "GetQueueUrl")
EIGHT = (*ACTIONS, "GetQueueAttributes", "ListDeadLetterSourceQueues", "ChangeMessageVisibility")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (SENDING | {"Version": "2024-01-01"}, "parameter Policy"),
        (policy(21, Action="sqs:SendMessage"), "21 Statements were found"),
        (policy(Action=[f"sqs:{name}" for name in EIGHT]), "8 Actions were found"),
        (
            policy(
                Action="sqs:SendMessage",
                Condition={"StringEquals": {"aws:SourceAccount": ["1" * 8192]}},
            ),
            "longer than 8192 bytes",
        ),
        (
            policy(Action="sqs:SendMessage", Principal={"AWS": ["*"] * 51}),
            "51 Principals were found",
        ),
        (
            policy(
                Action="sqs:SendMessage",
                Condition={"StringEquals": {f"aws:PrincipalTag/{n}": "x" for n in range(11)}},
            ),
            "11 Conditions were found",
        ),
    ],
)
def test_a_queues_policy_keeps_to_its_quotas(harness, queue, document, reason):
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    with pytest.raises(ClientError, match=reason):
        harness.create("AWS::SQS::QueuePolicy", Queues=[queue], PolicyDocument=document)


def test_a_queues_policy_has_twenty_statements_of_seven_actions(harness, queue):
    document = policy(20, Action=[f"sqs:{name}" for name in EIGHT[:7]])
    harness.create("AWS::SQS::QueuePolicy", Queues=[queue], PolicyDocument=document)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (policy(Action="sns:*"), "out of service scope"),
        (policy(Action="sns:CreateTopic"), "out of service scope"),
        (policy(Action="sns:Publish", Resource=[TOPIC, f"{TOPIC}-2"]), "single resource"),
        (policy(101, Action="sns:Publish", Resource=TOPIC), "more than 100 statements"),
        (
            policy(Action="sns:Publish", Resource=TOPIC, Principal={"AWS": ["*"] * 201}),
            "more than 200 principals",
        ),
        (
            policy(
                Action="sns:Publish",
                Resource=TOPIC,
                Condition={"StringEquals": {"aws:SourceAccount": ["1" * 30_720]}},
            ),
            "longer than 30720 bytes",
        ),
    ],
)
def test_a_topics_policy_is_about_one_topic(harness, topic, document, reason):
    with pytest.raises(ClientError, match=reason):
        harness.create("AWS::SNS::TopicPolicy", Topics=[topic], PolicyDocument=document)


def test_a_topics_policy_may_let_somebody_publish_and_subscribe(harness, topic):
    document = policy(Action=["sns:Publish", "sns:Subscribe"], Resource=topic)
    harness.create("AWS::SNS::TopicPolicy", Topics=[topic], PolicyDocument=document)


def test_a_buckets_policy_is_about_the_bucket_where_its_actions_are(harness, bucket):
    document = policy(Action="s3:ListBucket", Resource=f"arn:aws:s3:::{bucket}/*")
    with pytest.raises(ClientError, match="does not apply to any resource"):
        harness.create("AWS::S3::BucketPolicy", Bucket=bucket, PolicyDocument=document)
    long = policy(
        Action="s3:GetObject",
        Resource=f"arn:aws:s3:::{bucket}/*",
        Condition={"StringEquals": {"aws:SourceAccount": ["1" * 20_480]}},
    )
    with pytest.raises(ClientError, match="maximum allowed document size"):
        harness.create("AWS::S3::BucketPolicy", Bucket=bucket, PolicyDocument=long)
    document["Statement"][0]["Resource"] = f"arn:aws:s3:::{bucket}"
    harness.create("AWS::S3::BucketPolicy", Bucket=bucket, PolicyDocument=document)


@pytest.mark.parametrize(
    ("type_name", "properties"),
    [
        ("AWS::SNS::Topic", {"TopicName": "there-already"}),
        ("AWS::SQS::Queue", {"QueueName": "there-already"}),
        ("AWS::Events::Rule", {"Name": "there-already", **rule()}),
        ("AWS::Scheduler::ScheduleGroup", {"Name": "there-already"}),
        (
            "AWS::ApplicationAutoScaling::ScalableTarget",
            {
                "ServiceNamespace": "dynamodb",
                "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
                "ResourceId": "table/there-already",
                "MinCapacity": 1,
                "MaxCapacity": 5,
            },
        ),
        (
            "AWS::CloudWatch::Dashboard",
            {"DashboardName": "there-already", "DashboardBody": '{"widgets": []}'},
        ),
        (
            "AWS::CloudWatch::Alarm",
            ALARM | {"AlarmName": "there-already"},
        ),
    ],
)
def test_no_creation_takes_over_what_is_there(harness, type_name, properties):
    made = harness.create(type_name, **properties)
    with pytest.raises(Failure, match="already exists"):
        harness.create(type_name, **properties)
    harness.delete(made)
    harness.delete(harness.create(type_name, **properties))


def test_a_bucket_has_one_policy(harness):
    bucket = harness.create("AWS::S3::Bucket").physical_id
    document = policy(Action="s3:ListBucket", Resource=f"arn:aws:s3:::{bucket}")
    made = harness.create("AWS::S3::BucketPolicy", Bucket=bucket, PolicyDocument=document)
    with pytest.raises(Failure, match=f"policy already exists on bucket {bucket}"):
        harness.create("AWS::S3::BucketPolicy", Bucket=bucket, PolicyDocument=document)
    harness.delete(made)
    harness.create("AWS::S3::BucketPolicy", Bucket=bucket, PolicyDocument=document)


@pytest.mark.parametrize(
    ("allowing", "allowed"),
    [
        ({"redrivePermission": "denyAll"}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": [f"{QUEUE}-other"]}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": [f"{QUEUE}-own"]}, True),
        ({"redrivePermission": "allowAll"}, True),
    ],
)
def test_a_dead_letter_queue_says_whose_it_is(harness, allowing, allowed):
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    letters = harness.create("AWS::SQS::Queue", RedriveAllowPolicy=allowing).attributes["Arn"]
    redrive = {"deadLetterTargetArn": letters, "maxReceiveCount": 3}
    source = {"QueueName": "letters-own", "RedrivePolicy": redrive}
    if allowed:
        harness.delete(harness.create("AWS::SQS::Queue", **source))
        return
    with pytest.raises(ClientError, match="does not allow"):
        harness.create("AWS::SQS::Queue", **source)
