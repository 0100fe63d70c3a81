"""Declared functions as deployed: each does its work as its own user, and nothing as another's."""

from __future__ import annotations

import json

import pytest

from rdsproxy_local.local_cloud import LocalCloud
from rdsproxy_local.servers.loopback import wait_for
from rdsproxy_local.testing import TestCloud
from rdsproxy_templates import render
from rdsproxy_templates.variants import auth, base

pytestmark = pytest.mark.xdist_group("deployed-functions")

TABLES = {
    "mysql": "CREATE TABLE notes (note VARCHAR(99))",
    "postgresql": "CREATE TABLE notes (note TEXT)",
}
CODE = '''
import os

from rdsproxy_client import Database

database = Database.from_environment()


def handler(event, context):
    if "Records" in event:
        for message in event["Records"]:
            note(message["body"])
        return {"batchItemFailures": []}
    if event.get("source") == "aws.events":
        return note("scheduled")
    if "reads" in event:
        [[user]] = database.reader.read("SELECT CURRENT_USER")
        return {"user": user, "elsewhere": database.reader is not database}
    if "environment" in event:
        return attempt(event["environment"])
    [[user]] = database.read("SELECT CURRENT_USER")
    return {"statusCode": 200, "body": user}


def note(text):
    database.write("INSERT INTO notes (note) VALUES (%s)", (text,))


def attempt(variables):
    """Log in with other variables; those that are null are missing."""
    before = dict(os.environ)
    for name, value in variables.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    try:
        [[user]] = Database.from_environment().read("SELECT CURRENT_USER")
        return {"user": user}
    except Exception as error:
        return {"refused": type(error).__name__}
    finally:
        os.environ.clear()
        os.environ.update(before)
'''
SETTINGS = {
    "regions": ["eu-west-1"],
    "rds": {
        "deletion_protection": False,
        "readers": 1,
        "users": [
            {"name": "app", "login": "iam"},
            {"name": "audit", "login": "iam"},
            {"name": "jobs", "login": "password"},
        ],
    },
    "functions": [
        {"name": "orders", "code": "src", "user": "app", "routes": ["GET /orders"]},
        {"name": "auditor", "code": "src", "user": "audit", "queue": {"batch_size": 1}},
        {"name": "nightly", "code": "src", "user": "jobs", "schedule": "cron(0 3 * * ? *)"},
    ],
}


@pytest.fixture(scope="module")
def cloud():
    with TestCloud(LocalCloud()) as started:
        yield started


class Service:
    """The deployed functions."""

    def __init__(self, cloud, stack):
        self.cloud, self.stack = cloud, stack
        self._lambda = stack.account.client("lambda")
        self.titles = {one.logical_id: one.physical_id for one in stack.functions()}

    def invoke(self, title, event):
        answer = self._lambda.invoke(
            FunctionName=self.titles[title], Payload=json.dumps(event).encode()
        )
        return json.loads(answer["Payload"].read())

    def variables(self, title):
        found = self._lambda.get_function_configuration(FunctionName=self.titles[title])
        return found["Environment"]["Variables"]

    def attempt(self, title, **variables):
        return self.invoke(title, {"environment": variables})

    def notes(self):
        return [note for (note,) in self.cloud.sql("SELECT note FROM notes", stack=self.stack)]


