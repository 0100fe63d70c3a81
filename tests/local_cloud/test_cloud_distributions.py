"""A deployed distribution answers, by nginx: whom its web ACL lets in, with what the API gives."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.data_plane.running import RunningCloud
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.servers.loopback import has_ipv6, listens, wait_for
from rdsproxy_local.servers.programs import find
from rdsproxy_local.viewer import Viewer

pytestmark = pytest.mark.xdist_group("cloud-distributions")

SECONDS = 120
ALLOWED = "127.0.0.2"
OTHER = "127.0.0.3"
IPV6 = "::1"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
EVERY_METHOD = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
SEEN = {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True}
KEY = "{{resolve:secretsmanager:${Key}}}"

ECHO = """
import json

def handler(event, context):
    names = ("httpMethod", "path", "headers", "multiValueQueryStringParameters", "body")
    seen = {name: event[name] for name in names}
    status = 403 if event["path"] == "/forbidden" else 200
    return {"statusCode": status, "headers": {"x-mine": "1"}, "body": json.dumps(seen)}
"""


def ip_set(version, *addresses):
    properties = {"Scope": "CLOUDFRONT", "IPAddressVersion": version, "Addresses": [*addresses]}
    return {"Type": "AWS::WAFv2::IPSet", "Properties": properties}


def rule(name, priority, statement, **more):
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "VisibilityConfig": SEEN,
        "Action": {"Allow": {}},
        **more,
    }


def allows(ip_set, priority):
    reference = {"IPSetReferenceStatement": {"Arn": {"Fn::GetAtt": [ip_set, "Arn"]}}}
    return rule(ip_set, priority, reference)


def web_acl(*rules, default="Block"):
    properties = {
        "Scope": "CLOUDFRONT",
        "DefaultAction": {default: {}},
        "VisibilityConfig": SEEN,
        "Rules": [*rules],
    }
    return {"Type": "AWS::WAFv2::WebACL", "Properties": properties}


def guard(ipv4=f"{ALLOWED}/32", ipv6="2001:db8::/32"):
    """A web ACL that admits two addresses and nobody else."""
    return {
        "IPv4": ip_set("IPV4", ipv4),
        "IPv6": ip_set("IPV6", ipv6),
        "WebACL": web_acl(allows("IPv4", 0), allows("IPv6", 1)),
    }


def distribution(origin=None, behavior=None, **config):
    """A distribution in front of the stage, which says the key."""
    return {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {
            "DistributionConfig": {
                "Enabled": True,
                "IPV6Enabled": True,
                "Origins": [
                    {
                        "Id": "api",
                        "DomainName": {
                            "Fn::Sub": "${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
                        },
                        "OriginPath": "/live",
                        "CustomOriginConfig": {
                            "OriginProtocolPolicy": "https-only",
                            "OriginSSLProtocols": ["TLSv1.2"],
                        },
                        "OriginCustomHeaders": [
                            {"HeaderName": "x-api-key", "HeaderValue": {"Fn::Sub": KEY}}
                        ],
                        **(origin or {}),
                    }
                ],
                "DefaultCacheBehavior": {
                    "TargetOriginId": "api",
                    "ViewerProtocolPolicy": "redirect-to-https",
                    "AllowedMethods": EVERY_METHOD,
                    "CachePolicyId": CACHING_DISABLED,
                    "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
                    "Compress": True,
                    **(behavior or {}),
                },
                **config,
            }
        },
    }


def service(**distributions):
    """An API that wants a key, and distributions that know it."""
    event = {"RestApiId": {"Ref": "Api"}, "Path": "/{proxy+}", "Method": "ANY"}
    stage = {"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Api.Stage"}}
    return {
        "Key": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {
                "GenerateSecretString": {"PasswordLength": 40, "ExcludePunctuation": True}
            },
        },
        "Function": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "InlineCode": ECHO,
                "Events": {"All": {"Type": "Api", "Properties": event}},
            },
        },
        "Api": {
            "Type": "AWS::Serverless::Api",
            "Properties": {"StageName": "live", "Auth": {"ApiKeyRequired": True}},
        },
        "ApiKey": {
            "Type": "AWS::ApiGateway::ApiKey",
            "Properties": {"Enabled": True, "Value": {"Fn::Sub": KEY}},
        },
        "Plan": {"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"ApiStages": [stage]}},
        "PlanKey": {
            "Type": "AWS::ApiGateway::UsagePlanKey",
            "Properties": {
                "KeyId": {"Ref": "ApiKey"},
                "KeyType": "API_KEY",
                "UsagePlanId": {"Ref": "Plan"},
            },
        },
        **distributions,
    }


class Edge:
    """Stacks in both regions, and viewers in front of what is in them."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.account = Account(cloud.endpoint, "123456789012", "eu-west-1")
        self.global_account = Account(cloud.endpoint, "123456789012", "us-east-1")

    def deploy(self, account, name, resources):
        """Create or update a stack; returns its status."""
        stacks = account.client("cloudformation")
        template = {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": resources,
            "Outputs": {
                name: {"Value": {"Fn::GetAtt": [name, attribute]}}
                for name in resources
                if (attribute := OUTPUTS.get(resources[name]["Type"]))
            },
        }
        change = stacks.update_stack if self.has(stacks, name) else stacks.create_stack
        change(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        return account.stack(name)["StackStatus"]

    def has(self, stacks, name):
        return name in [one["StackName"] for one in stacks.describe_stacks()["Stacks"]]

    def guard(self, **addresses):
        status = self.deploy(self.global_account, "guard", guard(**addresses))
        assert status.endswith("_COMPLETE"), self.global_account.failures("guard")

    @contextmanager
    def guarded(self, **addresses):
        """Admit other addresses, for a while."""
        self.guard(**addresses)
        try:
            yield
        finally:
            self.guard()

    def host(self, logical_id="Guarded"):
        return self.account.outputs("service")[logical_id]

    def ask(self, address, path="/a", logical_id="Guarded", scheme="https", **more):
        url = f"{scheme}://{self.host(logical_id)}{path}"
        return Viewer(self.cloud.endpoint, address).ask(url, **more)

    def secret(self):
        arn = self.account.resources("service")["Key"]
        found = self.account.client("secretsmanager").get_secret_value(SecretId=arn)
        return found["SecretString"]

    def api_url(self, path):
        api = self.account.resources("service")["Api"]
        return f"https://{api}.execute-api.eu-west-1.amazonaws.com/live{path}"


OUTPUTS = {"AWS::CloudFront::Distribution": "DomainName", "AWS::WAFv2::WebACL": "Arn"}


@pytest.fixture(scope="module")
def edge():
    with RunningCloud() as cloud:
        edge = Edge(cloud)
        edge.guard()
        acl = edge.global_account.outputs("guard")["WebACL"]
        resources = service(
            Guarded=distribution(WebACLId=acl),
            Open=distribution(
                behavior={"ViewerProtocolPolicy": "https-only", "AllowedMethods": ["GET", "HEAD"]},
                IPV6Enabled=False,
            ),
            Disabled=distribution(Enabled=False),
        )
        status = edge.deploy(edge.account, "service", resources)
        assert status == "CREATE_COMPLETE", edge.account.failures("service")
        edge.resources = resources
        yield edge


def is_blocked(answer):
    return (
        answer.status == 403
        and b"Request blocked" in answer.body
        and answer.headers["X-Cache"] == "Error from cloudfront"
    )


class TestViewers:
    def test_an_allowed_address_gets_the_answer(self, edge):
        answer = edge.ask(ALLOWED)
        assert answer.status == 200
        assert json.loads(answer.body)["httpMethod"] == "GET"
        assert answer.headers["x-mine"] == "1"
        assert answer.headers["X-Cache"] == "Miss from cloudfront"

    @pytest.mark.parametrize("address", ["127.0.0.1", OTHER])
    def test_another_address_is_blocked(self, edge, address):
        assert is_blocked(edge.ask(address))

    def test_viewers_cannot_claim_an_address_for_themselves(self, edge):
        pretended = {"x-forwarded-for": ALLOWED, "x-real-ip": ALLOWED, "forwarded": ALLOWED}
        assert is_blocked(edge.ask(OTHER, **pretended))

    def test_other_addresses_in_the_set_count_at_once(self, edge):
        with edge.guarded(ipv4=f"{OTHER}/32"):
            assert edge.ask(OTHER).status == 200
            assert is_blocked(edge.ask(ALLOWED))
        assert edge.ask(ALLOWED).status == 200
        assert is_blocked(edge.ask(OTHER))

    @pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
    def test_ipv6_has_a_set_of_its_own(self, edge):
        assert is_blocked(edge.ask(IPV6))
        with edge.guarded(ipv6="::1/128"):
            assert edge.ask(IPV6).status == 200
        assert is_blocked(edge.ask(IPV6))

    @pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
    def test_a_distribution_without_ipv6_does_not_answer_on_ipv6(self, edge):
        assert edge.ask("127.0.0.1", logical_id="Open").status == 200
        assert is_blocked(edge.ask(IPV6, logical_id="Open"))

    def test_without_a_web_acl_everybody_gets_an_answer(self, edge):
        for address in ("127.0.0.1", ALLOWED, OTHER):
            assert edge.ask(address, logical_id="Open").status == 200

    def test_a_disabled_distribution_answers_nobody(self, edge):
        assert is_blocked(edge.ask(ALLOWED, logical_id="Disabled"))

    def test_a_rule_of_the_web_acl_that_changes_counts_at_once(self, edge):
        open_to_all = {**guard(), "WebACL": web_acl(default="Allow")}
        edge.deploy(edge.global_account, "guard", open_to_all)
        try:
            assert edge.ask(OTHER).status == 200
        finally:
            edge.guard()
        assert is_blocked(edge.ask(OTHER))


class TestRequests:
    def test_the_api_sees_what_the_viewer_sent_but_the_host(self, edge):
        answer = edge.ask(
            ALLOWED, "/a%2Fb/c?x=1&x=%20", method="POST", body=b"words", x_other="mine"
        )
        seen = json.loads(answer.body)
        assert (seen["httpMethod"], seen["path"], seen["body"]) == ("POST", "/a/b/c", "words")
        assert seen["multiValueQueryStringParameters"] == {"x": ["1", " "]}
        headers = seen["headers"]
        assert headers["host"].endswith(".execute-api.eu-west-1.amazonaws.com")
        assert headers["x-other"] == "mine"
        assert headers["x-forwarded-for"] == ALLOWED
        assert "CloudFront" in headers["via"]

    def test_a_viewers_own_key_does_not_count(self, edge):
        answer = edge.ask(ALLOWED, x_api_key="wrong")
        assert answer.status == 200
        assert json.loads(answer.body)["headers"]["x-api-key"] == edge.secret()

    def test_the_functions_own_403_passes(self, edge):
        answer = edge.ask(ALLOWED, "/forbidden")
        assert answer.status == 403
        assert json.loads(answer.body)["path"] == "/forbidden"

    @pytest.mark.parametrize("method", EVERY_METHOD)
    def test_every_method_passes_that_is_allowed(self, edge, method):
        assert edge.ask(ALLOWED, method=method).status == 200

    @pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS"])
    def test_other_methods_do_not(self, edge, method):
        assert is_blocked(edge.ask(ALLOWED, logical_id="Open", method=method))

    @pytest.mark.parametrize(("method", "status"), [("GET", 301), ("HEAD", 301), ("POST", 307)])
    def test_without_tls_a_viewer_is_sent_to_https(self, edge, method, status):
        answer = edge.ask(ALLOWED, "/a?b=1", scheme="http", method=method)
        assert answer.status == status
        assert answer.headers["Location"] == f"https://{edge.host()}/a?b=1"

    def test_a_viewer_without_tls_is_refused_where_only_https_is_allowed(self, edge):
        assert is_blocked(edge.ask(ALLOWED, logical_id="Open", scheme="http"))


class TestTheApisOwnAddress:
    @pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}])
    def test_it_refuses_requests_without_the_key(self, edge, headers):
        answer = edge.account.call("GET", edge.api_url("/a"), signed=False, **headers)
        assert answer == (403, {"message": "Forbidden"})

    def test_it_answers_requests_with_the_key(self, edge):
        headers = {"x-api-key": edge.secret()}
        status, _ = edge.account.call("GET", edge.api_url("/a"), signed=False, **headers)
        assert status == 200

    @pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}])
    def test_it_refuses_them_over_https_too(self, edge, headers):
        answer = Viewer(edge.cloud.endpoint, ALLOWED).ask(edge.api_url("/a"), **headers)
        assert (answer.status, json.loads(answer.body)) == (403, {"message": "Forbidden"})

    def test_another_region_does_not_know_it(self, edge):
        elsewhere = edge.api_url("/a").replace("eu-west-1", "us-east-1")
        with pytest.raises(OSError, match="404"):
            Viewer(edge.cloud.endpoint).ask(elsewhere)


