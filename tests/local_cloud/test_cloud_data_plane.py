"""Deployed things run in the local cloud, and whatever is missing or wrong shows."""

from __future__ import annotations

import base64
import json
import os
from contextlib import suppress

import pg8000.exceptions
import pymysql
import pytest
from data_plane_world import (
    ACCOUNT,
    FUNCTION_ARN,
    MYSQL,
    OTHER_ACCOUNT,
    PASSWORD,
    POSTGRESQL,
    REGION,
    World,
    zipped,
)

from rdsproxy_local.data_plane.policies import allowed, said_to_everybody, trusts
from rdsproxy_local.data_plane.running import RunningCloud
from rdsproxy_local.servers.loopback import listens, wait_for

# One worker has the cloud; two would start it twice.
pytestmark = pytest.mark.xdist_group("data_plane")

LOAD = {"rawPath": "/load", "requestContext": {"requestId": "r", "http": {"method": "GET"}}}


@pytest.fixture(scope="module")
def world(function):
    with RunningCloud() as cloud:
        world = World(cloud)
        world.build(function)
        assert world.post("/initialize")[0] == 200
        yield world


def is_unavailable(answer):
    status, body = answer
    return status == 503 and body["error"]["code"] == "database_unavailable"


def is_running(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def is_in_log(world, words):
    return any(words in line for line in world.cloud.plane.fronts.log())


class TestBase:
    """The way of a request through all of it."""

    def test_a_signed_request_reaches_the_database(self, world):
        status, body = world.get("/load")
        assert status == 200
        assert [item["name"] for item in body["items"]] == ["one", "two", "three"]

    def test_the_database_survives_the_functions_environment(self, world):
        world.redeploy()
        assert world.get("/load")[0] == 200

    def test_the_functions_log_is_in_its_group(self, world):
        assert world.get("/load")[0] == 200
        messages = [json.loads(line)["message"] for line in world.lines("/ours") if line[0] == "{"]
        assert "answered" in messages

    def test_no_log_has_a_password_in_it(self, world):
        logs = (*world.lines("/ours"), *world.cloud.plane.fronts.log(), *world.cloud.server.log)
        assert not [line for line in logs if PASSWORD in line or "X-Amz-Signature" in line]

    def test_the_access_log_has_a_line_for_a_request(self, world):
        world.get("/load")
        assert any(line.endswith(" ANY /{proxy+} 200 -") for line in world.lines("access"))


class TestHttpApi:
    @pytest.mark.parametrize(
        ("role", "account"),
        [(None, ACCOUNT), ("stranger", ACCOUNT), ("caller", OTHER_ACCOUNT)],
        ids=["nobody", "a role without permission", "another account"],
    )
    def test_it_is_forbidden_to(self, world, role, account):
        assert world.get("/load", role, account) == (403, {"message": "Forbidden"})

    def test_a_signature_is_for_one_request(self, world):
        headers = world.signed("/load", "caller")
        assert world.fetch("/load", **headers)[0] == 200
        assert world.fetch("/visits", **headers)[0] == 403
        assert world.fetch("/load?more=1", **headers)[0] == 403
        assert world.fetch("/load", "POST", **headers)[0] == 403

    def test_a_greedy_path_does_not_match_the_root(self, world):
        assert world.get("/") == (404, {"message": "Not Found"})

    def test_the_path_in_a_named_stage_begins_with_its_name(self, world):
        stage = {"ApiId": world.api_id, "StageName": "next", "AutoDeploy": True}
        world.call("apigatewayv2", "create_stage", **stage)
        assert world.get("/next/load")[0] == 200, (
            "which payload format 2.0 has, and the function not"
        )
        assert world.get("/load/load")[1]["error"]["code"] == "not_found"

    def test_it_needs_the_functions_permission(self, world):
        world.call("lambda", "remove_permission", FunctionName="ours", StatementId="api")
        try:
            assert world.get("/load") == (500, {"message": "Internal Server Error"})
        finally:
            world.let_call("ours", world.api_id)
        assert world.get("/load")[0] == 200


class TestProxy:
    def test_a_role_needs_rds_db_connect(self, world):
        with world.changed(
            lambda: world.let_connect("function", world.proxy_id, "another"),
            lambda: world.let_connect("function", world.proxy_id, "root"),
        ):
            assert is_unavailable(world.get("/load"))
            assert is_in_log(world, "may not connect")
        assert world.get("/load")[0] == 200

    def test_a_user_needs_a_secret(self, world):
        world.let_connect("function", world.proxy_id, "*")
        world.redeploy(RDS_USER="somebody")
        try:
            assert is_unavailable(world.get("/load"))
            assert is_in_log(world, "somebody refused, there is no such user")
        finally:
            world.redeploy()
            world.let_connect("function", world.proxy_id, "root")

    def test_correcting_a_wrong_password_in_the_secret_takes_no_restart(self, world):
        with world.changed(lambda: world.set_secret("wrong"), world.set_secret):
            assert is_unavailable(world.get("/load"))
            world.set_secret()
            assert world.get("/load")[0] == 200

    @pytest.mark.parametrize(
        ("login", "description"),
        [
            (("wrong",), "The credentials of the proxy were refused by the database"),
            (("any", "nobody"), "The users of the proxy's secrets are not in the database"),
        ],
    )
    def test_its_health_is_the_databases_answer(self, world, login, description):
        assert world.get("/load")[0] == 200, "the database runs"
        with world.changed(lambda: world.set_secret(*login), world.set_secret):
            health = world.health("ours")
            assert (health["Reason"], health["Description"]) == ("AUTH_FAILURE", description)
        assert world.health("ours") == {"State": "AVAILABLE"}

    def test_its_role_must_be_allowed_to_read_the_secret(self, world):
        action = "secretsmanager:GetSecretValue"
        with world.changed(
            lambda: world.allow("proxy", action, f"{world.secret}-another"),
            lambda: world.allow("proxy", action, world.secret),
        ):
            assert is_unavailable(world.get("/load"))

    def test_another_master_password_counts_at_the_next_login(self, world):
        def change(password):
            cluster = {"DBClusterIdentifier": "ours", "MasterUserPassword": password}
            world.call("rds", "modify_db_cluster", **cluster)
            world.set_secret(PASSWORD)

        with world.changed(lambda: change("quite-another"), lambda: change(PASSWORD)):
            assert is_unavailable(world.get("/load"))
            world.set_secret("quite-another")
            assert world.get("/load")[0] == 200

    @pytest.mark.parametrize("rule", [("function", "proxy"), ("proxy", "cluster")])
    def test_a_missing_rule_shows(self, world, rule):
        with world.changed(lambda: world.refuse(*rule), lambda: world.admit(*rule)):
            assert is_unavailable(world.get("/load"))
        assert world.get("/load")[0] == 200

    def test_without_a_target_there_is_no_database(self, world):
        target = {"DBProxyName": "ours", "DBClusterIdentifiers": ["ours"]}
        with world.changed(
            lambda: world.call("rds", "deregister_db_proxy_targets", **target),
            lambda: world.call("rds", "register_db_proxy_targets", **target),
        ):
            assert is_unavailable(world.get("/load"))
            assert is_in_log(world, "no target")

    def test_one_that_accepts_passwords_accepts_only_the_secrets(self, world):
        def authenticate(iam):
            auth = {"AuthScheme": "SECRETS", "SecretArn": world.secret, "IAMAuth": iam}
            world.call("rds", "modify_db_proxy", DBProxyName="ours", Auth=[auth])

        with world.changed(lambda: authenticate("DISABLED"), lambda: authenticate("REQUIRED")):
            with world.mysql(world.host, PASSWORD) as execute:
                assert execute("SELECT 1") == [(1,)]
            with pytest.raises(pymysql.err.OperationalError, match="1045"):
                world.mysql(world.host, "wrong").__enter__()
            assert is_unavailable(world.get("/load")), "it takes no tokens now"

    def test_one_without_tls_does_not_reach_a_database_that_requires_it(self, world):
        group = {"DBClusterParameterGroupName": "tls-only"}
        world.call(
            "rds",
            "create_db_cluster_parameter_group",
            **group,
            DBParameterGroupFamily="aurora-mysql5.7",
            Description="TLS only",
        )
        wanted = {"ParameterName": "require_secure_transport", "ParameterValue": "ON"}
        world.call(
            "rds",
            "modify_db_cluster_parameter_group",
            **group,
            Parameters=[{**wanted, "ApplyMethod": "immediate"}],
        )

        def require(tls, parameters):
            auth = {"AuthScheme": "SECRETS", "SecretArn": world.secret}
            auth["IAMAuth"] = "REQUIRED" if tls else "DISABLED"
            world.call("rds", "modify_db_proxy", DBProxyName="ours", RequireTLS=tls, Auth=[auth])
            world.call(
                "rds",
                "modify_db_cluster",
                DBClusterIdentifier="ours",
                DBClusterParameterGroupName=parameters,
            )

        with world.changed(
            lambda: require(False, "tls-only"),
            lambda: require(True, "default.aurora-mysql5.7"),
        ):
            with pytest.raises(pymysql.err.OperationalError):
                world.mysql(world.host, PASSWORD).__enter__()
            require(False, "default.aurora-mysql5.7")
            with world.mysql(world.host, PASSWORD) as execute:
                assert execute("SELECT 1") == [(1,)]
        world.call("rds", "delete_db_cluster_parameter_group", **group)

    def test_an_endpoint_accepts_tokens_for_its_own_name(self, world):
        made = world.call(
            "rds",
            "create_db_proxy_endpoint",
            DBProxyName="ours",
            DBProxyEndpointName="more",
            VpcSubnetIds=world.subnets,
            VpcSecurityGroupIds=[world.groups["proxy"]],
        )
        host = made["DBProxyEndpoint"]["Endpoint"]
        with world.mysql(host, world.token("function", host, MYSQL, "root")) as execute:
            assert execute("SELECT 1") == [(1,)]
        with pytest.raises(pymysql.err.OperationalError, match="1045"):
            world.mysql(host, world.token("function", world.host, MYSQL, "root")).__enter__()

    def test_tokens_of_another_account_are_refused(self, world):
        world.role("function", {"AWS": OTHER_ACCOUNT}, OTHER_ACCOUNT)
        world.allow("function", "rds-db:connect", "*", OTHER_ACCOUNT)
        token = world.token("function", world.host, MYSQL, "root", OTHER_ACCOUNT)
        with pytest.raises(pymysql.err.OperationalError, match="1045"):
            world.mysql(world.host, token).__enter__()


@pytest.fixture(scope="module")
def postgresql(world):
    """A cluster of PostgreSQL that takes tokens, behind a proxy."""
    cluster = world.create_cluster(
        "other", "aurora-postgresql", EngineVersion="16.10", EnableIAMDatabaseAuthentication=True
    )
    world.create_proxy("other", "POSTGRESQL", "other", IAMAuth="REQUIRED")
    world.role("client", {"AWS": ACCOUNT})
    return cluster


class TestPostgreSQL:
    def test_a_proxy_accepts_tokens(self, world, postgresql):
        host, proxy_id = world.proxy("other")
        world.let_connect("client", proxy_id, "root")
        token = world.token("client", host, POSTGRESQL, "root")
        with world.postgresql(host, token) as execute:
            assert execute("SELECT current_user") == [("root",)]
        with pytest.raises(pg8000.exceptions.DatabaseError, match="28P01"):
            world.postgresql(host, PASSWORD).__enter__()

    def test_a_wrong_password_in_the_secret_lets_nobody_in(self, world, postgresql):
        host, proxy_id = world.proxy("other")
        world.let_connect("client", proxy_id, "root")
        world.set_secret("wrong")
        token = world.token("client", host, POSTGRESQL, "root")
        try:
            with pytest.raises(pg8000.exceptions.DatabaseError, match="28P01"):
                world.postgresql(host, token).__enter__()
        finally:
            world.set_secret()

    def test_the_cluster_itself_accepts_passwords_and_tokens(self, world, postgresql):
        host = postgresql["Endpoint"]
        world.let_connect("client", postgresql["DbClusterResourceId"], "root")
        for word in (PASSWORD, world.token("client", host, POSTGRESQL, "root")):
            with world.postgresql(host, word) as execute:
                assert execute("SELECT current_user") == [("root",)]
        for word in ("wrong", world.token("stranger", host, POSTGRESQL, "root")):
            with pytest.raises(pg8000.exceptions.DatabaseError, match="28P01"):
                world.postgresql(host, word).__enter__()

    def test_a_proxy_goes_on_with_tokens_where_iam_is_its_default(self, world, postgresql):
        host, proxy_id = world.proxy("other")
        with world.postgresql(postgresql["Endpoint"], PASSWORD) as execute:
            execute("CREATE ROLE reader LOGIN")
        world.let_connect("client", proxy_id, "reader")
        world.call("rds", "modify_db_proxy", DBProxyName="other", DefaultAuthScheme="IAM_AUTH")
        token = world.token("client", host, POSTGRESQL, "reader")
        with pytest.raises(pg8000.exceptions.DatabaseError, match="28P01"):
            world.postgresql(host, token, "reader").__enter__()
        assert is_in_log(world, "the proxy's role may not connect as reader")
        world.let_connect("proxy", postgresql["DbClusterResourceId"], "*")
        with world.postgresql(host, token, "reader") as execute:
            assert execute("SELECT current_user") == [("reader",)]


class TestDatabase:
    def test_a_cluster_itself_accepts_its_passwords(self, world):
        with world.mysql(world.cluster["Endpoint"], PASSWORD) as execute:
            assert execute("SELECT COUNT(*) FROM blog.items") == [(3,)]

    def test_an_unknown_name_is_not_found(self, world):
        assert world.fetch("/_local/host/nothing.rds.amazonaws.com?port=3306")[0] == 404

    def test_a_proxy_is_not_reached_from_outside(self, world):
        world.create_function("outside", zipped({"app.py": ""}))
        assert not listens(world.place(world.host, MYSQL, "outside")[1])

    def test_it_stops_running_once_it_is_deleted(self, world):
        cluster = world.create_cluster("short", "aurora-mysql")
        with world.mysql(cluster["Endpoint"], PASSWORD) as execute:
            assert execute("SELECT 1") == [(1,)]
        _, port = world.place(cluster["Endpoint"], MYSQL)
        world.call(
            "rds", "delete_db_instance", DBInstanceIdentifier="short-1", SkipFinalSnapshot=True
        )
        world.call("rds", "delete_db_cluster", DBClusterIdentifier="short", SkipFinalSnapshot=True)
        assert world.fetch(f"/_local/host/{cluster['Endpoint']}?port=3306")[0] == 404
        assert not listens(port)


REACHES = """
import os, socket
from urllib.parse import urlsplit

def handler(event, context):
    url = urlsplit(os.environ[event["variable"]])
    with socket.socket() as probe:
        return probe.connect_ex((url.hostname, url.port)) == 0
"""


class TestFunction:
    def test_it_is_invoked_past_the_api(self, world):
        answer, body = world.invoke("ours", LOAD)
        assert body["statusCode"] == 200
        assert "FunctionError" not in answer
        assert "answered" in base64.b64decode(answer["LogResult"]).decode()

    def test_an_environment_handles_one_event_after_the_other(self, world):
        assert world.get("/load")[0] == 200
        accepted = world.accepted()
        assert [world.get("/load")[0] for _ in range(3)] == [200, 200, 200]
        assert world.accepted() == accepted, "the function keeps its connection"
        world.redeploy()
        assert world.get("/load")[0] == 200
        assert world.accepted() == accepted + 1

    def test_it_ends_with_its_deletion(self, world):
        code = "import os\ndef handler(event, context): return os.getpid()"
        world.create_function("brief", zipped({"app.py": code}))
        _, pid = world.invoke("brief", {})
        assert world.invoke("brief", {})[1] == pid
        world.call("lambda", "delete_function", FunctionName="brief")
        world.get("/load")
        assert wait_for(lambda: not is_running(pid))

    def test_its_error_is_its_own(self, world):
        code = "def handler(event, context): raise KeyError(event)"
        world.create_function("failing", zipped({"app.py": code}))
        answer, body = world.invoke("failing", {})
        world.call("lambda", "delete_function", FunctionName="failing")
        assert answer["FunctionError"] == "Unhandled"
        assert body["errorType"] == "KeyError"

    def test_its_role_must_trust_lambda(self, world):
        def trust(service):
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
            }
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            world.call(
                "iam",
                "update_assume_role_policy",
                RoleName="function",
                PolicyDocument=document,
            )

        world.redeploy()
        trust("ec2.amazonaws.com")
        try:
            with pytest.raises(Exception, match="cannot be assumed by Lambda"):
                world.invoke("ours", LOAD)
        finally:
            trust("lambda.amazonaws.com")

    def test_it_can_import_its_layers(self, world):
        layer = world.call(
            "lambda",
            "publish_layer_version",
            LayerName="greetings",
            Content={"ZipFile": zipped({"python/greetings.py": "HELLO = 'from the layer'"})},
        )
        code = "from greetings import HELLO\ndef handler(event, context): return HELLO"
        arn = layer["LayerVersionArn"]
        world.create_function("layered", zipped({"app.py": code}), Layers=[arn])
        assert world.invoke("layered", {})[1] == "from the layer"

    def test_new_code_runs_from_the_next_event_on(self, world):
        code = "def handler(event, context): return {!r}".format
        world.create_function("changing", zipped({"app.py": code("old")}))
        assert world.invoke("changing", {})[1] == "old"
        world.call(
            "lambda",
            "update_function_code",
            FunctionName="changing",
            ZipFile=zipped({"app.py": code("new")}),
        )
        assert world.invoke("changing", {})[1] == "new"

    def test_in_a_vpc_an_api_needs_an_endpoint_that_admits_it(self, world):
        world.create_function("inside", zipped({"app.py": REACHES}), VpcConfig=world.in_vpc)
        event = {"variable": "AWS_ENDPOINT_URL_SECRETS_MANAGER"}
        assert world.invoke("inside", event)[1] is False
        world.call(
            "ec2",
            "create_vpc_endpoint",
            VpcId=world.vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{REGION}.secretsmanager",
            SubnetIds=world.subnets,
            SecurityGroupIds=[world.groups["endpoint"]],
            PrivateDnsEnabled=True,
        )
        assert world.invoke("inside", event)[1] is False, "its group lets nobody in"
        world.admit("function", "endpoint", 443)
        assert world.invoke("inside", event)[1] is True
        assert world.invoke("inside", {"variable": "AWS_ENDPOINT_URL_STS"})[1] is False

    def test_outside_any_vpc_every_api_is_reached(self, world):
        world.create_function("free", zipped({"app.py": REACHES}))
        assert world.invoke("free", {"variable": "AWS_ENDPOINT_URL"})[1] is True


