"""A service across two accounts: what its parts offer each other, and nobody else."""

from __future__ import annotations

import pytest
from rendered import flat, named_of_type, problems

from rdsproxy_templates import render
from rdsproxy_templates.variants import cross_account_app, cross_account_db, cross_account_network

APP = {"name": "app", "login": "password", "grants": [{"privileges": ["ALL"]}]}
ROLE = {"Ref": "FunctionRoleArn"}
BY_PASSWORD = {"login": "password", "rds": {"users": [APP]}, "function_user": "app"}
VIA_SECRETS_MANAGER = {
    "StringEquals": {
        "kms:ViaService": {"Fn::Sub": "secretsmanager.${AWS::Region}.${AWS::URLSuffix}"}
    }
}


def only(template, kind):
    [body] = named_of_type(template.resources, kind).values()
    return body


def statements(document):
    return [(one["Action"], one.get("Resource")) for one in document["Statement"]]


class TestNetwork:
    def test_its_subnets_are_shared_with_one_account_of_the_organization(self):
        share = only(flat(cross_account_network), "RAM::ResourceShare")

        assert share["Principals"] == [{"Ref": "DBAccountId"}]
        assert share["AllowExternalPrincipals"] is False
        arn = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:subnet/"
        assert share["ResourceArns"] == [
            {"Fn::Sub": f"{arn}${{VPCStackPrivateSubnet{number}}}"} for number in (1, 2)
        ]

    @pytest.mark.parametrize(("login", "service"), [("iam", "sts"), ("password", "secretsmanager")])
    def test_the_function_reaches_only_the_api_that_its_login_needs(self, login, service):
        endpoint = only(flat(cross_account_network, login=login), "EC2::VPCEndpoint")

        assert endpoint["ServiceName"]["Fn::Sub"].endswith(f".{service}")

    def test_the_function_reaches_the_subnets_only_on_the_database_port(self):
        template = flat(cross_account_network, engine="postgres")
        group = named_of_type(template.resources, "EC2::SecurityGroup")[
            "VPCStackFunctionSecurityGroup"
        ]

        assert {
            (rule["CidrIp"], rule["FromPort"], rule["ToPort"])
            for rule in group["SecurityGroupEgress"]
        } == {("10.1.0.0/24", 5432, 5432), ("10.1.1.0/24", 5432, 5432)}

    def test_zones_are_named_by_their_ids(self):
        settings = {
            "regions": ["us-east-1"],
            "vpc": {"availability_zone_ids": ["use1-az1", "use1-az2"]},
        }
        subnets = named_of_type(
            flat(cross_account_network, **settings).resources, "EC2::Subnet"
        ).values()

        assert [one["AvailabilityZoneId"] for one in subnets] == ["use1-az1", "use1-az2"]
        assert not [one for one in subnets if "AvailabilityZone" in one]

    @pytest.mark.parametrize(
        ("zones", "place"),
        [
            (["use1-az1", "use1-az1"], "vpc.availability_zone_ids"),
            (["use1-az1", "use1-az3"], "vpc.availability_zone_ids"),
        ],
    )
    def test_zones_without_a_proxy_are_refused(self, zones, place):
        [one] = problems(
            cross_account_network, regions=["us-east-1"], vpc={"availability_zone_ids": zones}
        )
        assert one.startswith(f"[my.yaml: {place}] must ")

    def test_zones_must_be_of_one_region(self):
        first, second = problems(
            cross_account_network, vpc={"availability_zone_ids": ["use1-az1", "use1-az2"]}
        )
        place = "[my.yaml: vpc.availability_zone_ids]"
        assert first.startswith(
            f"{place} 'use1-az1' is not a zone of eu-west-1, ap-northeast-1; name"
        )
        assert second.startswith(f"{place} 'use1-az2' is not a zone of eu-west-1, ap-northeast-1;")

    def test_a_zone_name_is_not_an_id(self):
        [one] = problems(
            cross_account_network,
            regions=["us-east-1"],
            vpc={"availability_zone_ids": ["us-east-1a", "us-east-1b"]},
        )[:1]
        assert "must be IDs such as use1-az1, got 'us-east-1a'" in one


