"""``edge`` and ``edge_waf``: who is admitted, and by which route."""

from __future__ import annotations

import pytest
from rendered import of_type, problems

from rdsproxy_templates import render
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import edge, edge_waf

OFFICE = "198.18.7.0/24"
EVERYBODY = {
    "IPv4": ["0.0.0.0/0"],
    "IPv6": ["::/0"],
    "IPv4 in halves": ["0.0.0.0/1", "128.0.0.0/1"],
    "among others": [OFFICE, "::/0"],
}
DOMAIN = {
    "domain_name": "users.example.org",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/abc-123",
}
every_engine = pytest.mark.parametrize("engine", ["mysql", "postgres"])


def warnings(variant, **settings):
    return list(variant.Config.parse(settings, "my.yaml").warnings())


def bundle_of(variant, **settings):
    return render(variant, variant.Config.parse(settings, "my.yaml"))


def resources(variant, **settings):
    return bundle_of(variant, **settings).flat()[0].resources


def waf(*cidrs, **more):
    return {"waf": {"allowed_cidrs": list(cidrs), **more}}


def clients(*cidrs, **more):
    return {"rds": {"allowed_cidrs": list(cidrs), **more}}


@pytest.mark.parametrize(
    ("variant", "letting_in", "place"),
    [
        pytest.param(edge_waf, waf, "waf.allowed_cidrs", id="edge_waf"),
        pytest.param(edge, clients, "rds.allowed_cidrs", id="edge"),
    ],
)
class TestAllowing:
    def test_an_empty_list_is_refused(self, variant, letting_in, place):
        assert problems(variant, **letting_in()) == [
            f"[my.yaml: {place}] must name at least one range: an empty list lets no one in"
        ]

    @pytest.mark.parametrize(
        ("cidr", "sentence"),
        [
            ("office", "must be a range such as 203.0.113.0/24, got 'office'"),
            ("198.18.7.0/33", "must be a range such as 203.0.113.0/24, got '198.18.7.0/33'"),
            ("198.18.7.0/", "must be a range such as 203.0.113.0/24, got '198.18.7.0/'"),
            ("", "must be a range such as 203.0.113.0/24, got ''"),
            (
                "198.18.7.0/255.255.255.0",
                "must be a range such as 203.0.113.0/24, got '198.18.7.0/255.255.255.0'",
            ),
            (
                "198.18.7.9",
                "must be a range; for this single address write 198.18.7.9/32, got '198.18.7.9'",
            ),
            (
                "198.18.7.9/24",
                "must be 198.18.7.0/24, or 198.18.7.9/32 for the single address, got '198.18.7.9/24'",
            ),
        ],
    )
    def test_an_invalid_range_is_refused(self, variant, letting_in, place, cidr, sentence):
        assert problems(variant, **letting_in(OFFICE, cidr)) == [f"[my.yaml: {place}.1] {sentence}"]

    def test_a_zone_of_a_link_is_refused(self, variant, letting_in, place):
        [one] = problems(variant, **letting_in("fe80::%eth0/64"))

        assert one.startswith(f"[my.yaml: {place}.0] must be a range such as")

    def test_a_range_must_be_named_only_once(self, variant, letting_in, place):
        assert problems(variant, **letting_in(OFFICE, OFFICE)) == [
            f"[my.yaml: {place}] must name each range once, got {OFFICE} 2 times"
        ]

    @pytest.mark.parametrize("cidrs", [["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"]])
    def test_everybody_is_refused_unless_it_is_acknowledged(
        self, variant, letting_in, place, cidrs
    ):
        assert problems(variant, **letting_in(*cidrs)) == [
            f"[my.yaml: {place}] must not let in every address; name the ranges that need "
            "access, or confirm with `open_to_everyone: true`"
        ]
        acknowledged = letting_in(*cidrs, open_to_everyone=True)
        places = [one.place for one in warnings(variant, **acknowledged)]
        assert place.replace("allowed_cidrs", "open_to_everyone") in places
        assert validate(bundle_of(variant, **acknowledged), lint=False) == []

    def test_documentation_s_ranges_warn_that_they_let_nobody_in(self, variant, letting_in, place):
        for settings in ({}, letting_in("203.0.113.8/29", "192.0.2.7/32")):
            [one] = warnings(variant, **settings)

            assert one.place == place
            assert "for documentation" in one.sentence
            assert "and so lets nobody in" in one.sentence