@pytest.fixture(scope="module")
def rest_api(world):
    """A REST API whose one method asks for a key, and a key."""
    code = "def handler(event, context): return {'statusCode': 200, 'body': event['httpMethod']}"
    world.create_function("rest", zipped({"app.py": code}))
    api = world.call("apigateway", "create_rest_api", name="ours")["id"]
    (root,) = world.call("apigateway", "get_resources", restApiId=api)["items"]
    resource = world.call(
        "apigateway",
        "create_resource",
        restApiId=api,
        parentId=root["id"],
        pathPart="{proxy+}",
    )["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
    world.call("apigateway", "put_method", **method, authorizationType="NONE", apiKeyRequired=True)
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION_ARN}rest"
    world.call(
        "apigateway",
        "put_integration",
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"{uri}/invocations",
    )
    world.call("apigateway", "create_deployment", restApiId=api, stageName="live")
    stages = [{"apiId": api, "stage": "live"}]
    plan = world.call("apigateway", "create_usage_plan", name="ours", apiStages=stages)["id"]
    key = world.call("apigateway", "create_api_key", name="ours", enabled=True, value="k" * 20)
    world.call(
        "apigateway", "create_usage_plan_key", usagePlanId=plan, keyId=key["id"], keyType="API_KEY"
    )
    world.let_call("rest", api)
    return api, key


