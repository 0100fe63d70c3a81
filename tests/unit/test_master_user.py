"""Where the master user's password is: in the stack's secret, with RDS, or nowhere."""

from __future__ import annotations

import pytest

from rdsproxy_templates.variants import auth, base, bastion, edge, existing_vpc
from unit import rendered
from unit.rendered import named_of_type, of_type, problems

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BY_TOKEN = [{"name": "app", "login": "end_to_end_iam"}]
NO_PASSWORDS = {
    "rds": {
        "engine": "aurora-postgresql",
        "master": {"password": "none"},
        "master_login": False,
        "users": BY_TOKEN,
    },
    "function_user": "app",
}
MANAGED = {"engine": "mysql", "master": {"password": "managed"}}


def resources(variant, **settings):
    return rendered.flat(variant, **settings).resources


def environment(found):
    """Variables of the function that applies users."""
    (apply,) = [
        one
        for name, one in named_of_type(found, "Serverless::Function").items()
        if "ApplyUser" in name
    ]
    return apply["Environment"]["Variables"]


class TestWithoutAnyPassword:
    def test_the_family_has_no_secret_and_no_way_to_secrets_manager(self):
        found = resources(base, **NO_PASSWORDS)

        assert not of_type(found, "SecretsManager::Secret")
        assert not of_type(found, "SecretsManager::SecretTargetAttachment")
        assert not of_type(found, "EC2::VPCEndpoint")
        assert "secretsmanager" not in str(found)

    def test_the_master_logs_in_to_the_database_by_iam(self):
        cluster = of_type(resources(base, **NO_PASSWORDS), "RDS::DBCluster")[0]

        assert cluster["MasterUserAuthenticationType"] == "iam-db-auth"
        assert cluster["EnableIAMDatabaseAuthentication"] is True
        assert cluster["MasterUsername"] == "postgres"
        assert not {"MasterUserPassword", "ManageMasterUserPassword"} & set(cluster)

    def test_the_users_function_signs_a_token_as_the_master(self):
        found = resources(base, **NO_PASSWORDS)
        variables = environment(found)

        assert variables["RDS_MASTER_USER"] == "postgres"
        assert "RDS_MASTER_SECRET_ARN" not in variables

    def test_nothing_prints_a_secret(self):
        assert "GetSecretValueByCLI" not in rendered.flat(base, **NO_PASSWORDS).outputs

    def test_the_master_gets_in_through_the_proxy_with_a_token(self):
        settings = {"engine": "aurora-postgresql", "master": {"password": "none"}}
        proxy = of_type(resources(base, rds=settings), "RDS::DBProxy")[0]

        assert proxy["DefaultAuthScheme"] == "IAM_AUTH"
        assert "Auth" not in proxy

    @pytest.mark.parametrize("variant", [base, edge, bastion])
    def test_an_instance_and_a_cluster_of_every_variant_take_it(self, variant):
        engine = "aurora-postgresql" if variant is bastion else "postgres"
        found = resources(variant, rds={"engine": engine, "master": {"password": "none"}})
        kind = "RDS::DBCluster" if variant is bastion else "RDS::DBInstance"

        assert of_type(found, kind)[0]["MasterUserAuthenticationType"] == "iam-db-auth"

    def test_an_existing_endpoint_is_not_asked_for_where_nothing_reads_secrets(self):
        lines = problems(existing_vpc, rds=NO_PASSWORDS["rds"], secrets_manager_endpoint="existing")

        assert "nothing needs an endpoint" in lines[0]

    @pytest.mark.parametrize("engine", ["mysql", "aurora-mysql"])
    def test_mysql_has_no_such_master(self, engine):
        lines = problems(base, rds={"engine": engine, "master": {"password": "none"}})

        assert len(lines) == 1
        assert "rds.master.password]" in lines[0]
        assert "PostgreSQL" in lines[0]

    def test_a_proxy_for_passwords_has_no_place_for_it(self):
        lines = problems(auth, rds={"engine": "postgres", "master": {"password": "none"}})

        assert "rds.master_login]" in lines[0]


