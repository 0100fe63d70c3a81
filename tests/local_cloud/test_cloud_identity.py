"""Roles, policies, keys, secrets and functions of the local cloud are as strict as AWS's."""

from __future__ import annotations

import io
import json
import string
import zipfile

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction, lambda_backends
from type_harness import TypeHarness

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-identity")

REFUSED = (Failure, ClientError)
READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
WRITES = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
IN_A_NETWORK = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
TRACES = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"


@pytest.fixture(scope="module")
def harness(server):
    return TypeHarness(server.clients, account="111111111111")


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service):
    return policy(
        {"Effect": "Allow", "Principal": {"Service": [service]}, "Action": "sts:AssumeRole"}
    )


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


@pytest.fixture
def role(harness):
    return harness.create(
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
    def test_it_matches_its_template(self, harness, role):
        found = harness.call("iam", "get_role", RoleName=role.physical_id)["Role"]

        assert role.attributes == {"Arn": found["Arn"], "RoleId": found["RoleId"]}
        assert found["AssumeRolePolicyDocument"] == trust("lambda.amazonaws.com")
        assert found["Description"] == "first"
        assert found["MaxSessionDuration"] == 7200
        assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
        assert found["Tags"] == tags(kept="1", gone="1")
        assert self.policies(harness, role) == (["Reads"], [READ_ONLY])

    def test_everything_changes_in_place(self, harness, role):
        after = harness.update(
            role,
            AssumeRolePolicyDocument=trust("rds.amazonaws.com"),
            Policies=[{"PolicyName": "Writes", "PolicyDocument": policy(WRITES)}],
            MaxSessionDuration=3600,
            Description="second",
            Tags=tags(kept="2"),
        )

        found = harness.call("iam", "get_role", RoleName=role.physical_id)["Role"]
        assert after.attributes == role.attributes
        assert found["AssumeRolePolicyDocument"] == trust("rds.amazonaws.com")
        assert (found["Description"], found["MaxSessionDuration"]) == ("second", 3600)
        assert "PermissionsBoundary" not in found
        assert found["Tags"] == tags(kept="2")
        assert self.policies(harness, role) == (["Writes"], [])

    def test_a_longer_session_keeps_the_description(self, harness, role):
        harness.update(role, **{**role.properties, "MaxSessionDuration": 3600})

        found = harness.call("iam", "get_role", RoleName=role.physical_id)["Role"]
        assert found["Description"] == "first"

    def test_its_inline_policies_share_one_limit(self, harness, role):
        def long(characters):
            return policy({**READS, "Resource": ["arn:aws:s3:::" + "x" * characters]})

        def put(name, document):
            harness.call(
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

    def test_its_policies_are_deleted_with_it(self, harness, role):
        harness.delete(role)

        with pytest.raises(ClientError, match="not found"):
            harness.call("iam", "get_role", RoleName=role.physical_id)

    def test_it_cannot_be_deleted_while_something_else_is_attached(self, harness, role):
        other = harness.create(
            "AWS::IAM::Policy",
            PolicyName="Other",
            PolicyDocument=policy(READS),
            Roles=[role.physical_id],
        )

        with pytest.raises(ClientError, match="must delete policies first"):
            harness.delete(role)
        harness.delete(other)

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
    def test_invalid_properties_leave_no_role(self, harness, wrong, reason):
        def names():
            return [found["RoleName"] for found in harness.call("iam", "list_roles")["Roles"]]

        before = names()
        properties = {"AssumeRolePolicyDocument": trust("lambda.amazonaws.com"), **wrong}
        with pytest.raises(REFUSED, match=reason):
            harness.create("AWS::IAM::Role", **properties)
        assert names() == before

    @staticmethod
    def policies(harness, role):
        name = role.physical_id
        attached = harness.call("iam", "list_attached_role_policies", RoleName=name)
        return (
            harness.call("iam", "list_role_policies", RoleName=name)["PolicyNames"],
            [found["PolicyArn"] for found in attached["AttachedPolicies"]],
        )


class TestPolicy:
    def test_it_moves_from_role_to_role_and_changes_its_name(self, harness):
        roles = [
            harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
            for _ in range(2)
        ]
        first, second = (role.physical_id for role in roles)
        deployed = harness.create(
            "AWS::IAM::Policy", PolicyName="A", PolicyDocument=policy(READS), Roles=[first]
        )
        deployed = harness.update(
            deployed, PolicyName="B", PolicyDocument=policy(WRITES), Roles=[first, second]
        )
        assert self.of(harness, first) == self.of(harness, second) == ["B"]

        deployed = harness.update(
            deployed, PolicyName="B", PolicyDocument=policy(WRITES), Roles=[second]
        )
        assert (self.of(harness, first), self.of(harness, second)) == ([], ["B"])

        harness.delete(deployed)
        assert self.of(harness, second) == []

    def test_it_is_attached_to_all_roles_or_to_none(self, harness, role):
        with pytest.raises(ClientError, match="nobody"):
            harness.create(
                "AWS::IAM::Policy",
                PolicyName="Half",
                PolicyDocument=policy(READS),
                Roles=[role.physical_id, "nobody"],
            )
        assert self.of(harness, role.physical_id) == ["Reads"]

    def test_it_must_belong_to_somebody(self, harness):
        with pytest.raises(Failure, match="must be non-empty"):
            harness.create(
                "AWS::IAM::Policy", PolicyName="Alone", PolicyDocument=policy(READS), Roles=[]
            )

    def test_a_policy_of_a_role_is_changed_and_deleted(self, harness, role):
        names = {"RoleName": role.physical_id, "PolicyName": "Single"}
        deployed = harness.create("AWS::IAM::RolePolicy", **names, PolicyDocument=policy(READS))
        deployed = harness.update(deployed, **names, PolicyDocument=policy(WRITES))

        found = harness.call("iam", "get_role_policy", **names)
        assert found["PolicyDocument"] == policy(WRITES)
        harness.delete(deployed)
        assert self.of(harness, role.physical_id) == ["Reads"]

    @staticmethod
    def of(harness, role):
        return harness.call("iam", "list_role_policies", RoleName=role)["PolicyNames"]


class TestManagedPolicy:
    def test_each_change_adds_a_version_up_to_five(self, harness, role):
        deployed = harness.create(
            "AWS::IAM::ManagedPolicy", PolicyDocument=policy(READS), Roles=[role.physical_id]
        )
        for number in range(6):
            statement = READS | {"Sid": f"Number{number}"}
            deployed = harness.update(
                deployed, PolicyDocument=policy(statement), Roles=[role.physical_id]
            )

        versions = harness.call("iam", "list_policy_versions", PolicyArn=deployed.physical_id)
        assert len(versions["Versions"]) == 5
        assert deployed.attributes["DefaultVersionId"] == "v7"
        harness.delete(deployed)
        with pytest.raises(ClientError, match="not found"):
            harness.call("iam", "get_policy", PolicyArn=deployed.physical_id)

    def test_it_cannot_be_deleted_while_somebody_else_has_it(self, harness, role):
        deployed = harness.create("AWS::IAM::ManagedPolicy", PolicyDocument=policy(READS))
        names = {"RoleName": role.physical_id, "PolicyArn": deployed.physical_id}
        harness.call("iam", "attach_role_policy", **names)

        with pytest.raises(Failure, match="attached to entities"):
            harness.delete(deployed)
        harness.call("iam", "detach_role_policy", **names)
        harness.delete(deployed)


def test_an_instance_profile_changes_its_one_role_in_place(harness, role):
    other = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    deployed = harness.create("AWS::IAM::InstanceProfile", Roles=[role.physical_id])
    deployed = harness.update(deployed, Roles=[other.physical_id])

    found = harness.call("iam", "get_instance_profile", InstanceProfileName=deployed.physical_id)
    profile = found["InstanceProfile"]
    assert [one["RoleName"] for one in profile["Roles"]] == [other.physical_id]
    assert deployed.attributes == {"Arn": profile["Arn"]}

    with pytest.raises(ClientError, match="must remove roles from instance profile"):
        harness.delete(other)
    harness.delete(deployed)
    harness.delete(other)


class TestKey:
    def test_it_is_created_changed_and_scheduled_for_deletion(self, harness):
        deployed = harness.create(
            "AWS::KMS::Key", Description="one", EnableKeyRotation=True, Tags=tags(a="1")
        )
        key = {"KeyId": deployed.physical_id}
        assert harness.call("kms", "get_key_rotation_status", **key)["KeyRotationEnabled"]

        everybody = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
        deployed = harness.update(
            deployed,
            Description="two",
            EnableKeyRotation=False,
            Enabled=False,
            KeyPolicy=policy(everybody),
            PendingWindowInDays=7,
        )

        metadata = harness.call("kms", "describe_key", **key)["KeyMetadata"]
        assert (metadata["Description"], metadata["Enabled"]) == ("two", False)
        assert not harness.call("kms", "get_key_rotation_status", **key)["KeyRotationEnabled"]
        assert harness.call("kms", "list_resource_tags", **key)["Tags"] == []
        found = harness.call("kms", "get_key_policy", PolicyName="default", **key)
        assert json.loads(found["Policy"]) == policy(everybody)

        harness.delete(deployed)
        state = harness.call("kms", "describe_key", **key)["KeyMetadata"]["KeyState"]
        assert state == "PendingDeletion"

    def test_a_policy_for_nobody_is_refused(self, harness):
        with pytest.raises(ClientError, match="Principal"):
            harness.create("AWS::KMS::Key", KeyPolicy=policy(READS))

    def test_an_alias_points_to_another_key_in_place(self, harness):
        first, second = (harness.create("AWS::KMS::Key").physical_id for _ in range(2))
        name = {"AliasName": "alias/ours"}
        deployed = harness.create("AWS::KMS::Alias", **name, TargetKeyId=first)
        deployed = harness.update(deployed, **name, TargetKeyId=second)

        found = harness.call("kms", "describe_key", KeyId="alias/ours")["KeyMetadata"]
        assert found["KeyId"] == second
        harness.delete(deployed)
        with pytest.raises(ClientError, match="NotFoundException"):
            harness.call("kms", "describe_key", KeyId="alias/ours")


GENERATED = {
    "SecretStringTemplate": '{"username": "admin"}',
    "GenerateStringKey": "password",
    "PasswordLength": 40,
    "ExcludePunctuation": True,
}


class TestSecret:
    def test_its_password_is_generated_into_the_template(self, harness):
        deployed = harness.create("AWS::SecretsManager::Secret", GenerateSecretString=GENERATED)

        login = json.loads(self.value(harness, deployed))
        assert login["username"] == "admin"
        assert len(login["password"]) == 40
        assert set(login["password"]) <= set(string.ascii_letters + string.digits)
        assert deployed.attributes == {"Id": deployed.physical_id}

    def test_every_option_counts(self, harness):
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
        deployed = harness.create("AWS::SecretsManager::Secret", GenerateSecretString=options)

        password = self.value(harness, deployed)
        assert len(password) == 200
        assert set(password) <= set(string.ascii_lowercase + " ") - set("abc")
        assert " " in password

    def test_another_description_keeps_the_password(self, harness):
        deployed = harness.create("AWS::SecretsManager::Secret", GenerateSecretString=GENERATED)
        before = self.value(harness, deployed)

        deployed = harness.update(deployed, GenerateSecretString=GENERATED, Description="new")
        assert self.value(harness, deployed) == before

        harness.update(
            deployed,
            GenerateSecretString=GENERATED | {"PasswordLength": 41},
            Description="new",
            Tags=tags(a="1"),
        )
        assert len(json.loads(self.value(harness, deployed))["password"]) == 41
        found = harness.call("secretsmanager", "describe_secret", SecretId=deployed.physical_id)
        assert (found["Description"], found["Tags"]) == ("new", tags(a="1"))

    def test_another_way_to_generate_it_forgets_what_was_added_to_it(self, harness):
        deployed = harness.create("AWS::SecretsManager::Secret", GenerateSecretString=GENERATED)
        before = json.loads(self.value(harness, deployed))
        attached = json.dumps({**before, "host": "there", "port": 3306})
        harness.call(
            "secretsmanager",
            "put_secret_value",
            SecretId=deployed.physical_id,
            SecretString=attached,
        )

        template = json.dumps({"username": "other"})
        harness.update(
            deployed, GenerateSecretString=GENERATED | {"SecretStringTemplate": template}
        )

        after = json.loads(self.value(harness, deployed))
        assert after.keys() == {"username", "password"}
        assert after["password"] != before["password"]

    def test_its_key_must_exist(self, harness):
        with pytest.raises(ClientError, match="NotFoundException"):
            harness.create("AWS::SecretsManager::Secret", SecretString="x", KmsKeyId="alias/none")

        key = harness.create("AWS::KMS::Key").attributes["Arn"]
        deployed = harness.create("AWS::SecretsManager::Secret", SecretString="x")
        harness.update(deployed, SecretString="y", KmsKeyId=key)
        found = harness.call("secretsmanager", "describe_secret", SecretId=deployed.physical_id)
        assert found["KmsKeyId"] == key
        assert self.value(harness, deployed) == "y"

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"SecretString": "hush", "GenerateSecretString": {}}, "not both"),
            ({"GenerateSecretString": {"GenerateStringKey": "a"}}, "need each other"),
            (
                {
                    "GenerateSecretString": {
                        f"Exclude{name}": True
                        for name in ("Lowercase", "Numbers", "Punctuation", "Uppercase")
                    }
                },
                "exclude all types of characters",
            ),
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
        ids=["two values", "no template", "no characters", "no object"],
    )
    def test_invalid_properties_are_refused_and_not_shown(self, harness, wrong, reason):
        with pytest.raises(Failure, match=reason) as error:
            harness.create("AWS::SecretsManager::Secret", **wrong)
        assert "hush" not in str(error.value)

    def test_its_name_is_free_once_it_is_deleted(self, harness):
        for _ in range(2):
            deployed = harness.create("AWS::SecretsManager::Secret", Name="mine", SecretString="x")
            harness.delete(deployed)

    def test_replicas_come_and_go(self, harness):
        value = {"SecretString": "x"}
        deployed = harness.create(
            "AWS::SecretsManager::Secret", **value, ReplicaRegions=[{"Region": "us-east-1"}]
        )
        deployed = harness.update(deployed, **value, ReplicaRegions=[{"Region": "us-west-2"}])

        found = harness.call("secretsmanager", "describe_secret", SecretId=deployed.physical_id)
        assert [one["Region"] for one in found["ReplicationStatus"]] == ["us-west-2"]
        harness.delete(deployed)

    def test_a_policy_says_who_may_read_it(self, harness):
        deployed = harness.create("AWS::SecretsManager::Secret", SecretString="x")
        secret = {"SecretId": deployed.physical_id}
        reads = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}

        with pytest.raises(ClientError, match="Principal"):
            harness.create(
                "AWS::SecretsManager::ResourcePolicy", **secret, ResourcePolicy=policy(reads)
            )
        document = policy(reads | {"Principal": {"AWS": "222222222222"}})
        attached = harness.create(
            "AWS::SecretsManager::ResourcePolicy", **secret, ResourcePolicy=document
        )

        found = harness.call("secretsmanager", "get_resource_policy", **secret)
        assert json.loads(found["ResourcePolicy"]) == document
        harness.delete(attached)
        assert "ResourcePolicy" not in harness.call(
            "secretsmanager", "get_resource_policy", **secret
        )

    @staticmethod
    def value(harness, deployed):
        found = harness.call("secretsmanager", "get_secret_value", SecretId=deployed.physical_id)
        return found["SecretString"]


