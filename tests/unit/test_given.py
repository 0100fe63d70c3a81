"""What a deployment is given, compared with an account that answers as a test wants it."""

from __future__ import annotations

import json

import pytest
from given_account import (
    DATABASE,
    DATABASE_GROUP,
    FUNCTION_GROUP,
    GROUPS,
    KEY,
    PROXY_GROUP,
    ROLE,
    SECRET,
    GivenAccount,
    compared,
    error,
    group,
    problems,
    rule,
    subnet,
    trusting,
)

from rdsproxy_templates import render
from rdsproxy_templates.deploy.given import given_problems
from rdsproxy_templates.model.stack import template
from rdsproxy_templates.variants import VARIANTS, base, existing_database, existing_vpc

SUBNETS = "PrivateSubnet1Id and PrivateSubnet2Id"


class TestAnAccount:
    @pytest.mark.parametrize("variant", [existing_vpc, existing_database])
    def test_where_everything_fits_nothing_is_said(self, variant):
        assert problems(variant, GivenAccount()) == []

    def test_that_allows_nothing_is_said_to_and_stops_nothing(self):
        denied = GivenAccount()
        denied._answers = dict.fromkeys(denied._answers, error("AccessDenied"))

        found, said = compared(existing_database, denied)

        assert found == []
        assert said == [
            f"not compared with the account: {name} is not allowed"
            for name in (
                "describe_subnets", "describe_vpcs", "describe_security_groups",
                "describe_secret", "get_secret_value", "describe_db_clusters",
            )
        ]  # fmt: skip

    def test_that_fails_otherwise_is_a_problem_each(self):
        failing = GivenAccount()
        failing._answers = dict.fromkeys(failing._answers, error("NotFound"))

        found = problems(existing_database, failing)

        assert [one.partition("] ")[2] for one in found] == [
            "describe_subnets: no",
            "describe_vpcs: no",
            "describe_security_groups: no",
            f"is {SECRET}, which is not in account 111122223333, eu-west-1; give one that exists "
            "(describe_secret: no)",
            "is old, which is not in account 111122223333, eu-west-1; give one that exists "
            "(describe_db_clusters: no)",
        ]

    def test_is_asked_nothing_where_nothing_is_given(self):
        account = GivenAccount()

        assert problems(base, account) == []
        assert account.asked == []

    @pytest.mark.parametrize("name", sorted(VARIANTS))
    def test_is_asked_only_to_describe_and_get(self, name):
        account = GivenAccount()

        compared(VARIANTS[name], account)

        assert {word.partition("_")[0] for word in account.asked} <= {"describe", "get"}