class TestEdgeWaf:
    @pytest.mark.parametrize("regions", [["eu-west-1"], ["us-east-1", "eu-west-1"], []])
    def test_is_only_in_us_east_1(self, regions):
        [one] = problems(edge_waf, regions=regions)

        assert one.startswith(
            "[my.yaml: regions] must be us-east-1 alone, where CloudFront looks for its web ACLs, "
            "whatever region `edge` is in; got "
        )

    @pytest.mark.parametrize("cidrs", EVERYBODY.values(), ids=EVERYBODY)
    def test_everybody_of_either_version_is_refused(self, cidrs):
        [one] = problems(edge_waf, **waf(*cidrs))

        assert "must not let in every address" in one

    def test_a_range_of_ones_own_needs_no_warning(self):
        assert warnings(edge_waf, **waf(OFFICE)) == []

    def test_blocks_whoever_is_in_no_set(self):
        found = resources(edge_waf, **waf(OFFICE, "2001:4860::/32", "198.18.8.1/32"))

        [acl] = of_type(found, "WAFv2::WebACL")
        assert acl["Scope"] == "CLOUDFRONT"
        assert acl["DefaultAction"] == {"Block": {}}
        assert [(rule["Action"], rule["Statement"]) for rule in acl["Rules"]] == [
            (
                {"Allow": {}},
                {"IPSetReferenceStatement": {"Arn": {"Fn::GetAtt": [f"WebACLStack{name}", "Arn"]}}},
            )
            for name in ("AllowedIPV4", "AllowedIPV6")
        ]
        sets = of_type(found, "WAFv2::IPSet")
        assert [(one["IPAddressVersion"], one["Addresses"]) for one in sets] == [
            ("IPV4", [OFFICE, "198.18.8.1/32"]),
            ("IPV6", ["2001:4860::/32"]),
        ]

    @pytest.mark.parametrize(("cidr", "version"), [(OFFICE, "IPV4"), ("2001:4860::/32", "IPV6")])
    def test_a_version_without_a_range_has_neither_set_nor_rule(self, cidr, version):
        found = resources(edge_waf, **waf(cidr))

        [ip_set] = of_type(found, "WAFv2::IPSet")
        assert ip_set["IPAddressVersion"] == version
        [acl] = of_type(found, "WAFv2::WebACL")
        assert [rule["Name"] for rule in acl["Rules"]] == [f"Allowed{version}"]

    def test_everybody_is_named_in_halves_because_waf_accepts_no_0(self):
        found = resources(edge_waf, **waf("0.0.0.0/0", "::/0", open_to_everyone=True))

        assert [one["Addresses"] for one in of_type(found, "WAFv2::IPSet")] == [
            ["0.0.0.0/1", "128.0.0.0/1"],
            ["::/1", "8000::/1"],
        ]

    def test_the_log_has_a_name_that_waf_accepts_and_no_credentials(self):
        found = resources(edge_waf)

        [group] = of_type(found, "Logs::LogGroup")
        assert group["LogGroupName"] == {"Fn::Sub": "aws-waf-logs-${AWS::StackName}"}
        [logging] = of_type(found, "WAFv2::LoggingConfiguration")
        redacted = [field["SingleHeader"]["Name"] for field in logging["RedactedFields"]]
        assert redacted == ["authorization", "cookie"]


class TestRefusing:
    def test_ipv6_for_an_instance_that_has_none(self):
        assert problems(edge, **clients("2001:4860::/32")) == [
            "[my.yaml: rds.allowed_cidrs.0] must be IPv4, the only way it can be reached, "
            "got '2001:4860::/32'"
        ]

    @pytest.mark.parametrize("size", ["db.t2.micro", "db.t2.small", "db.m1.small", "db.t1.micro"])
    def test_a_class_that_is_too_old(self, size):
        [one] = problems(edge, rds={"instance_class": size})

        assert "must be of a newer generation, such as db.t4g.micro" in one

    def test_an_engine_of_aurora(self):
        [one] = problems(edge, rds={"engine": "aurora-mysql"})

        assert one.startswith("[my.yaml: rds.engine] must be one of mysql, postgres")

    def test_a_function_that_would_be_the_master(self):
        assert problems(edge, function_user="admin") == [
            "[my.yaml: function_user] is the master user's, 'admin'"
        ]

    def test_a_user_that_the_engine_refuses(self):
        [one] = problems(edge, function_user="my-app")

        assert one.startswith("[my.yaml: function_user] must be 1 to 32 letters, digits or under")

    def test_a_key_that_api_gateway_refuses(self):
        assert problems(edge, api_key={"length": 19}) == [
            "[my.yaml: api_key.length] must be at least 20, got 19"
        ]