CODE = {"ZipFile": "def handler(event, context):\n    return event\n"}


@pytest.fixture
def network(harness):
    vpc = harness.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = harness.call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.0.0.0/24")
    group = harness.call("ec2", "create_security_group", GroupName="g", Description="g", VpcId=vpc)
    return {"SubnetIds": [subnet["Subnet"]["SubnetId"]], "SecurityGroupIds": [group["GroupId"]]}


@pytest.fixture
def execution_role(harness):
    return harness.create(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument=trust("lambda.amazonaws.com"),
        ManagedPolicyArns=[IN_A_NETWORK, TRACES],
    )


@pytest.fixture
def basics(execution_role):
    return {
        "Code": CODE,
        "Handler": "index.handler",
        "Role": execution_role.attributes["Arn"],
        "Runtime": "python3.13",
    }


@pytest.fixture
def function(harness, basics):
    return harness.create("AWS::Lambda::Function", **basics)


def zipped(text="hello"):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", text)
    return content.getvalue()


@pytest.fixture(scope="module")
def bucket(harness):
    place = {"CreateBucketConfiguration": {"LocationConstraint": harness.region}}
    harness.call("s3", "create_bucket", Bucket="code", **place)
    harness.call("s3", "put_object", Bucket="code", Key="app.zip", Body=zipped())
    harness.call("s3", "put_object", Bucket="code", Key="app.txt", Body=b"no zip")
    return "code"


