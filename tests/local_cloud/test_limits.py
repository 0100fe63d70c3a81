"""Templates that AWS's services refuse fail here too, kind by kind, before anything is made."""

from __future__ import annotations

import base64

import pytest

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

ROLE = "arn:aws:iam::123456789012:role/nobody"
NETWORK = {"SubnetIds": ["subnet-12345678"], "SecurityGroupIds": ["sg-12345678"]}
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf"  # noqa: S105
NO_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"

FUNCTION = {
    "Code": {"ZipFile": "pass"},
    "Handler": "index.handler",
    "Role": ROLE,
    "Runtime": "python3.13",
}
CLUSTER = {
    "Engine": "aurora-mysql",
    "EngineVersion": "8.0.mysql_aurora.3.10.6",
    "MasterUsername": "owner",
    "MasterUserPassword": "not-to-be-seen",
}
INSTANCE = {
    "Engine": "mysql",
    "EngineVersion": "8.4.11",
    "DBInstanceClass": "db.t4g.micro",
    "AllocatedStorage": "20",
    "StorageType": "gp3",
    "MasterUsername": "owner",
    "MasterUserPassword": "not-to-be-seen",
}
PROXY = {
    "DBProxyName": "p",
    "EngineFamily": "MYSQL",
    "RoleArn": ROLE,
    "VpcSubnetIds": ["subnet-12345678", "subnet-87654321"],
}
POOL = {"DBProxyName": "p", "TargetGroupName": "default", "DBClusterIdentifiers": ["c"]}
RULE = {"GroupId": "sg-12345678", "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
MANAGED = [f"arn:aws:iam::123456789012:policy/p{number}" for number in range(11)]


def integration(path, **more):
    """An API's body with one path."""
    uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f/invocations"
    behind = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, **more}
    operation = {"x-amazon-apigateway-integration": behind, "responses": {}}
    return {
        "Body": {
            "openapi": "3.0.1",
            "info": {"title": "t", "version": "1"},
            "paths": {path: {"get": operation}},
        }
    }


