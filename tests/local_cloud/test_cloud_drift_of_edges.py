"""Of APIs, edges, routes and events, too, what somebody changes by hand is found."""

from __future__ import annotations

import json

import pytest

from rdsproxy_local.live import events, grants, http_apis, rest_apis, traffic, web
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-engine")

MODULES = (events, grants, http_apis, rest_apis, traffic, web)
OF_FUNCTIONS = {"AWS::Lambda::Alias", "AWS::Lambda::EventInvokeConfig"}
NAMED = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
TAGS = [{"Key": "team", "Value": "data"}]
TRUSTED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {
                "Service": [
                    "apigateway.amazonaws.com",
                    "ec2.amazonaws.com",
                    "lambda.amazonaws.com",
                    "scheduler.amazonaws.com",
                    "vpc-flow-logs.amazonaws.com",
                ]
            },
        }
    ],
}
PUSHES_LOGS = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
PUTS_LOGS = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
BODY = {
    "openapi": "3.0.1",
    "info": {"title": "hello", "version": "1"},
    "paths": {
        "/hello": {
            "get": {
                "responses": {"200": {"description": "OK"}},
                "x-amazon-apigateway-integration": {
                    "type": "http_proxy",
                    "httpMethod": "GET",
                    "uri": "https://example.com/",
                },
            }
        }
    },
}


