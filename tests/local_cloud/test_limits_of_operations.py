"""Alarms, dashboards, scaling, deployments, parameters and buckets that AWS refuses."""

from __future__ import annotations

import json

import pytest

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

NOBODY = "arn:aws:iam::123456789012:role/nobody"


def refused(harness, type_name, properties, reason):
    """The resource is refused, and with that reason."""
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


def made(harness, type_name, properties):
    """The resource is made, and deleted again."""
    harness.delete(harness.create(type_name, **properties))


def metric(name, **stat):
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {"MetricName": "m", "Namespace": "n"},
            "Period": 60,
            "Stat": "Sum",
            **stat,
        },
    }


def alarm(*metrics, **settings):
    usual = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1}
    threshold = {} if "ThresholdMetricId" in settings else {"Threshold": 1}
    return usual | threshold | {"Metrics": list(metrics)} | settings


def computed(expression, **settings):
    return (
        {**metric("a"), "ReturnData": False},
        {"Id": "e", "Expression": expression, **settings},
    )


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (alarm(metric("a", Stat="Total")), "parameter Stat is not supported"),
        (alarm(metric("a", Period=45)), "Invalid value for period: 45"),
        (alarm(*computed("a", Period=45)), "Invalid value for period: 45"),
        (alarm(*computed("a * (2")), "Unbalanced parentheses"),
        (alarm(*computed("SUMM(a)")), "Unknown function SUMM"),
        (alarm(*computed("b * 2")), "Unknown metric b"),
        (alarm(metric("a"), Period=60), "Period"),
        (alarm(metric("a"), AlarmActions=["arn:aws:sqs:eu-west-1:123456789012:q"]), "Unsupported"),
        (alarm(metric("a"), AlarmActions=["arn:aws:sns:eu-west-1::news"]), "Invalid arn syntax"),
        (alarm(metric("a"), AlarmName="a\nb"), "control characters"),
        (
            alarm(
                metric("a"), ThresholdMetricId="z", ComparisonOperator="GreaterThanUpperThreshold"
            ),
            "z is not in the metrics list",
        ),
    ],
)
def test_an_alarm_computes_what_cloudwatch_can(harness, properties, reason):
    # PutMetricAlarm, Metrics in botocore's model.
    refused(harness, "AWS::CloudWatch::Alarm", properties, reason)


@pytest.mark.parametrize(
    "properties",
    [
        alarm(metric("a", Stat="p99.9", Period=300)),
        alarm(*computed("IF(a > 1, a / 2, FILL(a, 0))", Period=60)),
        alarm({"Id": "q", "Expression": 'SELECT MAX(m) FROM SCHEMA("n", x)', "Period": 60}),
        alarm(*computed("SUM(METRICS())")),
        alarm(
            metric("m1"),
            {"Id": "ad", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"},
            ComparisonOperator="GreaterThanUpperThreshold",
            ThresholdMetricId="ad",
        ),
    ],
)
def test_an_alarm_may_compute(harness, properties):
    made(harness, "AWS::CloudWatch::Alarm", properties)


def dashboard(kind="metric", whole=(), **properties):
    usual = {"region": "eu-west-1", "metrics": [["n", "m"]]} if kind == "metric" else {}
    widget = {"type": kind, "properties": usual | properties}
    return {"DashboardBody": json.dumps({"widgets": [widget], **dict(whole)})}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (dashboard(view="round"), "view should be one of"),
        (dashboard(period=45), "period should be"),
        (dashboard(metrics="m"), "metrics should be array"),
        (dashboard(metrics=[["n"]]), "a namespace, a metric name"),
        (dashboard(metrics=[["n", "m", "d"]]), "pairs of"),
        (dashboard(stacked="yes"), "stacked should be boolean"),
        (dashboard(title=5), "title should be string"),
        (dashboard(yAxis={"left": {"min": "a"}}), "yAxis/left/min should be number"),
        (dashboard(annotations={"horizontal": [{"label": "l"}]}), "required property 'value'"),
        (dashboard("log", region="eu-west-1", query="fields", view="round"), "view should be"),
        (dashboard(whole={"start": "yesterday"}), "/start should be"),
        (dashboard(whole={"end": "2030-01-01T00:00:00Z"}), "/end needs a start"),
        (dashboard(whole={"periodOverride": "always"}), "/periodOverride should be"),
    ],
)
def test_a_widget_has_properties_of_its_kind(harness, properties, reason):
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    refused(harness, "AWS::CloudWatch::Dashboard", properties, reason)


