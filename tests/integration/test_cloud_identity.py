"""Roles, policies, keys, secrets and functions of the local cloud are as strict as AWS's."""

from __future__ import annotations

import io
import json
import string
import zipfile

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction, lambda_backends

from cloud.failure import Failure
from cloud.trial import Trial

pytestmark = pytest.mark.xdist_group("cloud-identity")

REFUSED = (Failure, ClientError)
READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
WRITES = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture(scope="module")
def trial(server):
    return Trial(server.clients, account="111111111111")


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service):
    return policy(
        {"Effect": "Allow", "Principal": {"Service": [service]}, "Action": "sts:AssumeRole"}
    )


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


@pytest.fixture
def role(trial):
    return trial.create(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument=trust("lambda.amazonaws.com"),
        Policies=[{"PolicyName": "Reads", "PolicyDocument": policy(READS)}],
        ManagedPolicyArns=[READ_ONLY],
        Description="first",
        MaxSessionDuration="7200",
        PermissionsBoundary=READ_ONLY,
        Tags=tags(kept="1", gone="1"),
    )


class TestRole:
    def test_it_has_what_the_template_says(self, trial, role):
        found = trial.call("iam", "get_role", RoleName=role.physical_id)["Role"]

        assert role.attributes == {"Arn": found["Arn"], "RoleId": found["RoleId"]}
        assert found["AssumeRolePolicyDocument"] == trust("lambda.amazonaws.com")
        assert found["Description"] == "first"
        assert found["MaxSessionDuration"] == 7200
        assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
        assert found["Tags"] == tags(kept="1", gone="1")
        assert self.policies(trial, role) == (["Reads"], [READ_ONLY])

    def test_everything_changes_in_place(self, trial, role):
        after = trial.update(
            role,
            AssumeRolePolicyDocument=trust("rds.amazonaws.com"),
            Policies=[{"PolicyName": "Writes", "PolicyDocument": policy(WRITES)}],
            MaxSessionDuration=3600,
            Description="second",
            Tags=tags(kept="2"),
        )

        found = trial.call("iam", "get_role", RoleName=role.physical_id)["Role"]
        assert after.attributes == role.attributes
        assert found["AssumeRolePolicyDocument"] == trust("rds.amazonaws.com")
        assert (found["Description"], found["MaxSessionDuration"]) == ("second", 3600)
        assert "PermissionsBoundary" not in found
        assert found["Tags"] == tags(kept="2")
        assert self.policies(trial, role) == (["Writes"], [])

    def test_a_longer_session_keeps_the_description(self, trial, role):
        trial.update(role, **{**role.properties, "MaxSessionDuration": 3600})

        found = trial.call("iam", "get_role", RoleName=role.physical_id)["Role"]
        assert found["Description"] == "first"

    def test_its_inline_policies_have_one_limit(self, trial, role):
        def long(characters):
            return policy({**READS, "Resource": ["arn:aws:s3:::" + "x" * characters]})

        def put(name, document):
            trial.call(
                "iam",
                "put_role_policy",
                RoleName=role.physical_id,
                PolicyName=name,
                PolicyDocument=json.dumps(document, indent=8),
            )

        put("Long", long(9_000))
        with pytest.raises(ClientError, match="Maximum policy size of 10240 bytes exceeded"):
            put("More", long(1_200))
        put("Long", long(9_900))

    def test_it_goes_with_its_policies(self, trial, role):
        trial.delete(role)

        with pytest.raises(ClientError, match="not found"):
            trial.call("iam", "get_role", RoleName=role.physical_id)

    def test_it_does_not_go_while_something_else_is_attached(self, trial, role):
        other = trial.create(
            "AWS::IAM::Policy",
            PolicyName="Other",
            PolicyDocument=policy(READS),
            Roles=[role.physical_id],
        )

        with pytest.raises(ClientError, match="must delete policies first"):
            trial.delete(role)
        trial.delete(other)

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"AssumeRolePolicyDocument": policy(READS)}, "sts:AssumeRole"),
            (
                {
                    "AssumeRolePolicyDocument": policy(
                        {"Effect": "Allow", "Action": "sts:AssumeRole"}
                    )
                },
                "Missing required field Principal",
            ),
            (
                {"Policies": [{"PolicyName": "P", "PolicyDocument": policy({"Effect": "Allow"})}]},
                "must contain actions",
            ),
            ({"ManagedPolicyArns": ["arn:aws:iam::aws:policy/Nonesuch"]}, "does not exist"),
            ({"PermissionsBoundary": "arn:aws:iam::aws:policy/Nonesuch"}, "not found"),
        ],
        ids=["trust", "nobody", "policy", "managed policy", "boundary"],
    )
    def test_what_is_wrong_leaves_no_role(self, trial, wrong, reason):
        def names():
            return [found["RoleName"] for found in trial.call("iam", "list_roles")["Roles"]]

        before = names()
        properties = {"AssumeRolePolicyDocument": trust("lambda.amazonaws.com"), **wrong}
        with pytest.raises(REFUSED, match=reason):
            trial.create("AWS::IAM::Role", **properties)
        assert names() == before

    @staticmethod
    def policies(trial, role):
        name = role.physical_id
        attached = trial.call("iam", "list_attached_role_policies", RoleName=name)
        return (
            trial.call("iam", "list_role_policies", RoleName=name)["PolicyNames"],
            [found["PolicyArn"] for found in attached["AttachedPolicies"]],
        )