class TestDatabase:
    def test_its_network_may_overlap_with_the_functions(self):
        ranges = [
            render(variant, variant.Config()).root.parameters["VPCCidr"]["Default"]
            for variant in (cross_account_network, cross_account_db)
        ]

        assert len({*ranges}) == 1

    def test_its_subnets_are_in_the_zones_of_the_shared_ones(self):
        subnets = named_of_type(flat(cross_account_db).resources, "EC2::Subnet").values()

        assert [one["AvailabilityZoneId"] for one in subnets] == [
            {"Fn::Select": [index, {"Ref": "AvailabilityZoneIds"}]} for index in (0, 1)
        ]

    def test_only_the_function_of_the_other_account_reaches_the_endpoint(self):
        template = flat(cross_account_db)
        endpoint = only(template, "RDS::DBProxyEndpoint")
        rules = named_of_type(template.resources, "EC2::SecurityGroupIngress")
        rule = rules["ClientGroupStackClientEndpointSecurityGroupIngress"]

        group = "ClientGroupStackClientEndpointSecurityGroup"
        assert endpoint["VpcSecurityGroupIds"] == [{"Ref": group}]
        assert rule["GroupId"] == {"Fn::GetAtt": [group, "GroupId"]}
        assert rule["SourceSecurityGroupId"] == {"Ref": "FunctionSecurityGroupId"}
        assert rule["SourceSecurityGroupOwnerId"] == {"Ref": "AppAccountId"}
        assert rule["FromPort"] == rule["ToPort"] == 3306

    def test_nobody_reaches_the_proxy_in_its_own_network(self):
        rules = named_of_type(flat(cross_account_db).resources, "EC2::SecurityGroupIngress")

        assert not [name for name in rules if "RDSProxySecurityGroup" in name]

    @pytest.mark.parametrize(
        ("readers", "roles"), [(0, {"READ_WRITE"}), (1, {"READ_WRITE", "READ_ONLY"})]
    )
    def test_readers_have_an_endpoint_if_any_exist(self, readers, roles):
        template = flat(cross_account_db, rds={"readers": readers})
        endpoints = named_of_type(template.resources, "RDS::DBProxyEndpoint").values()

        assert {one["TargetRole"] for one in endpoints} == roles
        assert len(endpoints) == len(roles)
        assert ("RDSProxyReadOnlyEndpoint" in template.outputs) is bool(readers)

    def test_only_the_functions_role_may_assume_the_connecting_role(self):
        role = named_of_type(flat(cross_account_db).resources, "IAM::Role")[
            "ConnectRoleStackConnectRole"
        ]

        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Principal"], trust["Action"]) == ({"AWS": [ROLE]}, ["sts:AssumeRole"])
        [policy] = role["Policies"]
        [(actions, [resource])] = statements(policy["PolicyDocument"])
        assert actions == ["rds-db:connect"]
        assert resource["Fn::Sub"][0].endswith(":dbuser:${ProxyId}/${UsersStackAppUser.UserName}")

    def test_a_declared_user_connects_instead_of_the_master(self):
        settings = {
            "rds": {"users": [{"name": "app", "login": "end_to_end_iam"}], "master_login": False},
            "function_user": "app",
        }
        template = flat(cross_account_db, **settings)

        assert template.outputs["RDSUser"]["Value"] == {
            "Fn::GetAtt": ["UsersStackAppUser", "UserName"]
        }

    def test_with_iam_no_part_of_a_secret_leaves_the_account(self):
        template = flat(cross_account_db)

        assert template.outputs.keys().isdisjoint({"SecretArn", "KeyArn"})
        assert not named_of_type(template.resources, "SecretsManager::ResourcePolicy")
        assert not named_of_type(template.resources, "KMS::Key")


