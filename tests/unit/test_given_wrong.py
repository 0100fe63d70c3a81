"""What a person plausibly gets wrong of what exists, each with its sentence."""

from __future__ import annotations

import json

import pytest
from given_account import (
    ACCOUNT,
    DATABASE,
    DATABASE_GROUP,
    DELEGATION,
    FUNCTION_GROUP,
    KEY,
    PROXY_GROUP,
    ROLE,
    SECRET,
    GivenAccount,
    compared,
    error,
    group,
    key_policy,
    problems,
    rule,
    subnet,
    trusting,
)

from rdsproxy_templates.variants import base, existing_database, existing_vpc

INSTANCE = {
    "DBInstanceIdentifier": "old",
    "Engine": "mysql",
    "EngineVersion": "8.4.7",
    "DBInstanceStatus": "available",
    "Endpoint": {"Address": "old.example", "Port": 3306},
    "DbiResourceId": "cluster-OLD",
    "DBSubnetGroup": {"DBSubnetGroupName": "old", "VpcId": "vpc-1"},
    "VpcSecurityGroups": DATABASE["VpcSecurityGroups"],
}
AN_INSTANCE = {"rds": {"engine": "mysql"}}
LOGIN = {"username": "boss", "password": "secret"}
MASTER = "RDSMasterUserSecretArn"
BOTH = "PrivateSubnet1Id and PrivateSubnet2Id"


def cluster(**more):
    return GivenAccount(describe_db_clusters={"DBClusters": [DATABASE | more]})


def instance(**more):
    return GivenAccount(describe_db_instances={"DBInstances": [INSTANCE | more]})


def secret(**held):
    return GivenAccount(get_secret_value={"SecretString": json.dumps(LOGIN | held)})


def groups(**changed):
    """An account in which groups, by the names of their parameters, are as given."""
    there = {one["GroupId"]: one for one in (FUNCTION_GROUP, PROXY_GROUP, DATABASE_GROUP)}
    for name, rules in changed.items():
        one = group(name, **rules)
        there[one["GroupId"]] = one
    return GivenAccount(
        describe_security_groups=[*there.values()],
        describe_subnets=[
            subnet("subnet-0000000a", "a", CidrBlock="10.1.0.0/24"),
            subnet("subnet-0000000b", "b", CidrBlock="10.1.1.0/24"),
        ],
        describe_vpcs=[
            {
                "VpcId": "vpc-1",
                "CidrBlockAssociationSet": [{"CidrBlock": "10.1.0.0/16"}],
                "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/56"}],
            }
        ],
    )


