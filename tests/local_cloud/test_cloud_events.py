"""Queues, topics, rules, schedules and asynchronous calls reach their functions, or fail as on AWS."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from data_plane_world import ACCOUNT, REGION, zipped

from rdsproxy_local.data_plane.running import RunningCloud
from rdsproxy_local.events import sources
from rdsproxy_local.servers.loopback import wait_for

pytestmark = pytest.mark.xdist_group("cloud-events")

RECORDER = """
import json, os, boto3
logs = os.environ["SEEN"]
sqs = boto3.client("sqs")

def handler(event, context):
    sqs.send_message(QueueUrl=logs, MessageBody=json.dumps([context.aws_request_id, event]))
    mode = os.environ.get("MODE", "")
    if mode == "fail":
        raise ValueError("no")
    if mode == "partial":
        bad = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}
    if mode == "garbled":
        return {"batchItemFailures": [{"itemIdentifier": "nobody"}]}
    return {"got": len(str(event))}
"""


class Place:
    """A function that records what it gets, and what may send to it."""

    def __init__(self, cloud):
        self.cloud = cloud
        self._numbers = count()

    def call(self, service, operation, **given):
        return self.cloud.clients.call(service, operation, ACCOUNT, REGION, **given)

    def name(self, kind):
        return f"{kind}-{next(self._numbers)}"

    def queue(self, **attributes):
        """URL and ARN of a new queue."""
        name = self.name("queue")
        made = self.call("sqs", "create_queue", QueueName=name, Attributes=attributes)
        return made["QueueUrl"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def role(self, service, *actions):
        name = self.name("role")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        made = self.call(
            "iam", "create_role", RoleName=name, AssumeRolePolicyDocument=json.dumps(document)
        )
        self.allow(name, *actions)
        return made["Role"]["Arn"]

    def allow(self, role, *actions):
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.call(
            "iam",
            "put_role_policy",
            RoleName=role,
            PolicyName="may",
            PolicyDocument=json.dumps(document),
        )

    def function(self, mode="", *actions, **settings):
        """ARN of a new function, and the URL of a queue with what it was called with."""
        name, (seen, _) = self.name("function"), self.queue()
        made = self.call(
            "lambda",
            "create_function",
            FunctionName=name,
            Runtime="python3.13",
            Role=self.role("lambda.amazonaws.com", "sqs:*", *actions),
            Handler="app.handler",
            Timeout=20,
            Code={"ZipFile": zipped({"app.py": RECORDER})},
            Environment={"Variables": {"SEEN": seen, "MODE": mode}},
            **settings,
        )
        return made["FunctionArn"], seen

    def let(self, function, service, source):
        self.call(
            "lambda",
            "add_permission",
            FunctionName=function,
            StatementId=self.name("statement"),
            Action="lambda:InvokeFunction",
            Principal=service,
            SourceArn=source,
        )

    def let_send(self, url, arn, service, source):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self.call(
            "sqs",
            "set_queue_attributes",
            QueueUrl=url,
            Attributes={"Policy": json.dumps(policy)},
        )

    def map(self, queue, function, **more):
        self.call(
            "lambda",
            "create_event_source_mapping",
            EventSourceArn=queue,
            FunctionName=function,
            **more,
        )

    def send(self, url, *bodies):
        for body in bodies:
            self.call("sqs", "send_message", QueueUrl=url, MessageBody=body)

    def messages(self, url, wanted=1):
        """That many messages, as soon as they are there."""
        found = []

        def enough():
            got = self.call("sqs", "receive_message", QueueUrl=url, MaxNumberOfMessages=10)
            found.extend(got.get("Messages", ()))
            return len(found) >= wanted

        wait_for(enough)
        assert len(found) == wanted
        return found

    def seen(self, url, wanted=1):
        """The events of that many calls."""
        return [json.loads(one["Body"])[1] for one in self.messages(url, wanted)]

    def waiting(self, url):
        """The number of messages in a queue, hidden ones among them."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=names)
        return sum(map(int, found["Attributes"].values()))

    def fire(self, name):
        """Status and content of the answer."""
        request = urllib.request.Request(f"{self.cloud.endpoint}/_local/fire/{name}", b"")
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def refused(self, words):
        """True once a delivery was refused with these words."""
        wait_for(lambda: any(words in line for line in self.cloud.plane.events.log))
        return any(words in line for line in self.cloud.plane.events.log)


@pytest.fixture(scope="module")
def place():
    with RunningCloud() as cloud:
        yield Place(cloud)