class TestSubnets:
    def test_that_are_missing_are_named_together(self):
        account = GivenAccount(describe_subnets=[subnet("subnet-00000009", "a")])

        found = problems(existing_vpc, account, PrivateSubnet1Id="subnet-00000009", creates=False)

        assert found == [
            "[PrivateSubnet2Id] there is no subnet subnet-0000000b in account 111122223333, "
            "eu-west-1"
        ]

    def test_of_two_vpcs_are_refused(self):
        one, other = subnet("subnet-0000000a", "a"), subnet("subnet-0000000b", "b")
        account = GivenAccount(describe_subnets=[one, other | {"VpcId": "vpc-2"}])

        assert f"[{SUBNETS}] are in vpc-1 and vpc-2; give subnets of one VPC" in problems(
            existing_vpc, account
        )

    def test_of_one_zone_are_refused(self):
        account = GivenAccount(
            describe_subnets=[subnet("subnet-0000000a", "a"), subnet("subnet-0000000b", "a")]
        )

        assert problems(existing_vpc, account) == [
            f"[{SUBNETS}] are in eu-west-1a only; give subnets of two Availability Zones"
        ]

    def test_in_a_zone_without_rds_proxy_are_told_by_its_id(self):
        there = [
            subnet("subnet-0000000a", "a"),
            subnet("subnet-0000000b", "b", AvailabilityZoneId="use1-az3"),
        ]

        assert problems(existing_vpc, GivenAccount(describe_subnets=there)) == [
            f"[{SUBNETS}] are in eu-west-1a, eu-west-1b, and RDS Proxy is not in eu-west-1b "
            "(use1-az3 and usw1-az2 by ID); give subnets of two other zones"
        ]

    def test_one_too_many_in_such_a_zone_is_a_note(self):
        there = [
            subnet("subnet-0000000a", "a"),
            subnet("subnet-0000000b", "b"),
            subnet("subnet-0000000c", "c", AvailabilityZoneId="use1-az3"),
        ]

        found, said = compared(
            existing_vpc, GivenAccount(describe_subnets=there), {"subnets": 3},
            PrivateSubnet3Id="subnet-0000000c",
        )  # fmt: skip

        assert found == []
        assert said == [
            f"{SUBNETS} and PrivateSubnet3Id: RDS Proxy is not in eu-west-1c, and leaves its "
            "subnet out"
        ]

    def test_two_of_one_zone_are_too_many_for_an_interface_endpoint(self):
        there = [
            subnet("subnet-0000000a", "a"),
            subnet("subnet-0000000b", "b"),
            subnet("subnet-0000000c", "b"),
        ]

        (said,) = problems(
            existing_vpc, GivenAccount(describe_subnets=there), {"subnets": 3},
            PrivateSubnet3Id="subnet-0000000c",
        )  # fmt: skip

        assert "two subnets in eu-west-1b, and an interface endpoint takes one" in said

    def test_without_a_free_address_take_nothing_new(self):
        full = subnet("subnet-0000000b", "b", AvailableIpAddressCount=0)
        account = GivenAccount(describe_subnets=[subnet("subnet-0000000a", "a"), full])

        found, said = compared(existing_vpc, account)

        assert found == [f"[{SUBNETS}] has no free address in subnet-0000000b"]
        assert said == []

    def test_of_a_stack_that_exists_may_be_full_of_it(self):
        full = subnet("subnet-0000000b", "b", AvailableIpAddressCount=0)
        account = GivenAccount(describe_subnets=[subnet("subnet-0000000a", "a"), full])

        found, said = compared(existing_vpc, account, creates=False)

        assert found == []
        assert "subnet-0000000b has 0 free addresses, and RDS Proxy wants 10" in said[0]

    @pytest.mark.parametrize(
        "settings",
        [
            {"rds": {"proxy": {"endpoint_network_type": "DUAL"}}},
            {"rds": {"network": {"type": "DUAL"}}},
        ],
    )
    def test_without_ipv6_are_refused_where_the_network_type_needs_it(self, settings):
        (said,) = problems(existing_vpc, GivenAccount(), settings)

        assert "have no IPv6 range in subnet-0000000a, subnet-0000000b" in said

    @pytest.mark.parametrize(
        ("vpc", "sentence"),
        [
            ({"InstanceTenancy": "dedicated"}, "are in vpc-1 of dedicated tenancy, in which RDS "
             "Proxy is not available; give subnets of another VPC"),
            ({"EncryptionControl": {"Mode": "enforce"}}, "are in vpc-1, which enforces encryption "
             "controls, with which RDS Proxy is not available; set them to monitor, or give "
             "subnets of another VPC"),
        ],
    )  # fmt: skip
    def test_in_a_vpc_without_rds_proxy_are_refused(self, vpc, sentence):
        account = GivenAccount(describe_vpcs=[{"VpcId": "vpc-1"} | vpc])

        assert problems(existing_vpc, account) == [f"[{SUBNETS}] {sentence}"]

    def test_with_ipv6_only_are_refused_once_for_all_that_needs_ipv4(self):
        range_ = {"Ipv6CidrBlockState": {"State": "associated"}}
        there = [
            subnet(
                f"subnet-0000000{zone}", zone, Ipv6CidrBlockAssociationSet=[range_],
                Ipv6Native=True, AvailableIpAddressCount=0,
            )
            for zone in "ab"
        ]  # fmt: skip

        assert problems(existing_vpc, GivenAccount(describe_subnets=there)) == [
            f"[{SUBNETS}] have IPv6 only in subnet-0000000a, subnet-0000000b; functions, "
            "databases, interface endpoints and proxies that are reached by IPv4 need subnets "
            "with IPv4, too"
        ]

    def test_with_ipv6_are_taken(self):
        range_ = {"Ipv6CidrBlockState": {"State": "associated"}}
        there = [
            subnet(f"subnet-0000000{zone}", zone, Ipv6CidrBlockAssociationSet=[range_])
            for zone in "ab"
        ]
        settings = {"rds": {"proxy": {"endpoint_network_type": "DUAL"}}}

        assert problems(existing_vpc, GivenAccount(describe_subnets=there), settings) == []