class TestPolicy:
    def test_it_moves_from_role_to_role_and_changes_its_name(self, trial):
        roles = [
            trial.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
            for _ in range(2)
        ]
        first, second = (role.physical_id for role in roles)
        live = trial.create(
            "AWS::IAM::Policy", PolicyName="A", PolicyDocument=policy(READS), Roles=[first]
        )
        live = trial.update(
            live, PolicyName="B", PolicyDocument=policy(WRITES), Roles=[first, second]
        )
        assert self.of(trial, first) == self.of(trial, second) == ["B"]

        live = trial.update(live, PolicyName="B", PolicyDocument=policy(WRITES), Roles=[second])
        assert (self.of(trial, first), self.of(trial, second)) == ([], ["B"])

        trial.delete(live)
        assert self.of(trial, second) == []

    def test_it_is_given_to_all_or_to_none(self, trial, role):
        with pytest.raises(ClientError, match="nobody"):
            trial.create(
                "AWS::IAM::Policy",
                PolicyName="Half",
                PolicyDocument=policy(READS),
                Roles=[role.physical_id, "nobody"],
            )
        assert self.of(trial, role.physical_id) == ["Reads"]

    def test_it_is_somebodys(self, trial):
        with pytest.raises(Failure, match="must be non-empty"):
            trial.create(
                "AWS::IAM::Policy", PolicyName="Alone", PolicyDocument=policy(READS), Roles=[]
            )

    def test_a_policy_of_a_role_changes_and_goes(self, trial, role):
        names = {"RoleName": role.physical_id, "PolicyName": "Single"}
        live = trial.create("AWS::IAM::RolePolicy", **names, PolicyDocument=policy(READS))
        live = trial.update(live, **names, PolicyDocument=policy(WRITES))

        found = trial.call("iam", "get_role_policy", **names)
        assert found["PolicyDocument"] == policy(WRITES)
        trial.delete(live)
        assert self.of(trial, role.physical_id) == ["Reads"]

    @staticmethod
    def of(trial, role):
        return trial.call("iam", "list_role_policies", RoleName=role)["PolicyNames"]


class TestManagedPolicy:
    def test_it_has_one_version_more_with_each_change_and_five_at_most(self, trial, role):
        live = trial.create(
            "AWS::IAM::ManagedPolicy", PolicyDocument=policy(READS), Roles=[role.physical_id]
        )
        for number in range(6):
            statement = READS | {"Sid": f"Number{number}"}
            live = trial.update(live, PolicyDocument=policy(statement), Roles=[role.physical_id])

        versions = trial.call("iam", "list_policy_versions", PolicyArn=live.physical_id)
        assert len(versions["Versions"]) == 5
        assert live.attributes["DefaultVersionId"] == "v7"
        trial.delete(live)
        with pytest.raises(ClientError, match="not found"):
            trial.call("iam", "get_policy", PolicyArn=live.physical_id)

    def test_it_does_not_go_while_somebody_else_has_it(self, trial, role):
        live = trial.create("AWS::IAM::ManagedPolicy", PolicyDocument=policy(READS))
        names = {"RoleName": role.physical_id, "PolicyArn": live.physical_id}
        trial.call("iam", "attach_role_policy", **names)

        with pytest.raises(Failure, match="attached to entities"):
            trial.delete(live)
        trial.call("iam", "detach_role_policy", **names)
        trial.delete(live)


