"""RDS Proxy: what the service refuses, or takes and never connects."""

from __future__ import annotations

import pytest
from faults import GIVEN, faulted, found, get_att, ref, resource, template, without

from rdsproxy_templates.validators.rules import proxy

PROXY = "RDSStackRDSProxy"
TARGETS = "RDSStackRDSProxyTargetGroup"
CLUSTER = "RDSStackDBCluster"
READER = resource(
    "RDS::DBInstance",
    DBClusterIdentifier=ref(CLUSTER),
    Engine="aurora-mysql",
    DBInstanceClass="db.t4g.medium",
)
POSTGRESQL = template(
    Proxy={
        **resource(
            "RDS::DBProxy",
            DBProxyName="reports",
            EngineFamily="POSTGRESQL",
            RequireTLS=True,
            Auth=[{"AuthScheme": "SECRETS", "IAMAuth": "REQUIRED", "SecretArn": GIVEN}],
            RoleArn=GIVEN,
            VpcSubnetIds=[GIVEN],
            VpcSecurityGroupIds=[GIVEN],
        ),
        "DependsOn": ["Database"],
    },
    Targets=resource(
        "RDS::DBProxyTargetGroup",
        DBProxyName=ref("Proxy"),
        TargetGroupName="default",
        DBInstanceIdentifiers=[ref("Database")],
    ),
    Database=resource(
        "RDS::DBInstance",
        Engine="postgres",
        EngineVersion="17.11",
        DBInstanceClass="db.t4g.micro",
        DBName="reports",
        MasterUsername="reporter",
        ManageMasterUserPassword=True,
    ),
)


def test_a_proxy_before_one_instance_of_postgresql_is_accepted():
    assert found(POSTGRESQL) == []


class TestName:
    @pytest.mark.parametrize("name", ["p", "proxy-1", "P2", "a" * 63])
    def test_letters_digits_and_single_hyphens_are_accepted(self, name):
        assert found(faulted(f"{PROXY}/DBProxyName", name)) == []

    @pytest.mark.parametrize(
        "name", ["", "1proxy", "-proxy", "proxy-", "a--b", "my_proxy", "my proxy", "pröxy"]
    )
    def test_a_name_that_the_service_cannot_spell_is_refused(self, name):
        [one] = found(faulted(f"{PROXY}/DBProxyName", name))

        assert one.about == ("proxy/name", PROXY)
        assert f"{name!r} is no name for a proxy" in one.sentence
        assert "letters, digits and single hyphens" in one.remedy

    def test_a_name_of_64_characters_is_refused(self):
        [one] = found(faulted(f"{PROXY}/DBProxyName", "a" * 64))

        assert one.about == ("proxy/name", PROXY)
        assert "at most 63" in one.remedy


class TestEngineFamily:
    def test_a_proxy_for_another_engine_is_refused(self):
        [one] = found(faulted(f"{PROXY}/EngineFamily", "POSTGRESQL"), proxy.engine_family)

        assert one.about == ("proxy/engine-family", PROXY)
        assert one.sentence == "POSTGRESQL cannot stand before aurora-mysql"
        assert one.remedy == "Set EngineFamily to MYSQL"

    def test_an_instance_of_another_engine_is_refused(self):
        wrong = faulted("Database/Engine", "mysql", POSTGRESQL)

        [one] = found(wrong, proxy.engine_family)

        assert one.about == ("proxy/engine-family", "Proxy")
        assert one.sentence == "POSTGRESQL cannot stand before mysql"

    def test_an_engine_that_we_do_not_know_is_left_alone(self):
        assert found(faulted("Database/Engine", "mariadb", POSTGRESQL)) == []

    def test_a_database_that_is_given_is_left_alone(self):
        assert found(faulted("Targets/DBInstanceIdentifiers", [GIVEN], POSTGRESQL)) == []