class TestRestApi:
    def test_a_key_of_the_plan_lets_in(self, world, rest_api):
        api, key = rest_api
        header = {"x-api-key": key["value"]}
        assert world.get_rest(api, "/live/load", **header) == (200, b"GET")

    def test_other_keys_do_not(self, world, rest_api):
        api, _ = rest_api
        forbidden = (403, {"message": "Forbidden"})
        assert world.get_rest(api, "/live/load") == forbidden
        assert world.get_rest(api, "/live/load", **{"x-api-key": "another"}) == forbidden

    def test_it_has_no_other_paths_or_stages(self, world, rest_api):
        api, _ = rest_api
        missing = (403, {"message": "Missing Authentication Token"})
        assert world.get_rest(api, "/live/") == missing
        assert world.get_rest(api, "/test/load") == (403, {"message": "Forbidden"})


def policy(effect, action="s3:Get*", resource="arn:aws:s3:::ours/*", **more):
    return {"Statement": {"Effect": effect, "Action": action, "Resource": resource, **more}}


class TestPolicies:
    GET = ("s3:GetObject", "arn:aws:s3:::ours/one")
    SAME = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}

    def test_a_deny_wins(self):
        assert allowed([policy("Allow")], *self.GET)
        assert not allowed([policy("Allow"), policy("Deny", "*", "*")], *self.GET)

    def test_nothing_is_allowed_without_a_statement(self):
        assert not allowed([], *self.GET)
        assert not allowed([policy("Allow", "s3:Put*")], *self.GET)
        assert not allowed([policy("Allow", resource="arn:aws:s3:::theirs/*")], *self.GET)

    def test_the_case_of_actions_does_not_matter(self):
        assert allowed([policy("Allow", "S3:getobject")], *self.GET)

    def test_a_condition_needs_its_key(self):
        conditional = policy("Allow", Condition=self.SAME)
        assert allowed([conditional], *self.GET, **{"AWS:SourceAccount": ACCOUNT})
        assert not allowed([conditional], *self.GET)

    def test_a_condition_that_is_not_understood_never_allows_and_always_denies(self):
        strange = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
        assert not allowed([policy("Allow", Condition=strange)], *self.GET)
        denied = [policy("Allow"), policy("Deny", Condition=strange)]
        assert not allowed(denied, *self.GET)

    def test_a_bool_is_compared_as_text(self):
        by_tls = policy("Allow", Condition={"Bool": {"aws:SecureTransport": True}})
        assert allowed([by_tls], *self.GET, **{"aws:SecureTransport": "true"})
        assert not allowed([by_tls], *self.GET, **{"aws:SecureTransport": "false"})
        assert not allowed([by_tls], *self.GET)

    def test_only_statements_about_everybody_apply_to_everybody(self):
        service = {"Service": "lambda.amazonaws.com"}
        for said, effect, principal in (
            ("Deny", "Deny", "*"),
            ("Allow", "Allow", {"AWS": "*"}),
            (None, "Deny", service),
        ):
            assert said_to_everybody(policy(effect, Principal=principal), *self.GET) == said
        both = [policy(effect, Principal="*")["Statement"] for effect in ("Allow", "Deny")]
        assert said_to_everybody({"Statement": both}, *self.GET) == "Deny"

    def test_a_role_trusts_the_service_that_it_names(self):
        principal = {"Service": ["lambda.amazonaws.com"]}
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        document = {"Statement": [statement]}
        assert trusts(document, "lambda.amazonaws.com", "sts:AssumeRole")
        assert not trusts(document, "rds.amazonaws.com", "sts:AssumeRole")