def test_an_instance_profile_has_one_role_and_another_in_place(trial, role):
    other = trial.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    live = trial.create("AWS::IAM::InstanceProfile", Roles=[role.physical_id])
    live = trial.update(live, Roles=[other.physical_id])

    found = trial.call("iam", "get_instance_profile", InstanceProfileName=live.physical_id)
    profile = found["InstanceProfile"]
    assert [one["RoleName"] for one in profile["Roles"]] == [other.physical_id]
    assert live.attributes == {"Arn": profile["Arn"]}

    with pytest.raises(ClientError, match="must remove roles from instance profile"):
        trial.delete(other)
    trial.delete(live)
    trial.delete(other)


class TestKey:
    def test_it_is_made_changed_and_scheduled_for_deletion(self, trial):
        live = trial.create(
            "AWS::KMS::Key", Description="one", EnableKeyRotation=True, Tags=tags(a="1")
        )
        key = {"KeyId": live.physical_id}
        assert trial.call("kms", "get_key_rotation_status", **key)["KeyRotationEnabled"]

        everybody = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
        live = trial.update(
            live,
            Description="two",
            EnableKeyRotation=False,
            Enabled=False,
            KeyPolicy=policy(everybody),
            PendingWindowInDays=7,
        )

        metadata = trial.call("kms", "describe_key", **key)["KeyMetadata"]
        assert (metadata["Description"], metadata["Enabled"]) == ("two", False)
        assert not trial.call("kms", "get_key_rotation_status", **key)["KeyRotationEnabled"]
        assert trial.call("kms", "list_resource_tags", **key)["Tags"] == []
        found = trial.call("kms", "get_key_policy", PolicyName="default", **key)
        assert json.loads(found["Policy"]) == policy(everybody)

        trial.delete(live)
        state = trial.call("kms", "describe_key", **key)["KeyMetadata"]["KeyState"]
        assert state == "PendingDeletion"

    def test_a_policy_for_nobody_is_refused(self, trial):
        with pytest.raises(ClientError, match="Principal"):
            trial.create("AWS::KMS::Key", KeyPolicy=policy(READS))

    def test_an_alias_points_to_another_key_in_place(self, trial):
        first, second = (trial.create("AWS::KMS::Key").physical_id for _ in range(2))
        name = {"AliasName": "alias/ours"}
        live = trial.create("AWS::KMS::Alias", **name, TargetKeyId=first)
        live = trial.update(live, **name, TargetKeyId=second)

        found = trial.call("kms", "describe_key", KeyId="alias/ours")["KeyMetadata"]
        assert found["KeyId"] == second
        trial.delete(live)
        with pytest.raises(ClientError, match="NotFoundException"):
            trial.call("kms", "describe_key", KeyId="alias/ours")


GENERATED = {
    "SecretStringTemplate": '{"username": "admin"}',
    "GenerateStringKey": "password",
    "PasswordLength": 40,
    "ExcludePunctuation": True,
}