class TestWarning:
    def test_going_without_a_record_of_logins_or_connections_warns(self):
        without = {"rds": {"audit_log": False}, "vpc": {"flow_log": False}}
        found = {one.place: one.sentence for one in warnings(edge, **without)}

        assert found["rds.audit_log"].startswith(
            "is off: logins, and attempts at them, leave no trace"
        )
        assert found["vpc.flow_log"].startswith("is off: connections leave no trace")

    def test_the_warning_about_an_open_port_explains_it_and_names_alternatives(self):
        [one] = warnings(edge, **clients(OFFICE))

        assert one.place == "rds.allowed_cidrs"
        assert "opens port 3306 of a public database" in one.sentence
        assert "everybody who runs anything there" in one.sentence
        assert "Variant `base`" in one.sentence
        assert "Data API" in one.sentence

    def test_more_ranges_than_a_group_holds_warn(self):
        ranges = [f"198.18.{number}.0/24" for number in range(61)]

        _, one = warnings(edge, **clients(*ranges))
        assert one.sentence.startswith("names 61 ranges, and a security group takes 60")


class TestDatabase:
    @every_engine
    def test_accepts_tls_and_tokens_from_the_internet(self, engine):
        found = resources(edge, rds={"engine": engine}, database={"master_username": "boss"})

        [instance] = of_type(found, "RDS::DBInstance")
        assert instance["PubliclyAccessible"] is True
        assert instance["EnableIAMDatabaseAuthentication"] is True
        assert instance["StorageEncrypted"] is True
        assert instance["DBParameterGroupName"] == {"Ref": "RDSStackDBParameterGroup"}
        [parameters] = of_type(found, "RDS::DBParameterGroup")
        family, expected = {
            "mysql": ("mysql8.4", {"require_secure_transport": "1"}),
            "postgres": (
                "postgres17",
                {"rds.force_ssl": "1", "log_connections": "1", "log_disconnections": "1"},
            ),
        }[engine]
        assert parameters["Family"] == family
        assert expected.items() <= parameters["Parameters"].items()

    @pytest.mark.parametrize("version", ["8.4.11", "8.0.46"])
    def test_mysql_records_logins_by_an_option_of_its_version_and_exports_them(self, version):
        found = resources(edge, rds={"engine_version": version, "extended_support": True})

        [instance] = of_type(found, "RDS::DBInstance")
        assert instance["OptionGroupName"] == {"Ref": "RDSStackDBOptionGroup"}
        assert "audit" in instance["EnableCloudwatchLogsExports"]
        [group] = of_type(found, "RDS::OptionGroup")
        assert (group["EngineName"], group["MajorEngineVersion"]) == ("mysql", version[:3])
        [option] = group["OptionConfigurations"]
        assert option["OptionName"] == "MARIADB_AUDIT_PLUGIN"
        assert option["OptionSettings"] == [{"Name": "SERVER_AUDIT_EVENTS", "Value": "CONNECT"}]

    def test_the_option_group_outlives_the_stack_because_the_last_snapshot_names_it(self):
        group = resources(edge)["RDSStackDBOptionGroup"]

        assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Retain", "Retain")

    def test_postgresql_records_logins_by_parameters_in_a_log_that_is_exported(self):
        found = resources(edge, rds={"engine": "postgres"}, database={"master_username": "boss"})

        [instance] = of_type(found, "RDS::DBInstance")
        assert instance["EnableCloudwatchLogsExports"] == ["postgresql"]
        assert of_type(found, "RDS::OptionGroup") == []

    @every_engine
    def test_records_can_be_turned_off(self, engine):
        found = resources(
            edge,
            rds={"engine": engine, "audit_log": False},
            database={"master_username": "boss"},
            vpc={"flow_log": False},
        )

        [parameters] = of_type(found, "RDS::DBParameterGroup")
        assert not any("connections" in name for name in parameters["Parameters"])
        assert of_type(found, "RDS::OptionGroup") == of_type(found, "EC2::FlowLog") == []
        assert "VPCStackFlowLogRole" not in found

    def test_connections_to_its_vpc_are_recorded(self):
        found = resources(edge, vpc={"log_retention_in_days": 90})

        [log] = of_type(found, "EC2::FlowLog")
        assert (log["ResourceType"], log["ResourceId"]) == ("VPC", {"Ref": "VPCStackVPC"})
        assert log["TrafficType"] == "ALL"
        assert log["LogGroupName"] == {"Ref": "VPCStackFlowLogGroup"}
        assert found["VPCStackFlowLogGroup"]["Properties"]["RetentionInDays"] == 90

    def test_only_flow_logs_of_this_account_write_to_one_log_group(self):
        role = resources(edge)["VPCStackFlowLogRole"]["Properties"]

        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": ["vpc-flow-logs.amazonaws.com"]}
        assert set(trust["Condition"]) == {"StringEquals", "ArnLike"}
        [policy] = role["Policies"]
        [may] = policy["PolicyDocument"]["Statement"]
        assert may["Resource"] == [{"Fn::GetAtt": ["VPCStackFlowLogGroup", "Arn"]}]

    @every_engine
    def test_lets_in_the_allowed_ranges_on_one_port(self, engine):
        settings = {"engine": engine, "allowed_cidrs": [OFFICE, "198.18.8.1/32"]}
        found = resources(edge, rds=settings, database={"master_username": "boss"})

        group = found["RDSStackDBSecurityGroup"]["Properties"]
        port = {"mysql": 3306, "postgres": 5432}[engine]
        rules = group["SecurityGroupIngress"]
        assert [rule["CidrIp"] for rule in rules] == [OFFICE, "198.18.8.1/32"]
        assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} == {(port, port)}
        assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["127.0.0.1/32"]

    def test_has_a_route_to_the_internet_in_two_zones(self):
        found = resources(edge)

        [group] = of_type(found, "RDS::DBSubnetGroup")
        assert group["SubnetIds"] == [{"Ref": f"VPCStackPublicSubnet{n}"} for n in (1, 2)]
        routed = of_type(found, "EC2::SubnetRouteTableAssociation")
        assert {one["RouteTableId"]["Ref"] for one in routed} == {"VPCStackPublicRouteTable"}
        assert {one["SubnetId"]["Ref"] for one in routed} == {
            "VPCStackPublicSubnet1",
            "VPCStackPublicSubnet2",
        }

    @every_engine
    def test_every_choice_is_valid(self, engine):
        settings = {
            "rds": {"engine": engine, "allowed_cidrs": [OFFICE], "rotate_secrets_after_days": 30},
            "sam": {"access_log": True, "quota_limit": None},
            "database": {"master_username": "boss"},
        }

        assert validate(bundle_of(edge, **settings), lint=False) == []

    def test_being_open_to_everyone_is_recorded_in_the_groups_metadata(self):
        group = resources(edge, **clients("0.0.0.0/0", open_to_everyone=True))[
            "RDSStackDBSecurityGroup"
        ]

        accepted = group["Metadata"]["rdsproxy_templates"]["Accepted"]
        assert list(accepted) == ["network/open-to-the-world"]
        assert "Metadata" not in resources(edge)["RDSStackDBSecurityGroup"]