class TestOneTarget:
    def test_a_cluster_and_its_instance_in_one_group_are_refused(self):
        [one] = found(faulted(f"{TARGETS}/DBInstanceIdentifiers", [ref("RDSStackDBInstance1")]))

        assert one.about == ("proxy/one-target", TARGETS)
        assert one.sentence == "1 clusters and 1 instances are its targets"
        assert "one cluster or one instance" in one.remedy

    def test_two_clusters_are_refused(self):
        [one] = found(faulted(f"{TARGETS}/DBClusterIdentifiers/1", "another"))

        assert one.about == ("proxy/one-target", TARGETS)
        assert "2 clusters and 0 instances" in one.sentence

    def test_a_group_without_a_target_is_refused(self):
        [one] = found(without(f"{TARGETS}/DBClusterIdentifiers"))

        assert one.about == ("proxy/one-target", TARGETS)
        assert "0 clusters and 0 instances" in one.sentence

    @pytest.mark.parametrize("name", ["primary", "Default", None])
    def test_a_group_of_another_name_than_default_is_refused(self, name):
        [one] = found(faulted(f"{TARGETS}/TargetGroupName", name))

        assert one.about == ("proxy/one-target", TARGETS)
        assert one.place == "TargetGroupName"
        assert one.sentence == f"{name!r} is no target group"
        assert "Name it default" in one.remedy


class TestWaitsForInstances:
    def test_a_group_that_waits_for_nothing_is_refused(self):
        [one] = found(without(f"{TARGETS}/DependsOn"))

        assert one.about == ("proxy/waits-for-instances", TARGETS)
        assert one.sentence == f"it does not wait for RDSStackDBInstance1 of {CLUSTER}"
        assert "DependsOn" in one.remedy

    def test_a_group_that_waits_for_one_of_two_instances_is_refused(self):
        [one] = found(faulted("RDSStackDBInstance2", READER))

        assert one.about == ("proxy/waits-for-instances", TARGETS)
        assert "wait for RDSStackDBInstance2 of" in one.sentence

    def test_a_cluster_without_an_instance_is_refused(self):
        wrong = faulted(f"{TARGETS}/DependsOn", [], without("RDSStackDBInstance1"))

        [one] = found(wrong)

        assert one.about == ("proxy/waits-for-instances", TARGETS)
        assert one.sentence == f"it does not wait for any instance of {CLUSTER}"

    def test_a_group_that_waits_for_the_last_of_a_chain_waits_for_all(self):
        """The writer first, then its reader, then the group: all in order."""
        chain = faulted("RDSStackDBInstance2", {**READER, "DependsOn": ["RDSStackDBInstance1"]})

        assert found(faulted(f"{TARGETS}/DependsOn", ["RDSStackDBInstance2"], chain)) == []

    def test_a_cluster_of_three_zones_has_no_instances_to_wait_for(self):
        """A Multi-AZ DB cluster creates its instances itself."""
        properties = {"Engine": "mysql", "DBClusterInstanceClass": "db.m6gd.large"}
        family = faulted(CLUSTER, resource("RDS::DBCluster", **properties))
        family = faulted(f"{TARGETS}/DependsOn", [], without("RDSStackDBInstance1", family))

        assert found(family, proxy.waits_for_instances) == []


class TestWaitsForDatabase:
    def test_a_proxy_that_waits_for_no_database_is_refused(self):
        [one] = found(without(f"{PROXY}/DependsOn"))

        assert one.about == ("proxy/waits-for-database", PROXY)
        assert one.sentence.startswith(f"it does not wait for {CLUSTER}, and fails in an account")
        assert "DependsOn" in one.remedy

    def test_a_proxy_that_waits_by_a_reference_waits(self):
        """Its role names the database, as with users whose login is IAM from end to end."""
        named = faulted("Proxy/RoleArn", ref("Database"), without("Proxy/DependsOn", POSTGRESQL))

        assert found(named, proxy.waits_for_database) == []

    def test_a_database_that_is_given_is_there_already(self):
        family = without("Proxy/DependsOn", POSTGRESQL)

        assert found(faulted("Targets/DBInstanceIdentifiers", [GIVEN], family)) == []