class TestSecret:
    def test_its_password_is_generated_into_the_template(self, trial):
        live = trial.create("AWS::SecretsManager::Secret", GenerateSecretString=GENERATED)

        login = json.loads(self.value(trial, live))
        assert login["username"] == "admin"
        assert len(login["password"]) == 40
        assert set(login["password"]) <= set(string.ascii_letters + string.digits)
        assert live.attributes == {"Id": live.physical_id}

    def test_every_option_counts(self, trial):
        options = {
            "ExcludeCharacters": "abc",
            "ExcludeLowercase": False,
            "ExcludeNumbers": True,
            "ExcludePunctuation": True,
            "ExcludeUppercase": True,
            "IncludeSpace": True,
            "PasswordLength": 200,
            "RequireEachIncludedType": True,
        }
        live = trial.create("AWS::SecretsManager::Secret", GenerateSecretString=options)

        password = self.value(trial, live)
        assert len(password) == 200
        assert set(password) <= set(string.ascii_lowercase + " ") - set("abc")
        assert " " in password

    def test_another_description_keeps_the_password(self, trial):
        live = trial.create("AWS::SecretsManager::Secret", GenerateSecretString=GENERATED)
        before = self.value(trial, live)

        live = trial.update(live, GenerateSecretString=GENERATED, Description="new")
        assert self.value(trial, live) == before

        trial.update(
            live,
            GenerateSecretString=GENERATED | {"PasswordLength": 41},
            Description="new",
            Tags=tags(a="1"),
        )
        assert len(json.loads(self.value(trial, live))["password"]) == 41
        found = trial.call("secretsmanager", "describe_secret", SecretId=live.physical_id)
        assert (found["Description"], found["Tags"]) == ("new", tags(a="1"))

    def test_another_way_to_generate_it_forgets_what_was_added_to_it(self, trial):
        live = trial.create("AWS::SecretsManager::Secret", GenerateSecretString=GENERATED)
        before = json.loads(self.value(trial, live))
        attached = json.dumps({**before, "host": "there", "port": 3306})
        trial.call(
            "secretsmanager", "put_secret_value", SecretId=live.physical_id, SecretString=attached
        )

        template = json.dumps({"username": "other"})
        trial.update(live, GenerateSecretString=GENERATED | {"SecretStringTemplate": template})

        after = json.loads(self.value(trial, live))
        assert after.keys() == {"username", "password"}
        assert after["password"] != before["password"]

    def test_a_key_must_be_there(self, trial):
        with pytest.raises(ClientError, match="NotFoundException"):
            trial.create("AWS::SecretsManager::Secret", SecretString="x", KmsKeyId="alias/none")

        key = trial.create("AWS::KMS::Key").attributes["Arn"]
        live = trial.create("AWS::SecretsManager::Secret", SecretString="x")
        trial.update(live, SecretString="y", KmsKeyId=key)
        found = trial.call("secretsmanager", "describe_secret", SecretId=live.physical_id)
        assert found["KmsKeyId"] == key
        assert self.value(trial, live) == "y"

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"SecretString": "hush", "GenerateSecretString": {}}, "not both"),
            ({"GenerateSecretString": {"GenerateStringKey": "a"}}, "need each other"),
            (
                {
                    "GenerateSecretString": {
                        "GenerateStringKey": "a",
                        "SecretStringTemplate": '["hush"]',
                    }
                },
                "is not a JSON object",
            ),
        ],
        ids=["two values", "no template", "no object"],
    )
    def test_what_is_wrong_is_refused_and_not_shown(self, trial, wrong, reason):
        with pytest.raises(Failure, match=reason) as error:
            trial.create("AWS::SecretsManager::Secret", **wrong)
        assert "hush" not in str(error.value)

    def test_its_name_is_free_once_it_is_deleted(self, trial):
        for _ in range(2):
            live = trial.create("AWS::SecretsManager::Secret", Name="mine", SecretString="x")
            trial.delete(live)

    def test_replicas_come_and_go(self, trial):
        value = {"SecretString": "x"}
        live = trial.create(
            "AWS::SecretsManager::Secret", **value, ReplicaRegions=[{"Region": "us-east-1"}]
        )
        live = trial.update(live, **value, ReplicaRegions=[{"Region": "us-west-2"}])

        found = trial.call("secretsmanager", "describe_secret", SecretId=live.physical_id)
        assert [one["Region"] for one in found["ReplicationStatus"]] == ["us-west-2"]
        trial.delete(live)

    def test_a_policy_says_who_may_read_it(self, trial):
        live = trial.create("AWS::SecretsManager::Secret", SecretString="x")
        secret = {"SecretId": live.physical_id}
        reads = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}

        with pytest.raises(ClientError, match="Principal"):
            trial.create(
                "AWS::SecretsManager::ResourcePolicy", **secret, ResourcePolicy=policy(reads)
            )
        document = policy(reads | {"Principal": {"AWS": "222222222222"}})
        attached = trial.create(
            "AWS::SecretsManager::ResourcePolicy", **secret, ResourcePolicy=document
        )

        found = trial.call("secretsmanager", "get_resource_policy", **secret)
        assert json.loads(found["ResourcePolicy"]) == document
        trial.delete(attached)
        assert "ResourcePolicy" not in trial.call("secretsmanager", "get_resource_policy", **secret)

    @staticmethod
    def value(trial, live):
        found = trial.call("secretsmanager", "get_secret_value", SecretId=live.physical_id)
        return found["SecretString"]


