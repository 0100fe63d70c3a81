"""Attachments and rotations: the right database, the right function, a master."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faults import GIVEN, assert_holds, faulted, ref, resource, violations, without

from rdsproxy_templates.validators.rules import rotation

SECRET, ATTACHMENT = "SecretsStackRDSMasterUserSecret", "RDSStackDBClusterAttachment"
CURRENT = "AWS::SecretsManager-2024-09-16"


def rotated(kind="MySQLSingleUser", transform=CURRENT, rules=None, secret=ATTACHMENT, **more):
    schedule = resource(
        "SecretsManager::RotationSchedule",
        SecretId=ref(secret) if isinstance(secret, str) else secret,
        HostedRotationLambda={"RotationType": kind, **more},
        RotationRules=rules or {"AutomaticallyAfterDays": 30},
    )
    return replace(faulted("Rotation", schedule), transforms=[transform] if transform else [])


def sentence(template):
    [one] = violations(rotation.rotation, template)
    assert one.resource == "Rotation"
    return one.sentence


class TestAttachment:
    @pytest.mark.parametrize("kind", ["AWS::RDS::DBInstance", "AWS::Redshift::Cluster"])
    def test_another_type_than_the_databases_is_refused(self, kind):
        [one] = violations(rotation.attachment, faulted(f"{ATTACHMENT}/TargetType", kind))

        assert one.resource == ATTACHMENT
        assert one.remedy == "Set TargetType to AWS::RDS::DBCluster"

    def test_another_target_is_refused(self):
        place = f"{ATTACHMENT}/TargetId"

        assert violations(rotation.attachment, faulted(place, ref("RDSStackDBInstance1")))

    def test_a_secret_that_is_attached_twice_is_refused(self):
        again = resource(
            "SecretsManager::SecretTargetAttachment",
            SecretId=ref(SECRET),
            TargetId=ref("RDSStackDBCluster"),
            TargetType="AWS::RDS::DBCluster",
        )

        [one] = violations(rotation.attachment, faulted("Again", again))

        assert one.sentence == f"{ATTACHMENT} attaches {SECRET} already"

    @pytest.mark.parametrize("key", ["TargetType", "TargetId", "SecretId"])
    def test_what_only_deployment_knows_is_left_alone(self, key):
        assert_holds(rotation.attachment, faulted(f"{ATTACHMENT}/{key}", GIVEN))


class TestRotation:
    @pytest.mark.parametrize("secret", [SECRET, ATTACHMENT])
    @pytest.mark.parametrize("kind", ["PostgreSQLSingleUser", "OracleSingleUser"])
    def test_a_function_for_another_engine_is_refused(self, kind, secret):
        said = sentence(rotated(kind, secret=secret))

        assert said == (
            f"RotationType {kind} does not fit RDSStackDBCluster, which is aurora-mysql"
        )

    @pytest.mark.parametrize("kind", ["MySQLSingleUser", "MariaDBSingleUser", GIVEN])
    def test_a_function_for_the_engine_is_accepted(self, kind):
        assert_holds(rotation.rotation, rotated(kind))

    def test_two_users_without_a_master_are_refused(self):
        assert sentence(rotated("MySQLMultiUser")) == (
            "RotationType MySQLMultiUser changes users as a master user, and names no secret of one"
        )

    def test_the_secret_itself_is_no_master(self):
        said = sentence(rotated("MySQLMultiUser", SuperuserSecretArn=ref(SECRET)))

        assert said == "the secret of its master user is the one that it rotates"

    @pytest.mark.parametrize("key", ["MasterSecretArn", "SuperuserSecretArn"])
    def test_two_users_with_a_master_are_accepted(self, key):
        assert_holds(rotation.rotation, rotated("MySQLMultiUser", **{key: GIVEN}))

    def test_no_transform_is_refused(self):
        assert "has no transform of Secrets Manager" in sentence(rotated(transform=None))

    def test_a_secret_elsewhere_may_be_of_any_engine(self):
        assert_holds(rotation.rotation, rotated("PostgreSQLSingleUser", secret=GIVEN))

    @pytest.mark.parametrize(
        "rules",
        [
            {"ScheduleExpression": "rate(1 hours)"},
            {"ScheduleExpression": "rate(3 hours)"},
            {"ScheduleExpression": "every day"},
            {"ScheduleExpression": "rate(1 day)", "AutomaticallyAfterDays": 1},
        ],
    )
    def test_a_schedule_that_secrets_manager_refuses(self, rules):
        assert sentence(rotated(rules=rules))

    @pytest.mark.parametrize(
        "text", ["rate(4 hours)", "rate(10 days)", "cron(0 3 ? * SUN *)", GIVEN]
    )
    def test_a_schedule_that_it_takes(self, text):
        assert_holds(rotation.rotation, rotated(rules={"ScheduleExpression": text}))


class TestRotationKey:
    OWN = resource("KMS::Key", KeyPolicy={"Statement": []})
    EVERYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*"}

    def encrypted(self, key, **more):
        template = faulted("Key", self.OWN, rotated(**more))
        return faulted(f"{SECRET}/KmsKeyId", key, template)

    @pytest.mark.parametrize("key", [ref("Key"), GIVEN, {"Fn::GetAtt": ["Key", "Arn"]}])
    def test_a_function_that_is_not_told_the_secret_s_own_key_is_refused(self, key):
        assert sentence(self.encrypted(key)) == (
            f"its function may not decrypt {SECRET}, which has a key of its own"
        )

    def test_one_that_is_told_it_is_accepted(self):
        told = self.encrypted(ref("Key"), KmsKeyArn={"Fn::GetAtt": ["Key", "Arn"]})

        assert_holds(rotation.rotation, told)

    def test_the_key_of_the_account_needs_no_grant(self):
        assert_holds(rotation.rotation, self.encrypted("alias/aws/secretsmanager"))

    def test_a_key_that_admits_any_principal_needs_none(self):
        wide = faulted("Key/KeyPolicy/Statement", [self.EVERYBODY], self.encrypted(ref("Key")))

        assert_holds(rotation.rotation, wide)


class TestTransform:
    def test_the_older_transform_is_refused(self):
        [one] = violations(
            rotation.rotation_transform, rotated(transform="AWS::SecretsManager-2020-07-23")
        )

        assert one.resource == "Rotation"
        assert one.remedy == f"Use {CURRENT}"

    def test_the_current_one_is_accepted(self):
        assert_holds(rotation.rotation_transform, rotated())


class TestAttached:
    def test_a_secret_without_a_host_has_to_be_attached(self):
        alone = replace(without(ATTACHMENT, rotated(secret=SECRET)), transforms=[CURRENT])

        assert sentence(alone) == (
            f"{SECRET} has no host and engine, and nothing attaches it to a database"
        )

    def test_one_that_names_its_host_and_engine_need_not_be(self):
        held = '{"username": "root", "host": "db.example.com", "engine": "mysql"}'
        place = f"{SECRET}/GenerateSecretString/SecretStringTemplate"
        changed = faulted(place, held, without(ATTACHMENT, rotated(secret=SECRET)))

        assert_holds(rotation.rotation, replace(changed, transforms=[CURRENT]))

    def test_an_attachment_of_a_secret_that_is_not_known_may_be_its_own(self):
        assert_holds(
            rotation.rotation, faulted(f"{ATTACHMENT}/SecretId", GIVEN, rotated(secret=SECRET))
        )