class TestDatabases:
    @pytest.mark.parametrize(
        ("described", "sentence"),
        [
            ({"Status": "stopped"}, "old, which is stopped: nobody can connect; start it, and "
             "deploy again"),
            ({"Status": "deleting"}, "old, which is deleting: nobody can connect; give another"),
            ({"Status": "inaccessible-encryption-credentials"}, "old, which is inaccessible-"
             "encryption-credentials: nobody can connect; enable its KMS key"),
            ({"DBClusterMembers": []}, "old, which has no instance, so that no user can be "
             "created; create one"),
            ({"DBClusterMembers": [{"IsClusterWriter": False}]}, "old, which has no writer, so "
             "that no user can be created; give the primary cluster of the global database, in "
             "its Region"),
        ],
    )  # fmt: skip
    def test_in_which_no_user_is_created_are_refused_at_creation(self, described, sentence):
        assert problems(existing_database, cluster(**described)) == [
            f"[DBIdentifier] names {sentence}"
        ]
        assert compared(existing_database, cluster(**described), creates=False) == (
            [], [f"DBIdentifier names {sentence}"],
        )  # fmt: skip

    def test_of_several_zones_have_instances_that_rds_makes(self):
        account = cluster(Engine="mysql", EngineVersion="8.4.7", DBClusterMembers=[])
        settings = {"rds": {"engine": "mysql", "kind": "cluster"}}

        assert problems(existing_database, account, settings) == []

    def test_of_serverless_v1_are_refused(self):
        assert problems(existing_database, cluster(EngineMode="serverless")) == [
            "[DBIdentifier] names old of Aurora Serverless v1, which RDS Proxy does not take; "
            "convert it to Serverless v2 or to provisioned instances"
        ]

    @pytest.mark.parametrize(
        ("described", "sentence"),
        [
            ({"ReadReplicaSourceDBInstanceIdentifier": "shop"}, "names old, a read replica of "
             "shop; RDS Proxy takes only the source"),
            ({"DBClusterIdentifier": "shop"}, "names old, an instance of the cluster shop; give "
             "the cluster, with `rds.kind: cluster` for an engine that is not Aurora"),
            ({"DBInstanceStatus": "stopped"}, "names old, which is stopped: nobody can connect; "
             "start it, and deploy again"),
        ],
    )  # fmt: skip
    def test_that_are_instances_without_a_proxy_are_refused(self, described, sentence):
        assert problems(existing_database, instance(), AN_INSTANCE) == []
        assert problems(existing_database, instance(**described), AN_INSTANCE) == [
            f"[DBIdentifier] {sentence}"
        ]

    @pytest.mark.parametrize(
        ("settings", "answers", "sentence"),
        [
            ({}, {"describe_db_clusters": error("DBClusterNotFoundFault"),
                  "describe_db_instances": {"DBInstances": [
                      INSTANCE | {"DBClusterIdentifier": "shop"}]}},
             "names an instance of the cluster shop; give the cluster"),
            ({}, {"describe_db_clusters": error("DBClusterNotFoundFault"),
                  "describe_db_instances": {"DBInstances": [INSTANCE]}},
             "names an instance of mysql; say so in `rds.engine` and `rds.kind`"),
            (AN_INSTANCE, {"describe_db_instances": error("DBInstanceNotFound")},
             "names a cluster of aurora-mysql; say so in `rds.engine` and `rds.kind`"),
        ],
    )  # fmt: skip
    def test_of_the_other_kind_are_named_as_what_they_are(self, settings, answers, sentence):
        missing, said = problems(existing_database, GivenAccount(**answers), settings)

        assert "is old, which is not in account" in missing
        assert said == f"[DBIdentifier] {sentence}"

    def test_in_upper_case_are_refused_as_the_stack_writes_their_arn(self):
        assert problems(existing_database, cluster(DBClusterIdentifier="old"), DBIdentifier="Old")[
            :1
        ] == ["[DBIdentifier] is 'Old', and RDS keeps it as 'old'; give that"]

    def test_named_by_their_host_for_readers_are_refused(self):
        account = cluster(ReaderEndpoint="old-ro.example")

        assert problems(existing_database, account, DBEndpoint="old-ro.example") == [
            "[DBEndpoint] is 'old-ro.example', and old has 'old.example' for its writer; give that"
        ]
        assert problems(existing_database, account, DBEndpoint="OLD.example") == []


class TestSecrets:
    @pytest.mark.parametrize(
        "held", [{"username": ""}, {"password": ""}, {"username": None}, {"password": 1}]
    )
    def test_without_a_word_are_refused(self, held):
        assert problems(existing_database, secret(**held)) == [
            f"[{MASTER}] must hold JSON with username and password, and does not"
        ]

    def test_of_bytes_are_refused(self):
        assert problems(
            existing_database, GivenAccount(get_secret_value={"SecretBinary": b""})
        ) == [f"[{MASTER}] must hold JSON with username and password as text, and holds bytes"]

    def test_of_another_region_are_refused(self):
        there = SECRET.replace("eu-west-1", "eu-west-2")

        assert problems(existing_database, GivenAccount(), RDSMasterUserSecretArn=there) == [
            f"[{MASTER}] is {there}, a secret of eu-west-2; give one of eu-west-1"
        ]

    @pytest.mark.parametrize(
        ("held", "key"),
        [({"host": "other.example"}, "host"), ({"engine": "postgres"}, "engine"),
         ({"port": "3307"}, "port")],
    )  # fmt: skip
    def test_of_another_database_are_a_doubt(self, held, key):
        found, said = compared(existing_database, secret(**held))

        assert found == []
        assert said == [
            f"{MASTER}: its JSON has another {key} than old; is it the secret of this database?"
        ]

    def test_of_this_database_are_taken_however_they_spell_it(self):
        held = {"host": "OLD.example", "engine": "aurora", "port": "3306", "dbname": "shop"}

        assert problems(existing_database, secret(**held)) == []

    def test_of_another_user_than_the_master_that_is_told_are_refused(self):
        settings = {"rds": {"master_login": True}, "function_user": None}

        assert problems(existing_database, GivenAccount(), settings, RDSMasterUsername="boss") == []
        assert problems(existing_database, GivenAccount(), settings, RDSMasterUsername="admin") == [
            f"[RDSMasterUsername] is 'admin', and the secret of {MASTER} is another user's; give "
            "its username"
        ]

    def test_of_a_user_that_is_declared_is_not_the_masters(self):
        assert problems(existing_database, secret(username="app")) == [
            f"[{MASTER}] holds a user that `rds.users` declares, and who would get another "
            "password; give the secret of the master user, or declare another name"
        ]

    def test_of_another_user_than_a_login_names_are_refused(self):
        arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:old-AbCdEf"
        login = {"user": "legacy", "secret_arn": arn}
        settings = {"rds": {"proxy": {"logins": [login]}, "master_login": True}}

        [said] = problems(existing_database, secret(username="other"), settings)

        assert "holds another user than 'legacy', as whom `rds.proxy.logins` and functions" in said
        assert "other" not in said.replace("another", "")

    def test_whose_key_is_disabled_are_refused(self):
        account = GivenAccount(
            describe_secret={"KmsKeyId": KEY},
            describe_key={"KeyMetadata": {"Arn": KEY, "KeyState": "PendingDeletion"}},
        )

        assert (
            f"[{MASTER}] is encrypted with {KEY}, which is PendingDeletion; give a key that is "
            "enabled" in problems(existing_database, account, {"rds": {"master_key_arn": KEY}})
        )


