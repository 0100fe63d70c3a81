"""Keys: whoever reads a secret may use the key that encrypts it."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, get_att, ref, resource, violations

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import key, key_use
from rdsproxy_templates.variants import existing_vpc

USERS = unpackaged(existing_vpc, existing_vpc.Config()).flat()[0]
SECRET, ROLE = "SecretsStackRDSMasterUserSecret", "RDSStackRDSProxyRole"
STATEMENTS = f"{ROLE}/Policies/0/PolicyDocument/Statement"
ROOT = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
APP = "arn:aws:iam::222233334444:role/app"


def own_key(*statements):
    account = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    return resource("KMS::Key", KeyPolicy={"Statement": [account, *statements]})


def lets(principal, action="kms:Decrypt"):
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": action,
        "Resource": "*",
    }


def encrypted(*statements, template=None, secret=SECRET):
    changed = faulted("Key", own_key(*statements), template) if template else None
    changed = changed or faulted("Key", own_key(*statements))
    return faulted(f"{secret}/KmsKeyId", get_att("Key", "Arn"), changed)


def shared(changed):
    policy = {"Statement": [lets(APP, "secretsmanager:GetSecretValue")]}
    body = resource("SecretsManager::ResourcePolicy", SecretId=ref(SECRET), ResourcePolicy=policy)
    return faulted("Sharing", body, changed) if changed else faulted("Sharing", body)


class TestDecrypt:
    def decrypts(self, arn, **more):
        return {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn, **more}

    def test_a_proxy_that_may_not_decrypt_is_refused(self):
        [one] = violations(key.decrypt, encrypted())

        assert one.resource == ROLE
        assert one.sentence == (
            f"RDSStackRDSProxy reads {SECRET}, and may not decrypt with its key"
        )
        assert one.remedy == "Allow kms:Decrypt on Key"

    @pytest.mark.parametrize("spelled", [ref("Key"), {"Fn::Sub": "${Key.Arn}"}, ref("Alias")])
    def test_the_key_however_it_is_named_is_the_key(self, spelled):
        alias = resource("KMS::Alias", AliasName="alias/own", TargetKeyId=ref("Key"))
        changed = faulted("Alias", alias, encrypted())

        assert violations(key.decrypt, faulted(f"{SECRET}/KmsKeyId", spelled, changed))

    def test_a_key_elsewhere_that_nothing_lets_decrypt_is_refused(self):
        arn = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"

        assert violations(key.decrypt, faulted(f"{SECRET}/KmsKeyId", arn))

    def test_a_function_that_reads_the_secret_is_refused(self):
        wrong = encrypted(template=USERS)

        found = violations(key.decrypt, wrong)

        assert [one.resource for one in found] == ["UsersStackApplyUserFunction"]

    @pytest.mark.parametrize("arn", [get_att("Key", "Arn"), "*", GIVEN])
    def test_a_role_that_may_decrypt_is_accepted(self, arn):
        assert_holds(key.decrypt, faulted(f"{STATEMENTS}/1", self.decrypts(arn), encrypted()))

    def test_a_condition_on_the_service_is_accepted(self):
        condition = {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}
        statement = self.decrypts(get_att("Key", "Arn"), Condition=condition)

        assert_holds(key.decrypt, faulted(f"{STATEMENTS}/1", statement, encrypted()))

    def test_a_key_whose_policy_names_the_role_is_accepted(self):
        assert_holds(key.decrypt, encrypted(lets(get_att(ROLE, "Arn"))))

    def test_another_key_is_refused(self):
        statement = self.decrypts(get_att("Other", "Arn"))
        changed = faulted("Other", own_key(), encrypted())

        assert violations(key.decrypt, faulted(f"{STATEMENTS}/1", statement, changed))

    def test_a_key_that_leaves_nothing_to_iam_is_refused(self):
        changed = faulted(f"{STATEMENTS}/1", self.decrypts("*"), encrypted())
        policy = {"Statement": [lets("arn:aws:iam::111122223333:role/keeper", "kms:*")]}

        assert violations(key.decrypt, faulted("Key/KeyPolicy", policy, changed))

    def test_the_key_of_the_account_is_accepted(self):
        assert_holds(key.decrypt, faulted(f"{SECRET}/KmsKeyId", "alias/aws/secretsmanager"))

    def test_a_reader_of_another_account_that_may_not_decrypt_is_refused(self):
        changed = shared(faulted(f"{STATEMENTS}/1", self.decrypts("*"), encrypted()))

        [one] = violations(key.decrypt, changed)

        assert one.resource == "Key"
        assert f"lets {APP} read it" in one.sentence

    def test_a_reader_of_another_account_that_may_is_accepted(self):
        changed = encrypted(lets(APP))

        assert_holds(key.decrypt, shared(faulted(f"{STATEMENTS}/1", self.decrypts("*"), changed)))


class TestAnotherAccount:
    @pytest.mark.parametrize("partition", ["aws", "${AWS::Partition}"])
    def test_the_key_s_own_account_is_not_the_other_one(self, partition):
        own = {"Fn::Sub": f"arn:{partition}:iam::${{AWS::AccountId}}:root"}
        changed = faulted(
            "Key/KeyPolicy/Statement/0/Principal/AWS",
            own,
            shared(encrypted(lets(get_att(ROLE, "Arn")))),
        )

        [one] = violations(key.decrypt, changed)

        assert (one.resource, one.property) == ("Key", "KeyPolicy")
        assert f"the policy of {SECRET} lets {APP} read it" in one.sentence


class TestSharedSecret:
    def test_a_shared_secret_without_a_key_of_its_own_is_refused(self):
        [one] = violations(key.shared_secret, shared(None))

        assert one.resource == SECRET
        assert f"lets {APP} read it" in one.sentence

    def test_the_accounts_own_key_by_its_alias_is_refused(self):
        changed = faulted(f"{SECRET}/KmsKeyId", "alias/aws/secretsmanager")

        assert violations(key.shared_secret, shared(changed))

    @pytest.mark.parametrize("given", [get_att("Key", "Arn"), GIVEN])
    def test_a_key_of_its_own_is_accepted(self, given):
        changed = faulted(f"{SECRET}/KmsKeyId", given, faulted("Key", own_key()))

        assert_holds(key.shared_secret, shared(changed))

    def test_a_reader_of_the_same_account_needs_none(self):
        changed = shared(None)
        place = "Sharing/ResourcePolicy/Statement/0/Principal/AWS"

        assert_holds(key.shared_secret, faulted(place, get_att(ROLE, "Arn"), changed))


class TestThroughAService:
    def held(self, service, operator="StringEquals"):
        condition = {operator: {"kms:ViaService": service}}
        statement = {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": get_att("Key", "Arn"),
            "Condition": condition,
        }
        return faulted(f"{STATEMENTS}/1", statement, encrypted())

    @pytest.mark.parametrize(
        "service", [{"Fn::Sub": "rds.${AWS::Region}.amazonaws.com"}, ["s3.eu-west-1.amazonaws.com"]]
    )
    def test_a_permission_through_another_service_is_none(self, service):
        assert len(violations(key.decrypt, self.held(service))) == 1

    @pytest.mark.parametrize(
        "service",
        [
            {"Fn::Sub": "secretsmanager.${AWS::Region}.amazonaws.com"},
            {"Fn::Sub": "secretsmanager.${AWS::Region}.${AWS::URLSuffix}"},
            "secretsmanager.eu-west-1.amazonaws.com",
            ["rds.eu-west-1.amazonaws.com", "secretsmanager.*.amazonaws.com"],
            GIVEN,
        ],
    )
    @pytest.mark.parametrize("operator", ["StringEquals", "StringLike"])
    def test_one_through_secrets_manager_is_accepted(self, service, operator):
        assert_holds(key.decrypt, self.held(service, operator))


class TestDecryptsWithAny:
    def held(self, **more):
        statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", **more}
        return faulted(f"{STATEMENTS}/1", statement)

    @pytest.mark.parametrize(
        "arn",
        ["*", {"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"}],
    )
    def test_every_key_is_an_opinion(self, arn):
        [one] = violations(key_use.decrypts_with_any, self.held(Resource=arn))

        assert key_use.decrypts_with_any.level == "opinion"
        assert one.resource == ROLE

    @pytest.mark.parametrize(
        "more",
        [
            {"Resource": "arn:aws:kms:eu-west-1:111122223333:key/abc"},
            {"Resource": GIVEN},
            {"Action": "*"},
            {"Action": "kms:Encrypt"},
            {"Effect": "Deny"},
            {"Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*"}}},
        ],
    )
    def test_a_key_or_a_condition_that_is_named_is_accepted(self, more):
        assert_holds(key_use.decrypts_with_any, self.held(**more))