class TestEndpoints:
    THERE = {
        "VpcId": "vpc-1", "VpcEndpointId": "vpce-1", "State": "available",
        "PrivateDnsEnabled": True,
    }  # fmt: skip

    def test_a_second_one_with_private_dns_is_refused(self):
        account = GivenAccount(describe_vpc_endpoints=[self.THERE])

        (said,) = problems(existing_vpc, account)

        assert said == (
            f"[{SUBNETS}] are in vpc-1, which has vpce-1 for com.amazonaws.eu-west-1."
            "secretsmanager already, and a VPC cannot have two with private DNS; set "
            "`secrets_manager_endpoint: existing`"
        )

    def test_the_stacks_own_is_no_second_one(self):
        account = GivenAccount(describe_vpc_endpoints=[self.THERE])

        assert problems(existing_vpc, account, creates=False) == []

    @pytest.mark.parametrize(
        ("endpoint", "fits"),
        [
            ({"Groups": [{"GroupId": "sg-0000000c"}]}, True),
            ({"Groups": [{"GroupId": "sg-00000001"}]}, False),
            ({"Groups": [{"GroupId": "sg-0000000c"}], "PrivateDnsEnabled": False}, False),
            ({"Groups": [{"GroupId": "sg-0000000c"}], "State": "Deleting"}, False),
        ],
    )
    def test_one_that_exists_has_the_group_that_is_given(self, endpoint, fits):
        groups = [
            FUNCTION_GROUP, PROXY_GROUP, DATABASE_GROUP,
            {"GroupId": "sg-0000000c", "VpcId": "vpc-1"},
        ]  # fmt: skip
        account = GivenAccount(
            describe_vpc_endpoints=[self.THERE | endpoint], describe_security_groups=groups
        )

        found = problems(
            existing_vpc, account, {"secrets_manager_endpoint": "existing"},
            SecretsManagerEndpointSecurityGroupId="sg-0000000c",
        )  # fmt: skip

        assert [one.partition(", and ")[0] for one in found] == (
            [] if fits else ["[SecretsManagerEndpointSecurityGroupId] is sg-0000000c"]
        )

    def test_private_dns_needs_the_names_of_the_vpc(self):
        off = {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": False}}

        (said,) = problems(existing_vpc, GivenAccount(describe_vpc_attribute=off))

        assert "vpc-1, whose enableDnsHostnames is off" in said


class TestGroups:
    def test_that_are_missing_are_named(self):
        account = GivenAccount(describe_security_groups=[FUNCTION_GROUP, PROXY_GROUP])

        assert problems(existing_vpc, account) == [
            "[DBClusterSecurityGroupId] there is no security group sg-0000000d in account "
            "111122223333, eu-west-1"
        ]

    @pytest.mark.parametrize("name", sorted(GROUPS))
    def test_of_another_vpc_are_refused(self, name):
        there = [
            one | {"VpcId": "vpc-2"} if one["GroupId"] == GROUPS[name] else one
            for one in (FUNCTION_GROUP, PROXY_GROUP, DATABASE_GROUP)
        ]

        found = problems(existing_vpc, GivenAccount(describe_security_groups=there))

        assert found == [f"[{name}] is {GROUPS[name]} of vpc-2, and the subnets are in vpc-1"]

    def test_of_a_setting_are_compared_too(self):
        settings = {"rds": {"proxy": {"security_group_ids": ["sg-00000001"]}}}

        (said,) = problems(existing_vpc, GivenAccount(), settings)

        assert said.startswith(
            "[RDSStack.RDSProxy.VpcSecurityGroupIds] there is no security group sg-00000001"
        )

    def test_are_made_in_the_vpc_of_the_subnets(self):
        settings = {"security_groups": "make"}

        assert problems(existing_vpc, GivenAccount(), settings) == []
        assert problems(existing_vpc, GivenAccount(), settings, VPCId="vpc-2") == [
            "[VPCId] is vpc-2, and the subnets are in vpc-1"
        ]


class TestHops:
    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            (
                group("FunctionSecurityGroupId"),
                "[FunctionSecurityGroupId] is sg-0000000f, with which SAMStackBlogRDSProxyFunction may not "
                "connect to RDSStackRDSProxy on port 3306; let sg-0000000f out to sg-0000000e on "
                "port 3306",
            ),
            (
                group("RDSProxySecurityGroupId", outs=[rule("DBClusterSecurityGroupId")]),
                "[RDSProxySecurityGroupId] is sg-0000000e, with which RDSStackRDSProxy does not "
                "let SAMStackBlogRDSProxyFunction in on port 3306; let sg-0000000e admit sg-0000000f on port "
                "3306",
            ),
            (
                group("DBClusterSecurityGroupId", ins=[rule("sg-00000099")]),
                "[DBClusterSecurityGroupId] is sg-0000000d, with which RDSStackDBCluster does not "
                "let RDSStackRDSProxy in on port 3306; let sg-0000000d admit sg-0000000e on port "
                "3306",
            ),
            (
                group("DBClusterSecurityGroupId", ins=[rule(cidrs=["10.2.0.0/16"])]),
                "[DBClusterSecurityGroupId] is sg-0000000d, with which RDSStackDBCluster does not "
                "let RDSStackRDSProxy in on port 3306; let sg-0000000d admit sg-0000000e on port "
                "3306",
            ),
        ],
    )
    def test_a_group_that_lets_nobody_through_is_told(self, changed, sentence):
        there = [
            changed if one["GroupId"] == changed["GroupId"] else one
            for one in (FUNCTION_GROUP, PROXY_GROUP, DATABASE_GROUP)
        ]

        assert problems(existing_vpc, GivenAccount(describe_security_groups=there)) == [sentence]

    @pytest.mark.parametrize(
        "admitting",
        [
            rule(cidrs=["10.1.0.0/24"]),
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]},
        ],
    )
    def test_addresses_of_the_vpc_let_through_as_groups_do(self, admitting):
        database = group("DBClusterSecurityGroupId", ins=[admitting])
        there = [FUNCTION_GROUP, PROXY_GROUP, database]

        assert problems(existing_vpc, GivenAccount(describe_security_groups=there)) == []

    def test_of_a_stack_that_exists_a_closed_group_is_only_said(self):
        there = [FUNCTION_GROUP, PROXY_GROUP, group("DBClusterSecurityGroupId")]
        account = GivenAccount(describe_security_groups=there)

        found, said = compared(existing_vpc, account, creates=False)

        assert found == []
        assert [one.partition(" is ")[0] for one in said] == ["DBClusterSecurityGroupId"]

    def test_a_database_on_another_port_is_reached_there(self):
        settings = {"rds": {"network": {"port": 5000}}}

        (said,) = problems(existing_vpc, GivenAccount(), settings)[:1]

        assert "let sg-0000000e out to sg-0000000d on port 5000" in said

    def test_groups_before_a_database_that_exists_are_judged_too(self):
        settings = {"security_groups": "existing"}
        closed = group("RDSProxySecurityGroupId", ins=[rule("FunctionSecurityGroupId")])
        there = [FUNCTION_GROUP, closed, DATABASE_GROUP]

        assert problems(existing_database, GivenAccount(), settings) == []
        assert problems(
            existing_database, GivenAccount(describe_security_groups=there), settings
        ) == [
            "[RDSProxySecurityGroupId] is sg-0000000e, with which RDSStackRDSProxy may not connect "
            "to old on port 3306; let sg-0000000e out to sg-0000000d on port 3306"
        ]