@pytest.fixture(scope="module", params=["mysql", "postgresql"])
def service(request, cloud, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(CODE)
    rds = {**SETTINGS["rds"], "engine": f"aurora-{request.param}"}
    config = base.Config.parse({**SETTINGS, "rds": rds}, "a test")
    stack = cloud.deploy(render(base, config, folder=folder), name=request.param)
    cloud.sql(TABLES[request.param], stack=stack)
    return Service(cloud, stack)


@pytest.mark.parametrize(
    ("title", "user"),
    [("OrdersFunction", "app"), ("AuditorFunction", "audit"), ("NightlyFunction", "jobs")],
)
def test_each_function_is_its_own_user(service, title, user):
    assert service.invoke(title, {})["body"].partition("@")[0] == user


@pytest.mark.parametrize(
    ("title", "user"), [("OrdersFunction", "app"), ("NightlyFunction", "jobs")]
)
def test_each_function_reads_at_the_read_only_endpoint_as_its_user(service, title, user):
    read = service.invoke(title, {"reads": True})

    assert read["elsewhere"] is True
    assert read["user"].partition("@")[0] == user


def test_a_route_leads_to_its_function(service):
    answer = service.cloud.call("GET", f"{service.stack.outputs['APIEndpoint']}orders")

    assert answer.status == 200
    assert answer.body.decode().partition("@")[0] == "app"
    unknown = service.cloud.call("GET", f"{service.stack.outputs['APIEndpoint']}others")
    assert unknown.status == 404


class TestWhatIsAnothers:
    def test_a_token_for_another_user_is_refused(self, service):
        assert "user" in service.attempt("OrdersFunction", RDS_USER="app")
        assert "refused" in service.attempt("OrdersFunction", RDS_USER="audit")
        assert "refused" in service.attempt("AuditorFunction", RDS_USER="app")

    def test_a_token_for_a_user_with_a_password_is_refused(self, service):
        assert "refused" in service.attempt("OrdersFunction", RDS_USER="jobs")

    def test_the_secret_of_another_user_is_not_readable(self, service):
        secret = service.variables("NightlyFunction")["RDS_SECRET_ARN"]

        tried = service.attempt("OrdersFunction", RDS_SECRET_ARN=secret, RDS_USER=None)

        assert "refused" in tried

    def test_a_password_is_no_way_to_a_token(self, service):
        tried = service.attempt("NightlyFunction", RDS_USER="app", RDS_SECRET_ARN=None)

        assert "refused" in tried


BEHIND_TWO_PROXIES = {
    "regions": ["eu-west-1"],
    "rds": {
        "deletion_protection": False,
        "master_login": False,
        "users": [
            {"name": "app", "login": "iam"},
            {"name": "audit", "login": "iam"},
            {"name": "jobs", "login": "password"},
            {"name": "reports", "login": "password"},
        ],
    },
    "functions": [
        {"name": "orders", "code": "src", "user": "app", "routes": ["GET /orders"]},
        {"name": "nightly", "code": "src", "user": "jobs", "routes": ["GET /nightly"]},
        {"name": "reporter", "code": "src", "user": "reports", "schedule": "rate(1 day)"},
    ],
}


@pytest.fixture(scope="module")
def behind_two(cloud, tmp_path_factory):
    """``auth`` with functions of one's own in place of the library's two."""
    folder = tmp_path_factory.mktemp("two-proxies")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(CODE)
    config = auth.Config.parse(BEHIND_TWO_PROXIES, "a test")
    return Service(cloud, cloud.deploy(render(auth, config, folder=folder), name="two-proxies"))


class TestBehindTwoProxies:
    @pytest.mark.parametrize(("route", "user"), [("orders", "app"), ("nightly", "jobs")])
    def test_each_function_answers_as_its_own_user(self, behind_two, route, user):
        answer = behind_two.cloud.call("GET", f"{behind_two.stack.outputs['APIEndpoint']}{route}")

        assert (answer.status, answer.text.partition("@")[0]) == (200, user)

    def test_a_token_for_another_user_is_refused(self, behind_two):
        assert "user" in behind_two.attempt("OrdersFunction", RDS_USER="app")
        for user in ("audit", "jobs"):
            assert "refused" in behind_two.attempt("OrdersFunction", RDS_USER=user)

    @pytest.mark.parametrize("title", ["OrdersFunction", "NightlyFunction"])
    def test_the_secret_of_another_user_is_not_readable(self, behind_two, title):
        secret = behind_two.variables("ReporterFunction")["RDS_SECRET_ARN"]
        others = {"RDS_SECRET_ARN": secret, "RDS_USER": None, **at(behind_two, "ReporterFunction")}

        assert "user" in behind_two.attempt("ReporterFunction", **others)
        assert "refused" in behind_two.attempt(title, **others)

    def test_the_proxy_for_passwords_takes_no_token(self, behind_two):
        passwords = at(behind_two, "NightlyFunction")

        assert "refused" in behind_two.attempt("OrdersFunction", **passwords)


def at(service, title):
    """The variable with the host that a function connects to."""
    return {"RDS_PROXY_ENDPOINT": service.variables(title)["RDS_PROXY_ENDPOINT"]}


def test_a_message_reaches_its_function(service):
    queue = service.stack.outputs["QueueUrls"]

    service.stack.account.client("sqs").send_message(QueueUrl=queue, MessageBody="one")

    assert wait_for(lambda: "one" in service.notes())


def test_a_schedule_fires(service):
    rule = service.stack.account.resources(service.stack.name)
    nested = service.stack.account.resources(rule["SAMStack"])

    service.stack.account.fire(nested["NightlyFunctionSchedule"])

    assert wait_for(lambda: "scheduled" in service.notes())


def test_an_image_is_deployed_and_says_why_it_does_not_run_beside_a_gradual_alias(cloud, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "Dockerfile").write_text("FROM public.ecr.aws/lambda/python:3.13\n")
    gradual = {"deployment": "Canary10Percent5Minutes"}
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:7"
    declared = [
        {"name": "shifted", "code": "src", "routes": ["GET /shifted"], "alias": gradual},
        {"name": "built", "code": "box", "runtime": "image", "routes": ["GET /built"]},
        {"name": "there", "code": image, "user": "app", "routes": ["GET /there"]},
    ]
    config = base.Config.parse({**SETTINGS, "functions": declared}, "a test")

    def answer(text):
        (tmp_path / "src" / "app.py").write_text(f"def handler(*_):\n    return {text!r}\n")
        stack = cloud.deploy(render(base, config, folder=tmp_path), name="images")
        return stack, cloud.call("GET", f"{stack.outputs['APIEndpoint']}shifted").text

    assert answer("old")[1] == "old"
    stack, shifted = answer("new")
    assert shifted == "new"
    for name, title in (("built", "BuiltFunction"), ("there", "ThereFunction")):
        assert cloud.call("GET", f"{stack.outputs['APIEndpoint']}{name}").status == 500
        [line] = cloud.logs(title, stack=stack)
        assert line.endswith("the local cloud has no container engine: images run only in AWS")