class TestKeys:
    SETTINGS = {"rds": {"secrets_key_arn": KEY, "users": [{"name": "app", "login": "password"}]}}

    @pytest.mark.parametrize(
        "statement",
        [
            DELEGATION,
            DELEGATION | {"Principal": {"AWS": [ACCOUNT]}},
            DELEGATION | {"Principal": "*", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                          "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}}},
        ],
    )  # fmt: skip
    def test_that_leave_something_to_iam_are_taken(self, statement):
        account = GivenAccount(get_key_policy=key_policy(statement))

        assert problems(base, account, self.SETTINGS) == []

    @pytest.mark.parametrize(
        "statement",
        [
            DELEGATION | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admins"}},
            DELEGATION | {"Principal": {"AWS": "arn:aws:iam::444455556666:root"}},
            DELEGATION | {"Action": ["kms:Describe*", "kms:Put*"]},
            DELEGATION | {"Effect": "Deny"},
        ],
    )
    def test_that_leave_nothing_to_iam_keep_the_stacks_roles_out(self, statement):
        account = GivenAccount(get_key_policy=key_policy(statement))

        (said,) = problems(base, account, self.SETTINGS)
        found, notes = compared(base, account, self.SETTINGS, creates=False)

        assert f"is {KEY}, whose policy leaves nothing to IAM, so " in said
        assert said.endswith(f"add a statement that lets arn:aws:iam::{ACCOUNT}:root do kms:*")
        assert (found, len(notes)) == ([], 1)

    @pytest.mark.parametrize(("service", "fits"), [("secretsmanager", True), ("rds", False)])
    def test_of_aws_are_for_the_service_that_they_name(self, service, fits):
        via = {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"{service}.eu-west-1.amazonaws.com"}
        statement = DELEGATION | {"Principal": "*", "Condition": {"StringEquals": via}}
        account = GivenAccount(get_key_policy=key_policy(statement))

        found = problems(base, account, self.SETTINGS)

        assert [one.partition("whose policy ")[2] for one in found] == (
            [] if fits else ["is for another service; give a key of yours"]
        )

    @pytest.mark.parametrize(
        ("state", "is_usable"),
        [("Updating", True), ("Creating", False), ("PendingImport", False), ("Unavailable", False),
         ("PendingReplicaDeletion", False)],
    )  # fmt: skip
    def test_are_usable_in_two_states(self, state, is_usable):
        key = KEY.replace("0a1b2c3d-0000-0000-0000-000000000000", f"mrk-{'0' * 32}")
        account = GivenAccount(describe_key={"KeyMetadata": {"Arn": key, "KeyState": state}})

        assert (problems(base, account, {"rds": {"storage": {"kms_key_arn": key}}}) == []) == (
            is_usable
        )

    def test_that_are_missing_are_named(self):
        account = GivenAccount(describe_key=error("NotFoundException"))

        assert problems(base, account, {"rds": {"storage": {"kms_key_arn": KEY}}}) == [
            f"[RDSStack.DBCluster.KmsKeyId] is {KEY}, which is not in account {ACCOUNT}, "
            "eu-west-1; give one that exists (describe_key: no)"
        ]


class TestGroups:
    SELF = {"ins": [rule("RDSProxySecurityGroupId")], "outs": [rule("RDSProxySecurityGroupId")]}

    @pytest.mark.parametrize(
        "admitting",
        [
            rule(cidrs=["10.1.0.0/24"]),
            rule(cidrs=["10.1.0.0/16"]),
            rule("sg-00000099", "RDSProxySecurityGroupId"),
            {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535,
             "PrefixListIds": [{"PrefixListId": "pl-1"}]},
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.1.0.0/23"}]},
        ],
    )  # fmt: skip
    def test_that_admit_the_subnets_are_taken(self, admitting):
        assert problems(existing_vpc, groups(DBClusterSecurityGroupId={"ins": [admitting]})) == []

    @pytest.mark.parametrize(
        "admitting",
        [
            rule(cidrs=["10.1.9.0/24"]),
            rule(cidrs=["192.168.0.0/16"]),
            rule("DBClusterSecurityGroupId"),
            rule("RDSProxySecurityGroupId", port=5432),
            rule("RDSProxySecurityGroupId") | {"IpProtocol": "udp"},
            rule() | {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
            {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [
                {"GroupId": "sg-00000099", "VpcPeeringConnectionId": "pcx-1", "VpcId": "vpc-9"}]},
        ],
    )  # fmt: skip
    def test_that_admit_somebody_else_are_refused(self, admitting):
        (said,) = problems(existing_vpc, groups(DBClusterSecurityGroupId={"ins": [admitting]}))

        assert said == (
            "[DBClusterSecurityGroupId] is sg-0000000d, with which RDSStackDBCluster does not let "
            "RDSStackRDSProxy in on port 3306; let sg-0000000d admit sg-0000000e on port 3306"
        )

    def test_one_for_everything_admits_itself(self):
        account = groups(RDSProxySecurityGroupId=self.SELF)
        same = dict.fromkeys(("FunctionSecurityGroupId", "DBClusterSecurityGroupId"), "sg-0000000e")

        assert problems(existing_vpc, account, **same) == []

    def test_one_for_everything_that_does_not_admit_itself_is_refused(self):
        account = groups(RDSProxySecurityGroupId={})
        same = dict.fromkeys(("FunctionSecurityGroupId", "DBClusterSecurityGroupId"), "sg-0000000e")

        found = problems(existing_vpc, account, **same)

        assert len(found) == 4, found


class TestEndpoints:
    GROUP = {"GroupId": "sg-0000000c", "VpcId": "vpc-1"}
    NAME = "SecretsManagerEndpointSecurityGroupId"

    def account(self, **endpoint):
        there = {
            "VpcId": "vpc-1", "VpcEndpointId": "vpce-1", "State": "available",
            "PrivateDnsEnabled": True, "Groups": [self.GROUP],
        }  # fmt: skip
        return GivenAccount(
            describe_vpc_endpoints=[there | endpoint],
            describe_security_groups=[FUNCTION_GROUP, PROXY_GROUP, DATABASE_GROUP, self.GROUP],
        )

    def said(self, *, creates=True, **endpoint):
        settings = {"secrets_manager_endpoint": "existing"}
        account, given = self.account(**endpoint), {self.NAME: "sg-0000000c"}
        return compared(existing_vpc, account, settings, creates=creates, **given)

    def test_of_another_vpc_are_refused(self):
        assert self.said(VpcId="vpc-2")[0] == [
            f"[{self.NAME}] is sg-0000000c of vpce-1 in vpc-2, and the functions are in vpc-1; "
            "give the group of an endpoint there, or set `secrets_manager_endpoint: make`"
        ]

    @pytest.mark.parametrize(
        ("statement", "fits"),
        [
            ({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}, True),
            ({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "secretsmanager:Get*",
              "Resource": [SECRET]}, True),
            ({"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:Describe*",
              "Resource": "*"}, False),
            ({"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"},
             False),
        ],
    )  # fmt: skip
    def test_let_secrets_through_by_their_policy(self, statement, fits):
        document = json.dumps({"Statement": [statement]})
        sentence = (
            "is that of vpce-1, whose policy does not let secretsmanager:GetSecretValue through; "
            "let it, for the secrets of the stack"
        )

        assert self.said(PolicyDocument=document)[0] == (
            [] if fits else [f"[{self.NAME}] {sentence}"]
        )
        assert self.said(PolicyDocument=document, creates=False) == (
            [], [] if fits else [f"{self.NAME} {sentence}"],
        )  # fmt: skip


class TestRoles:
    def test_that_are_missing_are_named(self):
        settings = {"rds": {"proxy": {"role": {"arn": ROLE}}}}

        (said,) = problems(base, GivenAccount(get_role=error("NoSuchEntity")), settings)

        assert said.startswith("[RDSStack.RDSProxy.RoleArn] is proxy, which is not in account")

    @pytest.mark.parametrize(
        "document",
        [
            {"Statement": []},
            trusting("lambda.amazonaws.com"),
            {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT},
                            "Action": "sts:AssumeRole"}]},
            {"Statement": [{"Effect": "Deny", "Principal": {"Service": "rds.amazonaws.com"},
                            "Action": "sts:AssumeRole"}]},
        ],
    )  # fmt: skip
    def test_that_trust_somebody_else_are_refused(self, document):
        settings = {"rds": {"proxy": {"role": {"arn": ROLE}}}}
        role = {"Arn": ROLE, "AssumeRolePolicyDocument": document}

        (said,) = problems(base, GivenAccount(get_role={"Role": role}), settings)

        assert "which does not trust rds.amazonaws.com; let it do sts:AssumeRole" in said