class TestDatabase:
    @pytest.mark.parametrize(
        ("settings", "described", "sentence"),
        [
            ({"engine": "mysql", "kind": "cluster"}, {}, "names a database of aurora-mysql, and "
             "rds.engine is mysql"),
            ({"engine_version": "8.0.mysql_aurora.3.10.5"}, {}, "names aurora-mysql "
             "8.0.mysql_aurora.3.10.6, and rds.engine_version is '8.0.mysql_aurora.3.10.5'"),
            ({}, {"EngineVersion": "5.6.10a"}, "names a database of aurora-mysql 5.6.10a, for "
             "which AWS does not document RDS Proxy"),
            ({}, {"Port": 3307}, "names a database that listens on 3307, and rds.network.port "
             "says 3306"),
            ({"users": [{"name": "app", "login": "end_to_end_iam"}]}, {}, "names a database "
             "without IAM authentication, which `end_to_end_iam` needs; turn it on"),
            ({"proxy": {"target_connection_network_type": "IPV6"}, "network": {"type": "DUAL"}},
             {}, "names a database of the network type IPV4, and "
             "target_connection_network_type: IPV6 needs DUAL"),
        ],
    )  # fmt: skip
    def test_that_is_not_as_told_is_refused(self, settings, described, sentence):
        account = GivenAccount(describe_db_clusters={"DBClusters": [DATABASE | described]})

        found = problems(existing_database, account, {"rds": settings})

        assert found == [f"[DBIdentifier] {sentence}"]

    def test_of_another_vpc_is_refused(self):
        elsewhere = {"DBSubnetGroups": [{"DBSubnetGroupName": "old", "VpcId": "vpc-2"}]}

        assert problems(existing_database, GivenAccount(describe_db_subnet_groups=elsewhere)) == [
            "[DBIdentifier] names a database in vpc-2, and the proxy's subnets are in vpc-1"
        ]

    def test_that_changes_or_has_lost_its_readers_is_a_note(self):
        writer = {"DBInstanceIdentifier": "old-1", "IsClusterWriter": True}
        described = DATABASE | {"Status": "upgrading", "DBClusterMembers": [writer]}
        account = GivenAccount(describe_db_clusters={"DBClusters": [described]})

        found, said = compared(existing_database, account, {"rds": {"has_readers": True}})

        assert found == []
        assert said == [
            "DBIdentifier: old is upgrading",
            "DBIdentifier: old has no reader now, and rds.has_readers is true",
        ]


