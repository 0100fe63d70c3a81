"""RDS Proxy: what the service refuses, or takes and never connects."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    POSTGRESQL,
    assert_holds,
    faulted,
    get_att,
    ref,
    resource,
    template,
    violations,
    without,
)

from rdsproxy_templates.validators.rules import proxy

PROXY = "RDSStackRDSProxy"
CLUSTER = "RDSStackDBCluster"


class TestName:
    @pytest.mark.parametrize("name", ["p", "proxy-1", "P2", "a" * 63])
    def test_letters_digits_and_single_hyphens_are_accepted(self, name):
        assert_holds(proxy.name, faulted(f"{PROXY}/DBProxyName", name))

    @pytest.mark.parametrize(
        "name", ["", "1proxy", "-proxy", "proxy-", "a--b", "my_proxy", "my proxy", "pröxy"]
    )
    def test_a_name_that_the_service_cannot_spell_is_refused(self, name):
        [one] = violations(proxy.name, faulted(f"{PROXY}/DBProxyName", name))

        assert one.resource == PROXY
        assert f"{name!r} is not a name that a proxy can have" in one.sentence
        assert "letters, digits and single hyphens" in one.remedy

    @pytest.mark.parametrize(
        "name", ["${AWS::StackName}_proxy", "a--${AWS::StackName}", "${Given}.x"]
    )
    def test_the_written_part_of_a_name_counts(self, name):
        assert violations(proxy.name, faulted(f"{PROXY}/DBProxyName", {"Fn::Sub": name}))

    @pytest.mark.parametrize("name", ["${AWS::StackName}-proxy", "${Given}", "p-${Given}-1"])
    def test_what_deployment_puts_between_is_left_alone(self, name):
        assert_holds(proxy.name, faulted(f"{PROXY}/DBProxyName", {"Fn::Sub": name}))

    def test_a_name_of_64_characters_is_refused(self):
        [one] = violations(proxy.name, faulted(f"{PROXY}/DBProxyName", "a" * 64))

        assert one.resource == PROXY
        assert "at most 63" in one.remedy


class TestEngineFamily:
    def test_a_proxy_for_another_engine_is_refused(self):
        [one] = violations(proxy.engine_family, faulted(f"{PROXY}/EngineFamily", "POSTGRESQL"))

        assert one.resource == PROXY
        assert one.sentence == "POSTGRESQL does not fit the database, which is aurora-mysql"
        assert one.remedy == "Set EngineFamily to MYSQL"

    def test_an_instance_of_another_engine_is_refused(self):
        wrong = faulted("Database/Engine", "mysql", POSTGRESQL)

        [one] = violations(proxy.engine_family, wrong)

        assert one.resource == "Proxy"
        assert one.sentence == "POSTGRESQL does not fit the database, which is mysql"

    def test_an_engine_that_we_do_not_know_is_left_alone(self):
        assert_holds(proxy.engine_family, faulted("Database/Engine", "mariadb", POSTGRESQL))

    def test_a_database_that_is_given_is_left_alone(self):
        assert_holds(
            proxy.engine_family, faulted("Targets/DBInstanceIdentifiers", [GIVEN], POSTGRESQL)
        )


class TestNetworkType:
    @pytest.mark.parametrize("targets", [{}, {"TargetConnectionNetworkType": "IPV4"}])
    def test_an_endpoint_for_ipv6_with_targets_for_ipv4_is_refused(self, targets):
        properties = {"EndpointNetworkType": "IPV6", **targets}

        [one] = violations(
            proxy.network_type, template(Proxy=resource("RDS::DBProxy", **properties))
        )

        assert one.resource == "Proxy"
        assert "for IPv6 only, and the targets are reached by IPv4" in one.sentence
        assert "TargetConnectionNetworkType to IPV6" in one.remedy

    @pytest.mark.parametrize(
        ("endpoint", "targets"),
        [("IPV6", "IPV6"), ("DUAL", "IPV4"), ("IPV4", "IPV6"), ("IPV6", GIVEN), (GIVEN, "IPV4")],
    )
    def test_other_pairs_are_accepted(self, endpoint, targets):
        properties = {"EndpointNetworkType": endpoint, "TargetConnectionNetworkType": targets}

        assert_holds(proxy.network_type, template(Proxy=resource("RDS::DBProxy", **properties)))


class TestLogins:
    def test_a_password_of_another_engine_is_refused(self):
        [one] = violations(
            proxy.logins, faulted(f"{PROXY}/Auth/0/ClientPasswordAuthType", "POSTGRES_MD5")
        )

        assert one.resource == PROXY
        assert one.sentence == "POSTGRES_MD5 is not a way to log in to MYSQL"
        assert one.remedy == "Use one of MYSQL_CACHING_SHA2_PASSWORD, MYSQL_NATIVE_PASSWORD"

    @pytest.mark.parametrize(
        "password", ["MYSQL_NATIVE_PASSWORD", "MYSQL_CACHING_SHA2_PASSWORD", None]
    )
    def test_a_password_of_the_engine_is_accepted(self, password):
        assert_holds(proxy.logins, faulted(f"{PROXY}/Auth/0/ClientPasswordAuthType", password))

    def test_iam_for_some_clients_is_refused(self):
        [one] = violations(proxy.logins, faulted(f"{PROXY}/Auth/0/IAMAuth", "ENABLED"))

        assert one.resource == PROXY
        assert "ENABLED is for SQL Server" in one.sentence
        assert one.remedy == "Set IAMAuth to REQUIRED or DISABLED"

    def test_iam_for_some_clients_is_accepted_before_sql_server(self):
        entry = {"AuthScheme": "SECRETS", "IAMAuth": "ENABLED"}
        changed = template(Proxy=resource("RDS::DBProxy", EngineFamily="SQLSERVER", Auth=[entry]))

        assert_holds(proxy.logins, changed)

    @pytest.mark.parametrize("required", [False, "false"])
    def test_tokens_without_tls_are_refused(self, required):
        [one] = violations(proxy.logins, faulted(f"{PROXY}/RequireTLS", required))

        assert one.resource == PROXY
        assert one.property == "RequireTLS"
        assert "TLS is not required" in one.sentence
        assert "Set RequireTLS to true" in one.remedy

    def test_tokens_without_a_word_on_tls_are_refused(self):
        [one] = violations(proxy.logins, without(f"{PROXY}/RequireTLS"))

        assert (one.resource, one.property) == (PROXY, "RequireTLS")

    def test_a_proxy_that_logs_in_by_iam_itself_needs_tls_too(self):
        properties = {"EngineFamily": "MYSQL", "DefaultAuthScheme": "IAM_AUTH"}

        [one] = violations(proxy.logins, template(Proxy=resource("RDS::DBProxy", **properties)))

        assert (one.resource, one.property) == ("Proxy", "RequireTLS")

    def test_tls_may_be_required_by_the_default_of_a_parameter(self):
        assert_holds(proxy.logins, faulted(f"{PROXY}/RequireTLS", "true"))

    def test_passwords_without_tls_are_accepted(self):
        entry = {"AuthScheme": "SECRETS", "IAMAuth": "DISABLED", "SecretArn": GIVEN}
        changed = template(Proxy=resource("RDS::DBProxy", EngineFamily="MYSQL", Auth=[entry]))

        assert_holds(proxy.logins, changed)

    def test_a_user_name_beside_a_secret_is_refused(self):
        [one] = violations(proxy.logins, faulted(f"{PROXY}/Auth/0/UserName", "root"))

        assert one.resource == PROXY
        assert one.sentence == "UserName stands beside AuthScheme SECRETS"
        assert "the secret holds the name" in one.remedy

    def test_201_secrets_are_refused(self):
        entries = [{"AuthScheme": "SECRETS", "SecretArn": GIVEN}] * 201

        [one] = violations(proxy.logins, faulted(f"{PROXY}/Auth", entries))

        assert one.resource == PROXY
        assert one.sentence == "it has 201 secrets"
        assert one.remedy == "Use at most 200"


class TestSecretReadable:
    ROLE = "RDSStackRDSProxyRole"
    STATEMENT = f"{ROLE}/Policies/0/PolicyDocument/Statement/0"
    SECRET = "SecretsStackRDSMasterUserSecret"  # noqa: S105 - a resource

    UNREADABLE = f"it may not read {SECRET}, which {PROXY} names"

    def sentence(self, wrong):
        [one] = violations(proxy.secret_readable, wrong)
        assert one.resource == self.ROLE
        assert one.remedy == "Allow secretsmanager:GetSecretValue on that secret"
        return one.sentence

    def test_a_role_without_a_policy_is_refused(self):
        assert self.sentence(without(f"{self.ROLE}/Policies")) == self.UNREADABLE

    def test_a_role_that_may_only_describe_the_secret_is_refused(self):
        action = ["secretsmanager:DescribeSecret"]

        assert self.sentence(faulted(f"{self.STATEMENT}/Action", action)) == self.UNREADABLE

    def test_a_role_that_may_read_another_secret_is_refused(self):
        another = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:another-AbCdEf"

        assert self.sentence(faulted(f"{self.STATEMENT}/Resource", another)) == self.UNREADABLE

    def test_a_role_that_is_denied_the_secret_is_refused(self):
        assert self.sentence(faulted(f"{self.STATEMENT}/Effect", "Deny")) == self.UNREADABLE

    def test_a_second_secret_must_be_readable_too(self):
        entry = {"AuthScheme": "SECRETS", "IAMAuth": "REQUIRED", "SecretArn": "arn:of:another"}

        [one] = violations(proxy.secret_readable, faulted(f"{PROXY}/Auth/1", entry))

        assert one.resource == self.ROLE
        assert "may not read arn:of:another" in one.sentence

    @pytest.mark.parametrize("action", ["secretsmanager:GetSecretValue", "secretsmanager:*", "*"])
    def test_a_single_action_and_a_pattern_are_accepted(self, action):
        assert_holds(proxy.secret_readable, faulted(f"{self.STATEMENT}/Action", action))

    @pytest.mark.parametrize(
        "resources",
        [
            ref(SECRET),
            "*",
            ["arn:aws:secretsmanager:*:*:secret:rds-*"],
            {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:rds-*"},
            {"Fn::Sub": f"${{{SECRET}}}"},
        ],
    )
    def test_resources_that_may_be_the_secret_are_accepted(self, resources):
        assert_holds(proxy.secret_readable, faulted(f"{self.STATEMENT}/Resource", resources))

    def test_an_attachment_is_its_secret(self):
        """Its Ref is the secret's ARN."""
        attachment = ref("RDSStackDBClusterAttachment")
        changed = faulted(f"{self.STATEMENT}/Resource", attachment)

        assert_holds(proxy.secret_readable, changed)
        assert_holds(proxy.secret_readable, faulted(f"{PROXY}/Auth/0/SecretArn", attachment))

    def test_a_single_statement_is_accepted(self):
        statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
        document = f"{self.ROLE}/Policies/0/PolicyDocument"

        assert_holds(proxy.secret_readable, faulted(f"{document}/Statement", statement))

    @pytest.mark.parametrize(
        ("kind", "attached"),
        [
            ("IAM::Policy", {"Roles": [ref(ROLE)]}),
            ("IAM::ManagedPolicy", {"Roles": [ref(ROLE)]}),
            ("IAM::RolePolicy", {"RoleName": ref(ROLE)}),
        ],
    )
    def test_a_policy_that_is_a_resource_of_its_own_is_accepted(self, kind, attached):
        action = "secretsmanager:GetSecretValue"
        statement = {"Effect": "Allow", "Action": action, "Resource": ref(self.SECRET)}
        policy = resource(kind, PolicyDocument={"Statement": [statement]}, **attached)

        assert_holds(
            proxy.secret_readable, faulted("Policy", policy, without(f"{self.ROLE}/Policies"))
        )

    def test_a_managed_policy_is_left_alone(self):
        policies = ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"]
        changed = without(f"{self.ROLE}/Policies")

        assert_holds(
            proxy.secret_readable, faulted(f"{self.ROLE}/ManagedPolicyArns", policies, changed)
        )

    def test_a_role_that_is_given_is_left_alone(self):
        assert_holds(
            proxy.secret_readable, faulted(f"{PROXY}/RoleArn", get_att("Elsewhere", "Arn"))
        )