class TestFunction:
    def test_is_in_no_vpc_and_may_log_in_only_as_its_user(self):
        function = resources(edge)["SAMStackUserNamesFunction"]["Properties"]

        assert "VpcConfig" not in function
        [policy] = function["Policies"]
        [statement] = policy["Statement"]
        assert statement["Action"] == ["rds-db:connect"]
        [resource] = statement["Resource"]
        assert resource["Fn::Sub"].endswith(
            ":dbuser:${RDSStackDBInstance.DbiResourceId}/${UsersStackAppUser.UserName}"
        )

    def test_trusts_the_authorities_of_rds(self):
        function = resources(edge)["SAMStackUserNamesFunction"]["Properties"]

        variables = function["Environment"]["Variables"]
        assert variables["RDS_CA_FILE"] == "/opt/python/rds_roots.pem"
        host = {"Fn::GetAtt": ["RDSStackDBInstance", "Endpoint.Address"]}
        assert variables["RDS_HOST"] == host
        assert "RDS_PROXY_ENDPOINT" not in variables

    def test_its_user_logs_in_by_iam_and_lists_users(self):
        user = resources(edge, function_user="lister")["UsersStackListerUser"]["Properties"]

        assert (user["UserName"], user["Login"]) == ("lister", "iam")
        assert user["ListsUsers"] is True
        assert user["Grants"] == [{"Privileges": ["SELECT"], "On": "edge.*"}]


