"""The local cloud's API Gateway: what SAM writes is there to be read back, the rest fails."""

from __future__ import annotations

import copy
import re

import pytest
from botocore.exceptions import ClientError
from cfn_flip import load

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_templates.rendering.sam_transform import expanded

pytestmark = pytest.mark.xdist_group("cloud-apis")

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:code"
URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
PROXY = {"type": "aws_proxy", "httpMethod": "POST", "uri": URI, "payloadFormatVersion": "2.0"}
LOGS = "arn:aws:logs:eu-west-1:123456789012:log-group"
LINE = '{"id":"$context.requestId"}'
KEY = "a-key-of-twenty-signs-and-more"


@pytest.fixture(scope="module")
def log_group(harness):
    return harness.create("AWS::Logs::LogGroup", LogGroupName="access").attributes["Arn"]


@pytest.fixture
def http_api(harness):
    made = harness.create("AWS::ApiGatewayV2::Api", Name="by hand", ProtocolType="HTTP")
    yield made.physical_id
    harness.delete(made)


@pytest.fixture
def rest_api(harness):
    made = harness.create("AWS::ApiGateway::RestApi", Body=swagger(), Name="by hand")
    yield made.physical_id
    harness.delete(made)


@pytest.fixture
def stage(harness, rest_api):
    deployment = harness.create("AWS::ApiGateway::Deployment", RestApiId=rest_api)
    return harness.create(
        "AWS::ApiGateway::Stage",
        RestApiId=rest_api,
        DeploymentId=deployment.physical_id,
        StageName="v1",
    )