class TestTlsToDatabase:
    GROUP = "RDSStackDBClusterParameterGroup"
    PASSWORDS = faulted(
        f"{PROXY}/Auth/0/IAMAuth", "DISABLED", faulted(f"{PROXY}/RequireTLS", False)
    )

    @pytest.mark.parametrize("value", ["ON", "1", 1, True])
    @pytest.mark.parametrize("name", ["require_secure_transport", "rds.force_ssl"])
    def test_a_proxy_without_tls_before_a_database_that_wants_it_is_refused(self, name, value):
        family = faulted(f"{self.GROUP}/Parameters", {name: value}, self.PASSWORDS)

        [one] = found(family, proxy.tls_to_database)

        assert one.about == ("proxy/tls-to-database", PROXY)
        assert f"it does not require TLS, and {CLUSTER} does, by {name}" in one.sentence
        assert one.remedy == f"Set RequireTLS to true, or turn {name} off"

    @pytest.mark.parametrize("value", ["OFF", "0", 0, False, GIVEN])
    def test_a_database_that_takes_plain_connections_is_accepted(self, value):
        name = f"{self.GROUP}/Parameters/require_secure_transport"

        assert found(faulted(name, value, self.PASSWORDS), proxy.tls_to_database) == []

    def test_a_group_that_is_given_is_left_alone(self):
        family = faulted(f"{CLUSTER}/DBClusterParameterGroupName", GIVEN, self.PASSWORDS)

        assert found(family, proxy.tls_to_database) == []


class TestIdleAboveMax:
    POOL = f"{TARGETS}/ConnectionPoolConfigurationInfo"

    @pytest.mark.parametrize("idle", [51, "51"])
    def test_more_idle_than_open_connections_are_refused(self, idle):
        """A number is text where it comes from the default of a parameter."""
        pool = {"MaxConnectionsPercent": 50, "MaxIdleConnectionsPercent": idle}

        [one] = found(faulted(self.POOL, pool))

        assert one.about == ("proxy/idle-above-max", TARGETS)
        assert "Idle" in one.sentence
        assert "51 is above MaxConnectionsPercent 50" in one.sentence
        assert one.remedy == "Lower the one or raise the other"

    @pytest.mark.parametrize("pool", [{}, {"MaxIdleConnectionsPercent": 100}])
    def test_the_service_opens_all_connections_unless_told_otherwise(self, pool):
        assert found(faulted(self.POOL, pool)) == []

    def test_all_connections_may_be_kept_idle(self):
        pool = {"MaxConnectionsPercent": 50, "MaxIdleConnectionsPercent": 50}

        assert found(faulted(self.POOL, pool)) == []


class TestNetworkType:
    @pytest.mark.parametrize("targets", [{}, {"TargetConnectionNetworkType": "IPV4"}])
    def test_an_endpoint_for_ipv6_with_targets_for_ipv4_is_refused(self, targets):
        properties = {"EndpointNetworkType": "IPV6", **targets}

        [one] = found(template(Proxy=resource("RDS::DBProxy", **properties)), proxy.network_type)

        assert one.about == ("proxy/network-type", "Proxy")
        assert "for IPv6 and the targets are reached by IPv4" in one.sentence
        assert "TargetConnectionNetworkType to IPV6" in one.remedy

    @pytest.mark.parametrize(
        ("endpoint", "targets"),
        [("IPV6", "IPV6"), ("DUAL", "IPV4"), ("IPV4", "IPV6"), ("IPV6", GIVEN), (GIVEN, "IPV4")],
    )
    def test_other_pairs_are_accepted(self, endpoint, targets):
        properties = {"EndpointNetworkType": endpoint, "TargetConnectionNetworkType": targets}

        assert (
            found(template(Proxy=resource("RDS::DBProxy", **properties)), proxy.network_type) == []
        )