class TestPassword:
    def test_the_functions_role_may_read_its_users_secret_and_no_other(self):
        settings = BY_PASSWORD | {"rds": {"users": [APP, {"name": "other", "login": "password"}]}}
        template = flat(cross_account_db, **settings)
        secrets = named_of_type(template.resources, "SecretsManager::Secret")
        policy = only(template, "SecretsManager::ResourcePolicy")

        assert [name for name, one in secrets.items() if "KmsKeyId" in one] == [
            "UserSecretsStackAppSecret"
        ]
        assert policy["SecretId"] == {"Ref": "UserSecretsStackAppSecret"}
        assert policy["BlockPublicPolicy"] is True
        [statement] = policy["ResourcePolicy"]["Statement"]
        assert statement["Principal"] == {"AWS": [ROLE]}
        assert statement["Action"] == ["secretsmanager:GetSecretValue"]
        assert template.outputs["SecretArn"]["Value"] == policy["SecretId"]

    def test_the_functions_role_may_use_the_key_only_through_secrets_manager(self):
        key = only(flat(cross_account_db, **BY_PASSWORD), "KMS::Key")

        account, reader = key["KeyPolicy"]["Statement"]
        assert account["Principal"]["AWS"][0]["Fn::Sub"].endswith(":${AWS::AccountId}:root")
        assert reader["Principal"] == {"AWS": [ROLE]}
        assert reader["Action"] == ["kms:Decrypt"]
        assert reader["Condition"] == VIA_SECRETS_MANAGER

    @pytest.mark.parametrize("holder", ["RDSStackRDSProxyRole", "UsersStackApplyUserFunction"])
    def test_readers_of_the_secret_in_its_own_account_may_use_the_key_too(self, holder):
        properties = flat(cross_account_db, **BY_PASSWORD).resources[holder]["Properties"]
        documents = [
            one.get("PolicyDocument", one)
            for one in properties["Policies"]
            if isinstance(one, dict)
        ]
        decrypts = [
            statement
            for document in documents
            for statement in document["Statement"]
            if statement["Action"] == ["kms:Decrypt"]
        ]

        key = {"Fn::GetAtt": ["KeyStackSecretKey", "Arn"]}
        assert [(one["Resource"], one["Condition"]) for one in decrypts] == [
            ([key], VIA_SECRETS_MANAGER)
        ]

    def test_no_role_connects(self):
        template = flat(cross_account_db, **BY_PASSWORD)

        assert "ConnectRoleStackConnectRole" not in template.resources
        assert template.outputs.keys().isdisjoint({"RDSUser", "ConnectRoleArn"})

    def test_the_user_must_have_a_password(self):
        people = [APP, {"name": "token", "login": "iam"}]
        for user in ("token", None):
            [one] = problems(
                cross_account_db, login="password", rds={"users": people}, function_user=user
            )
            assert one.startswith("[my.yaml: function_user] must name one of rds.users with `login")

    def test_a_secret_that_is_shared_does_not_rotate(self):
        rds = BY_PASSWORD["rds"] | {"rotate_secrets_after_days": 30}
        [one] = problems(cross_account_db, **BY_PASSWORD | {"rds": rds})

        assert one.startswith("[my.yaml: rds.rotate_secrets_after_days] cannot be given")


class TestFunction:
    @pytest.mark.parametrize(
        ("login", "variables", "rights"),
        [
            pytest.param(
                "iam",
                {"RDS_USER": "RDSUser", "RDS_CONNECT_ROLE_ARN": "ConnectRoleArn"},
                [(["sts:AssumeRole"], [{"Ref": "ConnectRoleArn"}])],
                id="by IAM",
            ),
            pytest.param(
                "password",
                {"RDS_SECRET_ARN": "SecretArn"},
                [
                    (
                        ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                        [{"Ref": "SecretArn"}],
                    ),
                    (["kms:Decrypt"], [{"Ref": "KeyArn"}]),
                ],
                id="by password",
            ),
        ],
    )
    def test_it_knows_and_may_do_what_its_login_needs(self, login, variables, rights):
        template = flat(cross_account_app, login=login)
        function = template.resources["SAMStackBlogRDSProxyFunction"]["Properties"]
        policies = named_of_type(template.resources, "IAM::Policy").values()

        found = function["Environment"]["Variables"]
        assert found == {
            "RDS_PROXY_ENDPOINT": {"Ref": "RDSProxyEndpoint"},
            "RDS_DATABASE_NAME": {"Ref": "RDSDatabaseName"},
        } | {name: {"Ref": parameter} for name, parameter in variables.items()}
        assert [
            one for policy in policies for one in statements(policy["PolicyDocument"])
        ] == rights

    def test_it_assumes_the_role_that_the_other_account_trusts(self):
        template = flat(cross_account_app)
        function = template.resources["SAMStackBlogRDSProxyFunction"]["Properties"]
        policy = only(template, "IAM::Policy")

        assert function["Role"] == ROLE
        assert policy["Roles"] == [{"Ref": "FunctionRoleName"}]

    def test_it_asks_for_nothing_that_only_the_other_login_needs(self):
        iam = render(cross_account_app, cross_account_app.Config()).root.parameters.keys()
        password = render(
            cross_account_app, cross_account_app.Config(login="password")
        ).root.parameters.keys()

        assert iam - password == {"RDSUser", "ConnectRoleArn"}
        assert password - iam == {"SecretArn", "KeyArn"}