@pytest.fixture
def logging_account(harness):
    """An account that lets API Gateway write logs, for as long as a test runs."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    harness.call("iam", "create_role", RoleName="api-logs", AssumeRolePolicyDocument=trust)
    writes = {
        "RoleName": "api-logs",
        "PolicyArn": "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    }
    harness.call("iam", "attach_role_policy", **writes)
    role = "arn:aws:iam::123456789012:role/api-logs"
    account = harness.create("AWS::ApiGateway::Account", CloudWatchRoleArn=role)
    yield
    harness.update(account)
    harness.delete(account)
    harness.call("iam", "detach_role_policy", **writes)
    harness.call("iam", "delete_role", RoleName="api-logs")


def body(operation=None, **more):
    """A document with one route."""
    operation = {"x-amazon-apigateway-integration": PROXY, **(operation or {})}
    return {
        "openapi": "3.0.1",
        "info": {"title": "made up", "version": "1.0"},
        "paths": {"/things/{id}": {"get": operation}},
        **more,
    }


def swagger(**operation):
    """The same for a REST API."""
    integration = {name: one for name, one in PROXY.items() if name != "payloadFormatVersion"}
    return {
        "swagger": "2.0",
        "info": {"title": "made up", "version": "1.0"},
        "paths": {"/a/{b}": {"get": {"x-amazon-apigateway-integration": integration, **operation}}},
    }


def resolved(node, **known):
    """A value as the engine hands it to a resource type: *known* takes the place of references."""
    match node:
        case {"Ref": str(name)}:
            return known.get(name, name)
        case {"Fn::GetAtt": [name, _]}:
            return known.get(name, name)
        case {"Fn::Sub": str(text)}:
            text = re.sub(r"\${AWS::Partition}", "aws", text)
            text = re.sub(r"\${AWS::Region}", "eu-west-1", text)
            return re.sub(r"\${[^}]+\.Arn}", FUNCTION, text)
        case dict():
            return {name: resolved(one, **known) for name, one in node.items()}
        case list():
            return [resolved(one, **known) for one in node]
    return node


@pytest.fixture(scope="module")
def sam(repository):
    """The committed template of the function and its HTTP API."""
    text = (repository / "templates_out/base/cloudformation/sam.yaml").read_text()
    return load(text)[0]


def resources(document, **api):
    """The resources of *document* in plain CloudFormation, its HTTP API with other settings."""
    document = copy.deepcopy(dict(document))
    document["Resources"]["HttpApi"]["Properties"].update(api)
    return {name: one["Properties"] for name, one in expanded(document)["Resources"].items()}


def deployed(harness, document, **api):
    properties = resolved(resources(document, **api)["HttpApi"])
    return harness.create("AWS::ApiGatewayV2::Api", **properties)


def routes(harness, api):
    items = harness.call("apigatewayv2", "get_routes", ApiId=api)["Items"]
    return {route["RouteKey"]: route for route in items}


class TestHttpApis:
    def test_the_api_of_base_has_its_one_route_behind_iam(self, harness, sam):
        made = deployed(harness, sam)
        api = made.physical_id
        [(key, route)] = routes(harness, api).items()
        assert (key, route["AuthorizationType"]) == ("ANY /{proxy+}", "AWS_IAM")
        assert not route.get("AuthorizerId")
        [integration] = harness.call("apigatewayv2", "get_integrations", ApiId=api)["Items"]
        assert route["Target"] == f"integrations/{integration['IntegrationId']}"
        assert integration["IntegrationType"] == "AWS_PROXY"
        assert integration["IntegrationUri"] == URI
        assert integration["IntegrationMethod"] == "POST"
        assert integration["PayloadFormatVersion"] == "2.0"
        read = harness.call("apigatewayv2", "get_api", ApiId=api)
        assert read["Tags"] == {"httpapi:createdBy": "SAM"}
        assert read["Name"] == "AWS::StackName"
        assert made.attributes == {
            "ApiId": api,
            "ApiEndpoint": f"https://{api}.execute-api.eu-west-1.amazonaws.com",
            "ExecuteApiArn": f"arn:aws:execute-api:eu-west-1:123456789012:{api}",
        }
        harness.delete(made)
        with pytest.raises(ClientError, match="NotFound"):
            harness.call("apigatewayv2", "get_api", ApiId=api)

    def test_the_stage_of_base_logs_and_limits(self, harness, sam, log_group):
        api = deployed(harness, sam).physical_id
        properties = resolved(
            resources(sam)["HttpApiApiGatewayDefaultStage"],
            HttpApi=api,
            HttpApiAccessLogGroup=log_group,
        )
        harness.create("AWS::ApiGatewayV2::Stage", **properties)
        [stage] = harness.call("apigatewayv2", "get_stages", ApiId=api)["Items"]
        assert stage["StageName"] == "$default"
        assert stage["AutoDeploy"] is True
        assert stage["AccessLogSettings"] == properties["AccessLogSettings"]
        assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 100
        assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == 50
        assert stage["Tags"] == {"httpapi:createdBy": "SAM"}

    def test_a_jwt_authorizer_guards_with_issuer_and_audience(self, harness, sam):
        issued = {"issuer": "https://issuer.example", "audience": ["app"]}
        bearer = {"IdentitySource": "$request.header.Authorization", "JwtConfiguration": issued}
        auth = {"Authorizers": {"JWT": bearer}, "DefaultAuthorizer": "JWT"}
        api = deployed(harness, sam, Auth=auth).physical_id
        [authorizer] = harness.call("apigatewayv2", "get_authorizers", ApiId=api)["Items"]
        assert authorizer["AuthorizerType"] == "JWT"
        assert authorizer["Name"] == "JWT"
        assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
        assert authorizer["JwtConfiguration"] == {
            "Issuer": "https://issuer.example",
            "Audience": ["app"],
        }
        [route] = routes(harness, api).values()
        assert route["AuthorizationType"] == "JWT"
        assert route["AuthorizerId"] == authorizer["AuthorizerId"]

    def test_without_an_authorizer_anybody_may_call(self, harness, sam):
        document = copy.deepcopy(dict(sam))
        del document["Resources"]["HttpApi"]["Properties"]["Auth"]
        [route] = routes(harness, deployed(harness, document).physical_id).values()
        assert route["AuthorizationType"] == "NONE"

    def test_each_route_has_its_own_authorization(self, harness, sam):
        document = copy.deepcopy(dict(sam))
        answers = {"FunctionArn": FUNCTION, "AuthorizerPayloadFormatVersion": "2.0"}
        asked = {**answers, "EnableSimpleResponses": True, "Identity": {"Headers": ["token"]}}
        events = document["Resources"]["BlogRDSProxyFunction"]["Properties"]["Events"]
        for name, method, path, authorizer in (
            ("Open", "POST", "/open", "NONE"),
            ("Signed", "GET", "/signed/{id}", "AWS_IAM"),
        ):
            events[name] = {
                "Type": "HttpApi",
                "Properties": {
                    "ApiId": {"Ref": "HttpApi"},
                    "Method": method,
                    "Path": path,
                    "Auth": {"Authorizer": authorizer},
                },
            }
        events["Rest"] = {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "HttpApi"}}}
        auth = {
            "EnableIamAuthorizer": True,
            "Authorizers": {"Asked": asked},
            "DefaultAuthorizer": "Asked",
        }
        api = deployed(harness, document, Auth=auth).physical_id
        assert {key: one["AuthorizationType"] for key, one in routes(harness, api).items()} == {
            "$default": "CUSTOM",
            "ANY /{proxy+}": "CUSTOM",
            "GET /signed/{id}": "AWS_IAM",
            "POST /open": "NONE",
        }
        [authorizer] = harness.call("apigatewayv2", "get_authorizers", ApiId=api)["Items"]
        assert authorizer["AuthorizerType"] == "REQUEST"
        assert authorizer["EnableSimpleResponses"] is True
        assert authorizer["IdentitySource"] == ["$request.header.token"]

    def test_cors_tags_and_the_endpoint_come_from_the_body(self, harness, sam):
        made = deployed(
            harness,
            sam,
            CorsConfiguration={"AllowOrigins": ["https://a.example"], "MaxAge": 5},
            DisableExecuteApiEndpoint=True,
            Tags={"team": "data"},
            Description="for all",
        )
        read = harness.call("apigatewayv2", "get_api", ApiId=made.physical_id)
        assert read["CorsConfiguration"] == {"AllowOrigins": ["https://a.example"], "MaxAge": 5}
        assert read["DisableExecuteApiEndpoint"] is True
        assert read["Tags"] == {"team": "data", "httpapi:createdBy": "SAM"}
        assert read["Description"] == "for all"

    def test_a_changed_body_takes_the_place_of_the_old_one(self, harness):
        tagged = [{"name": "a", "x-amazon-apigateway-tag-value": "b"}]
        cors = {"allowOrigins": ["*"]}
        made = harness.create(
            "AWS::ApiGatewayV2::Api",
            Body=body(tags=tagged, **{"x-amazon-apigateway-cors": cors}),
        )
        api = made.physical_id
        signed = {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"}
        new = body({"security": [{"iam": []}]}, components={"securitySchemes": {"iam": signed}})
        new["paths"]["/new"] = new["paths"].pop("/things/{id}")
        again = harness.update(made, Body=new)
        assert again.physical_id == api
        [(key, route)] = routes(harness, api).items()
        assert (key, route["AuthorizationType"]) == ("GET /new", "AWS_IAM")
        assert len(harness.call("apigatewayv2", "get_integrations", ApiId=api)["Items"]) == 1
        read = harness.call("apigatewayv2", "get_api", ApiId=api)
        assert "CorsConfiguration" not in read
        assert read["Tags"] == {}

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            (body({"x-amazon-apigateway-request-validator": "all"}), "request-validator"),
            (body({"security": [{"nobody": []}]}), "no security scheme nobody"),
            (body({"parameters": [{"name": "q", "in": "query"}]}), "parameter q"),
            (body({"isDefaultRoute": True}), "default route"),
            (body(webhooks={}), "webhooks"),
            (body(components={"schemas": {}}), "schemas"),
            ({**body(), "openapi": "2.0"}, "OpenAPI 3"),
            (body({"x-amazon-apigateway-integration": {**PROXY, "cache": 1}}), "cache"),
        ],
    )
    def test_a_part_of_the_body_without_effect_fails(self, harness, given, reason):
        with pytest.raises(Failure, match=reason):
            harness.create("AWS::ApiGatewayV2::Api", Body=given)

    def test_quick_creation_fails_instead_of_being_ignored(self, harness):
        with pytest.raises(AssertionError, match="ignores"):
            harness.create(
                "AWS::ApiGatewayV2::Api", Name="quick", ProtocolType="HTTP", Target=FUNCTION
            )

    def test_an_api_made_of_parts_matches_its_parts(self, harness, http_api):
        integration = harness.create(
            "AWS::ApiGatewayV2::Integration",
            ApiId=http_api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=FUNCTION,
            PayloadFormatVersion="2.0",
        )
        authorizer = harness.create(
            "AWS::ApiGatewayV2::Authorizer",
            ApiId=http_api,
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": "https://a.example", "Audience": ["b"]},
            Name="tokens",
        )
        route = harness.create(
            "AWS::ApiGatewayV2::Route",
            ApiId=http_api,
            RouteKey="GET /",
            Target=f"integrations/{integration.physical_id}",
            AuthorizationType="JWT",
            AuthorizerId=authorizer.physical_id,
        )
        deployment = harness.create("AWS::ApiGatewayV2::Deployment", ApiId=http_api)
        stage = harness.create(
            "AWS::ApiGatewayV2::Stage",
            ApiId=http_api,
            StageName="v1",
            DeploymentId=deployment.physical_id,
        )
        read = harness.call("apigatewayv2", "get_stage", ApiId=http_api, StageName="v1")
        assert read["DeploymentId"] == deployment.physical_id
        [listed] = harness.call("apigatewayv2", "get_deployments", ApiId=http_api)["Items"]
        assert listed["DeploymentStatus"] == "DEPLOYED"
        changes = [{"Destination": "append:header.x", "Source": "y"}]
        changed = {
            "TimeoutInMillis": 5000,
            "ResponseParameters": {"404": {"ResponseParameters": changes}},
        }
        harness.update(integration, **{**integration.properties, **changed})
        harness.update(route, **{**route.properties, "RouteKey": "GET /a"})
        harness.update(authorizer, **{**authorizer.properties, "Name": "bearers"})
        assert [*routes(harness, http_api)] == ["GET /a"]
        [changed] = harness.call("apigatewayv2", "get_integrations", ApiId=http_api)["Items"]
        assert changed["TimeoutInMillis"] == 5000
        assert changed["ResponseParameters"] == {"404": {"append:header.x": "y"}}
        with pytest.raises(Failure, match="routed to it"):
            harness.delete(integration)
        with pytest.raises(ClientError, match="Active stages"):
            harness.delete(deployment)
        for made in (stage, deployment, route, authorizer, integration):
            harness.delete(made)
        assert routes(harness, http_api) == {}
        assert harness.call("apigatewayv2", "get_authorizers", ApiId=http_api)["Items"] == []

    @pytest.mark.parametrize(
        ("type_name", "properties"),
        [
            ("Route", {"RouteKey": "GET /", "Target": "integrations/nothing"}),
            ("Route", {"RouteKey": "GET /", "AuthorizerId": "nobody"}),
            ("Stage", {"StageName": "v1", "RouteSettings": {"GET /": {}}}),
            ("Stage", {"StageName": "v1", "DeploymentId": "nothing"}),
            ("Deployment", {}),
        ],
    )
    def test_a_reference_to_nothing_fails(self, harness, http_api, type_name, properties):
        with pytest.raises((Failure, ClientError)):
            harness.create(f"AWS::ApiGatewayV2::{type_name}", ApiId=http_api, **properties)

    def test_a_part_of_a_missing_api_is_refused(self, harness):
        with pytest.raises(ClientError, match="Invalid API identifier"):
            harness.create("AWS::ApiGatewayV2::Stage", ApiId="nothing", StageName="v1")

    def test_routes_and_stages_are_unique(self, harness, http_api):
        for type_name, properties in (
            ("AWS::ApiGatewayV2::Route", {"RouteKey": "GET /"}),
            ("AWS::ApiGatewayV2::Stage", {"StageName": "v1"}),
        ):
            harness.create(type_name, ApiId=http_api, **properties)
            with pytest.raises(Failure, match="already exists"):
                harness.create(type_name, ApiId=http_api, **properties)

    def test_a_stage_changes_in_place(self, harness, http_api, log_group):
        harness.create("AWS::ApiGatewayV2::Route", ApiId=http_api, RouteKey="GET /")
        log = {"DestinationArn": log_group, "Format": LINE}
        identity = {"ApiId": http_api, "StageName": "$default"}
        stage = harness.create(
            "AWS::ApiGatewayV2::Stage",
            **identity,
            AutoDeploy=True,
            StageVariables={"a": "1"},
            Tags={"old": "1"},
        )
        stage = harness.update(
            stage,
            **identity,
            AutoDeploy=True,
            AccessLogSettings=log,
            RouteSettings={"GET /": {"ThrottlingRateLimit": 5}},
            Tags={"new": "2"},
        )
        read = harness.call("apigatewayv2", "get_stage", **identity)
        assert read["AccessLogSettings"] == log
        assert read["RouteSettings"]["GET /"]["ThrottlingRateLimit"] == 5
        assert (read["StageVariables"], read["Tags"]) == ({}, {"new": "2"})
        harness.update(stage, **identity, AutoDeploy=True)
        read = harness.call("apigatewayv2", "get_stage", **identity)
        assert "AccessLogSettings" not in read
        assert (read["RouteSettings"], read["Tags"]) == ({}, {})
        assert read["AutoDeploy"] is True

    @pytest.mark.parametrize(
        ("log", "reason"),
        [
            ((f"{LOGS}:none", LINE), "does not exist"),
            ((LOGS.replace("eu-west-1", "us-east-1"), LINE), "no access log"),
            ((f"{LOGS}:access", "{}"), "requestId"),
        ],
    )
    def test_a_log_that_cannot_be_written_fails(self, harness, http_api, log, reason):
        destination, line = log
        with pytest.raises(Failure, match=reason):
            harness.create(
                "AWS::ApiGatewayV2::Stage",
                ApiId=http_api,
                StageName="v1",
                AccessLogSettings={"DestinationArn": destination, "Format": line},
            )


def serverless_api(**properties):
    """A REST API as SAM expands it, behind keys, its own settings aside."""
    event = {"Type": "Api", "Properties": {"RestApiId": {"Ref": "Api"}}}
    signed = {"ApiKeyRequired": False, "Authorizer": "AWS_IAM"}
    events = {
        "All": {**event, "Properties": {**event["Properties"], "Method": "ANY", "Path": "/{p+}"}},
        "Signed": {
            **event,
            "Properties": {
                **event["Properties"],
                "Method": "GET",
                "Path": "/a/b",
                "Auth": signed,
            },
        },
    }
    plan = {
        "CreateUsagePlan": "PER_API",
        "Throttle": {"BurstLimit": 5, "RateLimit": 10},
        "Quota": {"Limit": 1000, "Period": "DAY"},
    }
    api = {
        "StageName": "v1",
        "EndpointConfiguration": {"Type": "REGIONAL"},
        "Auth": {"ApiKeyRequired": True, "UsagePlan": plan},
        **properties,
    }
    function = {"CodeUri": "x", "Handler": "a.b", "Runtime": "python3.13", "Events": events}
    document = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Api": {"Type": "AWS::Serverless::Api", "Properties": api},
            "Function": {"Type": "AWS::Serverless::Function", "Properties": function},
        },
    }
    return [
        (one["Type"], one["Properties"])
        for one in expanded(document)["Resources"].values()
        if "::ApiGateway::" in one["Type"]
    ]


def of(kind, made):
    [properties] = [one for name, one in made if name == f"AWS::ApiGateway::{kind}"]
    return properties


def methods(harness, api):
    items = harness.call("apigateway", "get_resources", restApiId=api)["items"]
    return {
        f"{verb} {one['path']}": harness.call(
            "apigateway", "get_method", restApiId=api, resourceId=one["id"], httpMethod=verb
        )
        for one in items
        for verb in one.get("resourceMethods", {})
    }


class TestRestApis:
    @pytest.mark.parametrize("version", ["2.0", "3.0.1"])
    def test_everything_that_sam_writes_is_there(self, harness, version):
        settings = {"OpenApiVersion": version} if version != "2.0" else {}
        expanded_api = serverless_api(
            BinaryMediaTypes=["image~1png"],
            Cors="'*'",
            GatewayResponses={"UNAUTHORIZED": {"StatusCode": 401}},
            **settings,
        )
        made = harness.create("AWS::ApiGateway::RestApi", **resolved(of("RestApi", expanded_api)))
        api = made.physical_id
        assert methods(harness, api).keys() == {
            "ANY /{p+}",
            "GET /a/b",
            "OPTIONS /a/b",
            "OPTIONS /{p+}",
        }
        every, signed = (methods(harness, api)[one] for one in ("ANY /{p+}", "GET /a/b"))
        assert (every["apiKeyRequired"], every["authorizationType"]) == (True, "NONE")
        assert (signed["apiKeyRequired"], signed["authorizationType"]) == (False, "AWS_IAM")
        assert every["methodIntegration"]["type"] == "AWS_PROXY"
        assert every["methodIntegration"]["uri"] == URI
        assert signed["methodIntegration"]["credentials"] == "arn:aws:iam::*:user/*"
        options = methods(harness, api)["OPTIONS /a/b"]
        assert options["methodIntegration"]["type"] == "MOCK"
        answer = options["methodIntegration"]["integrationResponses"]["200"]
        header = "method.response.header.Access-Control-Allow-Origin"
        assert answer["responseParameters"][header] == "'*'"
        assert options["methodResponses"]["200"]["responseParameters"][header] is False
        read = harness.call("apigateway", "get_rest_api", restApiId=api)
        assert read["endpointConfiguration"] == {"types": ["REGIONAL"]}
        assert read["binaryMediaTypes"] == ["image/png"]
        refused = harness.call(
            "apigateway", "get_gateway_response", restApiId=api, responseType="UNAUTHORIZED"
        )
        assert refused["statusCode"] == "401"
        assert made.attributes == {"RestApiId": api, "RootResourceId": read["rootResourceId"]}
        harness.delete(made)
        with pytest.raises(ClientError, match="NotFound"):
            harness.call("apigateway", "get_rest_api", restApiId=api)

    def test_stage_plan_and_key_are_as_sam_wants_them(self, harness, log_group, logging_account):
        expanded_api = serverless_api(
            AccessLogSetting={"DestinationArn": log_group, "Format": LINE},
            MethodSettings=[
                {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 7},
                {"HttpMethod": "GET", "ResourcePath": "/a/b", "MetricsEnabled": True},
            ],
            TracingEnabled=True,
        )
        rest = harness.create("AWS::ApiGateway::RestApi", **resolved(of("RestApi", expanded_api)))
        known = {"Api": rest.physical_id}
        wanted = resolved(of("Deployment", expanded_api), **known)
        deployment = harness.create("AWS::ApiGateway::Deployment", **wanted)
        stage = {
            **resolved(of("Stage", expanded_api), **known),
            "DeploymentId": deployment.physical_id,
        }
        known["Apiv1Stage"] = harness.create("AWS::ApiGateway::Stage", **stage).physical_id
        plan = resolved(of("UsagePlan", expanded_api), **known)
        plan = harness.create("AWS::ApiGateway::UsagePlan", **plan)
        key = resolved(of("ApiKey", expanded_api), **known)
        key = harness.create("AWS::ApiGateway::ApiKey", **key, Value=KEY)
        known |= {"ApiUsagePlan": plan.physical_id, "ApiApiKey": key.physical_id}
        link = resolved(of("UsagePlanKey", expanded_api), **known)
        link = harness.create("AWS::ApiGateway::UsagePlanKey", **link)

        read = harness.call("apigateway", "get_stage", restApiId=rest.physical_id, stageName="v1")
        assert read["deploymentId"] == deployment.physical_id
        assert read["accessLogSettings"] == {"destinationArn": log_group, "format": LINE}
        assert read["tracingEnabled"] is True
        assert read["methodSettings"]["*/*"]["throttlingRateLimit"] == 7
        assert read["methodSettings"]["~1a~1b/GET"]["metricsEnabled"] is True
        [planned] = [
            one
            for one in harness.call("apigateway", "get_usage_plans")["items"]
            if one["id"] == plan.physical_id
        ]
        assert planned["apiStages"] == [{"apiId": rest.physical_id, "stage": "v1"}]
        assert planned["throttle"] == {"burstLimit": 5, "rateLimit": 10}
        assert planned["quota"] == {"limit": 1000, "period": "DAY"}
        [used] = harness.call("apigateway", "get_usage_plan_keys", usagePlanId=plan.physical_id)[
            "items"
        ]
        assert (used["id"], used["value"]) == (key.physical_id, KEY)
        for made in (link, key, plan):
            harness.delete(made)
        assert harness.call("apigateway", "get_api_keys")["items"] == []

    def test_a_new_deployment_takes_the_stages_of_the_old_one(self, harness, rest_api):
        wanted = {"RestApiId": rest_api, "StageName": "Stage"}
        old = harness.create("AWS::ApiGateway::Deployment", **wanted)
        stage = harness.create(
            "AWS::ApiGateway::Stage",
            RestApiId=rest_api,
            StageName="v1",
            DeploymentId=old.physical_id,
            Description="first",
            Tags=[{"Key": "a", "Value": "b"}],
        )
        with pytest.raises(Failure, match="Active stages"):
            harness.delete(old)
        new = harness.create("AWS::ApiGateway::Deployment", **wanted)
        stage = harness.update(
            stage,
            RestApiId=rest_api,
            StageName="v1",
            DeploymentId=new.physical_id,
            Description="second",
        )
        harness.delete(old)
        read = harness.call("apigateway", "get_stage", restApiId=rest_api, stageName="v1")
        assert (read["deploymentId"], read["description"]) == (new.physical_id, "second")
        assert not read.get("tags")
        harness.delete(stage)
        harness.delete(new)
        assert harness.call("apigateway", "get_stages", restApiId=rest_api)["item"] == []

    def test_a_changed_body_takes_the_place_of_the_old_one(self, harness):
        made = harness.create("AWS::ApiGateway::RestApi", Body=swagger())
        guarded = swagger(security=[{"key": []}])
        guarded["securityDefinitions"] = {
            "key": {"type": "apiKey", "name": "x-api-key", "in": "header"}
        }
        guarded["paths"]["/c"] = guarded["paths"].pop("/a/{b}")
        again = harness.update(made, Body=guarded, Name="other")
        [(key, method)] = methods(harness, made.physical_id).items()
        assert (key, method["apiKeyRequired"]) == ("GET /c", True)
        assert again.attributes == made.attributes
        read = harness.call("apigateway", "get_rest_api", restApiId=made.physical_id)
        assert read["name"] == "other"

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            (swagger(security=[{"nobody": []}]), "no security scheme nobody"),
            (swagger(**{"x-amazon-apigateway-request-validator": "all"}), "request-validator"),
            ({**swagger(), "definitions": {"A": {}}}, "definitions"),
            ({**swagger(), "swagger": "1.2"}, "Swagger 2.0"),
        ],
    )
    def test_a_part_of_the_body_without_effect_fails(self, harness, given, reason):
        with pytest.raises(Failure, match=reason):
            harness.create("AWS::ApiGateway::RestApi", Body=given, Name="in vain")

    def test_an_api_without_methods_is_not_deployed(self, harness):
        api = harness.create("AWS::ApiGateway::RestApi", Name="empty")
        with pytest.raises(ClientError, match="doesn't contain any methods"):
            harness.create("AWS::ApiGateway::Deployment", RestApiId=api.physical_id)

    def test_a_stage_needs_its_deployment_and_log(self, harness, rest_api, stage, log_group):
        wanted = {"RestApiId": rest_api, "StageName": "v2"}
        with pytest.raises(Failure, match="Deployment nothing"):
            harness.create("AWS::ApiGateway::Stage", **wanted, DeploymentId="nothing")
        log = {"DestinationArn": log_group, "Format": LINE}
        with pytest.raises(Failure, match="CloudWatch Logs role ARN must be set"):
            harness.update(stage, **{**stage.properties, "AccessLogSetting": log})

    def test_keys_and_plans_need_existing_stages(self, harness, rest_api):
        with pytest.raises(ClientError, match="NotFound"):
            harness.create(
                "AWS::ApiGateway::UsagePlan", ApiStages=[{"ApiId": rest_api, "Stage": "none"}]
            )
        with pytest.raises(ClientError, match="NotFound"):
            harness.create(
                "AWS::ApiGateway::ApiKey",
                StageKeys=[{"RestApiId": rest_api, "StageName": "none"}],
            )

    def test_a_key_has_at_least_twenty_characters(self, harness):
        with pytest.raises(ClientError, match="at least 20"):
            harness.create("AWS::ApiGateway::ApiKey", Value="short", Enabled=True)

    def test_keys_and_plans_change_in_place(self, harness, rest_api, stage):
        key = harness.create("AWS::ApiGateway::ApiKey", Value=KEY, Enabled=False)
        harness.update(key, Value=KEY, Enabled=True)
        read = harness.call("apigateway", "get_api_key", apiKey=key.physical_id, includeValue=True)
        assert (read["enabled"], read["value"]) == (True, KEY)
        harness.delete(key)
        plan = harness.create(
            "AWS::ApiGateway::UsagePlan",
            Throttle={"BurstLimit": 1, "RateLimit": 2},
            Quota={"Limit": 3, "Period": "DAY"},
        )
        plan = harness.update(
            plan,
            ApiStages=[{"ApiId": rest_api, "Stage": "v1"}],
            Quota={"Limit": 4, "Period": "WEEK"},
            UsagePlanName="renamed",
        )
        read = harness.call("apigateway", "get_usage_plan", usagePlanId=plan.physical_id)
        assert read["apiStages"] == [{"apiId": rest_api, "stage": "v1"}]
        assert read["quota"] == {"limit": 4, "period": "WEEK"}
        assert read["name"] == "renamed"
        assert "throttle" not in read
        with pytest.raises(ClientError, match="NotFound"):
            harness.create(
                "AWS::ApiGateway::UsagePlanKey",
                KeyId="none",
                KeyType="API_KEY",
                UsagePlanId=plan.physical_id,
            )
        harness.delete(plan)