def long_policy(characters):
    resources = [f"arn:aws:s3:::{number:045}" for number in range(characters // 60)]
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}


def scaling(**capacity):
    return {"ServerlessV2ScalingConfiguration": capacity}


FUNCTIONS = [
    ({"Timeout": 901}, "maximum 900"),
    ({"MemorySize": 10241}, "10240"),
    ({"Runtime": "python3.7"}, "no longer supported for creating"),
    ({"Runtime": "nodejs14.x"}, "no longer supported for creating"),
    ({"LoggingConfig": {"ApplicationLogLevel": "INFO"}}, "LogLevel is not supported"),
    ({"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "a b"}}, "logGroup"),
    ({"KmsKeyArn": NO_KEY}, "KMS key"),
    ({"Tags": [{"Key": "a", "Value": "v" * 257}]}, "maxLength 256"),
    ({"Tags": [{"Key": "aws:a", "Value": "v"}]}, "reserved for AWS"),
    ({"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}, "Tag quota exceeded"),
    ({"Tags": [{"Key": "a", "Value": "v"}] * 2}, "Duplicate tag key|non-unique|uniqueItems"),
]
CLUSTERS = [
    ({"EngineVersion": "8.0.mysql_aurora.3.99.0"}, "Cannot find version 8.0.mysql_aurora.3.99.0"),
    ({"Port": 80}, r"\[1150-65535\]"),
    ({"DatabaseName": "my-db"}, "DatabaseName must begin with a letter"),
    ({"DatabaseName": "1db"}, "DatabaseName must begin with a letter"),
    ({"DatabaseName": "a" * 65}, "up to 64"),
    ({"DatabaseName": "mysql"}, "reserved word"),
    ({"DatabaseName": "select"}, "reserved word"),
    ({"MasterUserPassword": "a" * 42}, "longer than 41"),
    ({"MasterUserPassword": "with/slash"}, "Only printable ASCII"),
    ({"MasterUserPassword": "with@sign"}, "Only printable ASCII"),
    ({"MasterUserPassword": 'with"quote'}, "Only printable ASCII"),
    ({"MasterUserPassword": "with space"}, "Only printable ASCII"),
    ({"PreferredBackupWindow": "25:00-26:00"}, "Invalid backup window format"),
    ({"PreferredBackupWindow": "03:00-03:10"}, "at least 30 minutes"),
    ({"PreferredMaintenanceWindow": "day:03:00-day:04:00"}, "Invalid maintenance window format"),
    (
        {
            "PreferredBackupWindow": "23:30-00:30",
            "PreferredMaintenanceWindow": "mon:00:00-mon:01:00",
        },
        "must not overlap",
    ),
    (scaling(MinCapacity=0.25, MaxCapacity=4), "minimum capacity 0.25"),
    (scaling(MinCapacity=1, MaxCapacity=257), "maximum capacity 257"),
    (scaling(MinCapacity=0.5, MaxCapacity=0.5), "maximum capacity 0.5"),
    (scaling(MinCapacity=8, MaxCapacity=4), "greater than the maximum"),
    (scaling(MinCapacity=0, MaxCapacity=4, SecondsUntilAutoPause=60), "SecondsUntilAutoPause"),
    ({"StorageType": "gp3"}, "aurora-iopt1"),
    ({"AllocatedStorage": 100}, "'AllocatedStorage' is not allowed"),
    ({"EngineMode": "serverless"}, "serverless"),
    ({"BacktrackWindow": 259201}, "backtrack window"),
    ({"KmsKeyId": NO_KEY, "StorageEncrypted": True}, "KMS key"),
    ({"KmsKeyId": "alias/aws/rds", "StorageEncrypted": False}, "StorageEncrypted"),
    ({"DBClusterParameterGroupName": "default.aurora-postgresql17"}, "can't be used"),
]
INSTANCES = [
    ({"EngineVersion": "8.4.99"}, "Cannot find version 8.4.99 for mysql"),
    ({"DBInstanceClass": "db.serverless"}, "RDS does not support creating"),
    ({"DBInstanceClass": "db.t9.large"}, "RDS does not support creating"),
    ({"BackupRetentionPeriod": 36}, "Invalid backup retention period: 36"),
    ({"Port": "1149"}, r"\[1150-65535\]"),
    ({"AllocatedStorage": "5"}, "Invalid storage size"),
    ({"AllocatedStorage": "65537"}, "Invalid storage size"),
    ({"StorageType": "io1", "AllocatedStorage": "100"}, "Iops must be specified"),
    ({"StorageType": "io1", "AllocatedStorage": "100", "Iops": 6000}, "Invalid IOPS 6000"),
    ({"StorageType": "io1", "AllocatedStorage": "40000", "Iops": 1000}, "Invalid IOPS 1000"),
    ({"Iops": 3000}, "can't specify IOPS"),
    ({"AllocatedStorage": "500", "Iops": 12000, "StorageThroughput": 5000}, "throughput 5000"),
    ({"StorageType": "aurora"}, "Invalid storage type"),
    ({"MaxAllocatedStorage": 10}, "Max storage size"),
    ({"DBName": "my-db"}, "DBName must begin with a letter"),
    ({"MasterUserPassword": "a" * 42}, "longer than 41"),
    ({"LicenseModel": "license-included"}, "license model"),
    ({"CACertificateIdentifier": "rds-ca-2015"}, "Certificate not found"),
    ({"KmsKeyId": "alias/aws/rds", "StorageEncrypted": False}, "StorageEncrypted"),
    ({"DBParameterGroupName": "default.mysql8.0"}, "can't be used"),
]


@pytest.mark.parametrize(
    ("type_name", "valid", "wrong", "reason"),
    [
        *(("AWS::Lambda::Function", FUNCTION, *one) for one in FUNCTIONS),
        *(("AWS::RDS::DBCluster", CLUSTER, *one) for one in CLUSTERS),
        *(("AWS::RDS::DBInstance", INSTANCE, *one) for one in INSTANCES),
    ],
)
def test_functions_and_databases_outside_of_their_limits_fail(
    harness, type_name, valid, wrong, reason
):
    with pytest.raises(Failure, match=reason) as refused:
        harness.create(type_name, **{**valid, **wrong})
    assert str(wrong.get("MasterUserPassword")) not in str(refused.value)


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        ("AWS::RDS::DBProxy", {**PROXY, "IdleClientTimeout": 28801}, "between 1 and 28800"),
        *(
            ("AWS::RDS::DBProxyTargetGroup", {**POOL, "ConnectionPoolConfigurationInfo": pool}, why)
            for pool, why in (
                ({"ConnectionBorrowTimeout": 400}, "between 0 and 300"),
                ({"MaxConnectionsPercent": 0}, "between 1 and 100"),
                ({"SessionPinningFilters": ["EXCLUDE_ALL"]}, "session pinning filters"),
            )
        ),
        (
            "AWS::RDS::DBSubnetGroup",
            {
                "DBSubnetGroupName": "default",
                "DBSubnetGroupDescription": "d",
                "SubnetIds": ["subnet-12345678"],
            },
            "must not be default",
        ),
        (
            "AWS::RDS::DBParameterGroup",
            {"Family": "mysql9.9", "Description": "d"},
            "mysql9.9 is not a valid parameter group family",
        ),
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/29"}, "is invalid"),
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/15"}, "is invalid"),
        ("AWS::EC2::Subnet", {"VpcId": "vpc-12345678", "CidrBlock": "10.0.0.0/29"}, "is invalid"),
        *(
            ("AWS::EC2::SecurityGroupIngress", {**RULE, "CidrIp": "10.0.0.0/8", **rule}, why)
            for rule, why in (
                ({"FromPort": 3}, r"Invalid TCP/UDP port range \(3:2\)"),
                ({"ToPort": 70000}, r"port \(70000\) out of range"),
                ({"IpProtocol": "sctp!"}, "Unknown protocol"),
                ({"SourceSecurityGroupId": "sg-87654321"}, "Exactly one of"),
            )
        ),
        (
            "AWS::EC2::SecurityGroup",
            {
                "GroupDescription": "d",
                "VpcId": "vpc-12345678",
                "SecurityGroupEgress": [
                    {"IpProtocol": "tcp", "FromPort": 9, "ToPort": 1, "CidrIp": "10.0.0.0/8"}
                ],
            },
            r"Invalid TCP/UDP port range \(9:1\)",
        ),
        ("AWS::SecretsManager::Secret", {"Name": "a b"}, "Invalid name"),
        (
            "AWS::SecretsManager::Secret",
            {"GenerateSecretString": {"PasswordLength": 4097}},
            "less than or equal to 4096",
        ),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": MANAGED},
            "PoliciesPerRole",
        ),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": {**TRUST, "Statement": TRUST["Statement"] * 40}},
            "ACLSizePerRole",
        ),
        ("AWS::IAM::ManagedPolicy", {"PolicyDocument": long_policy(7000)}, "PolicySize"),
        ("AWS::CloudWatch::Alarm", {"Period": 45, "MetricName": "m"}, "Period|required"),
    ],
)
def test_what_a_service_refuses_fails(harness, type_name, properties, reason):
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


class TestApis:
    @pytest.mark.parametrize("name", ["v1.0", "a/b", "a" * 129, "$latest"])
    @pytest.mark.parametrize("kind", ["AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"])
    def test_stages_have_plain_names(self, harness, kind, name):
        api = {"RestApiId": "r"} if kind == "AWS::ApiGateway::Stage" else {"ApiId": "a"}
        with pytest.raises(Failure, match=r"Stage name only allows|pattern|maxLength"):
            harness.create(kind, StageName=name, **api)

    @pytest.mark.parametrize("path", ["orders", "/{proxy+}/x", "/{id}/{id}", "/a b"])
    @pytest.mark.parametrize("kind", ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"])
    def test_paths_have_a_slash_and_variables_in_their_places(self, harness, kind, path):
        with pytest.raises(Failure, match="Invalid path"):
            harness.create(kind, **integration(path))

    @pytest.mark.parametrize("milliseconds", [49, 29001, 40000])
    def test_integrations_of_rest_apis_answer_in_29_seconds(self, harness, milliseconds):
        with pytest.raises(Failure, match="between 50 ms and 29000 ms"):
            harness.create(
                "AWS::ApiGateway::RestApi", **integration("/", timeoutInMillis=milliseconds)
            )

    def test_integrations_of_http_apis_answer_in_30_seconds(self, harness):
        with pytest.raises(Failure, match="'timeoutInMillis' failed to satisfy constraint"):
            harness.create(
                "AWS::ApiGatewayV2::Api",
                **integration("/", timeoutInMillis=40000, payloadFormatVersion="2.0"),
            )

    @pytest.mark.parametrize("key", ["orders", "GET orders", "FETCH /orders", "GET /{a+}/b"])
    def test_routes_have_a_method_and_a_path(self, harness, key):
        with pytest.raises(Failure, match=r"route key|Invalid path"):
            harness.create("AWS::ApiGatewayV2::Route", ApiId="a", RouteKey=key)

    def test_keys_have_at_most_128_characters(self, harness):
        with pytest.raises(Failure, match="at most 128"):
            harness.create("AWS::ApiGateway::ApiKey", Value="k" * 129)


class TestDistributions:
    CACHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

    def create(self, harness, *, origin=None, behavior=None, **config):
        custom = {"OriginProtocolPolicy": "https-only"}
        place = {"Id": "a", "DomainName": "api.example.org", "CustomOriginConfig": custom}
        default = {
            "TargetOriginId": "a",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": self.CACHING,
        }
        given = {
            "Enabled": True,
            "Origins": [{**place, **(origin or {})}],
            "DefaultCacheBehavior": behavior or default,
            **config,
        }
        return harness.create("AWS::CloudFront::Distribution", DistributionConfig=given)

    @pytest.mark.parametrize(
        ("origin", "reason"),
        [
            ({"DomainName": "https://api.example.org"}, "must be a domain name"),
            ({"DomainName": "203.0.113.1"}, "cannot be an IP address"),
            ({"OriginPath": "v1"}, "must begin with a slash"),
            ({"OriginPath": "/v1/"}, "must not end with one"),
            ({"ConnectionAttempts": 4}, "between 1 and 3"),
            ({"ConnectionTimeout": 11}, "between 1 and 10"),
            *(
                ({"CustomOriginConfig": {"OriginProtocolPolicy": "https-only", **custom}}, why)
                for custom, why in (
                    ({"OriginReadTimeout": 500}, "between 1 and 120"),
                    ({"OriginKeepaliveTimeout": 0}, "between 1 and 120"),
                    ({"HTTPSPort": 1000}, "80, 443, or 1024"),
                    ({"OriginSSLProtocols": ["TLSv1.3"]}, "enum value set|is not one of"),
                )
            ),
            *(
                ({"OriginCustomHeaders": [{"HeaderName": name, "HeaderValue": "v"}]}, "not allowed")
                for name in ("Host", "via", "X-Amz-Foo", "X-Edge-Foo", "Cookie")
            ),
            (
                {
                    "OriginCustomHeaders": [
                        {"HeaderName": f"x-{number}", "HeaderValue": "v"} for number in range(31)
                    ]
                },
                "at most 30",
            ),
        ],
    )
    def test_origins_that_cloudfront_refuses_fail(self, harness, origin, reason):
        with pytest.raises(Failure, match=reason):
            self.create(harness, origin=origin)

    def test_an_origin_has_a_kind(self, harness):
        nothing = [{"Id": "a", "DomainName": "api.example.org"}]
        with pytest.raises(Failure, match="exactly one of CustomOriginConfig"):
            self.create(harness, Origins=nothing)

    @pytest.mark.parametrize(
        ("times", "reason"),
        [
            ({"MinTTL": 100, "MaxTTL": 50}, "InvalidTTLOrder"),
            ({"MinTTL": 100, "DefaultTTL": 50}, "InvalidTTLOrder"),
            ({"MinTTL": -1}, "InvalidTTLOrder"),
            ({"AllowedMethods": ["GET", "HEAD", "PUT"]}, "AllowedMethods"),
            ({"CachedMethods": ["GET", "HEAD", "OPTIONS"]}, "CachedMethods"),
            (
                {"OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac"},
                "needs a cache policy",
            ),
        ],
    )
    def test_behaviors_that_contradict_themselves_fail(self, harness, times, reason):
        behavior = {
            "TargetOriginId": "a",
            "ViewerProtocolPolicy": "https-only",
            "ForwardedValues": {"QueryString": True},
            **times,
        }
        with pytest.raises(Failure, match=reason):
            self.create(harness, behavior=behavior)

    @pytest.mark.parametrize(
        ("config", "reason"),
        [
            ({"Comment": "c" * 129}, "128 characters"),
            ({"DefaultRootObject": "/index.html"}, "must not begin with a slash"),
            ({"CustomErrorResponses": [{"ErrorCode": 404}] * 2}, "404|non-unique|unique"),
            (
                {"CustomErrorResponses": [{"ErrorCode": 404, "ResponsePagePath": "/404.html"}]},
                "ResponseCode",
            ),
            (
                {"Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist"}}},
                "needs locations",
            ),
            ({"Aliases": ["a b"]}, "invalid name"),
        ],
    )
    def test_settings_that_cloudfront_refuses_fail(self, harness, config, reason):
        with pytest.raises(Failure, match=reason):
            self.create(harness, **config)

    def test_a_certificate_is_there_and_covers_the_alternate_names(self, server, harness):
        from type_harness import TypeHarness

        home = TypeHarness(server.clients, harness.account, "us-east-1")
        answer = home.call("acm", "request_certificate", DomainName="*.example.org")
        own = {"SslSupportMethod": "sni-only", "AcmCertificateArn": answer["CertificateArn"]}

        self.create(harness, Aliases=["www.example.org"], ViewerCertificate=own)
        with pytest.raises(Failure, match="doesn't cover the alternate domain name"):
            self.create(harness, Aliases=["www.example.net"], ViewerCertificate=own)
        missing = own | {"AcmCertificateArn": f"{answer['CertificateArn'][:-4]}0000"}
        with pytest.raises(Failure, match="certificate doesn't exist"):
            self.create(harness, Aliases=["www.example.org"], ViewerCertificate=missing)


