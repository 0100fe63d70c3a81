"""Queues that Lambda reads: it may, in time, and in batches it takes."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, get_att, ref, resource, template, violations

from rdsproxy_templates.validators.rules import queue

ARN = get_att("Queue", "Arn")
QUEUES = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}"


def read(policies=(), *, queue=None, function=None, **settings):
    """A template in which Lambda reads a queue for a function."""
    return template(
        Queue=resource("SQS::Queue", **(queue or {})),
        Role=resource("IAM::Role", **dict(policies)),
        Function=resource("Lambda::Function", Role=get_att("Role", "Arn"), **(function or {})),
        Mapping=resource(
            "Lambda::EventSourceMapping",
            EventSourceArn=ARN,
            FunctionName=ref("Function"),
            **settings,
        ),
    )


def read_by_sam(*, queue=None, **properties):
    """The same, by an event of SAM."""
    event = {"Type": "SQS", "Properties": {"Queue": ARN, **properties.pop("settings", {})}}
    return template(
        Queue=resource("SQS::Queue", **(queue or {})),
        Function=resource("Serverless::Function", Events={"Job": event}, **properties),
    )


def allowing(actions, on):
    """A role's policies."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": on}
    return {"Policies": [{"PolicyName": "read", "PolicyDocument": {"Statement": [statement]}}]}


class TestRights:
    @pytest.mark.parametrize(
        ("policies", "missing"),
        [
            ({}, "sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes"),
            (allowing(["sqs:ReceiveMessage", "sqs:Get*"], ARN), "sqs:DeleteMessage"),
            (
                allowing("sqs:*", "arn:aws:sqs:eu-west-1:111122223333:other"),
                "sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes",
            ),
        ],
    )
    def test_a_role_that_may_not_read_is_refused(self, policies, missing):
        [one] = violations(queue.rights, read(policies))

        assert one.resource == "Role"
        assert one.sentence == f"Lambda reads Queue for Function in it, and it may not {missing}"

    @pytest.mark.parametrize(
        "policies",
        [
            allowing("sqs:*", ARN),
            allowing("sqs:*", {"Fn::Sub": "arn:aws:sqs:*:*:${Queue.QueueName}"}),
            allowing("sqs:*", {"Fn::Sub": f"{QUEUES}:${{Queue.QueueName}}"}),
            allowing("*", "*"),
            allowing("sqs:*", GIVEN),
            {
                "ManagedPolicyArns": [
                    "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
                ]
            },
            {"ManagedPolicyArns": [GIVEN]},
        ],
    )
    def test_one_that_may_or_might_is_accepted(self, policies):
        assert_holds(queue.rights, read(policies))

    def test_a_connector_may_add_them(self):
        assert_holds(queue.rights, faulted("One", resource("Serverless::Connector"), read()))

    def test_sam_adds_them_to_a_role_of_its_own(self):
        assert_holds(queue.rights, read_by_sam())


class TestVisibility:
    @pytest.mark.parametrize(
        ("hidden", "runs", "found"),
        [
            (30, 60, 1),
            (None, 31, 1),
            (30, None, 0),
            (None, 30, 0),
            ("360", "60", 0),
            (GIVEN, 60, 0),
        ],
    )
    def test_a_message_is_hidden_while_the_function_works(self, hidden, runs, found):
        body = {} if hidden is None else {"VisibilityTimeout": hidden}
        function = {} if runs is None else {"Timeout": runs}

        plain = violations(queue.visibility, read(queue=body, function=function))
        assert len(plain) == found
        assert len(violations(queue.visibility, read_by_sam(queue=body, **function))) == found
        assert all(one.resource == "Queue" for one in plain)


class TestBatch:
    @pytest.mark.parametrize(
        ("body", "settings", "found"),
        [
            ({}, {"BatchSize": 100}, 1),
            ({}, {"BatchSize": 100, "MaximumBatchingWindowInSeconds": 5}, 0),
            ({}, {"BatchSize": 10}, 0),
            ({}, {}, 0),
            ({"FifoQueue": True}, {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 5}, 1),
            ({}, {"BatchSize": GIVEN}, 0),
            ({}, {"BatchSize": 100, "MaximumBatchingWindowInSeconds": GIVEN}, 0),
        ],
    )
    def test_a_large_batch_is_waited_for(self, body, settings, found):
        assert len(violations(queue.batch, read(queue=body, **settings))) == found
        assert len(violations(queue.batch, read_by_sam(queue=body, settings=settings))) == found


class TestDeadLetters:
    def test_a_queue_that_never_gives_up_is_an_opinion(self):
        [one] = violations(queue.dead_letters, read())

        assert queue.dead_letters.level == "opinion"
        assert one.resource == "Queue"

    def test_a_queue_that_gives_up_and_one_that_nobody_reads_are_accepted(self):
        body = {"RedrivePolicy": {"deadLetterTargetArn": "arn:x", "maxReceiveCount": 4}}

        assert_holds(queue.dead_letters, read(queue=body))
        assert_holds(queue.dead_letters, template(Queue=resource("SQS::Queue")))