class TestCurl:
    """The commands as a person pastes them."""

    def curl(self, edge, address, url, folder):
        Viewer(edge.cloud.endpoint, address).configure_curl(folder, url)
        program = find("curl", "curl")
        result = subprocess.run(
            [program.path, "--include", url],
            env={"CURL_HOME": str(folder), **program.variables},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        return result.stdout.splitlines()[0]

    def test_an_allowed_address_gets_200_and_another_403(self, edge, tmp_path):
        url = f"https://{edge.host()}/a"
        assert self.curl(edge, ALLOWED, url, tmp_path) == "HTTP/1.1 200 OK"
        assert self.curl(edge, OTHER, url, tmp_path) == "HTTP/1.1 403 Forbidden"

    def test_around_cloudfront_there_is_403_for_everybody(self, edge, tmp_path):
        url = edge.api_url("/a")
        assert self.curl(edge, ALLOWED, url, tmp_path) == "HTTP/1.1 403 Forbidden"


class TestTheKey:
    def test_it_is_in_the_distribution_as_it_is_deployed(self, edge):
        identity = edge.account.resources("service")["Guarded"]
        read = edge.account.client("cloudfront").get_distribution_config(Id=identity)
        [origin] = read["DistributionConfig"]["Origins"]["Items"]
        [header] = origin["CustomHeaders"]["Items"]
        assert header == {"HeaderName": "x-api-key", "HeaderValue": edge.secret()}

    def test_cloudformation_shows_it_nowhere(self, edge):
        stacks = edge.account.client("cloudformation")
        shown = [
            stacks.get_template(StackName="service", TemplateStage="Original"),
            stacks.get_template(StackName="service", TemplateStage="Processed"),
            edge.account.stack("service"),
            edge.account.events("service"),
            stacks.describe_stack_resources(StackName="service"),
        ]
        assert edge.secret() not in repr(shown)

    def test_it_is_in_no_log(self, edge):
        edge.ask(ALLOWED)
        assert edge.secret() not in "\n".join(edge.cloud.server.log)


def strange_rules():
    """Rules that a web ACL may have and that nginx is not told."""
    in_set = allows("IPv4", 0)["Statement"]
    managed = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
    return {
        "another statement": rule("a", 0, {"NotStatement": {"Statement": in_set}}),
        "another action": rule("a", 0, in_set, Action={"Count": {}}),
        "an answer of its own": rule(
            "a", 0, in_set, Action={"Block": {"CustomResponse": {"ResponseCode": 404}}}
        ),
        "the address that a header says": rule(
            "a",
            0,
            {
                "IPSetReferenceStatement": {
                    **in_set["IPSetReferenceStatement"],
                    "IPSetForwardedIPConfig": {
                        "HeaderName": "x-forwarded-for",
                        "FallbackBehavior": "MATCH",
                        "Position": "FIRST",
                    },
                }
            },
        ),
        "rules of AWS": {
            "Name": "a",
            "Priority": 0,
            "Statement": {"ManagedRuleGroupStatement": managed},
            "VisibilityConfig": SEEN,
            "OverrideAction": {"None": {}},
        },
    }


@pytest.fixture(scope="class")
def edge_function(edge):
    """Version 1 of a function that CloudFront may call."""
    trusted = {"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "edge",
                "Code": {"ZipFile": "pass"},
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": "Role.Arn"},
                "Runtime": "python3.13",
            },
        },
        "One": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Function"}},
        },
    }
    assert edge.deploy(edge.global_account, "edge-code", resources) == "CREATE_COMPLETE"


