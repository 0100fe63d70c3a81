"""Queues, topics, rules, schedules, tables and alarms, as users' own stacks bring them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-messaging")

ACCOUNT = "123456789012"
LAMBDA = "lambda.amazonaws.com"
TARGET = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:any"


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


def allowing(principal, action, resource="*"):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": action,
        "Resource": resource,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(harness, service, *actions):
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": list(actions) or ["logs:*"], "Resource": "*"}
    return harness.create(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[
            {
                "PolicyName": "may",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [may]},
            }
        ],
    ).attributes["Arn"]


class TestQueue:
    def attributes(self, harness, queue):
        found = harness.call(
            "sqs", "get_queue_attributes", QueueUrl=queue.physical_id, AttributeNames=["All"]
        )
        return found["Attributes"]

    def test_its_settings_reach_the_api(self, harness):
        aside = harness.create("AWS::SQS::Queue")
        queue = harness.create(
            "AWS::SQS::Queue",
            QueueName="jobs",
            VisibilityTimeout=60,
            RedrivePolicy={"deadLetterTargetArn": aside.attributes["Arn"], "maxReceiveCount": 3},
            Tags=tags(a="1"),
        )

        found = self.attributes(harness, queue)
        assert found["VisibilityTimeout"] == "60"
        assert json.loads(found["RedrivePolicy"])["maxReceiveCount"] == 3
        assert queue.attributes["Arn"] == f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
        assert queue.attributes["QueueName"] == "jobs"
        assert (
            queue.physical_id == harness.call("sqs", "get_queue_url", QueueName="jobs")["QueueUrl"]
        )
        harness.delete(queue)
        with pytest.raises(ClientError, match="does not exist"):
            self.attributes(harness, queue)

    def test_a_removed_setting_has_its_default_again(self, harness):
        queue = harness.create("AWS::SQS::Queue", VisibilityTimeout=60, Tags=tags(a="1", b="2"))
        queue = harness.update(queue, Tags=tags(a="3"))

        assert self.attributes(harness, queue)["VisibilityTimeout"] == "30"
        found = harness.call("sqs", "list_queue_tags", QueueUrl=queue.physical_id)["Tags"]
        assert found == {"a": "3"}

    def test_a_queue_in_order_has_a_name_that_says_so(self, harness):
        queue = harness.create("AWS::SQS::Queue", FifoQueue=True, ContentBasedDeduplication=True)
        assert queue.attributes["QueueName"].endswith(".fifo")

    def test_it_needs_its_dead_letter_queue(self, harness):
        nowhere = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:nowhere"
        with pytest.raises(ClientError):
            harness.create(
                "AWS::SQS::Queue",
                RedrivePolicy={"deadLetterTargetArn": nowhere, "maxReceiveCount": 3},
            )

    def test_its_policy_survives_a_change_of_its_settings(self, harness):
        queue = harness.create("AWS::SQS::Queue")
        document = allowing("sns.amazonaws.com", "sqs:SendMessage", queue.attributes["Arn"])
        policy = harness.create(
            "AWS::SQS::QueuePolicy", Queues=[queue.physical_id], PolicyDocument=document
        )
        queue = harness.update(queue, DelaySeconds=1)

        assert json.loads(self.attributes(harness, queue)["Policy"]) == document
        harness.delete(policy)
        assert "Policy" not in self.attributes(harness, queue)

    def test_a_policy_moves_from_queue_to_queue(self, harness):
        old, new = harness.create("AWS::SQS::Queue"), harness.create("AWS::SQS::Queue")
        document = allowing("sns.amazonaws.com", "sqs:SendMessage")
        policy = harness.create(
            "AWS::SQS::QueuePolicy", Queues=[old.physical_id], PolicyDocument=document
        )
        harness.update(policy, Queues=[new.physical_id], PolicyDocument=document)

        assert "Policy" not in self.attributes(harness, old)
        assert "Policy" in self.attributes(harness, new)


class TestTopic:
    def attributes(self, harness, topic):
        found = harness.call("sns", "get_topic_attributes", TopicArn=topic.physical_id)
        return found["Attributes"]

    def subscribers(self, harness, topic):
        found = harness.call("sns", "list_subscriptions_by_topic", TopicArn=topic.physical_id)
        return sorted(one["Endpoint"] for one in found["Subscriptions"])

    def test_it_has_its_name_and_subscribers(self, harness):
        mail = {"Protocol": "email", "Endpoint": "a@example.com"}
        more = {"Protocol": "email", "Endpoint": "b@example.com"}
        topic = harness.create(
            "AWS::SNS::Topic", TopicName="news", DisplayName="News", Subscription=[mail]
        )
        assert topic.attributes["TopicName"] == "news"
        assert topic.physical_id == f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
        assert self.attributes(harness, topic)["DisplayName"] == "News"
        assert self.subscribers(harness, topic) == ["a@example.com"]

        topic = harness.update(topic, TopicName="news", Subscription=[more])

        assert self.attributes(harness, topic)["DisplayName"] == ""
        assert self.subscribers(harness, topic) == ["b@example.com"]

    def test_its_owner_may_do_everything_again_once_its_policy_is_gone(self, harness):
        topic = harness.create("AWS::SNS::Topic")
        document = allowing("cloudwatch.amazonaws.com", "sns:Publish", topic.physical_id)
        policy = harness.create(
            "AWS::SNS::TopicPolicy", Topics=[topic.physical_id], PolicyDocument=document
        )
        assert json.loads(self.attributes(harness, topic)["Policy"]) == document

        harness.delete(policy)

        (statement,) = json.loads(self.attributes(harness, topic)["Policy"])["Statement"]
        assert statement["Condition"] == {"StringEquals": {"AWS:SourceOwner": ACCOUNT}}

    def test_a_subscription_changes_in_place(self, harness):
        topic, queue = harness.create("AWS::SNS::Topic"), harness.create("AWS::SQS::Queue")
        ends = {
            "TopicArn": topic.physical_id,
            "Protocol": "sqs",
            "Endpoint": queue.attributes["Arn"],
        }
        made = harness.create(
            "AWS::SNS::Subscription", **ends, FilterPolicy={"kind": ["a"]}, RawMessageDelivery=True
        )
        found = self.read(harness, made)
        assert json.loads(found["FilterPolicy"]) == {"kind": ["a"]}
        assert found["RawMessageDelivery"] == "true"

        made = harness.update(made, **ends)

        found = self.read(harness, made)
        assert found["RawMessageDelivery"] == "false"
        harness.delete(made)
        assert self.subscribers(harness, topic) == []

    @staticmethod
    def read(harness, subscription):
        arn = subscription.physical_id
        found = harness.call("sns", "get_subscription_attributes", SubscriptionArn=arn)
        return found["Attributes"]


class TestRule:
    def targets(self, harness, name, **where):
        found = harness.call("events", "list_targets_by_rule", Rule=name, **where)["Targets"]
        return {target["Id"]: target["Arn"] for target in found}

    def test_its_targets_change_in_place(self, harness):
        rule = harness.create(
            "AWS::Events::Rule",
            ScheduleExpression="rate(1 minute)",
            Targets=[{"Id": "one", "Arn": TARGET}, {"Id": "two", "Arn": TARGET}],
        )
        name = rule.attributes["RuleName"]
        assert rule.physical_id == name
        assert rule.attributes["Arn"] == f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/{name}"
        assert set(self.targets(harness, name)) == {"one", "two"}

        rule = harness.update(
            rule,
            ScheduleExpression="rate(5 minutes)",
            State="DISABLED",
            Targets=[{"Id": "two", "Arn": TARGET}],
        )

        found = harness.call("events", "describe_rule", Name=name)
        assert (found["ScheduleExpression"], found["State"]) == ("rate(5 minutes)", "DISABLED")
        assert set(self.targets(harness, name)) == {"two"}
        harness.delete(rule)
        with pytest.raises(ClientError, match="does not exist"):
            harness.call("events", "describe_rule", Name=name)

    def test_one_of_another_bus_is_referred_to_with_it(self, harness):
        bus = harness.create("AWS::Events::EventBus", Name="orders")
        rule = harness.create(
            "AWS::Events::Rule",
            Name="placed",
            EventBusName=bus.physical_id,
            EventPattern={"source": ["orders"]},
        )
        assert rule.physical_id == "orders|placed"
        harness.delete(rule)
        harness.delete(bus)

    @pytest.mark.parametrize("wrong", [{}, {"ScheduleExpression": "every minute"}])
    def test_it_needs_an_occasion(self, harness, wrong):
        with pytest.raises((ClientError, Failure), match="ScheduleExpression"):
            harness.create("AWS::Events::Rule", **wrong)


class TestSchedule:
    def test_it_changes_in_place(self, harness):
        group = harness.create("AWS::Scheduler::ScheduleGroup", Name="nightly")
        common = {
            "Name": "report",
            "GroupName": group.physical_id,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": TARGET, "RoleArn": role(harness, "scheduler.amazonaws.com")},
        }
        made = harness.create(
            "AWS::Scheduler::Schedule",
            **common,
            Description="Nightly.",
            ScheduleExpression="cron(0 3 * * ? *)",
        )
        arn = f"arn:aws:scheduler:eu-west-1:{ACCOUNT}:schedule/nightly/report"
        assert (made.physical_id, made.attributes["Arn"]) == ("report", arn)

        made = harness.update(made, **common, ScheduleExpression="cron(0 4 * * ? *)")

        found = harness.call("scheduler", "get_schedule", Name="report", GroupName="nightly")
        assert found["ScheduleExpression"] == "cron(0 4 * * ? *)"
        assert "Description" not in found
        harness.delete(made)
        harness.delete(group)


class TestTable:
    KEY = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }

    def test_it_matches_its_template(self, harness):
        table = harness.create(
            "AWS::DynamoDB::Table",
            **self.KEY,
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            SSESpecification={"SSEEnabled": True},
            StreamSpecification={"StreamViewType": "NEW_IMAGE"},
            TimeToLiveSpecification={"AttributeName": "until", "Enabled": True},
            Tags=tags(a="1"),
        )
        found = self.read(harness, table)
        assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert table.attributes == {"Arn": found["TableArn"], "StreamArn": found["LatestStreamArn"]}
        backups = harness.call("dynamodb", "describe_continuous_backups", TableName="orders")
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        lives = harness.call("dynamodb", "describe_time_to_live", TableName="orders")
        assert lives["TimeToLiveDescription"]["AttributeName"] == "until"
        harness.delete(table)

    def test_settings_change_in_place(self, harness):
        table = harness.create("AWS::DynamoDB::Table", **self.KEY, BillingMode="PAY_PER_REQUEST")
        table = harness.update(
            table,
            **self.KEY,
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=True,
            Tags=tags(a="2"),
        )
        assert self.read(harness, table)["DeletionProtectionEnabled"] is True
        with pytest.raises(ClientError):
            harness.delete(table)

    def test_an_index_is_not_added_silently(self, harness):
        table = harness.create("AWS::DynamoDB::Table", **self.KEY, BillingMode="PAY_PER_REQUEST")
        index = {
            "IndexName": "by-id",
            "KeySchema": self.KEY["KeySchema"],
            "Projection": {"ProjectionType": "ALL"},
        }
        with pytest.raises(Failure, match="cannot change GlobalSecondaryIndexes in place"):
            harness.update(
                table, **self.KEY, BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[index]
            )

    @staticmethod
    def read(harness, table):
        return harness.call("dynamodb", "describe_table", TableName=table.physical_id)["Table"]


class TestAlarm:
    def test_it_is_put_again_as_a_whole(self, harness):
        topic = harness.create("AWS::SNS::Topic")
        watched = {
            "Namespace": "AWS/RDS",
            "MetricName": "CPUUtilization",
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 3,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        alarm = harness.create(
            "AWS::CloudWatch::Alarm",
            **watched,
            Threshold=80,
            AlarmActions=[topic.physical_id],
            Dimensions=[{"Name": "DBClusterIdentifier", "Value": "ours"}],
        )
        alarm = harness.update(alarm, **watched, Threshold=90)

        name = alarm.physical_id
        (found,) = harness.call("cloudwatch", "describe_alarms", AlarmNames=[name])["MetricAlarms"]
        assert (found["Threshold"], found["AlarmActions"]) == (90, [])
        assert alarm.attributes["Arn"] == found["AlarmArn"]
        harness.delete(alarm)
        assert (
            harness.call("cloudwatch", "describe_alarms", AlarmNames=[name])["MetricAlarms"] == []
        )

    def test_a_dashboard_has_its_body(self, harness):
        body = json.dumps({"widgets": []})
        board = harness.create("AWS::CloudWatch::Dashboard", DashboardBody=body)
        name = board.physical_id
        found = harness.call("cloudwatch", "get_dashboard", DashboardName=name)
        assert found["DashboardBody"] == body
        harness.delete(board)


class TestEventSource:
    POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

    def function(self, harness, *actions, **settings):
        return harness.create(
            "AWS::Lambda::Function",
            Code={"ZipFile": "def handler(event, context): pass"},
            Handler="index.handler",
            Runtime="python3.13",
            Role=role(harness, LAMBDA, *actions),
            **settings,
        )

    def test_it_changes_in_place(self, harness):
        queue = harness.create("AWS::SQS::Queue")
        source = {
            "EventSourceArn": queue.attributes["Arn"],
            "FunctionName": self.function(harness, *self.POLLING).physical_id,
        }
        made = harness.create("AWS::Lambda::EventSourceMapping", **source, BatchSize=5)
        made = harness.update(
            made, **source, Enabled=False, FunctionResponseTypes=["ReportBatchItemFailures"]
        )

        found = harness.call("lambda", "get_event_source_mapping", UUID=made.physical_id)
        assert (found["BatchSize"], found["State"]) == (10, "Disabled")
        assert made.attributes["EventSourceMappingArn"] == found["EventSourceMappingArn"]
        harness.delete(made)
        with pytest.raises(ClientError):
            harness.call("lambda", "get_event_source_mapping", UUID=made.physical_id)

    @pytest.mark.parametrize("missing", POLLING)
    def test_its_function_needs_the_right_to(self, harness, missing):
        queue = harness.create("AWS::SQS::Queue")
        function = self.function(harness, *(set(self.POLLING) - {missing}))
        action = missing.removeprefix("sqs:")
        with pytest.raises(
            ClientError,
            match=f"The provided execution role does not have permissions to call {action} on SQS",
        ):
            harness.create(
                "AWS::Lambda::EventSourceMapping",
                EventSourceArn=queue.attributes["Arn"],
                FunctionName=function.physical_id,
            )

    def test_messages_stay_hidden_while_its_function_may_work(self, harness):
        queue = harness.create("AWS::SQS::Queue", VisibilityTimeout=30)
        function = self.function(harness, *self.POLLING, Timeout=60)
        with pytest.raises(
            ClientError,
            match="Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
        ):
            harness.create(
                "AWS::Lambda::EventSourceMapping",
                EventSourceArn=queue.attributes["Arn"],
                FunctionName=function.physical_id,
            )

    def test_there_is_one_for_a_queue_and_a_function(self, harness):
        queue = harness.create("AWS::SQS::Queue")
        source = {
            "EventSourceArn": queue.attributes["Arn"],
            "FunctionName": self.function(harness, *self.POLLING).physical_id,
        }
        harness.create("AWS::Lambda::EventSourceMapping", **source)
        with pytest.raises(ClientError, match="already exists"):
            harness.create("AWS::Lambda::EventSourceMapping", **source)

    def test_a_large_batch_needs_a_window(self, harness):
        queue = harness.create("AWS::SQS::Queue")
        source = {
            "EventSourceArn": queue.attributes["Arn"],
            "FunctionName": self.function(harness, *self.POLLING).physical_id,
        }
        with pytest.raises(ClientError, match="must be greater than 0 if maximum batch size"):
            harness.create("AWS::Lambda::EventSourceMapping", **source, BatchSize=11)

    def test_it_knows_queues_only(self, harness):
        table = harness.create(
            "AWS::DynamoDB::Table",
            **TestTable.KEY,
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamViewType": "NEW_IMAGE"},
        )
        with pytest.raises(Failure, match="of SQS's queues only"):
            harness.create(
                "AWS::Lambda::EventSourceMapping",
                EventSourceArn=table.attributes["StreamArn"],
                FunctionName="any",
                StartingPosition="LATEST",
            )

    def test_a_destination_needs_the_right_to_send(self, harness):
        queue = harness.create("AWS::SQS::Queue")
        names = {"FunctionName": self.function(harness).physical_id, "Qualifier": "$LATEST"}
        aside = {"OnFailure": {"Destination": queue.attributes["Arn"]}}
        with pytest.raises(ClientError, match="permissions to call SendMessage on SQS"):
            harness.create("AWS::Lambda::EventInvokeConfig", **names, DestinationConfig=aside)


class TestLogGroup:
    def test_its_tags_and_retention_change_in_place(self, harness):
        group = harness.create(
            "AWS::Logs::LogGroup", LogGroupName="ours", RetentionInDays=7, Tags=tags(a="1", b="2")
        )
        group = harness.update(group, LogGroupName="ours", Tags=tags(a="3"))

        (found,) = harness.call("logs", "describe_log_groups", logGroupNamePrefix="ours")[
            "logGroups"
        ]
        assert "retentionInDays" not in found
        arn = group.attributes["Arn"].removesuffix(":*")
        read = harness.call("logs", "list_tags_for_resource", resourceArn=arn)
        assert read["tags"] == {"a": "3"}
        harness.delete(group)