class TestLogins:
    def test_a_password_of_another_engine_is_refused(self):
        [one] = found(faulted(f"{PROXY}/Auth/0/ClientPasswordAuthType", "POSTGRES_MD5"))

        assert one.about == ("proxy/logins", PROXY)
        assert one.sentence == "POSTGRES_MD5 is no way to log in to MYSQL"
        assert one.remedy == "Use one of MYSQL_CACHING_SHA2_PASSWORD, MYSQL_NATIVE_PASSWORD"

    @pytest.mark.parametrize(
        "password", ["MYSQL_NATIVE_PASSWORD", "MYSQL_CACHING_SHA2_PASSWORD", None]
    )
    def test_a_password_of_the_engine_is_accepted(self, password):
        assert found(faulted(f"{PROXY}/Auth/0/ClientPasswordAuthType", password)) == []

    def test_iam_for_some_clients_is_refused(self):
        [one] = found(faulted(f"{PROXY}/Auth/0/IAMAuth", "ENABLED"), proxy.logins)

        assert one.about == ("proxy/logins", PROXY)
        assert "ENABLED is for SQL Server" in one.sentence
        assert one.remedy == "Set IAMAuth to REQUIRED or DISABLED"

    def test_iam_for_some_clients_is_accepted_before_sql_server(self):
        entry = {"AuthScheme": "SECRETS", "IAMAuth": "ENABLED"}
        family = template(Proxy=resource("RDS::DBProxy", EngineFamily="SQLSERVER", Auth=[entry]))

        assert found(family, proxy.logins) == []

    @pytest.mark.parametrize("required", [False, "false"])
    def test_tokens_without_tls_are_refused(self, required):
        [one] = found(faulted(f"{PROXY}/RequireTLS", required))

        assert one.about == ("proxy/logins", PROXY)
        assert one.place == "RequireTLS"
        assert "TLS is not required" in one.sentence
        assert "Set RequireTLS to true" in one.remedy

    def test_tokens_without_a_word_on_tls_are_refused(self):
        [one] = found(without(f"{PROXY}/RequireTLS"))

        assert (one.about, one.place) == (("proxy/logins", PROXY), "RequireTLS")

    def test_a_proxy_that_logs_in_by_iam_itself_needs_tls_too(self):
        properties = {"EngineFamily": "MYSQL", "DefaultAuthScheme": "IAM_AUTH"}

        [one] = found(template(Proxy=resource("RDS::DBProxy", **properties)), proxy.logins)

        assert (one.about, one.place) == (("proxy/logins", "Proxy"), "RequireTLS")

    def test_tls_may_be_required_by_the_default_of_a_parameter(self):
        assert found(faulted(f"{PROXY}/RequireTLS", "true")) == []

    def test_passwords_without_tls_are_accepted(self):
        entry = {"AuthScheme": "SECRETS", "IAMAuth": "DISABLED", "SecretArn": GIVEN}
        family = template(Proxy=resource("RDS::DBProxy", EngineFamily="MYSQL", Auth=[entry]))

        assert found(family, proxy.logins) == []

    def test_a_user_name_beside_a_secret_is_refused(self):
        [one] = found(faulted(f"{PROXY}/Auth/0/UserName", "root"))

        assert one.about == ("proxy/logins", PROXY)
        assert one.sentence == "UserName stands beside AuthScheme SECRETS"
        assert "the secret holds the name" in one.remedy

    def test_201_secrets_are_refused(self):
        entries = [{"AuthScheme": "SECRETS", "SecretArn": GIVEN}] * 201

        [one] = found(faulted(f"{PROXY}/Auth", entries), proxy.logins)

        assert one.about == ("proxy/logins", PROXY)
        assert one.sentence == "it has 201 secrets"
        assert one.remedy == "Use at most 200"