@pytest.mark.usefixtures("edge_function")
class TestNotUnderstood:
    @pytest.mark.parametrize("name", strange_rules())
    def test_a_web_acl_fails_its_stack(self, edge, name):
        strange = {**guard(), "WebACL": web_acl(strange_rules()[name])}
        stack = name.replace(" ", "-")
        assert edge.deploy(edge.global_account, stack, strange) == "ROLLBACK_COMPLETE"
        assert "the local cloud does not" in " ".join(edge.global_account.failures(stack))

    def test_a_change_to_one_in_use_fails_too(self, edge):
        strange = {**guard(), "WebACL": web_acl(strange_rules()["another statement"])}
        status = edge.deploy(edge.global_account, "guard", strange)
        assert status == "UPDATE_ROLLBACK_COMPLETE"
        assert edge.ask(ALLOWED).status == 200
        assert is_blocked(edge.ask(OTHER))

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"origin": {"DomainName": "www.example.com"}}, "no API answers"),
            (
                {"origin": {"CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}},
                "no API answers",
            ),
            ({"behavior": {"OriginRequestPolicyId": ALL_VIEWER}}, "OriginRequestPolicyId"),
            (
                {
                    "behavior": {
                        "LambdaFunctionAssociations": [
                            {
                                "EventType": "viewer-request",
                                "LambdaFunctionARN": (
                                    "arn:aws:lambda:us-east-1:123456789012:function:edge:1"
                                ),
                            }
                        ]
                    }
                },
                "LambdaFunctionAssociations",
            ),
            ({"CustomErrorResponses": [{"ErrorCode": 403}]}, "CustomErrorResponses"),
            (
                {"CustomErrorResponses": [{"ErrorCode": 403, "ErrorCachingMinTTL": 5}]},
                "CustomErrorResponses that are kept",
            ),
        ],
        ids=[
            "another origin",
            "plain http",
            "the host forwarded",
            "code at the edge",
            "errors kept by default",
            "errors kept for a while",
        ],
    )
    def test_a_distribution_fails_its_stack(self, edge, given, says):
        resources = {**edge.resources, "Strange": distribution(**given)}
        status = edge.deploy(edge.account, "service", resources)
        assert status == "UPDATE_ROLLBACK_COMPLETE"
        assert says in " ".join(edge.account.failures("service"))
        assert edge.ask(ALLOWED).status == 200


