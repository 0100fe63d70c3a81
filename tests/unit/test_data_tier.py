"""The data tier alone: what is made, what is told to others, what is refused."""

from __future__ import annotations

import re

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.variants import base, data_tier

OF_THE_API = {"APIEndpoint", "FunctionArns"}
OTHERS = {"RDSDatabaseName", "PrivateSubnet1Id", "PrivateSubnet2Id"}
every_engine = pytest.mark.parametrize("engine", ENGINES)


def rendered(**settings):
    return render(data_tier, data_tier.Config.parse(settings, "my.yaml"))


def resources(bundle):
    return bundle.flat()[0].resources


def kinds(bundle):
    return {body["Type"] for body in resources(bundle).values()}


class TestWhatIsMade:
    @every_engine
    def test_there_is_no_api_and_no_function_but_those_that_create_users(self, engine):
        bundle = rendered(rds={"engine": engine})

        functions = {
            title
            for title, body in resources(bundle).items()
            if body["Type"] == "AWS::Serverless::Function"
        }
        assert functions
        assert all(title.startswith("UsersStack") for title in functions)
        assert "SAMStack" not in bundle.root.children
        assert not [kind for kind in kinds(bundle) if "Api" in kind]

    def test_the_user_app_logs_in_by_token_and_the_master_does_not(self):
        made = resources(rendered())
        [user] = [body for body in made.values() if body["Type"] == "Custom::DatabaseUser"]
        proxy = made["RDSStackRDSProxy"]["Properties"]

        assert user["Properties"]["UserName"] == "app"
        [auth] = proxy["Auth"]
        assert auth["IAMAuth"] == "REQUIRED"
        assert "UserSecretsStack" in str(auth["SecretArn"])

    def test_no_table_of_the_librarys_own_functions_is_made(self):
        assert "Custom::DatabaseTables" not in kinds(rendered())

    def test_without_users_no_function_is_made(self):
        made = kinds(rendered(rds={"users": [], "master_login": True}))

        assert "AWS::Serverless::Function" not in made

    def test_database_proxy_and_network_are_those_of_base(self):
        users = {"users": [{"name": "app", "login": "iam"}], "master_login": False}
        whole = render(base, base.Config.parse({"rds": users, "function_user": "app"}, "my.yaml"))
        alone = rendered()

        for name in ("vpc", "rds", "secrets", "user-secrets", "endpoints"):
            path = f"cloudformation/{name}.yaml"
            assert unstamped(alone.templates[path]) == unstamped(whole.templates[path])


def unstamped(text):
    """The text of a template without the hash of its settings, which differ."""
    return re.sub("(?m)^    Settings: .*$", "", text)


class TestOutputs:
    @every_engine
    def test_all_of_bases_are_there_but_those_of_its_api(self, engine):
        rds = {"engine": engine, "users": [{"name": "app", "login": "password"}]}
        if "aurora" in engine:
            rds["readers"] = 1
        alone = rendered(rds=rds).root.outputs
        rds |= {"master_login": True}
        whole = render(base, base.Config.parse({"rds": rds}, "my.yaml")).root.outputs

        assert alone.keys() == (whole.keys() - OF_THE_API) | OTHERS
        assert all(alone[name]["Value"] == whole[name]["Value"] for name in alone.keys() - OTHERS)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"sam": {"timeout": 20}}, "[my.yaml: sam] is not a setting"),
        ({"function_user": "app"}, "[my.yaml: function_user] is not a setting"),
        ({"regions": ["eu-west-9"]}, "[my.yaml: regions] must be regions of AWS"),
        (
            {
                "rds": {"users": [{"name": "boss", "login": "iam"}]},
                "database": {"master_username": "boss"},
            },
            "[my.yaml: rds.users.0.name] is the master user's, 'boss'",
        ),
        (
            {"rds": {"network": {"type": "DUAL"}}},
            "[my.yaml: rds.network.type] must be IPV4",
        ),
        (
            {"vpc": {"availability_zones": ["eu-west-1a", "eu-west-1b"]}, "regions": ["us-east-1"]},
            "[my.yaml: vpc.availability_zones] ",
        ),
        ({"rds": {"users": []}}, "[my.yaml: rds.master_login] is off, and there are no users"),
    ],
)
def test_refuses(settings, sentence):
    with pytest.raises(ConfigError) as error:
        rendered(**settings)

    assert sentence in str(error.value)