class TestReaderEndpoint:
    ENDPOINT = resource("RDS::DBProxyEndpoint", DBProxyName=ref(PROXY), TargetRole="READ_ONLY")

    def test_a_read_only_endpoint_without_a_reader_is_refused(self):
        [one] = found(faulted("Endpoint", self.ENDPOINT))

        assert one.about == ("proxy/reader-endpoint", "Endpoint")
        assert one.sentence == f"{CLUSTER} has no reader"
        assert "make the endpoint READ_WRITE" in one.remedy

    def test_a_read_only_endpoint_before_an_instance_is_refused(self):
        endpoint = {**self.ENDPOINT["Properties"], "DBProxyName": ref("Proxy")}
        wrong = faulted("Endpoint", resource("RDS::DBProxyEndpoint", **endpoint), POSTGRESQL)

        [one] = found(wrong)

        assert one.about == ("proxy/reader-endpoint", "Endpoint")
        assert one.sentence == "Database has no reader"

    def test_a_read_only_endpoint_with_a_reader_is_accepted(self):
        family = faulted("RDSStackDBInstance2", READER, faulted("Endpoint", self.ENDPOINT))
        family = faulted(f"{TARGETS}/DependsOn/1", "RDSStackDBInstance2", family)

        assert found(family) == []

    @pytest.mark.parametrize(
        "properties",
        [
            {"DBProxyName": ref(PROXY)},
            {"DBProxyName": ref(PROXY), "TargetRole": "READ_WRITE"},
            {"DBProxyName": ref(PROXY), "TargetRole": GIVEN},
            {"DBProxyName": GIVEN, "TargetRole": "READ_ONLY"},
        ],
    )
    def test_other_endpoints_are_accepted(self, properties):
        assert found(faulted("Endpoint", resource("RDS::DBProxyEndpoint", **properties))) == []


class TestSecretReadable:
    ROLE = "RDSStackRDSProxyRole"
    STATEMENT = f"{ROLE}/Policies/0/PolicyDocument/Statement/0"
    SECRET = "SecretsStackRDSMasterUserSecret"  # noqa: S105 - a resource

    UNREADABLE = f"it may not read {SECRET}, which {PROXY} names"

    def sentence(self, wrong):
        [one] = found(wrong)
        assert one.about == ("proxy/secret-readable", self.ROLE)
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

        [one] = found(faulted(f"{PROXY}/Auth/1", entry))

        assert one.about == ("proxy/secret-readable", self.ROLE)
        assert "may not read arn:of:another" in one.sentence

    @pytest.mark.parametrize("action", ["secretsmanager:GetSecretValue", "secretsmanager:*", "*"])
    def test_a_single_action_and_a_pattern_are_accepted(self, action):
        assert found(faulted(f"{self.STATEMENT}/Action", action)) == []

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
        assert found(faulted(f"{self.STATEMENT}/Resource", resources)) == []

    def test_a_single_statement_is_accepted(self):
        statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
        document = f"{self.ROLE}/Policies/0/PolicyDocument"

        assert found(faulted(f"{document}/Statement", statement)) == []

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

        assert found(faulted("Policy", policy, without(f"{self.ROLE}/Policies"))) == []

    def test_a_managed_policy_is_left_alone(self):
        policies = ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"]
        family = without(f"{self.ROLE}/Policies")

        assert found(faulted(f"{self.ROLE}/ManagedPolicyArns", policies, family)) == []

    def test_a_role_that_is_given_is_left_alone(self):
        assert found(faulted(f"{PROXY}/RoleArn", get_att("Elsewhere", "Arn"))) == []


class TestSecurityGroup:
    def test_a_proxy_without_a_security_group_is_refused(self):
        [one] = found(without(f"{PROXY}/VpcSecurityGroupIds"))

        assert one.about == ("proxy/security-group", PROXY)
        assert one.sentence == "it names no security group"
        assert "Name the group" in one.remedy

    def test_an_empty_list_is_refused(self):
        [one] = found(faulted(f"{PROXY}/VpcSecurityGroupIds", []))

        assert one.about == ("proxy/security-group", PROXY)