class TestDeletion:
    def test_a_web_acl_cannot_be_deleted_while_a_distribution_uses_it(self, edge):
        client = edge.global_account.client("wafv2")
        for listed, name, delete in (
            (client.list_web_acls, "WebACLs", client.delete_web_acl),
            (client.list_ip_sets, "IPSets", client.delete_ip_set),
        ):
            one = listed(Scope="CLOUDFRONT")[name][0]
            given = {key: one[key] for key in ("Name", "Id", "LockToken")}
            with pytest.raises(ClientError, match="WAFAssociatedItemException"):
                delete(Scope="CLOUDFRONT", **given)

    def test_a_deleted_distribution_stops_answering(self, edge):
        brief = {**edge.resources, "Brief": distribution()}
        assert edge.deploy(edge.account, "service", brief) == "UPDATE_COMPLETE"
        viewer, url = Viewer(edge.cloud.endpoint), f"https://{edge.host('Brief')}/a"
        assert viewer.ask(url).status == 200
        edge.deploy(edge.account, "service", edge.resources)
        with pytest.raises(OSError, match="404"):
            viewer.ask(url)

    def test_nginx_ends_with_the_cloud(self):
        with RunningCloud() as cloud:
            edge = Edge(cloud)
            assert (
                edge.deploy(edge.account, "service", service(One=distribution()))
                == "CREATE_COMPLETE"
            )
            _, port = Viewer(cloud.endpoint).place("https", edge.host("One"))
            assert listens(port)
        assert wait_for(lambda: not listens(port))