class TestQueue:
    def test_a_message_reaches_the_function_and_is_gone(self, place):
        url, arn = place.queue(VisibilityTimeout="60")
        function, seen = place.function()
        place.map(arn, function)
        place.call(
            "sqs",
            "send_message",
            QueueUrl=url,
            MessageBody="hello",
            MessageAttributes={"kind": {"DataType": "String", "StringValue": "greeting"}},
        )

        (event,) = place.seen(seen)

        (record,) = event["Records"]
        assert record["body"] == "hello"
        assert (record["eventSource"], record["eventSourceARN"]) == ("aws:sqs", arn)
        assert record["attributes"]["ApproximateReceiveCount"] == "1"
        assert record["messageAttributes"]["kind"]["stringValue"] == "greeting"
        wait_for(lambda: place.waiting(url) == 0)
        assert place.waiting(url) == 0

    def test_messages_are_delivered_in_batches(self, place):
        url, arn = place.queue(VisibilityTimeout="60")
        place.send(url, "1", "2", "3")
        function, seen = place.function()
        place.map(arn, function, BatchSize=2)

        events = place.seen(seen, 2)

        assert [len(event["Records"]) for event in events] == [2, 1]

    def test_only_the_messages_that_failed_stay(self, place):
        url, arn = place.queue(VisibilityTimeout="60")
        place.send(url, "good", "bad", "good")
        function, seen = place.function("partial")
        place.map(arn, function, FunctionResponseTypes=["ReportBatchItemFailures"])
        place.seen(seen)

        wait_for(lambda: place.waiting(url) == 1)
        assert place.waiting(url) == 1

    @pytest.mark.parametrize("mode", ["fail", "garbled"])
    def test_all_messages_stay_if_the_answer_names_none(self, place, mode):
        url, arn = place.queue(VisibilityTimeout="60")
        place.send(url, "one", "two")
        function, seen = place.function(mode)
        place.map(arn, function, FunctionResponseTypes=["ReportBatchItemFailures"])
        place.seen(seen)

        assert place.waiting(url) == 2

    def test_a_message_is_set_aside_after_its_deliveries(self, place):
        aside, aside_arn = place.queue()
        redrive = json.dumps({"deadLetterTargetArn": aside_arn, "maxReceiveCount": 2})
        url, arn = place.queue(VisibilityTimeout="60", RedrivePolicy=redrive)
        function, seen = place.function("fail")
        place.map(arn, function)
        place.send(url, "bad")
        place.seen(seen)
        name = arn.rpartition(":")[2]

        assert place.fire(name) == (200, {"arn": arn, "messages": 1}), "it is delivered again"
        assert place.fire(name) == (200, {"arn": arn, "messages": 0}), "it is set aside"
        (message,) = place.messages(aside)
        assert message["Body"] == "bad"
        (again,) = place.seen(seen)
        assert again["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"

    def test_a_hidden_message_comes_back_when_its_timeout_is_over(self, place):
        url, arn = place.queue(VisibilityTimeout="20")
        function, seen = place.function("fail")
        place.map(arn, function)
        place.send(url, "bad")
        receipt = place.seen(seen)[0]["Records"][0]["receiptHandle"]
        place.call(
            "sqs",
            "change_message_visibility",
            QueueUrl=url,
            ReceiptHandle=receipt,
            VisibilityTimeout=1,
        )

        (again,) = place.seen(seen)

        assert again["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"

    def test_messages_that_no_filter_lets_through_are_dropped(self, place):
        url, arn = place.queue(VisibilityTimeout="60")
        place.send(url, json.dumps({"kind": "other"}), json.dumps({"kind": "ours"}))
        function, seen = place.function()
        pattern = json.dumps({"body": {"kind": ["ours"]}})
        place.map(arn, function, FilterCriteria={"Filters": [{"Pattern": pattern}]})

        (event,) = place.seen(seen)

        assert [json.loads(one["body"])["kind"] for one in event["Records"]] == ["ours"]
        wait_for(lambda: place.waiting(url) == 0)
        assert place.waiting(url) == 0


class TestAsynchronousCall:
    def invoke(self, place, function, event):
        answer = place.call(
            "lambda",
            "invoke",
            FunctionName=function,
            InvocationType="Event",
            Payload=json.dumps(event),
        )
        assert answer["StatusCode"] == 202
        assert answer["Payload"].read() == b""

    def test_it_is_repeated_twice_with_the_same_id(self, place):
        function, seen = place.function("fail")
        self.invoke(place, function, {"a": 1})

        calls = [json.loads(one["Body"]) for one in place.messages(seen, 3)]

        assert [event for _, event in calls] == [{"a": 1}] * 3
        assert len({request_id for request_id, _ in calls}) == 1

    def test_a_failure_is_recorded_at_its_destination(self, place):
        aside, aside_arn = place.queue()
        function, seen = place.function("fail")
        place.call(
            "lambda",
            "put_function_event_invoke_config",
            FunctionName=function,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": aside_arn}},
        )
        self.invoke(place, function, {"a": 1})

        record = json.loads(place.messages(aside)[0]["Body"])

        context = record["requestContext"]
        assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 1)
        assert record["requestPayload"] == {"a": 1}
        assert record["responseContext"]["functionError"] == "Unhandled"
        assert record["responsePayload"]["errorMessage"] == "no"
        place.seen(seen, 1)

    def test_a_success_goes_on_to_another_function(self, place):
        last, seen = place.function()
        first, _ = place.function("", "lambda:InvokeFunction")
        place.call(
            "lambda",
            "put_function_event_invoke_config",
            FunctionName=first,
            DestinationConfig={"OnSuccess": {"Destination": last}},
        )
        self.invoke(place, first, {"a": 1})

        (record,) = place.seen(seen)

        assert record["requestContext"]["condition"] == "Success"
        assert "got" in record["responsePayload"]

    def test_a_dead_letter_queue_gets_the_event(self, place):
        aside, aside_arn = place.queue()
        function, _ = place.function("fail", DeadLetterConfig={"TargetArn": aside_arn})
        self.invoke(place, function, {"a": 1})

        got = []

        def arrived():
            found = place.call(
                "sqs", "receive_message", QueueUrl=aside, MessageAttributeNames=["All"]
            )
            got.extend(found.get("Messages", ()))
            return bool(got)

        wait_for(arrived)
        (message,) = got
        assert json.loads(message["Body"]) == {"a": 1}
        assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"

    def test_a_function_without_executions_fails_at_once(self, place):
        aside, aside_arn = place.queue()
        function, _ = place.function("", DeadLetterConfig={"TargetArn": aside_arn})
        place.call(
            "lambda",
            "put_function_concurrency",
            FunctionName=function,
            ReservedConcurrentExecutions=0,
        )
        self.invoke(place, function, {"a": 1})

        assert json.loads(place.messages(aside)[0]["Body"]) == {"a": 1}


class TestTopic:
    def subscribe(self, place, protocol, endpoint, **attributes):
        topic = place.call("sns", "create_topic", Name=place.name("topic"))["TopicArn"]
        place.call(
            "sns",
            "subscribe",
            TopicArn=topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
        )
        return topic

    def test_a_message_reaches_a_function(self, place):
        function, seen = place.function()
        topic = self.subscribe(place, "lambda", function)
        place.let(function, "sns.amazonaws.com", topic)
        place.call("sns", "publish", TopicArn=topic, Message="hello", Subject="news")

        (event,) = place.seen(seen)

        said = event["Records"][0]["Sns"]
        assert (said["Message"], said["Subject"], said["TopicArn"]) == ("hello", "news", topic)

    def test_it_needs_the_functions_permission(self, place):
        function, _ = place.function()
        topic = self.subscribe(place, "lambda", function)
        place.call("sns", "publish", TopicArn=topic, Message="hello")

        assert place.refused(f"{topic}: {function} has no permission for sns.amazonaws.com")

    @pytest.mark.parametrize("raw", ["true", "false"])
    def test_a_message_reaches_a_queue_raw_or_in_its_envelope(self, place, raw):
        url, arn = place.queue()
        topic = self.subscribe(place, "sqs", arn, RawMessageDelivery=raw)
        place.let_send(url, arn, "sns.amazonaws.com", topic)
        place.call("sns", "publish", TopicArn=topic, Message="hello")

        (message,) = place.messages(url)

        body = message["Body"]
        assert (body if raw == "true" else json.loads(body)["Message"]) == "hello"

    def test_it_needs_the_queues_policy(self, place):
        _, arn = place.queue()
        topic = self.subscribe(place, "sqs", arn)
        place.call("sns", "publish", TopicArn=topic, Message="hello")

        assert place.refused(f"the policy of {arn} does not let sns.amazonaws.com do")


class TestRule:
    def rule(self, place, target, **occasion):
        name = place.name("rule")
        arn = place.call("events", "put_rule", Name=name, **occasion)["RuleArn"]
        place.call("events", "put_targets", Rule=name, Targets=[{"Id": "it", **target}])
        return name, arn

    def put(self, place, source, **detail):
        entry = {"Source": source, "DetailType": "placed", "Detail": json.dumps(detail)}
        place.call("events", "put_events", Entries=[entry])

    def test_an_event_that_matches_reaches_a_function(self, place):
        function, seen = place.function()
        pattern = json.dumps({"source": ["orders"]})
        _, arn = self.rule(place, {"Arn": function}, EventPattern=pattern)
        place.let(function, "events.amazonaws.com", arn)
        self.put(place, "others", number=1)
        self.put(place, "orders", number=2)

        (event,) = place.seen(seen)

        assert (event["source"], event["detail-type"]) == ("orders", "placed")
        assert event["detail"] == {"number": 2}

    def test_an_event_reaches_a_queue_transformed(self, place):
        url, arn = place.queue()
        transformer = {"InputPathsMap": {"n": "$.detail.number"}, "InputTemplate": '{"it": <n>}'}
        pattern = json.dumps({"source": ["transformed"]})
        target = {"Arn": arn, "InputTransformer": transformer}
        _, rule = self.rule(place, target, EventPattern=pattern)
        place.let_send(url, arn, "events.amazonaws.com", rule)
        self.put(place, "transformed", number=2)

        assert json.loads(place.messages(url)[0]["Body"]) == {"it": 2}

    def test_a_schedule_fires_when_it_is_asked_to(self, place):
        function, seen = place.function()
        name, arn = self.rule(place, {"Arn": function}, ScheduleExpression="rate(1 day)")
        place.let(function, "events.amazonaws.com", arn)

        status, content = place.fire(name)

        assert status == 200
        assert content["arn"] == arn
        (target,) = content["targets"]
        assert (target["arn"], target["result"], target["attempts"]) == (function, "response", 1)
        (event,) = place.seen(seen)
        assert (event["detail-type"], event["source"]) == ("Scheduled Event", "aws.events")
        assert event["resources"] == [arn]

    def test_a_constant_takes_the_place_of_the_event(self, place):
        function, seen = place.function()
        target = {"Arn": function, "Input": '{"only": "this"}'}
        name, arn = self.rule(place, target, ScheduleExpression="cron(0 3 * * ? *)")
        place.let(function, "events.amazonaws.com", arn)
        place.fire(name)

        assert place.seen(seen) == [{"only": "this"}]

    def test_it_needs_the_functions_permission(self, place):
        function, _ = place.function()
        name, _ = self.rule(place, {"Arn": function}, ScheduleExpression="rate(1 day)")

        (target,) = place.fire(name)[1]["targets"]

        assert target["result"] == "refused"
        assert "has no permission for events.amazonaws.com to call it" in target["message"]

    def test_one_with_a_pattern_wants_an_event(self, place):
        function, _ = place.function()
        pattern = json.dumps({"source": ["orders"]})
        name, _ = self.rule(place, {"Arn": function}, EventPattern=pattern)

        status, content = place.fire(name)

        assert status == 400
        assert "by PutEvents" in content["message"]

    def test_there_must_be_one_of_the_name(self, place):
        status, content = place.fire("nothing")
        assert (status, content) == (
            404,
            {"message": "there is no rule, schedule or queue nothing"},
        )


class TestSchedule:
    def schedule(self, place, function, expression, role=None, **target):
        name = place.name("schedule")
        role = role or place.role("scheduler.amazonaws.com", "lambda:InvokeFunction")
        made = place.call(
            "scheduler",
            "create_schedule",
            Name=name,
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": function, "RoleArn": role, **target},
        )
        return name, made["ScheduleArn"]

    def test_it_fires_when_it_is_asked_to(self, place):
        function, seen = place.function()
        text = json.dumps({"from": "<aws.scheduler.schedule-arn>"})
        name, arn = self.schedule(place, function, "cron(0 3 * * ? *)", Input=text)

        assert place.fire(name)[1]["targets"][0]["result"] == "response"
        assert place.seen(seen) == [{"from": arn}]

    def test_a_rate_begins_at_once(self, place):
        function, seen = place.function()
        self.schedule(place, function, "rate(1 day)")

        (event,) = place.seen(seen)

        assert event["source"] == "aws.scheduler"

    def test_one_time_comes_once(self, place, monkeypatch):
        function, seen = place.function()
        now = datetime.now(UTC)
        monkeypatch.setattr(sources, "utc_now", lambda: now)
        soon = now + timedelta(seconds=2)
        _, arn = self.schedule(place, function, f"at({soon:%Y-%m-%dT%H:%M:%S})")
        assert wait_for(lambda: arn in place.cloud.plane.events._clock._seen)
        now = soon

        assert len(place.seen(seen)) == 1

    def test_its_role_needs_the_right_to_call(self, place):
        function, _ = place.function()
        role = place.role("scheduler.amazonaws.com", "sqs:SendMessage")
        name, _ = self.schedule(place, function, "cron(0 3 * * ? *)", role)

        (target,) = place.fire(name)[1]["targets"]

        assert target["result"] == "refused"
        assert "does not let EventBridge Scheduler send to" in target["message"]