@pytest.mark.parametrize(
    "properties",
    [
        dashboard(
            metrics=[
                ["AWS/Lambda", "Errors", "FunctionName", "f", {"stat": "Sum"}],
                ["...", "g"],
                [".", "Duration"],
                [{"expression": "m1 * 2", "id": "e1"}],
            ],
            view="timeSeries",
            period=300,
            yAxis={"left": {"min": 0}},
            annotations={"horizontal": [[{"value": 1}, {"value": 2}], {"value": 5}]},
        ),
        dashboard(whole={"start": "-PT3H", "periodOverride": "inherit"}),
        dashboard("log", region="eu-west-1", query="fields @message", view="table"),
    ],
)
def test_a_widget_may_show_much(harness, properties):
    made(harness, "AWS::CloudWatch::Dashboard", properties)


def scheduled(**action):
    usual = {"ScheduledActionName": "a", "Schedule": "cron(0 8 * * ? *)"}
    return [usual | {"ScalableTargetAction": {"MinCapacity": 1}} | action]


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        (scheduled(Schedule="rate(0 hours)"), "Invalid schedule"),
        (scheduled(Timezone="Mars/Base"), "Invalid timezone"),
        (scheduled(ScalableTargetAction={"MinCapacity": -1}), "cannot be negative"),
        (scheduled(ScalableTargetAction={"MinCapacity": 9, "MaxCapacity": 2}), "less than minimum"),
        (
            scheduled(StartTime="2131-01-01T00:00:00Z", EndTime="2130-01-01T00:00:00Z"),
            "later than StartTime",
        ),
        (scheduled() + scheduled(Schedule="cron(0 9 * * ? *)"), "Two scheduled actions"),
    ],
)
def test_a_scheduled_action_has_a_time_and_a_capacity(harness, actions, reason):
    # PutScheduledAction in botocore's model.
    target = {
        "ServiceNamespace": "dynamodb",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "ResourceId": "table/t",
        "MinCapacity": 1,
        "MaxCapacity": 5,
    }
    properties = {**target, "ScheduledActions": actions}
    refused(harness, "AWS::ApplicationAutoScaling::ScalableTarget", properties, reason)


@pytest.fixture(scope="module")
def table(harness):
    """The identifier of a table's scalable target with two schedules."""
    later = {"ScheduledActionName": "b", "Schedule": "at(2130-01-01T00:00:00)"}
    actions = [*scheduled(Timezone="Europe/Berlin"), *scheduled(**later)]
    return harness.create(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        ServiceNamespace="dynamodb",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        ResourceId="table/t",
        MinCapacity=1,
        MaxCapacity=5,
        ScheduledActions=actions,
    ).physical_id


def tracking(target=70, metric="DynamoDBReadCapacityUtilization", **settings):
    named = {"PredefinedMetricType": metric} | settings.pop("metric_settings", {})
    return {
        "PolicyName": "p",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": target,
            "PredefinedMetricSpecification": named,
            **settings,
        },
    }


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (tracking(0), "greater than 0"),
        (tracking(ScaleInCooldown=-1), "cannot be negative"),
        (tracking(metric_settings={"ResourceLabel": "l"}), "ResourceLabel is not supported"),
        (tracking(0.95, "LambdaProvisionedConcurrencyUtilization"), r"between 0\.1 and 0\.9"),
    ],
)
def test_a_policy_tracks_what_there_is_to_track(harness, table, properties, reason):
    properties = {"ScalingTargetId": table, **properties}
    refused(harness, "AWS::ApplicationAutoScaling::ScalingPolicy", properties, reason)