CODE = {"ZipFile": "def handler(event, context):\n    return event\n"}


@pytest.fixture
def network(trial):
    vpc = trial.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = trial.call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.0.0.0/24")
    group = trial.call("ec2", "create_security_group", GroupName="g", Description="g", VpcId=vpc)
    return {"SubnetIds": [subnet["Subnet"]["SubnetId"]], "SecurityGroupIds": [group["GroupId"]]}


@pytest.fixture
def basics(role):
    return {
        "Code": CODE,
        "Handler": "index.handler",
        "Role": role.attributes["Arn"],
        "Runtime": "python3.13",
    }


@pytest.fixture
def function(trial, basics):
    return trial.create("AWS::Lambda::Function", **basics)


def zipped(text="hello"):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", text)
    return content.getvalue()


@pytest.fixture(scope="module")
def bucket(trial):
    place = {"CreateBucketConfiguration": {"LocationConstraint": trial.region}}
    trial.call("s3", "create_bucket", Bucket="code", **place)
    trial.call("s3", "put_object", Bucket="code", Key="app.zip", Body=zipped())
    trial.call("s3", "put_object", Bucket="code", Key="app.txt", Body=b"no zip")
    return "code"


class TestFunction:
    def test_it_has_what_the_template_says(self, trial, basics, network, bucket):
        layer = trial.create(
            "AWS::Lambda::LayerVersion",
            Content={"S3Bucket": bucket, "S3Key": "app.zip"},
            CompatibleRuntimes=["python3.13"],
        )
        live = trial.create(
            "AWS::Lambda::Function",
            **basics,
            Architectures=["arm64"],
            Environment={"Variables": {"COLOUR": "blue"}},
            EphemeralStorage={"Size": "1024"},
            Layers=[layer.physical_id],
            LoggingConfig={"LogGroup": "/ours", "LogFormat": "JSON"},
            MemorySize="256",
            ReservedConcurrentExecutions=5,
            Tags=tags(a="1"),
            Timeout=10,
            VpcConfig=network,
        )

        found = self.described(trial, live)
        assert found["FunctionArn"] == live.attributes["Arn"]
        assert found["Architectures"] == ["arm64"]
        assert found["Environment"] == {"Variables": {"COLOUR": "blue"}}
        assert found["EphemeralStorage"] == {"Size": 1024}
        assert [one["Arn"] for one in found["Layers"]] == [layer.physical_id]
        assert found["LoggingConfig"] == {"LogGroup": "/ours", "LogFormat": "JSON"}
        assert (found["MemorySize"], found["Timeout"]) == (256, 10)
        subnet = trial.call("ec2", "describe_subnets", SubnetIds=network["SubnetIds"])
        assert found["VpcConfig"] == network | {"VpcId": subnet["Subnets"][0]["VpcId"]}
        whole = trial.call("lambda", "get_function", FunctionName=live.physical_id)
        assert whole["Concurrency"]["ReservedConcurrentExecutions"] == 5
        assert whole["Tags"] == {"a": "1"}

    def test_code_and_configuration_change_in_place(self, trial, basics, function, network, bucket):
        before = self.described(trial, function)
        uploaded = {"S3Bucket": bucket, "S3Key": "app.zip"}
        live = trial.update(
            function,
            **basics | {"Code": uploaded, "Handler": "app.handler"},
            Architectures=["arm64"],
            Environment={"Variables": {"COLOUR": "red"}},
            EphemeralStorage={"Size": 600},
            LoggingConfig={"LogGroup": "/theirs"},
            Tags=tags(b="2"),
            Timeout=20,
            TracingConfig={"Mode": "Active"},
            VpcConfig=network,
        )

        found = self.described(trial, live)
        assert found["CodeSha256"] != before["CodeSha256"]
        assert found["Architectures"] == ["arm64"]
        assert found["Environment"] == {"Variables": {"COLOUR": "red"}}
        assert found["EphemeralStorage"] == {"Size": 600}
        assert (found["Handler"], found["Timeout"]) == ("app.handler", 20)
        assert found["LoggingConfig"] == {"LogGroup": "/theirs", "LogFormat": "Text"}
        assert found["TracingConfig"] == {"Mode": "Active"}
        assert found["VpcConfig"]["SubnetIds"] == network["SubnetIds"]

        trial.update(live, **basics)
        found = self.described(trial, live)
        assert found["CodeSha256"] == before["CodeSha256"]
        assert "Environment" not in found
        assert found["Timeout"] == 3
        assert not found.get("VpcConfig", {}).get("SubnetIds")

    def test_inline_code_lies_in_a_file_named_index(self, trial, function):
        backend = lambda_backends[trial.account][trial.region]
        code = backend.get_function(function.physical_id).code_bytes
        assert zipfile.ZipFile(io.BytesIO(code)).namelist() == ["index.py"]

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"Role": "arn:aws:iam::111111111111:role/nobody"}, "cannot be assumed by Lambda"),
            ({"Code": {"S3Bucket": "code", "S3Key": "nothing"}}, "NoSuchKey"),
            ({"Code": {"S3Bucket": "nowhere", "S3Key": "app.zip"}}, "NoSuchBucket"),
            ({"Code": {"S3Bucket": "code", "S3Key": "app.txt"}}, "Could not unzip"),
            ({"Runtime": "java21"}, "nodejs, python"),
            ({"Environment": {"Variables": {"AWS_REGION": "hush"}}}, "AWS_REGION"),
            ({"Environment": {"Variables": {"BIG": "hush" * 1100}}}, "4KB"),
            (
                {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
                "subnet-1",
            ),
            ({"Layers": ["arn:aws:lambda:eu-west-1:111111111111:layer:no:1"]}, "layer:no:1"),
        ],
        ids=[
            "role",
            "key",
            "bucket",
            "zip",
            "runtime",
            "reserved variable",
            "variables",
            "subnet",
            "layer",
        ],
    )
    def test_what_is_wrong_is_refused(self, trial, basics, bucket, wrong, reason):
        with pytest.raises(REFUSED, match=reason) as error:
            trial.create("AWS::Lambda::Function", **basics | wrong)
        assert "hush" not in str(error.value)

    def test_its_role_trusts_lambda(self, trial, basics):
        other = trial.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust("rds.amazonaws.com"))
        with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
            trial.create("AWS::Lambda::Function", **basics | {"Role": other.attributes["Arn"]})

    def test_its_group_is_of_its_subnets_vpc(self, trial, basics, network):
        vpc = trial.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        group = trial.call(
            "ec2", "create_security_group", GroupName="h", Description="h", VpcId=vpc
        )
        wrong = network | {"SecurityGroupIds": [group["GroupId"]]}
        with pytest.raises(ClientError, match="same VPC"):
            trial.create("AWS::Lambda::Function", **basics, VpcConfig=wrong)

    def test_its_code_is_in_a_bucket_of_its_region(self, server, trial, basics):
        Trial(server.clients, trial.account, "us-west-2").call(
            "s3",
            "create_bucket",
            Bucket="far",
            CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
        )
        far = {"S3Bucket": "far", "S3Key": "app.zip"}
        with pytest.raises(Failure, match="in this region: us-west-2"):
            trial.create("AWS::Lambda::Function", **basics | {"Code": far})

    def test_a_permission_is_a_statement_of_its_policy(self, trial, function):
        live = trial.create(
            "AWS::Lambda::Permission",
            FunctionName=function.physical_id,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn="arn:aws:execute-api:eu-west-1:111111111111:api/*",
        )

        name = {"FunctionName": function.physical_id}
        (statement,) = json.loads(trial.call("lambda", "get_policy", **name)["Policy"])["Statement"]
        assert statement["Sid"] == live.attributes["Id"]
        assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        trial.delete(live)
        with pytest.raises(ClientError, match="ResourceNotFound"):
            trial.call("lambda", "get_policy", **name)

    def test_a_permission_for_no_function_is_refused(self, trial):
        with pytest.raises(ClientError, match="not found"):
            trial.create(
                "AWS::Lambda::Permission",
                FunctionName="nothing",
                Action="lambda:InvokeFunction",
                Principal="s3.amazonaws.com",
            )

    def test_a_version_is_published_once_and_an_alias_moves(self, trial, basics, function):
        name = {"FunctionName": function.physical_id}
        first = trial.create("AWS::Lambda::Version", **name)
        with pytest.raises(Failure, match="A version for this Lambda function exists"):
            trial.create("AWS::Lambda::Version", **name)
        trial.update(function, **basics, Timeout=5)
        second = trial.create("AWS::Lambda::Version", **name)
        versions = [one.attributes["Version"] for one in (first, second)]

        live = trial.create("AWS::Lambda::Alias", **name, Name="live", FunctionVersion=versions[0])
        weights = [{"FunctionVersion": versions[0], "FunctionWeight": 0.5}]
        live = trial.update(
            live,
            **name,
            Name="live",
            FunctionVersion=versions[1],
            RoutingConfig={"AdditionalVersionWeights": weights},
        )

        found = trial.call("lambda", "get_alias", Name="live", **name)
        assert found["AliasArn"] == live.physical_id
        assert found["FunctionVersion"] == versions[1]
        assert found["RoutingConfig"] == {"AdditionalVersionWeights": {versions[0]: 0.5}}
        for one in (live, second, first):
            trial.delete(one)

    def test_it_says_what_becomes_of_failed_events(self, trial, function):
        names = {"FunctionName": function.physical_id, "Qualifier": "$LATEST"}
        live = trial.create("AWS::Lambda::EventInvokeConfig", **names, MaximumRetryAttempts=0)
        live = trial.update(live, **names, MaximumRetryAttempts=1, MaximumEventAgeInSeconds=60)

        found = trial.call("lambda", "get_function_event_invoke_config", **names)
        assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 60)
        trial.delete(live)
        with pytest.raises(ClientError):
            trial.call("lambda", "get_function_event_invoke_config", **names)

    @staticmethod
    def described(trial, live):
        return trial.call("lambda", "get_function_configuration", FunctionName=live.physical_id)