class TestManagedByRds:
    def test_rds_makes_the_secret_and_everybody_reads_it(self):
        found = resources(base, rds=MANAGED)
        instance = of_type(found, "RDS::DBInstance")[0]
        secret = {"Fn::GetAtt": ["RDSStackDBInstance", "MasterUserSecret.SecretArn"]}

        assert instance["ManageMasterUserPassword"] is True
        assert "MasterUserPassword" not in instance
        assert not of_type(found, "SecretsManager::Secret")
        assert of_type(found, "RDS::DBProxy")[0]["Auth"][0]["SecretArn"] == secret

    def test_the_users_function_reads_it(self):
        users = [{"name": "app", "login": "iam"}]
        found = resources(base, rds=MANAGED | {"users": users}, function_user="app")

        assert environment(found)["RDS_MASTER_SECRET_ARN"] == {
            "Fn::GetAtt": ["RDSStackDBInstance", "MasterUserSecret.SecretArn"]
        }
        attached = of_type(found, "SecretsManager::SecretTargetAttachment")
        assert len(attached) == 1

    def test_a_key_of_ones_own_is_for_the_secret_and_its_readers(self):
        master = {"password": "managed", "kms_key_arn": KEY}
        users = [{"name": "app", "login": "iam"}]
        rds = {"engine": "mysql", "master": master, "users": users}
        found = resources(base, rds=rds, function_user="app")
        instance = of_type(found, "RDS::DBInstance")[0]

        assert instance["MasterUserSecret"] == {"KmsKeyId": KEY}
        roles = [one for one in of_type(found, "IAM::Role") if KEY in str(one)]
        functions = [one for one in of_type(found, "Serverless::Function") if KEY in str(one)]
        assert (len(roles), len(functions)) == (1, 1)

    def test_both_functions_of_auth_may_be_the_master(self):
        found = resources(auth, rds=MANAGED)

        assert len(of_type(found, "RDS::DBProxy")) == 2

    def test_only_passwords_of_the_stack_are_rotated(self):
        users = [{"name": "app", "login": "iam"}]
        rds = MANAGED | {"users": users, "rotate_secrets_after_days": 3}
        found = resources(base, rds=rds, function_user="app")

        (name,) = named_of_type(found, "SecretsManager::RotationSchedule")
        assert name.endswith("AppSecretRotation")

    def test_rds_rotates_its_own_secret_by_itself(self):
        lines = problems(base, rds=MANAGED | {"rotate_secrets_after_days": 3})

        assert len(lines) == 1
        assert "rds.rotate_secrets_after_days]" in lines[0]
        assert "seven days" in lines[0]

    def test_the_command_prints_the_secret_that_rds_made(self):
        outputs = rendered.flat(base, rds=MANAGED).outputs

        assert "MasterUserSecret.SecretArn" in str(outputs["GetSecretValueByCLI"])

    @pytest.mark.parametrize(
        ("master", "place"),
        [
            ({"password": "managed", "kms_key_arn": "alias/mine"}, "kms_key_arn"),
            ({"kms_key_arn": KEY}, "kms_key_arn"),
            ({"keep_secret": True}, "keep_secret"),
        ],
    )
    def test_settings_that_mean_nothing_are_refused(self, master, place):
        lines = problems(base, rds={"master": master})

        assert f"rds.master.{place}]" in lines[0]

    def test_a_function_cannot_use_the_key_of_the_masters_secret(self):
        master = {"password": "managed", "kms_key_arn": KEY}
        lines = problems(auth, rds={"engine": "mysql", "master": master})

        assert "password_user]" in lines[0]


class TestSwitching:
    """The master's name is create-only: another expression for it is another database."""

    @pytest.mark.parametrize("engine", ["aurora-mysql", "mysql", "postgres"])
    def test_the_kept_secret_names_the_master_as_before(self, engine):
        kind = "RDS::DBCluster" if "aurora" in engine else "RDS::DBInstance"
        master = {"password": "managed", "keep_secret": True}
        before, after = (
            resources(base, rds={"engine": engine} | more) for more in ({}, {"master": master})
        )
        old, new = (of_type(found, kind)[0] for found in (before, after))

        assert old["MasterUsername"] == new["MasterUsername"]
        assert old.keys() - new.keys() == {"MasterUserPassword"}
        assert of_type(before, "SecretsManager::Secret") == of_type(after, "SecretsManager::Secret")

    def test_a_master_by_iam_keeps_it_too(self):
        rds = NO_PASSWORDS["rds"] | {"master": {"password": "none", "keep_secret": True}}
        found = resources(base, rds=rds, function_user="app")

        assert "resolve" in str(of_type(found, "RDS::DBCluster")[0]["MasterUsername"])
        assert len(of_type(found, "SecretsManager::Secret")) == 1