def test_a_policy_tracks_a_share(harness, table):
    properties = {"ScalingTargetId": table, **tracking(ScaleInCooldown=0)}
    made(harness, "AWS::ApplicationAutoScaling::ScalingPolicy", properties)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"AlarmConfiguration": {"Enabled": True}}, "none is given"),
        (
            {"AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": "a"}] * 2}},
            "uniqueItems",
        ),
        ({"AutoRollbackConfiguration": {"Enabled": True}}, "no event is given"),
    ],
)
def test_a_deployment_group_watches_and_rolls_back(harness, settings, reason):
    # InvalidAlarmConfigException and InvalidAutoRollbackConfigException in botocore's model.
    properties = {"ApplicationName": "a", "ServiceRoleArn": NOBODY, **settings}
    refused(harness, "AWS::CodeDeploy::DeploymentGroup", properties, reason)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"Name": "/a/"}, "end with a slash"),
        ({"Name": "/a//b"}, "empty level"),
        ({"Name": "/" + "a" * 1011}, "longer than 1011"),
        ({"Value": "{{resolve:ssm:b}}"}, "can't nest another parameter"),
        ({"DataType": "aws:ec2:image"}, "ID of an image"),
        ({"Tier": "Advanced", "Policies": "none"}, "JSON array"),
        ({"Tier": "Advanced", "Policies": '[{"Type": "Never"}]'}, "Never is none of"),
    ],
)
def test_a_parameter_has_a_name_and_a_value_of_its_type(harness, settings, reason):
    # PutParameter in botocore's model.
    refused(harness, "AWS::SSM::Parameter", {"Type": "String", "Value": "v", **settings}, reason)


def test_an_advanced_parameter_stays_one(harness):
    advanced = harness.create("AWS::SSM::Parameter", Type="String", Value="v", Tier="Advanced")
    harness.update(advanced, Type="String", Value="w", Tier="Advanced")
    with pytest.raises(Failure, match="can't be changed to a standard parameter"):
        harness.update(advanced, Type="String", Value="w", Tier="Standard")


def lifecycle(*rules):
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **one} for one in rules]}}


def moved(days, storage="GLACIER"):
    return {"StorageClass": storage, "TransitionInDays": days}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (lifecycle({"Transitions": [moved(29, "STANDARD_IA")]}), "equal to 30"),
        (lifecycle({"Transitions": [{"StorageClass": "GLACIER"}]}), "either"),
        (lifecycle({"Transitions": [moved(30), moved(90)]}), "must be different"),
        (lifecycle({"Transitions": [moved(90)], "ExpirationInDays": 60}), "greater than 'Days'"),
        (lifecycle({"ExpirationInDays": 1, "ExpiredObjectDeleteMarker": True}), "one of"),
        (lifecycle({"ExpirationDate": "2130-01-01T05:00:00Z"}), "midnight GMT"),
        (
            lifecycle(
                {"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 0}}
            ),
            "1 to 100",
        ),
        (
            lifecycle(
                {
                    "TagFilters": [{"Key": "a", "Value": "b"}],
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                }
            ),
            "no filter by tags",
        ),
        (
            lifecycle(
                {"ExpirationInDays": 1, "ObjectSizeGreaterThan": "9", "ObjectSizeLessThan": "5"}
            ),
            "greater than ObjectSizeGreaterThan",
        ),
        (lifecycle(), "MalformedXML"),
        (lifecycle({"ExpirationInDays": 1, "Prefix": "p" * 1025}), "prefix is 1024"),
        (
            lifecycle(*({"ExpirationInDays": 1, "Prefix": str(one)} for one in range(1001))),
            "at most 1000 rules",
        ),
    ],
)
def test_a_bucket_keeps_objects_for_times_that_go_together(harness, properties, reason):
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    refused(harness, "AWS::S3::Bucket", properties, reason)


def test_a_bucket_moves_and_expires_objects(harness):
    moving = [moved(30, "STANDARD_IA"), moved(90)]
    rules = (
        {"Transitions": moving, "ExpirationInDays": 365, "Prefix": "logs/"},
        {"NoncurrentVersionTransitions": [moved(30)], "TagFilters": [{"Key": "a", "Value": "b"}]},
        {"ExpirationDate": "2130-01-01T00:00:00Z", "ObjectSizeGreaterThan": "10", "Prefix": "big/"},
        {"ExpiredObjectDeleteMarker": True},
    )
    bucket = harness.create("AWS::S3::Bucket", **lifecycle(*rules))
    found = harness.call("s3", "get_bucket_lifecycle_configuration", Bucket=bucket.physical_id)[
        "Rules"
    ]
    assert [one["StorageClass"] for one in found[0]["Transitions"]] == ["STANDARD_IA", "GLACIER"]
    assert found[1]["Filter"] == {"Tag": {"Key": "a", "Value": "b"}}
    assert found[2]["Filter"]["And"]["Prefix"] == "big/"
    assert found[3]["Expiration"] == {"ExpiredObjectDeleteMarker": True}