def allowed(action):
    """A policy that allows an action."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def seen(name):
    """What a rule of a web ACL, or the ACL, counts."""
    return {"CloudWatchMetricsEnabled": True, "MetricName": name, "SampledRequestsEnabled": True}


def resource(kind, **properties):
    return {"Type": f"AWS::{kind}", "Properties": properties}


NETWORK = {
    "Network": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
    "Subnet": resource("EC2::Subnet", VpcId={"Ref": "Network"}, CidrBlock="10.0.0.0/24"),
    "Gateway": resource("EC2::InternetGateway"),
    "Attached": resource(
        "EC2::VPCGatewayAttachment",
        VpcId={"Ref": "Network"},
        InternetGatewayId={"Ref": "Gateway"},
    ),
    "Table": resource("EC2::RouteTable", VpcId={"Ref": "Network"}),
    "Route": {
        **resource(
            "EC2::Route",
            RouteTableId={"Ref": "Table"},
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId={"Ref": "Gateway"},
        ),
        "DependsOn": "Attached",
    },
    "Address": {**resource("EC2::EIP", Domain="vpc", Tags=TAGS), "DependsOn": "Attached"},
    "Nat": resource(
        "EC2::NatGateway",
        AllocationId={"Fn::GetAtt": "Address.AllocationId"},
        SubnetId={"Ref": "Subnet"},
        Tags=TAGS,
    ),
    "Ours": resource(
        "EC2::PrefixList",
        AddressFamily="IPv4",
        Entries=[{"Cidr": "10.1.0.0/16", "Description": "office"}],
        MaxEntries=5,
        PrefixListName="ours",
    ),
    "Role": resource(
        "IAM::Role",
        AssumeRolePolicyDocument=TRUSTED,
        ManagedPolicyArns=[PUSHES_LOGS],
        Policies=[{"PolicyName": "unversioned", "PolicyDocument": {"Statement": [PUTS_LOGS]}}],
    ),
    "Log": resource("Logs::LogGroup", LogGroupName="aws-waf-logs-ours"),
    "Flows": resource(
        "EC2::FlowLog",
        ResourceId={"Ref": "Network"},
        ResourceType="VPC",
        TrafficType="REJECT",
        LogDestinationType="cloud-watch-logs",
        LogGroupName={"Ref": "Log"},
        DeliverLogsPermissionArn={"Fn::GetAtt": "Role.Arn"},
        MaxAggregationInterval=60,
        Tags=TAGS,
    ),
    "Group": resource("EC2::SecurityGroup", GroupDescription="Ours", VpcId={"Ref": "Network"}),
    "Machine": resource(
        "EC2::Instance",
        ImageId="ami-12c6146b",
        InstanceType="t3.micro",
        SubnetId={"Ref": "Subnet"},
        SecurityGroupIds=[{"Fn::GetAtt": "Group.GroupId"}],
        SourceDestCheck=True,
        MetadataOptions={"HttpTokens": "required"},
        Tags=TAGS,
    ),
    "Door": resource(
        "EC2::InstanceConnectEndpoint",
        SubnetId={"Ref": "Subnet"},
        SecurityGroupIds=[{"Fn::GetAtt": "Group.GroupId"}],
        PreserveClientIp=False,
        Tags=TAGS,
    ),
}
EDGE = {
    "Guests": resource(
        "WAFv2::IPSet",
        Addresses=["192.0.2.0/24"],
        IPAddressVersion="IPV4",
        Scope="REGIONAL",
        Tags=TAGS,
    ),
    "Acl": resource(
        "WAFv2::WebACL",
        DefaultAction={"Block": {}},
        Description="Ours",
        Scope="REGIONAL",
        VisibilityConfig=seen("all"),
        Rules=[
            {
                "Name": "guests",
                "Priority": 0,
                "Action": {"Allow": {}},
                "Statement": {"IPSetReferenceStatement": {"Arn": {"Fn::GetAtt": "Guests.Arn"}}},
                "VisibilityConfig": seen("guests"),
            },
            {
                "Name": "rate",
                "Priority": 1,
                "Action": {"Block": {}},
                "Statement": {
                    "RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 100},
                },
                "VisibilityConfig": seen("rate"),
            },
        ],
        Tags=TAGS,
    ),
    "AclLog": resource(
        "WAFv2::LoggingConfiguration",
        ResourceArn={"Fn::GetAtt": "Acl.Arn"},
        LogDestinationConfigs=[{"Fn::GetAtt": "Log.Arn"}],
    ),
    "Distribution": resource(
        "CloudFront::Distribution",
        DistributionConfig={
            "Enabled": True,
            "Comment": "Ours",
            "IPV6Enabled": True,
            "PriceClass": "PriceClass_100",
            "DefaultCacheBehavior": {
                "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
                "CachedMethods": ["GET", "HEAD"],
                "ForwardedValues": {"QueryString": True},
                "TargetOriginId": "api",
                "ViewerProtocolPolicy": "https-only",
            },
            "Origins": [
                {
                    "Id": "api",
                    "DomainName": "example.com",
                    "OriginCustomHeaders": [{"HeaderName": "X-From", "HeaderValue": "edge"}],
                    "CustomOriginConfig": {
                        "OriginProtocolPolicy": "https-only",
                        "OriginSSLProtocols": ["TLSv1.2"],
                    },
                }
            ],
        },
        Tags=TAGS,
    ),
}
APIS = {
    "Rest": resource(
        "ApiGateway::RestApi",
        Name="rest",
        Description="Ours",
        EndpointConfiguration={"Types": ["REGIONAL"]},
        Body=BODY,
        Tags=TAGS,
    ),
    "Deployed": resource("ApiGateway::Deployment", RestApiId={"Ref": "Rest"}, Description="Ours"),
    "Account": resource("ApiGateway::Account", CloudWatchRoleArn={"Fn::GetAtt": "Role.Arn"}),
    "Stage": {
        **resource(
            "ApiGateway::Stage",
            RestApiId={"Ref": "Rest"},
            DeploymentId={"Ref": "Deployed"},
            StageName="live",
            Description="Ours",
            TracingEnabled=False,
            Variables={"color": "blue"},
            MethodSettings=[
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "ThrottlingBurstLimit": 5,
                    "ThrottlingRateLimit": 10,
                }
            ],
            Tags=TAGS,
        ),
        "DependsOn": "Account",
    },
    "ApiKey": resource("ApiGateway::ApiKey", Name="key", Description="Ours", Enabled=True),
    "Plan": resource(
        "ApiGateway::UsagePlan",
        UsagePlanName="plan",
        Description="Ours",
        Throttle={"BurstLimit": 5, "RateLimit": 10},
        Quota={"Limit": 100, "Period": "DAY"},
        ApiStages=[{"ApiId": {"Ref": "Rest"}, "Stage": {"Ref": "Stage"}}],
    ),
    "Http": resource("ApiGatewayV2::Api", Name="http", ProtocolType="HTTP"),
    "Integration": resource(
        "ApiGatewayV2::Integration",
        ApiId={"Ref": "Http"},
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="GET",
        IntegrationUri="https://example.com/",
        PayloadFormatVersion="1.0",
    ),
    "Authorizer": resource(
        "ApiGatewayV2::Authorizer",
        ApiId={"Ref": "Http"},
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Audience": ["us"], "Issuer": "https://issuer.example.com"},
        Name="tokens",
    ),
    "Way": resource(
        "ApiGatewayV2::Route",
        ApiId={"Ref": "Http"},
        RouteKey="GET /",
        AuthorizationType="JWT",
        AuthorizerId={"Ref": "Authorizer"},
        OperationName="read",
        Target={"Fn::Sub": "integrations/${Integration}"},
    ),
    "HttpStage": resource(
        "ApiGatewayV2::Stage", ApiId={"Ref": "Http"}, StageName="live", Description="Ours"
    ),
    "HttpDeployed": {
        **resource("ApiGatewayV2::Deployment", ApiId={"Ref": "Http"}, Description="Ours"),
        "DependsOn": "Way",
    },
}
EVENTS = {
    "Left": resource("SQS::Queue"),
    "Queue": resource(
        "SQS::Queue",
        VisibilityTimeout=60,
        RedrivePolicy={
            "deadLetterTargetArn": {"Fn::GetAtt": "Left.Arn"},
            "maxReceiveCount": 3,
        },
        Tags=TAGS,
    ),
    "Topic": resource(
        "SNS::Topic",
        DisplayName="Ours",
        Subscription=[{"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": "Queue.Arn"}}],
        Tags=TAGS,
    ),
    "Further": resource(
        "SNS::Subscription",
        TopicArn={"Ref": "Topic"},
        Protocol="sqs",
        Endpoint={"Fn::GetAtt": "Left.Arn"},
    ),
    "Bus": resource("Events::EventBus", Name="ours"),
    "Rule": resource(
        "Events::Rule",
        Description="Ours",
        EventBusName={"Ref": "Bus"},
        EventPattern={"source": ["ours"]},
        State="ENABLED",
        Targets=[{"Id": "queue", "Arn": {"Fn::GetAtt": "Queue.Arn"}}],
    ),
    "Schedules": resource("Scheduler::ScheduleGroup", Name="ours", Tags=TAGS),
    "Daily": resource(
        "Scheduler::Schedule",
        Name="daily",
        GroupName={"Ref": "Schedules"},
        Description="Ours",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        State="ENABLED",
        Target={"Arn": {"Fn::GetAtt": "Queue.Arn"}, "RoleArn": {"Fn::GetAtt": "Role.Arn"}},
    ),
    "Alarm": resource(
        "CloudWatch::Alarm",
        AlarmDescription="Ours",
        AlarmActions=[{"Ref": "Topic"}],
        ComparisonOperator="GreaterThanThreshold",
        Dimensions=[{"Name": "QueueName", "Value": {"Fn::GetAtt": "Queue.QueueName"}}],
        EvaluationPeriods=1,
        MetricName="ApproximateNumberOfMessagesVisible",
        Namespace="AWS/SQS",
        Period=60,
        Statistic="Maximum",
        Threshold=5,
        Tags=TAGS,
    ),
    "Board": resource(
        "CloudWatch::Dashboard", DashboardName="ours", DashboardBody='{"widgets": []}'
    ),
}
GRANTS = {
    "Reading": resource("IAM::ManagedPolicy", PolicyDocument=allowed("logs:FilterLogEvents")),
    "Writing": resource(
        "IAM::RolePolicy",
        PolicyName="writing",
        PolicyDocument=allowed("logs:PutLogEvents"),
        RoleName={"Ref": "Role"},
    ),
    "Guard": resource(
        "WAFv2::WebACLAssociation",
        ResourceArn={
            "Fn::Sub": "arn:aws:apigateway:${AWS::Region}::/restapis/${Rest}/stages/${Stage}"
        },
        WebACLArn={"Fn::GetAtt": "Acl.Arn"},
    ),
    "Function": resource(
        "Lambda::Function",
        Code={"ZipFile": "def handler(event, context): pass"},
        Handler="index.handler",
        Runtime="python3.13",
        Role={"Fn::GetAtt": "Role.Arn"},
    ),
    "Version": resource("Lambda::Version", FunctionName={"Ref": "Function"}),
    "Alias": resource(
        "Lambda::Alias",
        FunctionName={"Ref": "Function"},
        FunctionVersion={"Fn::GetAtt": "Version.Version"},
        Description="Ours",
        Name="live",
    ),
    "Late": resource(
        "Lambda::EventInvokeConfig",
        FunctionName={"Ref": "Function"},
        Qualifier="$LATEST",
        MaximumRetryAttempts=1,
    ),
    "Called": resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName={"Ref": "Function"},
        Principal="secretsmanager.amazonaws.com",
    ),
    "Keys": resource(
        "DynamoDB::Table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    ),
    "Scaled": resource(
        "ApplicationAutoScaling::ScalableTarget",
        MinCapacity=1,
        MaxCapacity=5,
        ResourceId={"Fn::Sub": "table/${Keys}"},
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        ServiceNamespace="dynamodb",
    ),
}
RESOURCES = {**NETWORK, **EDGE, **APIS, **EVENTS, **GRANTS}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "999999999994", "eu-west-1")


@pytest.fixture(scope="module")
def stack(stacks, account):
    status = stacks.create("edges", RESOURCES, **NAMED)
    assert status == "CREATE_COMPLETE", account.failures("edges")
    return account.resources("edges")


def detected(account):
    """Detect the drift; return what was found of each resource."""
    api = account.client("cloudformation")
    made = api.detect_stack_drift(StackName="edges")["StackDriftDetectionId"]
    outcome = api.describe_stack_drift_detection_status(StackDriftDetectionId=made)
    assert outcome["DetectionStatus"] == "DETECTION_COMPLETE", outcome
    found = api.describe_stack_resource_drifts(StackName="edges")["StackResourceDrifts"]
    return {one["LogicalResourceId"]: one for one in found}


def test_nothing_of_any_type_has_drifted_by_itself(stack, account):
    found = detected(account)
    read = {name for module in MODULES for name in module.READERS} | OF_FUNCTIONS
    assert read <= {RESOURCES[name]["Type"] for name in found}
    assert {name: one["PropertyDifferences"] for name, one in found.items()} == {
        name: [] for name in found
    }


def test_of_types_that_cloudformation_does_not_check_nothing_is_said(stack, account):
    unchecked = {"Attached", "Integration", "HttpStage", "Further"}
    assert unchecked.isdisjoint(detected(account))
    summaries = account.client("cloudformation").list_stack_resources(StackName="edges")
    told = {
        one["LogicalResourceId"]: one["DriftInformation"]["StackResourceDriftStatus"]
        for one in summaries["StackResourceSummaries"]
    }
    assert {told[name] for name in unchecked} == {"NOT_CHECKED"}


def patched(path, value):
    return [{"op": "replace", "path": path, "value": value}]


def change_network(account, ids):
    """Change something of every type of EC2 by hand."""
    ec2 = account.client("ec2")
    mine = [{"Key": "team", "Value": "mine"}]

    ec2.replace_route(
        RouteTableId=ids["Table"],
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=ids["Nat"],
    )
    [address] = ec2.describe_addresses(PublicIps=[ids["Address"]])["Addresses"]
    tagged = [ids[name] for name in ("Nat", "Flows")]
    ec2.create_tags(Resources=[*tagged, address["AllocationId"]], Tags=mine)
    ec2.modify_managed_prefix_list(
        PrefixListId=ids["Ours"],
        CurrentVersion=1,
        PrefixListName="ours",
        AddEntries=[{"Cidr": "10.2.0.0/16", "Description": "mine"}],
    )
    ec2.modify_instance_attribute(InstanceId=ids["Machine"], SourceDestCheck={"Value": False})


def change_edge(account, ids):
    """Change web ACLs, sets of addresses, a distribution and APIs by hand."""
    client = account.client
    waf, api = client("wafv2"), client("apigateway")
    name, identifier, scope = ids["Guests"].split("|")
    guests = {"Name": name, "Id": identifier, "Scope": scope}
    token = waf.get_ip_set(**guests)["LockToken"]
    waf.update_ip_set(**guests, Addresses=["198.51.100.0/24"], LockToken=token)
    name, identifier, scope = ids["Acl"].split("|")
    acl = {"Name": name, "Id": identifier, "Scope": scope}
    found = waf.get_web_acl(**acl)
    rules = found["WebACL"]["Rules"]
    rules[1]["Statement"]["RateBasedStatement"]["Limit"] = 5000
    kept = {key: found["WebACL"][key] for key in ("Description", "VisibilityConfig")}
    opened = {**kept, "DefaultAction": {"Allow": {}}, "Rules": rules}
    waf.update_web_acl(**acl, **opened, LockToken=found["LockToken"])

    front = client("cloudfront")
    config = front.get_distribution_config(Id=ids["Distribution"])
    present = config["DistributionConfig"]
    present["DefaultCacheBehavior"]["ViewerProtocolPolicy"] = "allow-all"
    present["Origins"]["Items"][0]["CustomHeaders"]["Items"][0]["HeaderValue"] = "hand"
    front.update_distribution(
        Id=ids["Distribution"], IfMatch=config["ETag"], DistributionConfig=present
    )

    rest = {"restApiId": ids["Rest"]}
    api.update_rest_api(**rest, patchOperations=patched("/description", "Mine"))
    api.update_stage(
        **rest, stageName="live", patchOperations=patched("/*/*/throttling/burstLimit", "500")
    )
    api.update_stage(**rest, stageName="live", patchOperations=patched("/variables/color", "red"))
    api.update_api_key(apiKey=ids["ApiKey"], patchOperations=patched("/enabled", "false"))
    api.update_usage_plan(usagePlanId=ids["Plan"], patchOperations=patched("/quota/limit", "9"))
    api.update_account(patchOperations=patched("/cloudwatchRoleArn", ""))
    http = client("apigatewayv2")
    whose = {"ApiId": ids["Http"]}
    http.update_route(**whose, RouteId=ids["Way"], OperationName="write")
    http.update_authorizer(**whose, AuthorizerId=ids["Authorizer"], Name="mine")


def change_events(account, ids):
    """Change what is allowed, and what events lead to, by hand."""
    client = account.client
    client("iam").create_policy_version(
        PolicyArn=ids["Reading"],
        PolicyDocument=json.dumps(allowed("logs:*")),
        SetAsDefault=True,
    )
    client("iam").put_role_policy(
        RoleName=ids["Role"],
        PolicyName="writing",
        PolicyDocument=json.dumps(allowed("s3:*")),
    )
    functions = client("lambda")
    functions.update_alias(FunctionName=ids["Function"], Name="live", Description="Mine")
    functions.put_function_event_invoke_config(
        FunctionName=ids["Function"], Qualifier="$LATEST", MaximumRetryAttempts=0
    )
    client("application-autoscaling").register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId=f"table/{ids['Keys']}",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        MinCapacity=1,
        MaxCapacity=50,
    )

    client("sqs").set_queue_attributes(
        QueueUrl=ids["Queue"], Attributes={"VisibilityTimeout": "30"}
    )
    client("sns").set_topic_attributes(
        TopicArn=ids["Topic"], AttributeName="DisplayName", AttributeValue="Mine"
    )
    rule = ids["Rule"].rpartition("|")[2]
    client("events").disable_rule(Name=rule, EventBusName="ours")
    client("scheduler").update_schedule(
        Name="daily",
        GroupName="ours",
        Description="Ours",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(2 days)",
        State="ENABLED",
        Target={"Arn": queue_arn(ids["Queue"]), "RoleArn": role_arn(account, ids["Role"])},
    )
    alarms = client("cloudwatch")
    [alarm] = alarms.describe_alarms(AlarmNames=[ids["Alarm"]])["MetricAlarms"]
    settings = ("ComparisonOperator", "EvaluationPeriods", "MetricName", "Namespace", "Period")
    alarms.put_metric_alarm(
        AlarmName=ids["Alarm"],
        Threshold=50,
        **{key: alarm[key] for key in (*settings, "AlarmActions", "Dimensions", "Statistic")},
    )
    alarms.put_dashboard(DashboardName="ours", DashboardBody='{"widgets": [], "start": "-P1D"}')


def queue_arn(url):
    return f"arn:aws:sqs:eu-west-1:999999999994:{url.rpartition('/')[2]}"


def role_arn(account, name):
    return account.client("iam").get_role(RoleName=name)["Role"]["Arn"]


def test_what_was_changed_by_hand_is_shown_with_both_values(stack, account):
    for change in (change_network, change_edge, change_events):
        change(account, stack)
    shown = {
        name: [
            (each["PropertyPath"], each["ExpectedValue"], each["ActualValue"])
            for each in one["PropertyDifferences"]
        ]
        for name, one in detected(account).items()
        if one["PropertyDifferences"]
    }
    igw, role = stack["Gateway"], role_arn(account, stack["Role"])
    behavior = "/DistributionConfig/DefaultCacheBehavior/ViewerProtocolPolicy"
    header = "/DistributionConfig/Origins/0/OriginCustomHeaders/0/HeaderValue"
    tag = ("/Tags/0/Value", "data", "mine")
    entry = '{"Cidr": "10.2.0.0/16", "Description": "mine"}'
    assert shown == {
        "Account": [("/CloudWatchRoleArn", role, "null")],
        "Acl": [
            ("/DefaultAction/Block", "{}", "null"),
            ("/Rules/1/Statement/RateBasedStatement/Limit", "100", "5000"),
        ],
        "Address": [tag],
        "Alias": [("/Description", "Ours", "Mine")],
        "Late": [("/MaximumRetryAttempts", "1", "0")],
        "Reading": [("/PolicyDocument/Statement/0/Action", "logs:FilterLogEvents", "logs:*")],
        "Scaled": [("/MaxCapacity", "5", "50")],
        "Writing": [("/PolicyDocument/Statement/0/Action", "logs:PutLogEvents", "s3:*")],
        "Alarm": [("/AlarmDescription", "Ours", "null"), ("/Threshold", "5", "50.0")],
        "ApiKey": [("/Enabled", "true", "false")],
        "Authorizer": [("/Name", "tokens", "mine")],
        "Board": [
            ("/DashboardBody", '{"widgets": []}', '{"widgets": [], "start": "-P1D"}'),
        ],
        "Daily": [("/ScheduleExpression", "rate(1 day)", "rate(2 days)")],
        "Distribution": [(behavior, "https-only", "allow-all"), (header, "edge", "hand")],
        "Flows": [tag],
        "Guests": [("/Addresses/0", "192.0.2.0/24", "198.51.100.0/24")],
        "Machine": [("/SourceDestCheck", "true", "false")],
        "Nat": [tag],
        "Ours": [("/Entries/1", "null", entry)],
        "Plan": [("/Quota/Limit", "100", "9")],
        "Queue": [("/VisibilityTimeout", "60", "30")],
        "Rest": [("/Description", "Ours", "Mine")],
        "Route": [("/GatewayId", igw, "null")],
        "Rule": [("/State", "ENABLED", "DISABLED")],
        "Stage": [
            ("/Variables/color", "blue", "red"),
            ("/MethodSettings/0/ThrottlingBurstLimit", "5", "500"),
        ],
        "Topic": [("/DisplayName", "Ours", "Mine")],
        "Way": [("/OperationName", "read", "write")],
    }


def test_all_of_it_is_brought_back(stack, stacks, account):
    """Everything that the tests above have changed."""
    made = stacks.change_set("edges", "UPDATE", RESOURCES, DeploymentMode="REVERT_DRIFT", **NAMED)
    assert stacks.execute(made) == "UPDATE_COMPLETE", account.failures("edges")
    assert [name for name, one in detected(account).items() if one["PropertyDifferences"]] == []


def test_what_was_deleted_by_hand_is_found(stack, account):
    client = account.client
    client("cloudwatch").delete_dashboards(DashboardNames=[stack["Board"]])
    client("cloudwatch").delete_alarms(AlarmNames=[stack["Alarm"]])
    client("scheduler").delete_schedule(Name="daily", GroupName="ours")
    client("sns").delete_topic(TopicArn=stack["Topic"])
    client("sqs").delete_queue(QueueUrl=stack["Left"])
    client("apigatewayv2").delete_route(ApiId=stack["Http"], RouteId=stack["Way"])
    client("wafv2").delete_logging_configuration(ResourceArn=stack["AclLog"])
    client("ec2").delete_flow_logs(FlowLogIds=[stack["Flows"]])
    client("lambda").remove_permission(FunctionName=stack["Function"], StatementId=stack["Called"])
    stage = f"arn:aws:apigateway:eu-west-1::/restapis/{stack['Rest']}/stages/live"
    client("wafv2").disassociate_web_acl(ResourceArn=stage)
    client("ec2").terminate_instances(InstanceIds=[stack["Machine"]])
    client("ec2").delete_route(RouteTableId=stack["Table"], DestinationCidrBlock="0.0.0.0/0")
    deleted = {
        name
        for name, one in detected(account).items()
        if one["StackResourceDriftStatus"] == "DELETED"
    }
    assert deleted == {
        *("AclLog", "Alarm", "Board", "Daily", "Flows", "Left"),
        *("Called", "Guard", "Machine", "Route", "Topic", "Way"),
    }