class TestSecrets:
    @pytest.mark.parametrize("text", ["no JSON", '"text"', '{"username": "boss"}'])
    def test_without_a_login_are_refused(self, text):
        account = GivenAccount(get_secret_value={"SecretString": text})

        assert problems(existing_database, account) == [
            "[RDSMasterUserSecretArn] must hold JSON with username and password, and does not"
        ]

    def test_that_go_are_refused(self):
        account = GivenAccount(describe_secret={"DeletedDate": "tomorrow"})

        (said,) = problems(existing_database, account)

        assert said == (
            f"[RDSMasterUserSecretArn] is {SECRET}, which is scheduled for deletion; "
            "restore it, or give another"
        )

    def test_of_another_account_are_not_asked_for(self):
        arn = SECRET.replace("111122223333", "444455556666")

        found, said = compared(existing_database, GivenAccount(), RDSMasterUserSecretArn=arn)

        assert found == []
        assert said == [
            "not compared with the account: RDSMasterUserSecretArn is of account 444455556666"
        ]

    def test_encrypted_with_a_key_that_nobody_named_are_refused(self):
        account = GivenAccount(describe_secret={"KmsKeyId": KEY})

        (said,) = problems(existing_database, account)

        assert said.startswith(f"[RDSMasterUserSecretArn] is encrypted with {KEY}, with which ")
        assert problems(existing_database, account, {"rds": {"master_key_arn": KEY}}) == []

    def test_of_further_logins_are_compared_too(self):
        settings = {"rds": {"proxy": {"logins": [{"secret_arn": SECRET}]}}}
        account = GivenAccount(get_secret_value={"SecretString": "{}"})

        (said,) = problems(existing_vpc, account, settings)

        assert said.startswith("[RDSStack.RDSProxy.Auth.*.SecretArn] must hold JSON")


class TestKeys:
    SETTINGS = {"rds": {"storage": {"kms_key_arn": KEY}}}

    @pytest.mark.parametrize(
        ("described", "sentence"),
        [
            ({"KeyState": "Disabled"}, "which is Disabled; give a key that is enabled"),
            ({"KeyState": "PendingDeletion"}, "which is PendingDeletion; give a key that is "
             "enabled"),
            ({"KeySpec": "RSA_2048"}, "an asymmetric key or one for signatures (RSA_2048); give a "
             "symmetric one"),
        ],
    )  # fmt: skip
    def test_that_encrypt_nothing_are_refused(self, described, sentence):
        account = GivenAccount(describe_key={"KeyMetadata": {"Arn": KEY, **described}})

        found = problems(existing_vpc, account, self.SETTINGS)

        assert found == [f"[RDSStack.DBCluster.KmsKeyId] is {KEY}, {sentence}"]

    def test_of_another_region_are_refused(self):
        there = KEY.replace("eu-west-1", "eu-west-2")

        (said,) = problems(base, GivenAccount(), {"rds": {"storage": {"kms_key_arn": there}}})

        assert said.endswith("a key of eu-west-2; give one of eu-west-1")

    def test_of_a_log_must_admit_cloudwatch_logs(self):
        settings = {"rds": {"proxy": {"log": {"kms_key_arn": KEY}}}}
        closed = {"Policy": json.dumps(trusting("s3.amazonaws.com"))}

        assert problems(base, GivenAccount(), settings) == []
        (said,) = problems(base, GivenAccount(get_key_policy=closed), settings)
        assert f"is {KEY}, whose policy does not admit logs.eu-west-1.amazonaws.com" in said


