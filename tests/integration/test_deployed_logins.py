"""The functions' logins: the settings that README.md shows, deployed and called as written.

One deployment for each variant and engine: each further login is an update of it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from across_accounts import Service
from packages import LOCAL
from planning import Organization, Planner

from rdsproxy_templates import render
from rdsproxy_templates.variants import VARIANTS

ENGINES = {"mysql": "aurora-mysql", "postgresql": "aurora-postgresql"}
MASTER = "boss"
"""A name that both engines accept."""
AS_MASTER = {"rds": {"master_login": True, "users": []}, "function_user": None}

BLOCK = re.compile(
    r"^```yaml\n# (?P<name>\w+)\.yaml: [^\n]+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def shown(name):
    """The settings that README.md shows for a variant, or for a plan, in its order."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    found = [yaml.safe_load(one["text"]) for one in BLOCK.finditer(readme) if one["name"] == name]
    assert found, f"README.md shows no {name}.yaml"
    return found


def merged(settings, more):
    """Both settings merged; *more* wins where they differ."""
    nested = {
        name: merged(settings[name], value)
        for name, value in more.items()
        if isinstance(value, dict) and isinstance(settings.get(name), dict)
    }
    return settings | more | nested


def engine_properties(engine, settings, **more):
    everywhere = {
        "regions": ["eu-west-1"],
        "database": {"master_username": MASTER},
        "rds": {"engine": ENGINES[engine], "deletion_protection": False},
    }
    return merged(merged(everywhere, more), settings)


@pytest.fixture
def deployed(desk, packages, network):
    """A variant in an account of its own, each time with other settings."""

    class Deployed:
        def __init__(self, account_id, variant):
            self.desk, self.variant = desk(account_id), variant
            self.stack = f"rdsproxy-{variant.replace('_', '-')}"
            self.account, self.parameters = self.desk.account, None

        def again(self, settings):
            if self.parameters is None:
                self.parameters = network(self.desk, self.variant, settings["rds"]["engine"])
            module = VARIANTS[self.variant]
            config = module.Config.parse(settings, "a test")
            bundle = render(module, config, nesting="flat", code=LOCAL)
            packages.deploy(self.desk, self.stack, bundle, self.parameters)
            return self

        def call(self, method, output, path=""):
            return self.account.call(method, f"{self.account.outputs(self.stack)[output]}{path}")

        def user(self, function):
            """The user that the environment of a function names."""
            name = self.account.resources(self.stack)[f"SAMStack{function}"]
            configuration = self.account.client("lambda").get_function_configuration(
                FunctionName=name
            )
            return configuration["Environment"]["Variables"].get("RDS_USER")

    return Deployed


def assert_does_what_it_does(call):
    """Every route of the function, from the first call of all on."""
    for _ in range(2):
        assert call("POST", "initialize") == (200, {"initialized": True})
    status, body = call("GET", "load")
    assert (status, [item["name"] for item in body["items"]]) == (200, ["one", "two", "three"])
    status, before = call("GET", "visits")
    assert status == 200
    status, after = call("POST", "visits")
    assert (status, len(after["visits"])) == (200, len(before["visits"]) + 1)


def keeps_no_password(settings):
    return "end_to_end_iam" in yaml.safe_dump(settings)


WITH_PASSWORDS = [one for one in shown("existing_vpc") if not keeps_no_password(one)]
WITHOUT = [one for one in shown("existing_vpc") if keeps_no_password(one)]
STORIES = [
    # Who makes the tables differs: the users function, or the function as the master.
    ("base", "mysql", [*shown("base"), {}]),
    ("base", "postgresql", [{}, *shown("base")]),
    ("bastion", "mysql", [AS_MASTER, {}]),
    ("bastion", "postgresql", [{}, AS_MASTER]),
    *(("existing_vpc", engine, WITH_PASSWORDS) for engine in ENGINES),
    # By themselves: what switches them is removed from a proxy in no update of the local cloud.
    *(("existing_vpc", engine, WITHOUT) for engine in ENGINES),
]
"""Settings of a variant, one update after the other."""


@pytest.mark.parametrize(
    ("account_id", "variant", "engine", "story"),
    [
        pytest.param(
            f"3000000000{number:02}",
            variant,
            engine,
            story,
            id=f"{variant}-{engine}{'-without-passwords' if story is WITHOUT else ''}",
            marks=pytest.mark.xdist_group(f"logins-{variant}-{engine}"),
        )
        for number, (variant, engine, story) in enumerate(STORIES)
    ],
)
def test_with_any_login_the_function_does_its_work(deployed, account_id, variant, engine, story):
    service = deployed(account_id, variant)
    more = {"proxy": True} if variant == "bastion" else {}
    for settings in story:
        service.again(engine_properties(engine, settings, **more))

        default = None if variant == "base" else "app"
        user = settings.get("function_user", default) or MASTER
        assert service.user("BlogRDSProxyFunction") == user
        assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))


@pytest.mark.parametrize(
    ("account_id", "engine"),
    [
        pytest.param(
            f"3100000000{number:02}",
            engine,
            id=engine,
            marks=pytest.mark.xdist_group(f"logins-auth-{engine}"),
        )
        for number, engine in enumerate(ENGINES)
    ],
)
def test_with_any_login_the_functions_of_auth_see_each_others_rows(deployed, account_id, engine):
    auth = deployed(account_id, "auth")
    stories = [*shown("auth"), {}]
    rows = 0
    for settings in stories if engine == "mysql" else reversed(stories):
        auth.again(engine_properties(engine, settings))

        assert auth.user("IAMFunction") == settings.get("iam_user", MASTER)
        for output in ("PasswordUrl", "IAMUrl"):
            status, body = auth.call("POST", output)
            rows += 1
            assert (status, len(body["visits"])) == (200, rows)


ACROSS = {"mysql": shown("cross_account")[0], "postgresql": {}}
"""By password, and by token, as test_plans_deployed.py deploys it with MySQL."""


@pytest.mark.parametrize(
    ("management", "engine"),
    [
        pytest.param(
            f"3200000000{number:02}",
            engine,
            id=engine,
            marks=pytest.mark.xdist_group(f"logins-across-{engine}"),
        )
        for number, engine in enumerate(ACROSS)
    ],
)
def test_across_accounts_the_function_does_its_work(cloud, sam_cli, tmp_path, management, engine):
    organization = Organization(cloud, management)
    organization.enable_sharing()
    accounts = {name: organization.member(name) for name in ("app", "db")}
    planner = Planner(tmp_path, accounts, Path(sam_cli).parent)
    planner.prepare()
    shared = {"engine": ENGINES[engine]}
    settings = {
        "cross_account_network": shared,
        "cross_account_db": {"database": {"master_username": MASTER}, "rds": shared},
        "cross_account_app": shared,
    }
    config = tmp_path / "settings.yaml"
    config.write_text(yaml.safe_dump(merged(settings, ACROSS[engine])))
    said = planner.deploy("cross_account", "--config", config.name)
    assert said.status == 0, said.errors
    service = Service(accounts["app"], accounts["db"])

    assert ("RDS_SECRET_ARN" if ACROSS[engine] else "RDS_USER") in service.variables
    assert_does_what_it_does(service.call)
