"""A service as ``base`` deploys it, made through the API only, and clients of its parts."""

from __future__ import annotations

import http.client
import io
import json
import secrets
import socket
import ssl
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import pg8000.native
import pymysql
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rdsproxy_local.data_plane.running import RunningCloud

ACCOUNT: Final = "123456789012"
OTHER_ACCOUNT: Final = "210987654321"
REGION: Final = "eu-west-1"
PASSWORD: Final = secrets.token_urlsafe(12)
MYSQL: Final = 3306
POSTGRESQL: Final = 5432

Execute = Callable[[str], list[tuple[Any, ...]]]
FUNCTION_ARN: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"


class World:
    """The parts that several tests use, and what they change in them."""

    def __init__(self, cloud: RunningCloud) -> None:
        self.cloud = cloud
        self._numbers = count()
        self.groups: dict[str, str] = {}
        self.subnets: list[str] = []
        self.vpc: str = self.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    def call(self, service: str, operation: str, account: str = ACCOUNT, **given: Any) -> Any:
        return self.cloud.clients.call(service, operation, account, REGION, **given)

    def build(self, function: Path) -> None:
        """All of ``base``."""
        self._network()
        self._roles()
        self.cluster = self.create_cluster("ours", "aurora-mysql")
        self.create_proxy("ours", "MYSQL", "ours", IAMAuth="REQUIRED")
        self.host, self.proxy_id = self.proxy("ours")
        self.let_connect("function", self.proxy_id, "root")
        self._function(function)
        self.api_id = self._http_api()
        self.let_call("ours", self.api_id)

    # Network

    def _network(self) -> None:
        yes = {"Value": True}
        self.call("ec2", "modify_vpc_attribute", VpcId=self.vpc, EnableDnsHostnames=yes)
        for number, zone in enumerate("ab"):
            made = self.call(
                "ec2",
                "create_subnet",
                VpcId=self.vpc,
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZone=f"{REGION}{zone}",
            )
            self.subnets.append(made["Subnet"]["SubnetId"])
        self.call(
            "rds",
            "create_db_subnet_group",
            DBSubnetGroupName="ours",
            DBSubnetGroupDescription="ours",
            SubnetIds=self.subnets,
        )
        for name in ("function", "proxy", "cluster", "endpoint"):
            made = self.call(
                "ec2", "create_security_group", GroupName=name, Description=name, VpcId=self.vpc
            )
            self.groups[name] = made["GroupId"]
        for port in (MYSQL, POSTGRESQL):
            self.admit("function", "proxy", port)
            self.admit("proxy", "cluster", port)

    def admit(self, source: str, target: str, port: int = MYSQL) -> None:
        self.call("ec2", "authorize_security_group_ingress", **self._rule(source, target, port))

    def refuse(self, source: str, target: str, port: int = MYSQL) -> None:
        self.call("ec2", "revoke_security_group_ingress", **self._rule(source, target, port))

    def _rule(self, source: str, target: str, port: int) -> dict[str, Any]:
        pairs = [{"GroupId": self.groups[source]}]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pairs}
        return {"GroupId": self.groups[target], "IpPermissions": [rule]}

    # Identities

    def role(self, name: str, principal: Mapping[str, str], account: str = ACCOUNT) -> str:
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = self.call(
            "iam", "create_role", account, RoleName=name, AssumeRolePolicyDocument=document
        )
        return str(made["Role"]["Arn"])

    def allow(self, role: str, action: str, resource: str, account: str = ACCOUNT) -> None:
        """Allow this and, of this action, nothing else any more."""
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        self.call(
            "iam",
            "put_role_policy",
            account,
            RoleName=role,
            PolicyName=action.replace(":", "-"),
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    def let_connect(self, role: str, resource_id: str, user: str) -> None:
        resource = f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:{resource_id}/{user}"
        self.allow(role, "rds-db:connect", resource)

    def keys(self, role: str, account: str = ACCOUNT) -> Credentials:
        """Keys of a session of the role."""
        arn = f"arn:aws:iam::{account}:role/{role}"
        made = self.call("sts", "assume_role", account, RoleArn=arn, RoleSessionName="test")
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return Credentials(*(made["Credentials"][name] for name in names))

    def _roles(self) -> None:
        self.secret = self._secret("master")
        self.proxy_role = self.role("proxy", {"Service": "rds.amazonaws.com"})
        self.allow("proxy", "secretsmanager:GetSecretValue", self.secret)
        self.function_role = self.role("function", {"Service": "lambda.amazonaws.com"})
        policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
        self.call("iam", "attach_role_policy", RoleName="function", PolicyArn=policy)
        for account in (ACCOUNT, OTHER_ACCOUNT):
            self.role("caller", {"AWS": account}, account)
            self.allow("caller", "execute-api:Invoke", "*", account)
        self.role("stranger", {"AWS": ACCOUNT})

    def _secret(self, name: str) -> str:
        value = json.dumps({"username": "root", "password": PASSWORD})
        made = self.call("secretsmanager", "create_secret", Name=name, SecretString=value)
        return str(made["ARN"])

    def health(self, proxy: str) -> dict[str, str]:
        """The health of the only target of a proxy."""
        answer = self.call("rds", "describe_db_proxy_targets", DBProxyName=proxy)
        [target] = answer["Targets"]
        health: dict[str, str] = target["TargetHealth"]
        return health

    def set_secret(self, password: str = PASSWORD, user: str = "root") -> None:
        value = json.dumps({"username": user, "password": password})
        self.call("secretsmanager", "put_secret_value", SecretId=self.secret, SecretString=value)

    # Databases

    def create_cluster(self, name: str, engine: str, **more: Any) -> dict[str, Any]:
        made = self.call(
            "rds",
            "create_db_cluster",
            DBClusterIdentifier=name,
            Engine=engine,
            DatabaseName="blog",
            MasterUsername="root",
            MasterUserPassword=PASSWORD,
            DBSubnetGroupName="ours",
            VpcSecurityGroupIds=[self.groups["cluster"]],
            **more,
        )
        self.call(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier=f"{name}-1",
            DBClusterIdentifier=name,
            Engine=engine,
            DBInstanceClass="db.t4g.medium",
        )
        cluster: dict[str, Any] = made["DBCluster"]
        return cluster

    def create_proxy(self, name: str, family: str, cluster: str, **auth: str) -> None:
        self.call(
            "rds",
            "create_db_proxy",
            DBProxyName=name,
            EngineFamily=family,
            RequireTLS=True,
            Auth=[{"AuthScheme": "SECRETS", "SecretArn": self.secret, **auth}],
            RoleArn=self.proxy_role,
            VpcSubnetIds=self.subnets,
            VpcSecurityGroupIds=[self.groups["proxy"]],
        )
        self.call(
            "rds", "register_db_proxy_targets", DBProxyName=name, DBClusterIdentifiers=[cluster]
        )

    def proxy(self, name: str) -> tuple[str, str]:
        """A proxy's host name, and the ID that policies name it by."""
        (found,) = self.call("rds", "describe_db_proxies", DBProxyName=name)["DBProxies"]
        return found["Endpoint"], found["DBProxyArn"].rpartition(":")[2]

    # Functions and APIs

    def create_function(self, name: str, code: bytes, **given: Any) -> None:
        self.call(
            "lambda",
            "create_function",
            FunctionName=name,
            Runtime="python3.13",
            Role=self.function_role,
            Handler="app.handler",
            Timeout=29,
            Code={"ZipFile": code},
            **given,
        )

    @property
    def in_vpc(self) -> dict[str, list[str]]:
        groups = [self.groups["function"]]
        return {"SubnetIds": self.subnets, "SecurityGroupIds": groups}

    def _function(self, function: Path) -> None:
        self._variables = {
            "RDS_PROXY_ENDPOINT": self.host,
            "RDS_USER": "root",
            "RDS_DATABASE_NAME": "blog",
        }
        driver = Path(pymysql.__file__).parent
        own = {
            str(path.relative_to(folder)): path.read_text()
            for folder in (function, function.parent / "database_layer")
            for path in folder.rglob("*.py")
        }
        drivers = {
            f"pymysql/{path.relative_to(driver)}": path.read_text() for path in driver.rglob("*.py")
        }
        self.create_function(
            "ours",
            zipped(own | drivers),
            Environment={"Variables": self._variables},
            VpcConfig=self.in_vpc,
            LoggingConfig={"LogFormat": "JSON", "LogGroup": "/ours"},
        )

    def redeploy(self, **variables: str) -> None:
        """The function with other variables, and in any case in another environment."""
        fresh = {"NUMBER": str(next(self._numbers))}
        self.call(
            "lambda",
            "update_function_configuration",
            FunctionName="ours",
            Environment={"Variables": self._variables | fresh | variables},
        )

    @contextmanager
    def changed(self, change: Callable[[], Any], undo: Callable[[], Any]) -> Iterator[None]:
        """A change that the function's next environment meets, and its end."""
        change()
        self.redeploy()
        try:
            yield
        finally:
            undo()
            self.redeploy()

    def _http_api(self) -> str:
        api: str = self.call("apigatewayv2", "create_api", Name="ours", ProtocolType="HTTP")[
            "ApiId"
        ]
        integration = self.call(
            "apigatewayv2",
            "create_integration",
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=f"{FUNCTION_ARN}ours",
            PayloadFormatVersion="2.0",
        )
        self.call(
            "apigatewayv2",
            "create_route",
            ApiId=api,
            RouteKey="ANY /{proxy+}",
            AuthorizationType="AWS_IAM",
            Target=f"integrations/{integration['IntegrationId']}",
        )
        self.call("logs", "create_log_group", logGroupName="access")
        log = {
            "DestinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:access",
            "Format": "$context.requestId $context.routeKey $context.status $context.nothing",
        }
        self.call(
            "apigatewayv2",
            "create_stage",
            ApiId=api,
            StageName="$default",
            AutoDeploy=True,
            AccessLogSettings=log,
        )
        return api

    def let_call(self, function: str, api_id: str) -> None:
        self.call(
            "lambda",
            "add_permission",
            FunctionName=function,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api_id}/*/*/*",
        )

    def accepted(self) -> int:
        """The number of logins that the proxy has accepted."""
        return sum("accepted" in line for line in self.cloud.plane.fronts.log())

    def lines(self, group: str) -> list[str]:
        """The lines of a log group."""
        events = self.call("logs", "filter_log_events", logGroupName=group)["events"]
        return [event["message"] for event in events]

    # Clients

    def signed(
        self, path: str, role: str, account: str = ACCOUNT, method: str = "GET"
    ) -> dict[str, str]:
        """The headers of a request to the HTTP API, signed by a session of a role."""
        host = self._host_of(self.api_id)
        request = AWSRequest(method, f"http://{host}{path}", headers={"Host": host})
        SigV4Auth(self.keys(role, account), "execute-api", REGION).add_auth(request)
        return dict(request.headers)

    def get(self, path: str, role: str | None = "caller", account: str = ACCOUNT) -> Any:
        """Status and body of the HTTP API's answer to a role, or to nobody."""
        host = {"Host": self._host_of(self.api_id)}
        return self.fetch(path, **(self.signed(path, role, account) if role else host))

    def post(self, path: str) -> Any:
        """The same of a POST, to the caller's role."""
        return self.fetch(path, "POST", **self.signed(path, "caller", method="POST"))

    def get_rest(self, api_id: str, path: str, **headers: str) -> Any:
        """The same of a REST API, unsigned."""
        return self.fetch(path, Host=self._host_of(api_id), **headers)

    def fetch(self, path: str, method: str = "GET", **headers: str) -> Any:
        port = urlsplit(self.cloud.endpoint).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            content = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, json.loads(content) if is_json else content
        finally:
            connection.close()

    def invoke(self, function: str, event: Any) -> tuple[dict[str, Any], Any]:
        """The answer of Lambda, and that of the function."""
        answer = self.call(
            "lambda", "invoke", FunctionName=function, Payload=json.dumps(event), LogType="Tail"
        )
        return answer, json.loads(answer["Payload"].read())

    def token(self, role: str, host: str, port: int, user: str, account: str = ACCOUNT) -> str:
        """The token of a role's session."""
        keys = self.keys(role, account)
        rds = boto3.Session(keys.access_key, keys.secret_key, keys.token).client("rds", REGION)
        return str(rds.generate_db_auth_token(host, port, user))

    def place(self, host: str, port: int, function: str | None = None) -> tuple[str, int]:
        """The address behind a host name, for a client inside or for a function."""
        seen_from = f"&function={FUNCTION_ARN}{function}" if function else ""
        status, place = self.fetch(f"/_local/host/{host}?port={port}{seen_from}")
        assert status == 200
        return place["address"], place["port"]

    @contextmanager
    def mysql(self, host: str, password: str, user: str = "root") -> Iterator[Execute]:
        connection = pymysql.connect(
            host=host,
            user=user,
            password=password,
            ssl=self._tls(),
            read_timeout=10,
            defer_connect=True,
        )
        with socket.create_connection(self.place(host, MYSQL), 10) as end:
            connection.connect(end)

            def execute(sql: str) -> list[tuple[Any, ...]]:
                with connection.cursor() as cursor:
                    cursor.execute(sql)
                    return list(cursor.fetchall())

            try:
                yield execute
            finally:
                connection._force_close()

    @contextmanager
    def postgresql(self, host: str, password: str, user: str = "root") -> Iterator[Execute]:
        with socket.create_connection(self.place(host, POSTGRESQL), 10) as end:
            connection = pg8000.native.Connection(
                user,
                host=host,
                password=password,
                database="blog",
                ssl_context=self._tls(),
                sock=end,
            )
            try:
                yield lambda sql: [tuple(row) for row in connection.run(sql) or ()]
            finally:
                connection.close()

    def _tls(self) -> ssl.SSLContext:
        authorities: bytes = self.fetch("/_local/authorities")[1]
        return ssl.create_default_context(cadata=authorities.decode())

    def _host_of(self, api_id: str) -> str:
        return f"{api_id}.execute-api.localhost:{urlsplit(self.cloud.endpoint).port}"


def zipped(files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