class TestRoles:
    SETTINGS = {"rds": {"proxy": {"role": {"arn": ROLE}}}}

    def test_that_trust_the_service_are_taken(self):
        assert problems(base, GivenAccount(), self.SETTINGS) == []

    @pytest.mark.parametrize(
        ("role", "sentence"),
        [
            ({"Arn": ROLE, "AssumeRolePolicyDocument": trusting("lambda.amazonaws.com")},
             f"is {ROLE}, which does not trust rds.amazonaws.com; let it do sts:AssumeRole"),
            ({"Arn": ROLE.replace("service/", ""), "AssumeRolePolicyDocument": {}},
             f"is {ROLE}, and the role proxy is {ROLE.replace('service/', '')}"),
        ],
    )  # fmt: skip
    def test_that_do_not_fit_are_refused(self, role, sentence):
        account = GivenAccount(get_role={"Role": role})

        assert problems(base, account, self.SETTINGS) == [f"[RDSStack.RDSProxy.RoleArn] {sentence}"]

    def test_of_another_account_are_refused(self):
        settings = {"rds": {"proxy": {"role": {"arn": ROLE.replace("1111", "9999")}}}}

        (said,) = problems(base, GivenAccount(), settings)

        assert "is a role of account 999922223333" in said

    def test_bounded_by_a_policy_that_is_missing_are_refused(self):
        config = base.Config.parse(None, "a test")
        boundary = "arn:aws:iam::111122223333:policy/developers"
        root = render(base, config, iam_roles={"permissions_boundary": boundary}).root

        found = given_problems(GivenAccount(get_policy=error("NoSuchEntity")), root, {}, print)

        assert {one.sentence for one in found} == {
            f"is {boundary}, which is not in account 111122223333, eu-west-1; give one that exists "
            "(get_policy: no)"
        }


class TestNames:
    def test_of_a_subnet_group_elsewhere_are_refused(self):
        elsewhere = {"DBSubnetGroups": [{"DBSubnetGroupName": "shop", "VpcId": "vpc-2"}]}
        account = GivenAccount(describe_db_subnet_groups=elsewhere)

        found = problems(existing_vpc, account, {"rds": {"subnet_group": "shop"}})

        assert (
            "[RDSStack.DBCluster.DBSubnetGroupName] is shop of vpc-2, and the proxy's subnets are "
            "in vpc-1"
        ) in found

    @pytest.mark.parametrize("creates", [True, False])
    def test_of_a_snapshot_are_needed_only_at_creation(self, creates):
        settings = {"rds": {"restore": {"snapshot": "before"}}}
        account = GivenAccount(describe_db_cluster_snapshots=error("DBClusterSnapshotNotFound"))

        found = problems(base, account, settings, creates=creates)

        assert len(found) == creates

    def test_of_a_layer_for_another_runtime_are_refused(self):
        arn = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:3"
        function = {
            "name": "mine", "code": "src", "handler": "app.handler", "user": "app",
            "routes": ["GET /"], "layers": [arn],
        }  # fmt: skip
        layer = {"CompatibleRuntimes": ["nodejs22.x"], "CompatibleArchitectures": ["arm64"]}
        settings = {"rds": {"users": [{"name": "app", "login": "iam"}]}, "functions": [function]}
        root = template("base", base, base.Config.parse(settings, "a test"))

        (said,) = given_problems(GivenAccount(get_layer_version_by_arn=layer), root, {}, print)

        assert said.sentence == (
            f"is {arn}, which is for nodejs22.x, and the function has python3.13"
        )
