"""Settings of a proxy beside its pool: name, role, log, networks, logins and endpoints."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.aws.names import PROXY_NAME, PROXY_NAME_LENGTH
from rdsproxy_templates.rendering.capabilities import iam_capability
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import auth, base, bastion, cross_account_db, existing_vpc

ROLE = "arn:aws:iam::111122223333:role/service/proxy"
BOUNDARY = "arn:aws:iam::111122223333:policy/bounds"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:legacy-AbCdEf"  # noqa: S105
SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"]
GROUP = "sg-0a1b2c3d4e5f60718"
USERS = [{"name": "app", "login": "iam"}]


def rendered(variant=base, *, rds=None, **proxy):
    config = variant.Config.parse({"rds": {**(rds or {}), "proxy": proxy}}, "my")
    bundle = render(variant, config)
    assert validate(bundle, lint=False) == []
    return bundle


def resource(bundle, title):
    return bundle.root.children["RDSStack"].template.resources[title]


def properties(title="RDSProxy", variant=base, *, rds=None, **proxy):
    return resource(rendered(variant, rds=rds, **proxy), title)["Properties"]


def problems(variant=base, *, rds=None, **proxy):
    with pytest.raises(ConfigError) as caught:
        variant.Config.parse({"rds": {**(rds or {}), "proxy": proxy}}, "my")
    return {one.place.removeprefix("my: rds."): one.sentence for one in caught.value.problems}


def warnings(**proxy):
    found = base.Config.parse({"rds": {"proxy": proxy}}, "my").warnings()
    return {one.place: one.sentence for one in found if one.place.startswith("rds.proxy")}


class TestName:
    def test_a_chosen_name_is_the_proxys(self):
        assert properties(name="orders")["DBProxyName"] == "orders"

    @pytest.mark.parametrize("name", ["1st", "two--hyphens", "end-", "a" * 64, "a_b", ""])
    def test_a_name_that_a_proxy_cannot_have_is_refused(self, name):
        assert "at most 63 letters" in problems(name=name)["proxy.name"]

    def test_a_chosen_name_warns_that_nothing_can_replace_the_proxy(self):
        assert "an update that replaces the proxy" in warnings(name="orders")["rds.proxy.name"]

    @pytest.mark.parametrize("same", [{"name": "orders"}, {"role": {"name": "orders"}}])
    def test_two_proxies_of_one_name_are_refused(self, same):
        with pytest.raises(ConfigError, match="must differ from password_proxy's, got 'orders'"):
            auth.Config.parse({"rds": {"password_proxy": same, "iam_proxy": same}}, "my")


class TestRole:
    def test_a_role_that_is_given_is_used_and_none_is_created(self):
        template = rendered(role={"arn": ROLE}).root.children["RDSStack"].template

        assert template.resources["RDSProxy"]["Properties"]["RoleArn"] == ROLE
        assert "RDSProxyRole" not in template.resources

    def test_a_role_that_is_given_needs_no_key_of_a_shared_secret_from_us(self):
        shared = {"users": [{"name": "app", "login": "password"}], "master_login": False}
        settings = {
            "login": "password",
            "function_user": "app",
            "rds": {**shared, "proxy": {"role": {"arn": ROLE}}},
        }
        root = render(cross_account_db, cross_account_db.Config.parse(settings, "my")).root

        assert "KeyArn" not in root.children["RDSStack"].template.parameters

    def test_a_created_role_has_the_chosen_bounds(self):
        chosen = properties(
            "RDSProxyRole",
            role={
                "path": "/service/",
                "description": "Reads the secrets",
                "max_session_duration": 7200,
                "permissions_boundary": BOUNDARY,
            },
        )

        assert chosen["Path"] == "/service/"
        assert chosen["Description"] == "Reads the secrets"
        assert chosen["MaxSessionDuration"] == 7200
        assert chosen["PermissionsBoundary"] == BOUNDARY

    def test_a_role_with_a_name_needs_the_capability_for_it(self):
        named, unnamed = rendered(role={"name": "orders-proxy"}), rendered()

        assert resource(named, "RDSProxyRole")["Properties"]["RoleName"] == "orders-proxy"
        assert iam_capability(named.root) == "CAPABILITY_NAMED_IAM"
        assert iam_capability(unnamed.root) == "CAPABILITY_IAM"
        assert b'"CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND"' in named.files()["samconfig.toml"]
        assert "CAPABILITY_NAMED_IAM" in warnings(role={"name": "a"})["rds.proxy.role.name"]

    @pytest.mark.parametrize(
        ("role", "place", "wrong"),
        [
            ({"arn": "proxy"}, "arn", "the ARN of an IAM role"),
            ({"arn": ROLE, "path": "/a/"}, "arn", "and path of one that is created"),
            ({"path": "service"}, "path", "begin and end with a slash"),
            ({"name": "a b"}, "name", "1 to 64 letters"),
            ({"permissions_boundary": ROLE}, "permissions_boundary", "a managed IAM policy"),
            ({"max_session_duration": 60}, "max_session_duration", "at least 3600"),
            ({"description": "from € 9"}, "description", "Latin-1 that are printed, got '€'"),
            ({"description": "a\x1f"}, "description", r"got '\x1f'"),
        ],
    )
    def test_a_role_that_iam_would_refuse_is_refused(self, role, place, wrong):
        assert wrong in problems(role=role)[f"proxy.role.{place}"]


class TestLog:
    def test_the_log_group_has_the_name_that_rds_writes_to_and_comes_first(self):
        bundle = rendered(name="orders", log={"retention_in_days": 90, "kms_key_arn": KEY})
        log = resource(bundle, "RDSProxyLogGroup")

        assert log["Properties"] == {
            "LogGroupName": "/aws/rds/proxy/orders",
            "RetentionInDays": 90,
            "KmsKeyId": KEY,
        }
        assert "RDSProxyLogGroup" in resource(bundle, "RDSProxy")["DependsOn"]

    def test_the_log_group_follows_a_name_that_is_made(self):
        bundle = rendered(log={"log_class": "INFREQUENT_ACCESS"})
        text, variables = resource(bundle, "RDSProxyLogGroup")["Properties"]["LogGroupName"][
            "Fn::Sub"
        ]

        assert text == "/aws/rds/proxy/${Name}"
        assert variables == {"Name": resource(bundle, "RDSProxy")["Properties"]["DBProxyName"]}

    def test_no_log_group_is_made_where_none_is_chosen(self):
        assert "RDSProxyLogGroup" not in rendered().root.children["RDSStack"].template.resources

    @pytest.mark.parametrize(
        ("log", "wrong"),
        [
            ({"kms_key_arn": "alias/logs"}, "no alias"),
            ({"retention_in_days": 31}, "must be one of"),
        ],
    )
    def test_a_log_group_that_cannot_be_is_refused(self, log, wrong):
        (sentence,) = problems(log=log).values()
        assert wrong in sentence


class TestNetworks:
    def test_network_types_reach_the_proxy_and_its_name(self):
        chosen = properties(
            variant=existing_vpc,
            endpoint_network_type="DUAL",
            target_connection_network_type="IPV4",
        )

        assert chosen["EndpointNetworkType"] == "DUAL"
        assert chosen["TargetConnectionNetworkType"] == "IPV4"
        assert chosen["DBProxyName"]["Fn::Sub"][0].startswith("proxy-my-d4-")

    def test_ipv4_by_name_keeps_the_name_of_a_proxy_that_is_there(self):
        by_default = properties(variant=existing_vpc)["DBProxyName"]

        assert properties(variant=existing_vpc, endpoint_network_type="IPV4")["DBProxyName"] == (
            by_default
        )

    @pytest.mark.parametrize("variant", [base, cross_account_db])
    @pytest.mark.parametrize(
        "proxy",
        [
            {"endpoint_network_type": "DUAL"},
            {"target_connection_network_type": "IPV6"},
            {"endpoints": [{"name": "more", "network_type": "IPV6"}]},
        ],
    )
    def test_a_network_without_ipv6_refuses_it(self, variant, proxy):
        (path,) = proxy
        place = "endpoints.0.network_type" if path == "endpoints" else path
        sentence = problems(variant, rds={"network": {"type": "DUAL"}}, **proxy)[f"proxy.{place}"]

        assert "the network of this variant has no IPv6 ranges" in sentence

    def test_targets_by_ipv6_need_a_database_that_has_it(self):
        found = problems(existing_vpc, target_connection_network_type="IPV6")

        assert "set `network: {type: DUAL}`" in found["proxy.target_connection_network_type"]

    def test_an_endpoint_for_ipv6_only_needs_targets_for_it(self):
        found = problems(existing_vpc, endpoint_network_type="IPV6")

        assert "endpoint for IPv6 only" in found["proxy.target_connection_network_type"]

    def test_further_security_groups_stand_beside_the_variants(self):
        first, further = properties(security_group_ids=[GROUP])["VpcSecurityGroupIds"]

        assert "Ref" in first
        assert further == GROUP

    @pytest.mark.parametrize(
        ("groups", "wrong"),
        [(["default"], "the ID of a security group"), ([GROUP, GROUP], "must name each once")],
    )
    def test_security_groups_that_are_none_are_refused(self, groups, wrong):
        assert wrong in problems(security_group_ids=groups)["proxy.security_group_ids"]


class TestLogins:
    LEGACY = {"secret_arn": SECRET, "kms_key_arn": KEY, "description": "The old service"}

    def test_a_user_that_exists_is_let_in_and_its_secret_is_readable(self):
        template = rendered(logins=[self.LEGACY]).root.children["RDSStack"].template
        entry = template.resources["RDSProxy"]["Properties"]["Auth"][-1]
        policies = {
            one["PolicyName"]: one["PolicyDocument"]["Statement"][0]
            for one in template.resources["RDSProxyRole"]["Properties"]["Policies"]
        }

        assert entry == {
            "AuthScheme": "SECRETS",
            "Description": "The old service",
            "IAMAuth": "REQUIRED",
            "SecretArn": SECRET,
        }
        assert SECRET in policies["ReadSecrets"]["Resource"]
        assert policies["DecryptSecrets"]["Resource"] == [KEY]

    def test_users_that_exist_are_enough_for_a_proxy_that_refuses_the_master(self):
        chosen = properties(
            variant=cross_account_db,
            rds={"master_login": False, "users": USERS},
            logins=[self.LEGACY],
        )
        assert len(chosen["Auth"]) == 2

    def test_the_handshake_is_for_those_who_send_a_password(self):
        auths = properties(
            client_password_auth_type="MYSQL_NATIVE_PASSWORD",
            logins=[{"secret_arn": SECRET, "login": "password"}],
        )["Auth"]

        assert [one.get("ClientPasswordAuthType") for one in auths] == [
            None,
            "MYSQL_NATIVE_PASSWORD",
        ]
        assert "weaker than the default" in str(
            warnings(
                client_password_auth_type="MYSQL_NATIVE_PASSWORD",
                logins=[{"secret_arn": SECRET, "login": "password"}],
            )
        )

    @pytest.mark.parametrize(
        ("proxy", "place", "wrong"),
        [
            ({"logins": [{"secret_arn": "legacy"}]}, "logins.0.secret_arn", "whole ARN"),
            ({"logins": [LEGACY, LEGACY]}, "logins", "each secret once"),
            (
                {
                    "client_password_auth_type": "POSTGRES_MD5",
                    "logins": [{"secret_arn": SECRET, "login": "password"}],
                },
                "client_password_auth_type",
                "must be one of MYSQL_CACHING_SHA2_PASSWORD",
            ),
            (
                {"client_password_auth_type": "MYSQL_CACHING_SHA2_PASSWORD"},
                "client_password_auth_type",
                "nobody logs in with one",
            ),
        ],
    )
    def test_logins_that_a_proxy_refuses_are_refused(self, proxy, place, wrong):
        assert wrong in problems(**proxy)[f"proxy.{place}"]

    @pytest.mark.parametrize(
        ("name", "login"), [("iam_proxy", "password"), ("password_proxy", "iam")]
    )
    def test_each_of_two_proxies_takes_its_own_kind_of_login(self, name, login):
        logins = [{"secret_arn": SECRET, "login": login}]
        with pytest.raises(ConfigError, match="which this proxy takes"):
            auth.Config.parse({"rds": {name: {"logins": logins}}}, "my")


class TestEndpoints:
    REPORTS = {"name": "reports", "target_role": "READ_ONLY"}
    BATCH = {"name": "batch", "subnet_ids": SUBNETS, "security_group_ids": [GROUP]}

    def test_endpoints_are_where_they_are_wanted(self):
        bundle = rendered(rds={"readers": 1}, endpoints=[self.REPORTS, self.BATCH])
        reports = resource(bundle, "RDSProxyReportsEndpoint")["Properties"]
        batch = resource(bundle, "RDSProxyBatchEndpoint")["Properties"]
        proxy = resource(bundle, "RDSProxy")["Properties"]

        assert reports["TargetRole"] == "READ_ONLY"
        assert reports["VpcSubnetIds"] == proxy["VpcSubnetIds"]
        assert reports["VpcSecurityGroupIds"] == proxy["VpcSecurityGroupIds"]
        assert batch["TargetRole"] == "READ_WRITE"
        assert batch["VpcSubnetIds"] == SUBNETS
        assert batch["VpcSecurityGroupIds"] == [GROUP]

    def test_their_hosts_are_an_output_in_their_order(self):
        root = rendered(rds={"readers": 1}, endpoints=[self.REPORTS, self.BATCH]).root
        inside = root.children["RDSStack"].template.outputs["RDSProxyEndpointHosts"]

        assert [one["Fn::GetAtt"][0] for one in inside["Value"]["Fn::Join"][1]] == [
            "RDSProxyReportsEndpoint",
            "RDSProxyBatchEndpoint",
        ]
        assert "RDSProxyEndpointHosts" in root.outputs

    def test_each_of_two_proxies_has_endpoints_of_its_own(self):
        one = {"endpoints": [{"name": "more"}]}
        config = auth.Config.parse({"rds": {"password_proxy": one, "iam_proxy": one}}, "my")
        root = render(auth, config).root

        assert {"PasswordProxyMoreEndpoint", "IAMProxyMoreEndpoint"} <= set(
            root.children["RDSStack"].template.resources
        )
        assert {"PasswordProxyHosts", "IAMProxyHosts"} <= set(root.outputs)

    def test_an_endpoint_in_other_subnets_has_another_name(self):
        def name(subnets):
            endpoint = self.BATCH | {"subnet_ids": subnets}
            return properties("RDSProxyBatchEndpoint", endpoints=[endpoint])["DBProxyEndpointName"][
                "Fn::Sub"
            ][0]

        third = [*SUBNETS, "subnet-2a1b2c3d4e5f60718"]
        assert name(SUBNETS) == name(SUBNETS[::-1])
        assert name(SUBNETS) != name(third)

    @pytest.mark.parametrize(
        ("endpoint", "place", "wrong"),
        [
            (REPORTS, "target_role", "there are no readers"),
            ({"name": "toolong1"}, "name", "1 to 7 lower-case letters"),
            ({"name": "client"}, "name", "keep for themselves"),
            ({"name": "a", "subnet_ids": SUBNETS}, "security_group_ids", "beside subnet_ids"),
            (BATCH | {"subnet_ids": SUBNETS[:1]}, "subnet_ids", "in two Availability Zones"),
            (BATCH | {"subnet_ids": ["subnet-a", *SUBNETS]}, "subnet_ids", "the ID of a subnet"),
        ],
    )
    def test_an_endpoint_that_rds_refuses_is_refused(self, endpoint, place, wrong):
        assert wrong in problems(endpoints=[endpoint])[f"proxy.endpoints.0.{place}"]

    def test_two_endpoints_of_one_name_are_refused(self):
        found = problems(endpoints=[{"name": "more"}, {"name": "more"}])

        assert "every other endpoint's" in found["proxy.endpoints.1.name"]


class TestTags:
    TAGS = {"team": "shop", "Cost Center": "42"}
    SHOWN = [{"Key": "team", "Value": "shop"}, {"Key": "Cost Center", "Value": "42"}]

    def test_proxy_endpoints_role_and_log_have_tags_of_their_own(self):
        bundle = rendered(
            tags=self.TAGS,
            role={"tags": self.TAGS},
            log={"tags": self.TAGS},
            endpoints=[{"name": "more"}],
        )

        for title in ("", "MoreEndpoint", "Role", "LogGroup"):
            tags = resource(bundle, f"RDSProxy{title}")["Properties"]["Tags"]
            assert sorted(tags, key=str) == sorted(self.SHOWN, key=str)

    @pytest.mark.parametrize("group", ["", "role.", "log."])
    def test_tags_that_aws_keeps_for_itself_are_refused(self, group):
        tags = {"tags": {"aws:team": "shop"}}
        found = problems(**({group.rstrip("."): tags} if group else tags))

        assert "which is AWS's own" in found[f"proxy.{group}tags.aws:team"]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_longest_names_with_network_types_fit(engine):
    half = 17
    family = {"MYSQL": "my", "POSTGRESQL": "pg"}[ENGINES[engine].family]
    longest = f"password-{family}-d6-{'a' * 8}-{'b' * half}-{'c' * half}"

    assert len(longest) <= PROXY_NAME_LENGTH
    assert PROXY_NAME.fullmatch(longest)


def test_a_bastion_without_a_proxy_refuses_settings_of_one():
    found = problems(bastion, name="orders")

    assert found == {"proxy": "needs the proxy, and `proxy` is false"}