class TestFunction:
    def test_it_matches_its_template(self, harness, basics, network, bucket):
        layer = harness.create(
            "AWS::Lambda::LayerVersion",
            Content={"S3Bucket": bucket, "S3Key": "app.zip"},
            CompatibleRuntimes=["python3.13"],
        )
        deployed = harness.create(
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

        found = self.described(harness, deployed)
        assert found["FunctionArn"] == deployed.attributes["Arn"]
        assert found["Architectures"] == ["arm64"]
        assert found["Environment"] == {"Variables": {"COLOUR": "blue"}}
        assert found["EphemeralStorage"] == {"Size": 1024}
        assert [one["Arn"] for one in found["Layers"]] == [layer.physical_id]
        assert found["LoggingConfig"] == {"LogGroup": "/ours", "LogFormat": "JSON"}
        assert (found["MemorySize"], found["Timeout"]) == (256, 10)
        subnet = harness.call("ec2", "describe_subnets", SubnetIds=network["SubnetIds"])
        assert found["VpcConfig"] == network | {"VpcId": subnet["Subnets"][0]["VpcId"]}
        whole = harness.call("lambda", "get_function", FunctionName=deployed.physical_id)
        assert whole["Concurrency"]["ReservedConcurrentExecutions"] == 5
        assert whole["Tags"] == {"a": "1"}

    def test_code_and_configuration_change_in_place(
        self, harness, basics, function, network, bucket
    ):
        before = self.described(harness, function)
        uploaded = {"S3Bucket": bucket, "S3Key": "app.zip"}
        deployed = harness.update(
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

        found = self.described(harness, deployed)
        assert found["CodeSha256"] != before["CodeSha256"]
        assert found["Architectures"] == ["arm64"]
        assert found["Environment"] == {"Variables": {"COLOUR": "red"}}
        assert found["EphemeralStorage"] == {"Size": 600}
        assert (found["Handler"], found["Timeout"]) == ("app.handler", 20)
        assert found["LoggingConfig"] == {"LogGroup": "/theirs", "LogFormat": "Text"}
        assert found["TracingConfig"] == {"Mode": "Active"}
        assert found["VpcConfig"]["SubnetIds"] == network["SubnetIds"]

        harness.update(deployed, **basics)
        found = self.described(harness, deployed)
        assert found["CodeSha256"] == before["CodeSha256"]
        assert "Environment" not in found
        assert found["Timeout"] == 3
        assert not found.get("VpcConfig", {}).get("SubnetIds")

    def test_inline_code_becomes_a_file_named_index(self, harness, function):
        backend = lambda_backends[harness.account][harness.region]
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
    def test_invalid_properties_are_refused(self, harness, basics, bucket, wrong, reason):
        with pytest.raises(REFUSED, match=reason) as error:
            harness.create("AWS::Lambda::Function", **basics | wrong)
        assert "hush" not in str(error.value)

    def test_its_role_must_trust_lambda(self, harness, basics):
        other = harness.create(
            "AWS::IAM::Role", AssumeRolePolicyDocument=trust("rds.amazonaws.com")
        )
        with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
            harness.create("AWS::Lambda::Function", **basics | {"Role": other.attributes["Arn"]})

    def test_its_group_must_be_of_its_subnets_vpc(self, harness, basics, network):
        vpc = harness.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        group = harness.call(
            "ec2", "create_security_group", GroupName="h", Description="h", VpcId=vpc
        )
        wrong = network | {"SecurityGroupIds": [group["GroupId"]]}
        with pytest.raises(ClientError, match="same VPC"):
            harness.create("AWS::Lambda::Function", **basics, VpcConfig=wrong)

    def test_its_code_must_be_in_a_bucket_of_its_region(self, server, harness, basics):
        TypeHarness(server.clients, harness.account, "us-west-2").call(
            "s3",
            "create_bucket",
            Bucket="far",
            CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
        )
        far = {"S3Bucket": "far", "S3Key": "app.zip"}
        with pytest.raises(Failure, match="in this region: us-west-2"):
            harness.create("AWS::Lambda::Function", **basics | {"Code": far})

    def test_a_permission_is_a_statement_of_its_policy(self, harness, function):
        deployed = harness.create(
            "AWS::Lambda::Permission",
            FunctionName=function.physical_id,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn="arn:aws:execute-api:eu-west-1:111111111111:api/*",
        )

        name = {"FunctionName": function.physical_id}
        (statement,) = json.loads(harness.call("lambda", "get_policy", **name)["Policy"])[
            "Statement"
        ]
        assert statement["Sid"] == deployed.attributes["Id"]
        assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        harness.delete(deployed)
        with pytest.raises(ClientError, match="ResourceNotFound"):
            harness.call("lambda", "get_policy", **name)

    def test_a_permission_for_a_missing_function_is_refused(self, harness):
        with pytest.raises(ClientError, match="not found"):
            harness.create(
                "AWS::Lambda::Permission",
                FunctionName="nothing",
                Action="lambda:InvokeFunction",
                Principal="s3.amazonaws.com",
            )

    def test_a_version_is_published_once_and_an_alias_moves(self, harness, basics, function):
        name = {"FunctionName": function.physical_id}
        first = harness.create("AWS::Lambda::Version", **name)
        with pytest.raises(Failure, match="A version for this Lambda function exists"):
            harness.create("AWS::Lambda::Version", **name)
        harness.update(function, **basics, Timeout=5)
        second = harness.create("AWS::Lambda::Version", **name)
        versions = [one.attributes["Version"] for one in (first, second)]

        deployed = harness.create(
            "AWS::Lambda::Alias", **name, Name="live", FunctionVersion=versions[0]
        )
        weights = [{"FunctionVersion": versions[0], "FunctionWeight": 0.5}]
        deployed = harness.update(
            deployed,
            **name,
            Name="live",
            FunctionVersion=versions[1],
            RoutingConfig={"AdditionalVersionWeights": weights},
        )

        found = harness.call("lambda", "get_alias", Name="live", **name)
        assert found["AliasArn"] == deployed.physical_id
        assert found["FunctionVersion"] == versions[1]
        assert found["RoutingConfig"] == {"AdditionalVersionWeights": {versions[0]: 0.5}}
        for one in (deployed, second, first):
            harness.delete(one)

    def test_it_configures_what_happens_to_failed_events(self, harness, function):
        names = {"FunctionName": function.physical_id, "Qualifier": "$LATEST"}
        deployed = harness.create("AWS::Lambda::EventInvokeConfig", **names, MaximumRetryAttempts=0)
        deployed = harness.update(
            deployed, **names, MaximumRetryAttempts=1, MaximumEventAgeInSeconds=60
        )

        found = harness.call("lambda", "get_function_event_invoke_config", **names)
        assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 60)
        harness.delete(deployed)
        with pytest.raises(ClientError):
            harness.call("lambda", "get_function_event_invoke_config", **names)

    @staticmethod
    def described(harness, deployed):
        return harness.call(
            "lambda", "get_function_configuration", FunctionName=deployed.physical_id
        )


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
    def schedule(self, harness, function):
        secret = harness.create("AWS::SecretsManager::Secret", SecretString="{}")
        return {
            "SecretId": secret.physical_id,
            "RotationLambdaARN": function.attributes["Arn"],
            "RotationRules": {"AutomaticallyAfterDays": 30},
        }

    def allow(self, harness, function):
        harness.create(
            "AWS::Lambda::Permission",
            FunctionName=function.physical_id,
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
        )

    def test_it_happens_at_once_unless_told_to_wait(self, harness, function, schedule, steps):
        self.allow(harness, function)
        wait = {"RotateImmediatelyOnUpdate": False}
        deployed = harness.create("AWS::SecretsManager::RotationSchedule", **schedule, **wait)
        assert steps == ["testSecret"]

        rules = {"RotationRules": {"AutomaticallyAfterDays": 7}}
        deployed = harness.update(deployed, **schedule | rules)
        assert steps[1:] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
        found = harness.call("secretsmanager", "describe_secret", SecretId=schedule["SecretId"])
        assert found["RotationEnabled"]
        assert found["RotationRules"] == {"AutomaticallyAfterDays": 7}

        harness.delete(deployed)
        found = harness.call("secretsmanager", "describe_secret", SecretId=schedule["SecretId"])
        assert not found["RotationEnabled"]

    def test_secrets_manager_must_be_allowed_to_invoke_it(self, harness, schedule, steps):
        with pytest.raises(Failure, match="cannot invoke the specified Lambda function"):
            harness.create("AWS::SecretsManager::RotationSchedule", **schedule)
        assert steps == []

    def test_a_hosted_function_is_not_supported(self, harness, schedule):
        with pytest.raises(Failure, match="only by RotationLambdaARN"):
            harness.create(
                "AWS::SecretsManager::RotationSchedule",
                SecretId=schedule["SecretId"],
                HostedRotationLambda={"RotationType": "MySQLSingleUser"},
            )