class TestSecurityGroup:
    def test_a_proxy_without_a_security_group_is_refused(self):
        [one] = violations(proxy.security_group, without(f"{PROXY}/VpcSecurityGroupIds"))

        assert one.resource == PROXY
        assert one.sentence == "it names no security group"
        assert "Name the group" in one.remedy

    def test_an_empty_list_is_refused(self):
        [one] = violations(proxy.security_group, faulted(f"{PROXY}/VpcSecurityGroupIds", []))

        assert one.resource == PROXY


class TestZones:
    SUBNET = "VPCStackPrivateSubnet1"

    @pytest.mark.parametrize("zone", ["use1-az3", "usw1-az2"])
    def test_a_zone_without_rds_proxy_is_refused(self, zone):
        [one] = violations(proxy.zones, faulted(f"{self.SUBNET}/AvailabilityZoneId", zone))

        assert one.resource == PROXY
        assert one.sentence == f"{self.SUBNET} is in {zone}, which has no RDS Proxy"

    @pytest.mark.parametrize("zone", ["use1-az1", GIVEN])
    def test_any_other_is_accepted(self, zone):
        assert_holds(proxy.zones, faulted(f"{self.SUBNET}/AvailabilityZoneId", zone))

    def test_a_subnet_without_a_proxy_may_be_in_any_zone(self):
        subnet = faulted("Other", resource("EC2::Subnet", AvailabilityZoneId="use1-az3"))

        assert_holds(proxy.zones, subnet)


class TestTenancy:
    def test_a_vpc_with_dedicated_tenancy_is_refused(self):
        [one] = violations(proxy.tenancy, faulted("VPCStackVPC/InstanceTenancy", "dedicated"))

        assert one.resource == PROXY
        assert one.sentence == ("VPCStackVPC has dedicated tenancy, in which there is no RDS Proxy")

    @pytest.mark.parametrize("tenancy", ["default", GIVEN])
    def test_any_other_is_accepted(self, tenancy):
        assert_holds(proxy.tenancy, faulted("VPCStackVPC/InstanceTenancy", tenancy))