class TestNames:
    GROUP = "[RDSStack.DBCluster.DBClusterParameterGroupName]"

    @pytest.mark.parametrize(
        ("family", "fits"), [("aurora-mysql8.0", True), ("aurora-mysql5.7", False)]
    )
    def test_of_parameter_groups_are_of_the_databases_family(self, family, fits):
        found = {"DBClusterParameterGroups": [{"DBParameterGroupFamily": family}]}
        settings = {"rds": {"parameters": {"cluster_group": "shop"}}}

        assert problems(
            base, GivenAccount(describe_db_cluster_parameter_groups=found), settings
        ) == (
            []
            if fits
            else [
                f"{self.GROUP} is shop of the family aurora-mysql5.7, and the database has "
                "aurora-mysql8.0; give a group of that family"
            ]
        )

    @pytest.mark.parametrize(
        ("offered", "fits"),
        [(("mysql", "8.4"), True), (("mysql", "8.0"), False), (("mariadb", "8.4"), False)],
    )
    def test_of_option_groups_are_of_the_databases_version(self, offered, fits):
        described = dict(zip(("EngineName", "MajorEngineVersion"), offered, strict=True))
        account = GivenAccount(describe_option_groups={"OptionGroupsList": [described]})
        settings = {"rds": {"engine": "mysql", "parameters": {"option_group": "shop"}}}

        found = problems(base, account, settings)

        assert [one.partition(", and ")[0] for one in found] == (
            []
            if fits
            else [f"[RDSStack.DBInstance.OptionGroupName] is shop for {' '.join(offered)}"]
        )

    @pytest.mark.parametrize(
        ("described", "sentence"),
        [
            ({"Status": "creating"}, "is before, which is creating; wait until it is available, "
             "or give another"),
            ({"Engine": "aurora-postgresql"}, "is before of aurora-postgresql, and rds.engine is "
             "aurora-mysql"),
        ],
    )  # fmt: skip
    def test_of_snapshots_that_cannot_be_restored_are_refused(self, described, sentence):
        found = {"DBClusterSnapshots": [{"Engine": "aurora-mysql", **described}]}
        account = GivenAccount(describe_db_cluster_snapshots=found)

        assert problems(base, account, {"rds": {"restore": {"snapshot": "before"}}}) == [
            f"[RDSStack.DBCluster.SnapshotIdentifier] {sentence}"
        ]

    def test_of_an_instances_snapshot_is_taken_by_a_cluster(self):
        arn = f"arn:aws:rds:eu-west-1:{ACCOUNT}:snapshot:before"
        account = GivenAccount(describe_db_snapshots={"DBSnapshots": [{"Engine": "mysql"}]})

        assert problems(base, account, {"rds": {"restore": {"snapshot": arn}}}) == []
        assert "describe_db_cluster_snapshots" not in account.asked

    def test_of_a_snapshot_that_another_account_shares_is_only_said(self):
        arn = "arn:aws:rds:eu-west-1:444455556666:cluster-snapshot:before"

        found, said = compared(base, GivenAccount(), {"rds": {"restore": {"snapshot": arn}}})

        assert found == []
        assert said == [
            "not compared with the account: RDSStack.DBCluster.SnapshotIdentifier is of account "
            "444455556666"
        ]

    def test_of_a_snapshot_of_another_region_is_refused(self):
        arn = f"arn:aws:rds:eu-west-2:{ACCOUNT}:cluster-snapshot:before"

        assert problems(base, GivenAccount(), {"rds": {"restore": {"snapshot": arn}}}) == [
            f"[RDSStack.DBCluster.SnapshotIdentifier] is {arn} of eu-west-2; give one of eu-west-1"
        ]


