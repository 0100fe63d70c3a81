"""Every variant is deployed, in every form, and each service has what its templates say."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from deployed import DeployedVariant, deployed_rules, secret_of, wanted_rules
from deploying import stack_name

from rdsproxy_templates import render
from rdsproxy_templates.rendering import Bundle
from rdsproxy_templates.validators.values import listed
from rdsproxy_templates.variants import VARIANTS

USERS = [
    {"name": "reader", "login": "password", "grants": [{"privileges": ["SELECT"]}]},
    {"name": "writer", "login": "iam"},
    {"name": "owner", "login": "end_to_end_iam", "grants": [{"privileges": ["ALL"]}]},
]


@dataclass(frozen=True)
class Deployment:
    """A deployed variant, and the function that deploys it again."""

    deployed: DeployedVariant
    bundle: Bundle
    again: Callable[[], str]


def by_sam(desk, variant, folder, parameters, built):
    """Deploy the committed form: nested, with `sam build` and `sam deploy`."""
    bundle = render(VARIANTS[variant], VARIANTS[variant].Config(), code="../..")
    return bundle, built(variant), lambda where: desk.with_sam(where, parameters)


def flat(desk, variant, folder, parameters, built):
    """Deploy one template, which SAM packages without a build."""
    bundle = render(VARIANTS[variant], VARIANTS[variant].Config(), nesting="flat")
    bundle.write(folder)
    return bundle, folder, lambda where: desk.with_sam(where, parameters)


def flat_and_built(desk, variant, folder, parameters, built):
    """The same after a build, which functions need that run while the stack is deployed."""
    bundle, folder, deploy = flat(desk, variant, folder, parameters, built)
    desk.run(desk.sam, "build", cwd=folder)
    return bundle, folder, deploy


def expanded_by_aws(desk, variant, folder, parameters, built):
    """Deploy one plain template, with `aws cloudformation package` and `deploy`."""
    bundle = render(VARIANTS[variant], VARIANTS[variant].Config(), nesting="flat", expand=True)
    bundle.write(folder)

    def deploy(where):
        desk.package(where)
        return desk.with_aws(where, parameters)

    return bundle, folder, deploy


def with_users(desk, variant, folder, parameters, built):
    """Deploy with users of the database, and with the code included."""
    config = VARIANTS[variant].Config.parse({"rds": {"users": USERS}}, "a test")
    bundle = render(VARIANTS[variant], config)
    bundle.write(folder)
    desk.run(desk.sam, "build", cwd=folder)
    return bundle, folder, lambda where: desk.with_sam(where, parameters)


FORMS = [
    ("base", by_sam),
    ("base", flat),
    ("base", expanded_by_aws),
    ("existing_vpc", flat_and_built),
    ("auth", flat),
    ("auth", with_users),
    ("bastion", by_sam),
]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            (f"1111111111{number:02}", variant, form),
            id=f"{variant}-{form.__name__}",
            marks=pytest.mark.xdist_group(f"deploy-{variant}"),
        )
        for number, (variant, form) in enumerate(FORMS)
    ],
)
def deployment(request, desk, built, network, tmp_path_factory):
    account_id, variant, form = request.param
    mine = desk(account_id)
    folder = tmp_path_factory.mktemp(variant)
    parameters = network(mine, variant)
    bundle, folder, deploy = form(mine, variant, folder, parameters, built)
    deploy(folder)
    deployed = DeployedVariant(mine.account, stack_name(folder), bundle, parameters)
    return Deployment(deployed, bundle, lambda: deploy(folder))


@pytest.fixture
def deployed(deployment):
    return deployment.deployed


class TestStacks:
    def test_every_stack_is_complete(self, deployed):
        assert deployed.statuses() == {"CREATE_COMPLETE"}

    def test_every_output_is_what_its_template_says(self, deployed):
        for stack in deployed.stacks:
            assert deployed.account.outputs(stack.id) == stack.outputs

    def test_every_stack_has_the_resources_of_its_template_and_no_other(self, deployed):
        for stack in deployed.stacks:
            assert stack.physical_ids.keys() == stack.resources.keys()

    def test_deploying_the_same_again_changes_nothing(self, deployment):
        deployed, before = deployment.deployed, deployment.deployed.physical_ids()

        assert "No changes to deploy" in deployment.again()
        assert deployed.statuses() == {"CREATE_COMPLETE"}
        assert deployed.physical_ids() == before
        for stack in deployed.stacks:
            assert "LastUpdatedTime" not in deployed.account.stack(stack.id)


class TestEveryResource:
    def test_exists_in_its_service(self, deployed):
        assert all(resource.shown for resource in deployed.resources)

    def test_has_the_properties_that_its_service_shows(self, deployed):
        assert not [
            sentence for resource in deployed.resources for sentence in resource.differences()
        ]

    def test_has_not_drifted_except_by_a_rule_of_another_stack(self, deployed):
        api = deployed.account.client("cloudformation")
        drifted = {}
        for stack in deployed.stacks:
            made = api.detect_stack_drift(StackName=stack.id)["StackDriftDetectionId"]
            api.describe_stack_drift_detection_status(StackDriftDetectionId=made)
            found = api.describe_stack_resource_drifts(
                StackName=stack.id, StackResourceDriftStatusFilters=["DELETED", "MODIFIED"]
            )
            for one in found["StackResourceDrifts"]:
                paths = [value["PropertyPath"] for value in one["PropertyDifferences"]]
                drifted[one["LogicalResourceId"]] = paths

        attached = {"FunctionSecurityGroup": ["/SecurityGroupEgress/1"]}
        is_attached = deployed.name == "rdsproxy-auth" and len(deployed.stacks) > 1
        assert drifted == (attached if is_attached else {})


class TestSecurityGroups:
    def test_have_the_rules_of_the_templates_and_no_other(self, deployed):
        groups = {group.physical_id for group in deployed.of_type("AWS::EC2::SecurityGroup")}
        wanted = [rule for rule in wanted_rules(deployed) if rule.group in groups]

        assert deployed_rules(deployed) == wanted


class TestProxies:
    def test_are_available_with_the_targets_of_their_target_groups_and_no_other(self, deployed):
        rds = deployed.account.client("rds")
        for group in deployed.of_type("AWS::RDS::DBProxyTargetGroup"):
            wanted = {
                "TRACKED_CLUSTER": group.properties.get("DBClusterIdentifiers", []),
                "RDS_INSTANCE": group.properties.get("DBInstanceIdentifiers", []),
            }
            targets = rds.describe_db_proxy_targets(DBProxyName=group.properties["DBProxyName"])
            assert sorted((t["Type"], t["RdsResourceId"]) for t in targets["Targets"]) == sorted(
                (kind, name) for kind, names in wanted.items() for name in names
            )
        for proxy in deployed.of_type("AWS::RDS::DBProxy"):
            assert proxy.shown["Status"] == "available"

    def test_log_in_with_deployed_secrets_that_their_role_may_read(self, deployed):
        secrets = {secret.physical_id for secret in deployed.of_type("AWS::SecretsManager::Secret")}
        for proxy in deployed.of_type("AWS::RDS::DBProxy"):
            role = proxy.shown["RoleArn"].rpartition("/")[2]
            used = {entry["SecretArn"] for entry in proxy.shown["Auth"]}
            assert used <= secrets
            assert used <= resources_for(deployed.account, role, "secretsmanager:GetSecretValue")

    def test_are_in_the_network_of_the_databases_behind_them(self, deployed):
        rds = deployed.account.client("rds")
        for proxy in deployed.of_type("AWS::RDS::DBProxy"):
            for group in deployed.of_type("AWS::RDS::DBSubnetGroup"):
                assert proxy.shown["VpcId"] == group.shown["VpcId"]
            endpoints = rds.describe_db_proxy_endpoints(DBProxyName=proxy.physical_id)
            for endpoint in endpoints["DBProxyEndpoints"]:
                assert endpoint["Status"] == "available"


class TestDatabases:
    def test_clusters_have_the_instances_of_the_template_and_no_other(self, deployed):
        for cluster in deployed.of_type("AWS::RDS::DBCluster"):
            members = {one["DBInstanceIdentifier"] for one in cluster.shown["DBClusterMembers"]}
            assert members == {
                instance.physical_id
                for instance in deployed.of_type("AWS::RDS::DBInstance")
                if instance.properties.get("DBClusterIdentifier") == cluster.physical_id
            }

    def test_their_secrets_are_of_declared_users_and_else_of_the_master_user(self, deployed):
        declared = {
            user.properties.get("SecretArn"): user.properties["UserName"]
            for user in deployed.of_type("Custom::DatabaseUser")
        }
        for attachment in deployed.of_type("AWS::SecretsManager::SecretTargetAttachment"):
            arn = attachment.properties["SecretId"]
            master = target_of(deployed, attachment).shown["MasterUsername"]
            assert secret_of(deployed.account, arn)["username"] == declared.get(arn, master)


class TestSecrets:
    def test_hold_generated_values_of_the_requested_length_and_characters(self, deployed):
        for secret in deployed.of_type("AWS::SecretsManager::Secret"):
            wanted = secret.properties.get("GenerateSecretString")
            if wanted is None:
                continue
            value = secret_of(deployed.account, secret.physical_id)
            assert value.items() >= json.loads(wanted["SecretStringTemplate"]).items()
            generated = value[wanted["GenerateStringKey"]]
            assert len(generated) == wanted["PasswordLength"]
            allowed = set(string.ascii_letters + string.digits + string.punctuation)
            assert set(generated) <= allowed - set(wanted["ExcludeCharacters"])

    def test_name_the_address_of_the_database_once_they_are_attached(self, deployed):
        for attachment in deployed.of_type("AWS::SecretsManager::SecretTargetAttachment"):
            target = target_of(deployed, attachment)
            secret = secret_of(deployed.account, attachment.properties["SecretId"])
            assert secret["host"] == target.attribute("Endpoint.Address")
            assert secret["port"] == int(target.attribute("Endpoint.Port"))
            name = target.properties.get("DatabaseName", target.properties.get("DBName"))
            assert secret.get("dbname") == name


class TestRoles:
    def test_have_the_policies_of_the_template_and_no_other(self, deployed):
        iam = deployed.account.client("iam")
        for role in deployed.of_type("AWS::IAM::Role"):
            name = role.physical_id
            wanted = {
                policy["PolicyName"]: policy["PolicyDocument"]
                for policy in role.properties.get("Policies", [])
            } | {
                policy.properties["PolicyName"]: policy.properties["PolicyDocument"]
                for policy in deployed.of_type("AWS::IAM::Policy", "AWS::IAM::RolePolicy")
                if name in {policy.properties.get("RoleName"), *policy.properties.get("Roles", [])}
            }
            attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]

            assert inline_policies(deployed.account, name) == wanted
            assert {policy["PolicyArn"] for policy in attached} == set(
                role.properties.get("ManagedPolicyArns", [])
            )

    def test_allow_nothing_on_everything(self, deployed):
        for role in deployed.of_type("AWS::IAM::Role"):
            for document in inline_policies(deployed.account, role.physical_id).values():
                assert not [s for s in document["Statement"] if "*" in listed(s["Resource"])]


class TestFunctions:
    def test_may_log_in_to_deployed_proxies_and_databases_as_their_configured_user(self, deployed):
        rds = deployed.account.client("rds")
        proxies = rds.describe_db_proxies()["DBProxies"]
        known = {
            *(proxy["DBProxyArn"].rpartition(":")[2] for proxy in proxies),
            *(one["DbClusterResourceId"] for one in rds.describe_db_clusters()["DBClusters"]),
            *(one["DbiResourceId"] for one in rds.describe_db_instances()["DBInstances"]),
        }
        for function in deployed.of_type("AWS::Lambda::Function"):
            role = function.shown["Role"].rpartition("/")[2]
            told = set(function.shown["Environment"]["Variables"].values())
            for arn in resources_for(deployed.account, role, "rds-db:connect"):
                database, user = arn.rpartition(":")[2].split("/")
                assert database in known
                assert user in told

    def test_reach_only_hosts_that_are_deployed(self, deployed):
        rds = deployed.account.client("rds")
        hosts = {
            *(one["Endpoint"] for one in rds.describe_db_proxies()["DBProxies"]),
            *(one["Endpoint"] for one in rds.describe_db_proxy_endpoints()["DBProxyEndpoints"]),
            *(one["Endpoint"] for one in rds.describe_db_clusters()["DBClusters"]),
            *(one["Endpoint"]["Address"] for one in rds.describe_db_instances()["DBInstances"]),
        }
        for function in deployed.of_type("AWS::Lambda::Function"):
            for value in function.shown["Environment"]["Variables"].values():
                assert value in hosts or ".rds." not in value

    def test_may_be_invoked_by_whom_the_template_allows_and_nobody_else(self, deployed):
        client = deployed.account.client("lambda")
        for function in deployed.of_type("AWS::Lambda::Function"):
            permissions = [
                permission.physical_id
                for permission in deployed.of_type("AWS::Lambda::Permission")
                if permission.properties["FunctionName"]
                in {function.physical_id, function.attribute("Arn")}
            ]
            if permissions:
                policy = client.get_policy(FunctionName=function.physical_id)["Policy"]
                assert {s["Sid"] for s in json.loads(policy)["Statement"]} == set(permissions)


class TestHttpApis:
    def test_have_the_routes_of_the_template_and_no_other(self, deployed):
        client = deployed.account.client("apigatewayv2")
        for api in deployed.of_type("AWS::ApiGatewayV2::Api"):
            integrations = {
                f"integrations/{one['IntegrationId']}": one["IntegrationUri"]
                for one in client.get_integrations(ApiId=api.physical_id)["Items"]
            }
            routes = client.get_routes(ApiId=api.physical_id)["Items"]

            assert sorted(
                (route["RouteKey"], route["AuthorizationType"], integrations[route["Target"]])
                for route in routes
            ) == sorted(wanted_routes(api.properties["Body"]))

    def test_their_routes_lead_to_deployed_functions(self, deployed):
        client = deployed.account.client("apigatewayv2")
        arns = {function.attribute("Arn") for function in deployed.of_type("AWS::Lambda::Function")}
        for api in deployed.of_type("AWS::ApiGatewayV2::Api"):
            for one in client.get_integrations(ApiId=api.physical_id)["Items"]:
                assert one["IntegrationType"] == "AWS_PROXY"
                assert one["IntegrationUri"].split("/functions/")[1].split("/")[0] in arns

    def test_have_the_stages_of_the_template_and_no_other(self, deployed):
        client = deployed.account.client("apigatewayv2")
        for api in deployed.of_type("AWS::ApiGatewayV2::Api"):
            stages = client.get_stages(ApiId=api.physical_id)["Items"]
            assert {stage["StageName"] for stage in stages} == {
                stage.physical_id
                for stage in deployed.of_type("AWS::ApiGatewayV2::Stage")
                if stage.properties["ApiId"] == api.physical_id
            }


def target_of(deployed, attachment):
    """The database to which a secret is attached."""
    (target,) = [
        database
        for database in deployed.of_type("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
        if database.physical_id == attachment.properties["TargetId"]
    ]
    return target


def inline_policies(account, role):
    """The documents of a role's own policies by name."""
    iam = account.client("iam")
    return {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }


def resources_for(account, role, action):
    """The resources on which a role's own policies let it do *action*."""
    return {
        resource
        for document in inline_policies(account, role).values()
        for statement in document["Statement"]
        if action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def wanted_routes(body):
    """Key, authorization and integration of every route of an API's OpenAPI document."""
    authorization = {"awsSigv4": "AWS_IAM", None: "JWT"}
    schemes = body.get("components", {}).get("securitySchemes", {})
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            key = path.lstrip("/") if path == "/$default" else f"{verb} {path}"
            kinds = [
                authorization[schemes[name].get("x-amazon-apigateway-authtype")]
                for scheme in operation.get("security", [])
                for name in scheme
            ]
            uri = operation["x-amazon-apigateway-integration"]["uri"]
            yield key, (kinds or ["NONE"])[0], uri