class TestRotation:
    @pytest.fixture
    def steps(self, monkeypatch):
        """The steps that a rotation asked its function for."""
        seen = []

        def invoke(self, event=None):
            seen.append(event["Step"])
            return "null", False, ""

        monkeypatch.setattr(LambdaFunction, "_invoke_lambda", invoke)
        return seen

    @pytest.fixture
    def schedule(self, trial, function):
        secret = trial.create("AWS::SecretsManager::Secret", SecretString="{}")
        return {
            "SecretId": secret.physical_id,
            "RotationLambdaARN": function.attributes["Arn"],
            "RotationRules": {"AutomaticallyAfterDays": 30},
        }

    def allow(self, trial, function):
        trial.create(
            "AWS::Lambda::Permission",
            FunctionName=function.physical_id,
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
        )

    def test_it_is_at_once_unless_it_is_to_wait(self, trial, function, schedule, steps):
        self.allow(trial, function)
        wait = {"RotateImmediatelyOnUpdate": False}
        live = trial.create("AWS::SecretsManager::RotationSchedule", **schedule, **wait)
        assert steps == ["testSecret"]

        rules = {"RotationRules": {"AutomaticallyAfterDays": 7}}
        live = trial.update(live, **schedule | rules)
        assert steps[1:] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
        found = trial.call("secretsmanager", "describe_secret", SecretId=schedule["SecretId"])
        assert found["RotationEnabled"]
        assert found["RotationRules"] == {"AutomaticallyAfterDays": 7}

        trial.delete(live)
        found = trial.call("secretsmanager", "describe_secret", SecretId=schedule["SecretId"])
        assert not found["RotationEnabled"]

    def test_secrets_manager_must_be_let_in(self, trial, schedule, steps):
        with pytest.raises(Failure, match="cannot invoke the specified Lambda function"):
            trial.create("AWS::SecretsManager::RotationSchedule", **schedule)
        assert steps == []

    def test_a_hosted_function_is_not_there(self, trial, schedule):
        with pytest.raises(Failure, match="only by RotationLambdaARN"):
            trial.create(
                "AWS::SecretsManager::RotationSchedule",
                SecretId=schedule["SecretId"],
                HostedRotationLambda={"RotationType": "MySQLSingleUser"},
            )