class TestAVpcOfTheStack:
    """What exists is in another VPC than the one that a stack makes."""

    def test_has_no_group_before_it_is_there(self):
        settings = {"rds": {"proxy": {"security_group_ids": ["sg-0000000e"]}}}

        assert problems(base, GivenAccount(), settings) == [
            "[RDSStack.RDSProxy.VpcSecurityGroupIds] is sg-0000000e of vpc-1, and the stack makes "
            "a VPC of its own; create the stack without it first, or deploy into a VPC that exists"
        ]
        assert problems(base, GivenAccount(), settings, creates=False) == []

    def test_has_no_subnet_group_before_it_is_there(self):
        settings = {"rds": {"subnet_group": "old"}}

        assert problems(base, GivenAccount(), settings) == [
            "[RDSStack.DBCluster.DBSubnetGroupName] is old of vpc-1, and the stack makes a VPC of "
            "its own for the proxy; leave it out, or deploy into a VPC that exists"
        ]


@pytest.mark.parametrize(
    ("told", "fits"), [("8.4", True), ("8.4.7", True), ("8.0", False), ("8.4.6", False)]
)
def test_a_version_is_told_as_a_whole_or_by_its_beginning(told, fits):
    settings = {"rds": {"engine": "mysql", "engine_version": told}}

    assert (problems(existing_database, instance(), settings) == []) == fits