SHOWN = {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True}
MATCH = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
VENDED = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesNone"}}


def waf_rule(**more):
    return {"Name": "r", "Priority": 0, "Statement": MATCH, "VisibilityConfig": SHOWN, **more}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"DefaultAction": {"Allow": {}, "Block": {}}}, "exactly one value"),
        ({"Rules": [waf_rule()]}, "action of the rule r"),
        ({"Rules": [waf_rule(Action={"Allow": {}}, OverrideAction={"None": {}})]}, "action of"),
        (
            {
                "Rules": [
                    waf_rule(Action={"Allow": {}}),
                    waf_rule(Action={"Allow": {}}, Priority=1),
                ]
            },
            "same Name for two rules",
        ),
        ({"Rules": [waf_rule(Statement=VENDED, OverrideAction={"None": {}})]}, "doesn't exist"),
    ],
)
def test_web_acls_that_waf_refuses_fail(harness, wrong, reason):
    given = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": SHOWN}
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::WAFv2::WebACL", **{**given, **wrong})


def test_user_data_has_at_most_16_kibibytes(harness):
    text = base64.b64encode(b"#" * 16385).decode()
    with pytest.raises(Failure, match="16384 bytes"):
        harness.create("AWS::EC2::Instance", ImageId="ami-12345678", UserData=text)


@pytest.mark.parametrize(
    ("volume", "reason"),
    [
        ({"VolumeType": "gp3", "Iops": 2000}, "minimum 3000"),
        ({"VolumeType": "gp3", "VolumeSize": 8, "Iops": 15000}, "ratio"),
        ({"VolumeType": "gp2", "VolumeSize": 16385}, "Volume size 16385"),
        ({"VolumeType": "gp4"}, "volume type gp4|is not one of"),
        ({"VolumeType": "gp3", "VolumeSize": 8, "KmsKeyId": NO_KEY}, "KMS key"),
    ],
)
def test_volumes_that_ec2_refuses_fail(harness, volume, reason):
    devices = [{"DeviceName": "/dev/xvda", "Ebs": volume}]
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::EC2::Instance", ImageId="ami-12345678", BlockDeviceMappings=devices)
