"""Queues, topics, rules, schedules and their policies that AWS refuses are refused here too."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.limits.event_filters import pattern_problems

pytestmark = pytest.mark.xdist_group("cloud-limits")

HERE = "eu-west-1:123456789012"
QUEUE = f"arn:aws:sqs:{HERE}:orders"
FIFO = f"arn:aws:sqs:{HERE}:orders.fifo"
TOPIC = f"arn:aws:sns:{HERE}:news"
FUNCTION = f"arn:aws:lambda:{HERE}:function:f"


def refused(harness, type_name, properties, reason):
    """The resource is refused, and with that reason."""
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"QueueName": "orders.fifo"}, "Can only include alphanumeric"),
        ({"ContentBasedDeduplication": True}, "ContentBasedDeduplication"),
        ({"SqsManagedSseEnabled": True, "KmsMasterKeyId": "alias/aws/sqs"}, "one type of server"),
        (
            {
                "FifoQueue": True,
                "FifoThroughputLimit": "perMessageGroupId",
                "DeduplicationScope": "queue",
            },
            "DeduplicationScope is messageGroup",
        ),
        *(
            ({"RedrivePolicy": {"deadLetterTargetArn": QUEUE, "maxReceiveCount": count}}, "1 to")
            for count in (0, 1001)
        ),
        ({"RedrivePolicy": {"deadLetterTargetArn": FIFO, "maxReceiveCount": 3}}, "same type"),
        ({"RedrivePolicy": {"deadLetterTargetArn": QUEUE}}, "mandatory attributes"),
        ({"RedriveAllowPolicy": {"redrivePermission": "byQueue"}}, "need each other"),
        ({"RedriveAllowPolicy": {"redrivePermission": "everybody"}}, "is one of"),
        (
            {"RedriveAllowPolicy": {"redrivePermission": "byQueue", "sourceQueueArns": ["a"] * 11}},
            "at most 10",
        ),
    ],
)
def test_a_queue_has_attributes_that_go_together(harness, properties, reason):
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    refused(harness, "AWS::SQS::Queue", properties, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"DisplayName": "d" * 101}, "DisplayName"),
        ({"SignatureVersion": "3"}, "SignatureVersion"),
        ({"ArchivePolicy": {"MessageRetentionPeriod": "30"}}, "FIFO topics"),
        ({"ContentBasedDeduplication": True}, "FIFO topics"),
        ({"Subscription": [{"Protocol": "email", "Endpoint": "nobody"}]}, "Email address"),
    ],
)
def test_a_topic_has_attributes_of_its_kind(harness, properties, reason):
    # https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    refused(harness, "AWS::SNS::Topic", properties, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Protocol": "email", "Endpoint": "nobody"}, "Email address"),
        ({"Protocol": "https", "Endpoint": "http://example.org"}, "match the specified protocol"),
        ({"Protocol": "email", "Endpoint": "a@b.org", "RawMessageDelivery": True}, "raw message"),
        ({"Protocol": "firehose", "Endpoint": f"arn:aws:firehose:{HERE}:d/x"}, "Role"),
        ({"TopicArn": f"{TOPIC}.fifo", "Protocol": "lambda", "Endpoint": FUNCTION}, "protocol"),
        (
            {
                "Protocol": "lambda",
                "Endpoint": FUNCTION,
                "RedrivePolicy": {"deadLetterTargetArn": TOPIC},
            },
            "deadLetterTargetArn",
        ),
    ],
)
def test_a_subscription_reaches_an_endpoint_of_its_protocol(harness, properties, reason):
    # https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    refused(harness, "AWS::SNS::Subscription", {"TopicArn": TOPIC, **properties}, reason)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Input": "{}", "InputPath": "$.detail"}, "Only one of"),
        ({"Input": "{a"}, "JSON syntax error"),
        ({"InputPath": "detail"}, "InputPath"),
        ({"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f"}, "another Region"),
        ({"Arn": f"arn:aws:states:{HERE}:stateMachine:m"}, "RoleArn is required"),
    ],
)
def test_a_target_of_a_rule_is_one_that_eventbridge_calls(harness, target, reason):
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
    rule = {
        "ScheduleExpression": "rate(1 hour)",
        "Targets": [{"Id": "a", "Arn": FUNCTION, **target}],
    }
    refused(harness, "AWS::Events::Rule", rule, reason)


def test_a_pattern_has_operators_that_eventbridge_knows(harness):
    pattern = {"detail": {"state": [{"starts-with": "run"}]}}
    refused(harness, "AWS::Events::Rule", {"EventPattern": pattern}, "match type starts-with")


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"EndDate": "2020-01-01T00:00:00.000Z"}, "in the future"),
        (
            {"StartDate": "2130-01-02T00:00:00Z", "EndDate": "2130-01-01T00:00:00Z"},
            "before the EndDate",
        ),
        ({"Target": {"Arn": "f"}}, "correct format"),
        ({"Target": {"Arn": FIFO}}, "MessageGroupId"),
        ({"Target": {"Arn": f"arn:aws:events:{HERE}:event-bus/default"}}, "EventBridgeParameters"),
    ],
)
def test_a_schedule_ends_later_and_calls_what_it_may(harness, properties, reason):
    # https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    target = {"RoleArn": "arn:aws:iam::123456789012:role/r", "Arn": FUNCTION}
    schedule = {
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        **properties,
        "Target": target | properties.get("Target", {}),
    }
    refused(harness, "AWS::Scheduler::Schedule", schedule, reason)


def test_the_default_group_of_schedules_is_there_already(harness):
    refused(harness, "AWS::Scheduler::ScheduleGroup", {"Name": "default"}, "already exists")


def policy(**statement):
    usual = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [usual | statement]}


@pytest.mark.parametrize(
    "document",
    [
        policy(Action="s3:GetObject"),
        policy(Action="sqs:SendMessages"),
        policy(Action="sqs:SendMessage", Effect="Permit"),
        policy(Action="sqs:SendMessage", Principal={"AWS": "111"}),
        policy(Action="sqs:SendMessage", Principal={"Service": "sn.amazonaws.com"}),
    ],
)
def test_a_policy_of_a_queue_is_about_queues_and_about_somebody(harness, queue, document):
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    given = {"Queues": [queue], "PolicyDocument": document}
    with pytest.raises(ClientError, match="Invalid value for the parameter Policy"):
        harness.create("AWS::SQS::QueuePolicy", **given)


def test_a_policy_of_a_topic_is_about_topics(harness, topic):
    given = {"Topics": [topic], "PolicyDocument": policy(Action="sqs:SendMessage")}
    with pytest.raises(ClientError, match="action out of service scope"):
        harness.create("AWS::SNS::TopicPolicy", **given)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{body:", "no object"),
        ('{"body": {"a": "b"}}', "must be an object or an array"),
        ('{"body": {"a": [{"starts-with": "b"}]}}', "match type starts-with"),
    ],
)
def test_a_filter_of_a_mapping_has_a_pattern(harness, pattern, reason):
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
    filters = {"Filters": [{"Pattern": pattern}]}
    mapping = {"EventSourceArn": QUEUE, "FunctionName": "f", "FilterCriteria": filters}
    refused(harness, "AWS::Lambda::EventSourceMapping", mapping, reason)


def test_a_mapping_has_at_most_ten_filters(harness):
    filters = {"Filters": [{"Pattern": json.dumps({"body": [one]})} for one in "abcdefghijk"]}
    mapping = {"EventSourceArn": QUEUE, "FunctionName": "f", "FilterCriteria": filters}
    refused(harness, "AWS::Lambda::EventSourceMapping", mapping, "at most 10 filters")


@pytest.mark.parametrize(
    ("value", "holds"),
    [([">", 1], True), ([">", 1, "<=", 5], True), (["=>", 1], False), ([">", "1"], False)],
)
def test_numbers_in_a_pattern_are_compared_by_known_operators(value, holds):
    found = list(pattern_problems({"detail": {"size": [{"numeric": value}]}}))
    assert (found == []) == holds


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        (
            "AWS::SQS::Queue",
            {"FifoQueue": True, "DeduplicationScope": "group"},
            "DeduplicationScope",
        ),
        ("AWS::SNS::Topic", {"TracingConfig": "On"}, "TracingConfig"),
        (
            "AWS::SNS::Subscription",
            {
                "TopicArn": TOPIC,
                "Protocol": "sqs",
                "Endpoint": QUEUE,
                "RedrivePolicy": {"deadLetterTargetArn": QUEUE.replace("eu-west-1", "us-east-1")},
            },
            "in the topic's Region",
        ),
    ],
)
def test_attributes_have_values_that_they_can_have(harness, type_name, properties, reason):
    refused(harness, type_name, properties, reason)
