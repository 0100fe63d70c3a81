"""`edge` deployed by the plan's own command across two regions, read back and called."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from deployed_edge import ALLOWED, CONFIG, FUNCTIONS, HOME, IPV6, OTHER, OWN_STACK, REGION, Edge
from deployed_users import LOGIN
from planning import Planner

from rdsproxy_local.servers.loopback import has_ipv6
from rdsproxy_local.viewer import Viewer
from rdsproxy_templates.deploy.attached_rules import without_attached
from rdsproxy_templates.deploy.drift import detected_drift
from rdsproxy_templates.deploy.root_stack import RootStack

pytestmark = pytest.mark.xdist_group("deployed-edge")

ACCOUNT = "555555555501"
ELSEWHERE = "eu-central-1"
"""The Region of the profile, which the command does not use."""
COMMAND = (
    *("deploy", "edge", "--app-profile", "app", "--region", REGION),
    *("--config", CONFIG, "--yes"),
)
DATABASE = {"rds": {"allowed_cidrs": [FUNCTIONS]}}
RANGES = (f"{ALLOWED}/32", "192.0.2.0/24", f"{IPV6}/128")
UNAVAILABLE = (503, "database_unavailable")
ACCESS_DENIED, NO_CONNECTION = "1045", "2003"
QUICK = {"Timeout": 12}
"""Seconds in which the function does not try again for long."""
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
EVERY_METHOD = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}


@pytest.fixture(scope="module")
def edge(cloud, sam_cli, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edge")
    account = cloud.account(ACCOUNT, region=ELSEWHERE)
    planner = Planner(folder, {"app": account}, Path(sam_cli).parent)
    planner.write_profiles()
    edge = Edge(planner)
    edge.configure(*RANGES, **DATABASE)
    return edge


@pytest.fixture(scope="module", autouse=True)
def said(edge):
    said = edge.planner.run(*COMMAND)
    assert said.status == 0, said.errors
    return said


def test_only_the_commands_region_counts_except_for_the_web_acl(edge):
    assert edge.stacks() == {
        HOME: {"rdsproxy-edge-waf", OWN_STACK},
        REGION: {"rdsproxy-edge", OWN_STACK},
    }


class TestWebACL:
    def test_it_blocks_whoever_is_in_neither_set(self, edge):
        acl = edge.waf.shown("WebACLStack", "WebACL")
        sets = [edge.waf.shown("WebACLStack", name) for name in ("AllowedIPV4", "AllowedIPV6")]

        assert acl["DefaultAction"] == {"Block": {}}
        assert acl["ARN"].startswith(f"arn:aws:wafv2:{HOME}:{ACCOUNT}:global/webacl/")
        assert [(one["Statement"], one["Action"]) for one in acl["Rules"]] == [
            ({"IPSetReferenceStatement": {"ARN": one["ARN"]}}, {"Allow": {}}) for one in sets
        ]
        assert [one["IPAddressVersion"] for one in sets] == ["IPV4", "IPV6"]
        assert [one["Addresses"] for one in sets] == [[*RANGES[:2]], [RANGES[2]]]

    def test_its_rules_are_counted_and_its_requests_logged(self, edge):
        acl = edge.waf.shown("WebACLStack", "WebACL")
        logging = edge.waf.shown("WebACLStack", "WebACLLogging")
        group = edge.waf.shown("WebACLStack", "WebACLLogGroup")

        for one in (acl, *acl["Rules"]):
            visible = one["VisibilityConfig"]
            assert visible["CloudWatchMetricsEnabled"]
            assert visible["SampledRequestsEnabled"]
        assert logging["LogDestinationConfigs"] == [group["arn"].removesuffix(":*")]
        redacted = [one["SingleHeader"]["Name"] for one in logging["RedactedFields"]]
        assert redacted == ["authorization", "cookie"]
        assert group["retentionInDays"] == 30


class TestDistribution:
    @pytest.fixture
    def config(self, edge):
        return edge.site.shown("DistributionStack", "Distribution")["DistributionConfig"]

    def test_it_shows_the_key_to_the_stage_of_the_api(self, edge, config):
        api = edge.site.physical("SAMStack", "RestApi")
        [origin] = config["Origins"]["Items"]

        assert origin["DomainName"] == f"{api}.execute-api.{REGION}.amazonaws.com"
        assert origin["OriginPath"] == "/v1"
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
        assert origin["CustomOriginConfig"]["OriginSslProtocols"]["Items"] == ["TLSv1.2"]
        assert origin["CustomHeaders"]["Items"] == [
            {"HeaderName": "x-api-key", "HeaderValue": edge.key()},
            {"HeaderName": "x-origin-verify", "HeaderValue": edge.origin_value()},
        ]

    def test_it_passes_everything_on_and_keeps_nothing(self, edge, config):
        behavior = config["DefaultCacheBehavior"]

        assert set(behavior["AllowedMethods"]["Items"]) == EVERY_METHOD
        assert behavior["ViewerProtocolPolicy"] == "https-only"
        assert behavior["CachePolicyId"] == CACHING_DISABLED
        assert behavior["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST
        errors = config["CustomErrorResponses"]["Items"]
        assert {one["ErrorCachingMinTTL"] for one in errors} == {0}
        assert config["WebACLId"] == edge.waf.outputs["WebACLArn"]


class TestRestApi:
    def test_every_method_of_its_only_stage_requires_the_key(self, edge):
        api = edge.site.account.client("apigateway")
        of = {"restApiId": edge.site.physical("SAMStack", "RestApi")}
        paths = api.get_resources(**of)["items"]
        methods = {
            (path["path"], verb): api.get_method(**of, resourceId=path["id"], httpMethod=verb)
            for path in paths
            for verb in path.get("resourceMethods", ())
        }

        assert [one["stageName"] for one in api.get_stages(**of)["item"]] == ["v1"]
        assert set(methods) == {("/", "ANY"), ("/{proxy+}", "ANY")}
        assert all(method["apiKeyRequired"] for method in methods.values())

    def test_the_key_is_the_secrets_and_good_for_so_many_requests(self, edge):
        api = edge.site.account.client("apigateway")
        plan = edge.site.shown("SAMStack", "UsagePlan")
        [key] = api.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
        kept = api.get_api_key(apiKey=key["id"], includeValue=True)

        stage = {"apiId": edge.site.physical("SAMStack", "RestApi"), "stage": "v1"}
        assert [{name: one[name] for name in stage} for one in plan["apiStages"]] == [stage]
        assert plan["throttle"] == {"burstLimit": 50, "rateLimit": 100}
        assert (plan["quota"]["limit"], plan["quota"]["period"]) == (1_000_000, "MONTH")
        assert (kept["value"], kept["enabled"]) == (edge.key(), True)


class TestOriginWebACL:
    def test_it_guards_the_stage_and_shows_the_secret_nowhere(self, edge):
        waf = edge.site.account.client("wafv2")
        api = edge.site.physical("SAMStack", "RestApi")
        stage = f"arn:aws:apigateway:{REGION}::/restapis/{api}/stages/v1"
        acl = waf.get_web_acl_for_resource(ResourceArn=stage)["WebACL"]
        logging = waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]

        assert acl["DefaultAction"] == {"Block": {}}
        for one in (acl, *acl["Rules"]):
            assert not one["VisibilityConfig"]["SampledRequestsEnabled"]
        redacted = [one["SingleHeader"]["Name"] for one in logging["RedactedFields"]]
        assert redacted == ["authorization", "cookie", "x-api-key", "x-origin-verify"]


def test_nothing_of_it_has_drifted_and_its_drift_shows_no_secret(edge):
    secrets = (edge.key(), edge.origin_value())
    for part in (edge.waf, edge.site):
        root = RootStack(SimpleNamespace(client=part.account.client), part.name)
        left, _ = without_attached(root, detected_drift(root))
        assert [*left.lines()] == []
        api = part.account.client("cloudformation")
        for stack in api.describe_stacks()["Stacks"]:
            shown = repr(api.describe_stack_resource_drifts(StackName=stack["StackId"]))
            assert [one for one in secrets if one in shown] == []


class TestFunction:
    def test_it_is_in_no_vpc_and_knows_no_secret(self, edge):
        function = edge.site.shown("SAMStack", "UserNamesFunction")
        instance = edge.site.shown("RDSStack", "DBInstance")

        assert not function.get("VpcConfig", {}).get("SubnetIds")
        assert function["Environment"]["Variables"] == {
            "RDS_HOST": instance["Endpoint"]["Address"],
            "RDS_USER": "app",
            "RDS_DATABASE_NAME": "edge",
            "RDS_CA_FILE": "/opt/python/rds_roots.pem",
        }

    def test_it_may_log_in_as_its_user_and_write_its_log_and_no_more(self, edge):
        roles = edge.site.account.client("iam")
        role = {"RoleName": edge.site.physical("SAMStack", "UserNamesFunctionRole")}
        instance = edge.site.shown("RDSStack", "DBInstance")["DbiResourceId"]
        attached = roles.list_attached_role_policies(**role)["AttachedPolicies"]
        [name] = roles.list_role_policies(**role)["PolicyNames"]
        policy = roles.get_role_policy(**role, PolicyName=name)["PolicyDocument"]

        assert [one["PolicyName"] for one in attached] == ["AWSLambdaBasicExecutionRole"]
        assert policy["Statement"] == [
            {
                "Effect": "Allow",
                "Action": ["rds-db:connect"],
                "Resource": [f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:{instance}/app"],
            }
        ]


class TestDatabase:
    def test_it_is_public_encrypted_and_accepts_tls_and_tokens(self, edge):
        instance = edge.site.shown("RDSStack", "DBInstance")
        [group] = instance["DBParameterGroups"]
        parameters = edge.site.account.client("rds").describe_db_parameters(
            DBParameterGroupName=group["DBParameterGroupName"], Source="user"
        )["Parameters"]

        for what in ("PubliclyAccessible", "IAMDatabaseAuthenticationEnabled", "StorageEncrypted"):
            assert instance[what] is True
        assert instance["Engine"] == "mysql"
        assert group["DBParameterGroupName"] == edge.site.physical("RDSStack", "DBParameterGroup")
        told = {one["ParameterName"]: one["ParameterValue"] for one in parameters}
        assert told["require_secure_transport"] == "1"
        assert told["slow_query_log"] == "1"

    def test_every_login_is_recorded_and_the_record_exported(self, edge):
        instance = edge.site.shown("RDSStack", "DBInstance")
        [member] = instance["OptionGroupMemberships"]
        [group] = edge.site.account.client("rds").describe_option_groups(
            OptionGroupName=member["OptionGroupName"]
        )["OptionGroupsList"]

        assert "audit" in instance["EnabledCloudwatchLogsExports"]
        assert group["MajorEngineVersion"] == "8.4"
        [option] = group["Options"]
        assert option["OptionName"] == "MARIADB_AUDIT_PLUGIN"
        said = {one["Name"]: one["Value"] for one in option["OptionSettings"]}
        assert said == {"SERVER_AUDIT_EVENTS": "CONNECT"}

    def test_connections_to_its_vpc_are_recorded(self, edge):
        [log] = edge.site.account.client("ec2").describe_flow_logs()["FlowLogs"]

        assert log["ResourceId"] == edge.site.physical("VPCStack", "VPC")
        assert (log["TrafficType"], log["DeliverLogsStatus"]) == ("ALL", "SUCCESS")
        assert log["LogGroupName"] == edge.site.physical("VPCStack", "FlowLogGroup")

    def test_only_the_functions_and_the_users_function_reach_its_port(self, edge):
        group = edge.site.shown("RDSStack", "DBSecurityGroup")
        users = edge.site.physical("UsersStack", "UsersFunctionSecurityGroup")

        rules = [
            (rule["FromPort"], rule["ToPort"], peer)
            for rule in group["IpPermissions"]
            for peer in (
                *(one["CidrIp"] for one in rule["IpRanges"]),
                *(one["GroupId"] for one in rule["UserIdGroupPairs"]),
            )
        ]
        assert sorted(rules) == sorted((3306, 3306, peer) for peer in (FUNCTIONS, users))
        [out] = group["IpPermissionsEgress"]
        assert [one["CidrIp"] for one in out["IpRanges"]] == ["127.0.0.1/32"]

    def test_its_subnets_have_a_route_to_the_internet(self, edge):
        subnets = edge.site.shown("RDSStack", "DBSubnetGroup")["Subnets"]
        table = edge.site.shown("VPCStack", "PublicRouteTable")
        gateway = edge.site.physical("VPCStack", "InternetGateway")

        ways = {
            (one["DestinationCidrBlock"], one["GatewayId"])
            for one in table["Routes"]
            if one["GatewayId"] != "local"
        }
        assert ways == {("0.0.0.0/0", gateway)}
        assert {one["SubnetIdentifier"] for one in subnets} == {
            one["SubnetId"] for one in table["Associations"] if "SubnetId" in one
        }
        assert len(subnets) == 2

    def test_the_user_logs_in_by_iam_over_tls_and_reads(self, edge):
        [(plugin, tls)] = edge.rows("SELECT plugin, ssl_type FROM mysql.user WHERE user = 'app'")
        [usage, *granted] = [grant for (grant,) in edge.rows("SHOW GRANTS FOR 'app'@'%'")]

        assert (LOGIN[plugin], tls) == ("iam", "ANY")
        assert usage.startswith("GRANT USAGE ON *.* TO `app`@`%` ")
        assert sorted(granted) == [
            "GRANT SELECT (`user`) ON `mysql`.`user` TO `app`@`%`",
            "GRANT SELECT ON `edge`.* TO `app`@`%`",
        ]


class TestCalled:
    def test_an_allowed_address_gets_the_users(self, edge):
        assert {"admin", "app"} <= set(edge.users())
        assert edge.lets_in(ALLOWED)
        assert not edge.lets_in(OTHER)

    @pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
    def test_so_does_an_ipv6_address(self, edge):
        assert edge.lets_in(IPV6)

    def test_around_cloudfront_the_right_key_opens_nothing(self, edge):
        key, origin_value = edge.key(), edge.origin_value()

        assert key != origin_value
        assert edge.ask_around(ALLOWED).status == 403
        assert edge.ask_around(ALLOWED, x_api_key=key).status == 403
        assert edge.ask_around(ALLOWED, x_api_key=key, x_origin_verify=key).status == 403
        assert edge.ask_around(ALLOWED, x_origin_verify=origin_value).status == 403
        both = edge.ask_around(OTHER, x_api_key=key, x_origin_verify=origin_value)
        assert both.status == 200

    def test_a_viewers_own_cloudfront_headers_do_not_count(self, edge):
        url = f"{edge.site.outputs['SiteUrl']}users"
        headers = {"x-api-key": "x" * 40, "x-origin-verify": "x" * 40}

        assert Viewer(edge.endpoint, ALLOWED).ask(url, **headers).status == 200

    def test_the_commands_in_the_outputs_prove_it(self, edge, tmp_path):
        forbidden = "HTTP/1.1 403 Forbidden"

        assert edge.curl("CallByCurl", ALLOWED, tmp_path) == "HTTP/1.1 200 OK"
        assert edge.curl("CallByCurl", OTHER, tmp_path) == forbidden
        assert edge.curl("CallAroundByCurl", ALLOWED, tmp_path) == forbidden

    def test_another_role_is_refused_by_the_database(self, edge):
        other = edge.site.shown("UsersStack", "ApplyUserFunctionRole")["Arn"]
        with edge.function_with(**QUICK, Role=other):
            assert edge.users() == UNAVAILABLE
        assert edge.failures()[-1] == ACCESS_DENIED
        assert "app" in edge.users()

    def test_with_other_roots_it_answers_only_that_the_database_is_unavailable(self, edge):
        variables = edge.site.shown("SAMStack", "UserNamesFunction")["Environment"]["Variables"]
        amazons = variables | {"RDS_CA_FILE": "/opt/python/amazon_roots.pem"}
        with edge.function_with(**QUICK, Environment={"Variables": amazons}):
            answer = edge.ask(ALLOWED)
        error = json.loads(answer.body)["error"]

        assert (answer.status, error["code"]) == UNAVAILABLE
        assert error["message"] == "The database does not answer; try again."
        assert set(error) == {"code", "message", "requestId"}
        assert edge.failures()[-1] == NO_CONNECTION
        assert "app" in edge.users()

    def test_without_a_range_for_its_address_it_does_not_connect(self, edge):
        with edge.closed_to_ranges(), edge.function_with(**QUICK):
            assert edge.users() == UNAVAILABLE
        assert edge.failures()[-1] == NO_CONNECTION
        assert "app" in edge.users()


class TestKey:
    def test_it_is_shown_and_logged_nowhere(self, edge, said, cloud):
        edge.users()
        rendered = [file.read_text() for file in edge.planner.folder.rglob("*.yaml")]
        shown = [
            *rendered,
            *said,
            cloud.log,
            *(text for one in (edge.waf, edge.site) for text in one.described()),
            *(text for one in (edge.waf, edge.site) for text in one.logged()),
        ]

        everything = "\n".join(map(str, shown))
        assert edge.site.physical("APIKeyStack", "APIKeySecret") in everything
        assert '"route": "/users"' in everything
        assert edge.key() not in everything
        assert edge.origin_value() not in everything