KEY = {"Fn::Sub": "{{resolve:secretsmanager:${APIKeyStackAPIKeySecret}:SecretString:key}}"}
ORIGIN = {"Fn::Sub": "{{resolve:secretsmanager:${APIKeyStackOriginSecret}:SecretString:key}}"}


class TestSecondLock:
    def test_the_stages_web_acl_requires_a_header_that_only_cloudfront_sends(self):
        found = resources(edge)

        [acl] = of_type(found, "WAFv2::WebACL")
        assert (acl["Scope"], acl["DefaultAction"]) == ("REGIONAL", {"Block": {}})
        [rule] = acl["Rules"]
        assert rule["Action"] == {"Allow": {}}
        match = rule["Statement"]["ByteMatchStatement"]
        assert match["FieldToMatch"] == {"SingleHeader": {"Name": "x-origin-verify"}}
        assert (match["PositionalConstraint"], match["SearchString"]) == ("EXACTLY", ORIGIN)
        assert match["TextTransformations"] == [{"Priority": 0, "Type": "NONE"}]

    def test_it_is_on_the_stage(self):
        [guarded] = of_type(resources(edge), "WAFv2::WebACLAssociation")

        assert guarded["WebACLArn"] == {"Fn::GetAtt": ["SAMStackOriginWebACL", "Arn"]}
        assert guarded["ResourceArn"]["Fn::Sub"].endswith(
            ":/restapis/${SAMStackRestApi}/stages/${SAMStackRestApi.Stage}"
        )

    def test_no_sample_and_no_log_shows_the_header_value(self):
        found = resources(edge)

        [acl] = of_type(found, "WAFv2::WebACL")
        for one in (acl, *acl["Rules"]):
            assert one["VisibilityConfig"]["SampledRequestsEnabled"] is False
        [logging] = of_type(found, "WAFv2::LoggingConfiguration")
        redacted = {field["SingleHeader"]["Name"] for field in logging["RedactedFields"]}
        assert redacted == {"authorization", "cookie", "x-api-key", "x-origin-verify"}


class TestKey:
    def test_is_sent_by_cloudfront_and_required_by_the_api(self):
        found = resources(edge)

        [distribution] = of_type(found, "CloudFront::Distribution")
        [origin] = distribution["DistributionConfig"]["Origins"]
        assert origin["OriginCustomHeaders"] == [
            {"HeaderName": "x-api-key", "HeaderValue": KEY},
            {"HeaderName": "x-origin-verify", "HeaderValue": ORIGIN},
        ]
        [key] = of_type(found, "ApiGateway::ApiKey")
        assert key["Value"] == KEY
        assert found["SAMStackRestApi"]["Properties"]["Auth"] == {"ApiKeyRequired": True}

    def test_is_letters_and_digits(self):
        secret = resources(edge, api_key={"length": 99})["APIKeyStackAPIKeySecret"]["Properties"]

        generated = secret["GenerateSecretString"]
        assert (generated["PasswordLength"], generated["ExcludePunctuation"]) == (99, True)

    def test_crosses_no_border(self):
        root = bundle_of(edge).root

        for _, template in root.walk():
            assert "resolve:" not in str((template.parameters, template.outputs))
            assert "resolve:" not in str([one.arguments for one in template.children.values()])

    def test_is_good_for_the_stage_and_for_so_many_requests(self):
        sam = {"throttling_rate_limit": 7, "throttling_burst_limit": 3, "quota_limit": 99}
        [plan] = of_type(resources(edge, sam=sam), "ApiGateway::UsagePlan")

        assert plan["ApiStages"] == [
            {"ApiId": {"Ref": "SAMStackRestApi"}, "Stage": {"Fn::Sub": "${SAMStackRestApi.Stage}"}}
        ]
        assert plan["Throttle"] == {"BurstLimit": 3, "RateLimit": 7}
        assert plan["Quota"] == {"Limit": 99, "Period": "MONTH"}

    def test_is_in_no_access_log(self):
        api = resources(edge, sam={"access_log": True})["SAMStackRestApi"]["Properties"]

        log = api["AccessLogSetting"]["Format"]
        assert "$context.identity.apiKeyId" in log
        assert '$context.identity.apiKey"' not in log