def acl_entry(number, cidr, *, egress, action="allow", ports=None):
    entry = {"RuleNumber": number, "CidrBlock": cidr, "Egress": egress, "RuleAction": action}
    return entry | ({"Protocol": "6", "PortRange": ports} if ports else {"Protocol": "-1"})


class TestNetworkAcls:
    DENIED = [
        acl_entry(32767, "0.0.0.0/0", egress=way, action="deny") for way in (True, False)
    ]  # fmt: skip

    def account(self, *entries):
        account = groups()
        acl = {
            "NetworkAclId": "acl-1",
            "Associations": [{"SubnetId": "subnet-0000000a"}, {"SubnetId": "subnet-0000000b"}],
            "Entries": [*entries, *self.DENIED],
        }
        account._answers["describe_network_acls"] = [acl]
        return account

    @pytest.mark.parametrize(
        "allowed",
        [
            [acl_entry(100, "0.0.0.0/0", egress=way) for way in (True, False)],
            [acl_entry(100, "10.1.0.0/16", egress=way, ports={"From": 1024, "To": 65535})
             for way in (True, False)],
            [acl_entry(number, f"10.1.{part}/25", egress=way)
             for way in (True, False)
             for number, part in enumerate(("0.0", "0.128", "1.0", "1.128"), 1)],
            [acl_entry(number, cidr, egress=way, action=action)
             for way in (True, False)
             for number, cidr, action in ((1, "10.1.0.7/32", "deny"), (2, "0.0.0.0/0", "allow"))],
        ],
    )  # fmt: skip
    def test_that_let_the_subnets_through_are_taken(self, allowed):
        assert problems(existing_vpc, self.account(*allowed)) == []

    def test_that_deny_everything_are_told_by_way_and_ports(self):
        found = problems(existing_vpc, self.account())

        assert [one.partition("lets no TCP on ")[2] for one in found] == [
            "port 3306 out to subnet-0000000b; allow it",
            "port 3306 in from subnet-0000000a; allow it",
            "ports 1024 to 65535, of answers, out to subnet-0000000a; allow it",
            "ports 1024 to 65535, of answers, in from subnet-0000000b; allow it",
        ]
        assert found[0].startswith(
            f"[{BOTH}] are behind acl-1, the network ACL of subnet-0000000a, which lets no TCP on"
        )

    def test_that_forget_the_answers_are_told_so(self):
        only = [
            acl_entry(100, "10.1.0.0/16", egress=way, ports={"From": 3306, "To": 3306})
            for way in (True, False)
        ]

        found = problems(existing_vpc, self.account(*only))

        assert len(found) == 2
        assert all("ports 1024 to 65535, of answers, " in one for one in found)

    def test_of_a_stack_that_exists_are_only_said(self):
        found, said = compared(existing_vpc, self.account(), creates=False)

        assert (found, len(said)) == ([], 4)