class TestDistribution:
    def test_goes_to_the_api_s_stage_by_tls_and_keeps_nothing(self):
        [distribution] = of_type(resources(edge), "CloudFront::Distribution")

        config = distribution["DistributionConfig"]
        [origin] = config["Origins"]
        host = "${SAMStackRestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
        assert (origin["DomainName"], origin["OriginPath"]) == ({"Fn::Sub": host}, "/v1")
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
        behavior = config["DefaultCacheBehavior"]
        assert behavior["ViewerProtocolPolicy"] == "https-only"
        assert len(behavior["AllowedMethods"]) == 7
        assert config["WebACLId"] == {"Ref": "WebACLArn"}

    def test_a_domain_of_ones_own_comes_with_its_certificate_and_newer_tls(self):
        made = bundle_of(edge, distribution=DOMAIN)
        [distribution] = of_type(made.flat()[0].resources, "CloudFront::Distribution")

        config = distribution["DistributionConfig"]
        assert config["Aliases"] == ["users.example.org"]
        assert config["ViewerCertificate"] == {
            "AcmCertificateArn": DOMAIN["certificate_arn"],
            "SslSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        }
        outputs = made.flat()[0].outputs
        assert outputs["SiteUrl"]["Value"] == "https://users.example.org/"
        assert outputs["CallByCurl"]["Value"] == "curl --include https://users.example.org/users"
        assert "DistributionHost" in outputs
        assert "DistributionHost" not in bundle_of(edge).root.outputs

    @pytest.mark.parametrize(
        ("given", "place"),
        [
            ({"domain_name": "users.example.org"}, "distribution.certificate_arn"),
            ({"certificate_arn": DOMAIN["certificate_arn"]}, "distribution.domain_name"),
            (DOMAIN | {"domain_name": "https://users.example.org"}, "distribution.domain_name"),
            (
                DOMAIN | {"certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/a"},
                "distribution.certificate_arn",
            ),
        ],
    )
    def test_a_domain_without_its_certificate_is_refused(self, given, place):
        [problem] = problems(edge, distribution=given)

        assert problem.startswith(f"[my.yaml: {place}] ")

    def test_caches_no_error_either(self):
        [distribution] = of_type(resources(edge), "CloudFront::Distribution")

        responses = distribution["DistributionConfig"]["CustomErrorResponses"]
        assert {one["ErrorCode"] for one in responses} >= {404, 500, 502, 503, 504}
        assert all(one["ErrorCachingMinTTL"] == 0 for one in responses)
        assert all(one.keys() == {"ErrorCode", "ErrorCachingMinTTL"} for one in responses)

    def test_requires_the_arn_of_a_web_acl_in_us_east_1(self):
        parameter = bundle_of(edge).root.parameters["WebACLArn"]

        assert "Default" not in parameter
        assert ":us-east-1:" in parameter["AllowedPattern"]
        assert ":global/webacl/" in parameter["AllowedPattern"]


def test_the_commands_lead_to_cloudfront_and_around_it():
    outputs = bundle_of(edge).flat()[0].outputs

    assert "APIUrl" not in outputs
    assert outputs["CallByCurl"]["Value"] == {
        "Fn::Sub": "curl --include https://${DistributionStackDistribution.DomainName}/users"
    }
    assert outputs["CallAroundByCurl"]["Value"]["Fn::Sub"].endswith("/v1/users")


def test_the_parameter_group_family_follows_the_version():
    old = {"engine_version": "8.0.46", "extended_support": True}

    made = bundle_of(edge, rds=old).flat()[0].resources
    [parameters] = of_type(made, "RDS::DBParameterGroup")
    assert parameters["Family"] == "mysql8.0"
