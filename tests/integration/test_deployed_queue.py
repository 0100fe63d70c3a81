"""``examples/queue`` as deployed: a message to its queue is a row in the database."""

from __future__ import annotations

import importlib
import io
import sys
import zipfile

import pytest
import yaml
from packages import LOCAL

from rdsproxy_local.servers.loopback import wait_for
from rdsproxy_templates import render

pytestmark = pytest.mark.xdist_group("deployed-queue")

ACCOUNT = "100000000017"
STACK = "queue"


class Queue:
    """The deployed service."""

    def __init__(self, account):
        self.account = account
        self.outputs = account.outputs(STACK)
        self._queues = account.client("sqs")

    def lines(self):
        """What the writer logged."""
        found = self.account.client("logs").filter_log_events(
            logGroupName=self.account.resources(STACK)["WriterFunctionLogGroup"]
        )
        return [event["message"] for event in found["events"]]

    def visits(self):
        """The rows that the service lists."""
        status, body = self.account.call("GET", f"{self.outputs['APIEndpoint']}visits")
        assert status == 200
        return body["visits"]

    def send(self, *bodies):
        for body in bodies:
            self._queues.send_message(QueueUrl=self.outputs["QueueUrl"], MessageBody=body)

    def waiting(self, url=None):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = url or self.outputs["QueueUrl"]
        found = self._queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(map(int, found["Attributes"].values()))

    def fire(self):
        """Deliver hidden messages again; the number of those that stay."""
        return self.account.fire(self.outputs["QueueUrl"].rpartition("/")[2])["messages"]


@pytest.fixture(scope="module")
def queue(desk, packages, repository):
    folder = repository / "examples" / "queue"
    sys.path.insert(0, str(folder))
    try:
        variant = importlib.import_module("queue_service")
    finally:
        sys.path.remove(str(folder))
    settings = yaml.safe_load((folder / "queue.yaml").read_text())
    settings["regions"] = ["eu-west-1"]
    settings["rds"]["deletion_protection"] = False
    bundle = render(variant, variant.Config.parse(settings, "a test"), nesting="flat", code=LOCAL)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        for path in (folder / "writer").glob("*.py"):
            archive.write(path, path.name)
    here = desk(ACCOUNT)
    packages.deploy(here, STACK, bundle, also={"writer": code.getvalue()})
    return Queue(here.account)


def test_a_message_is_a_row(queue):
    before = queue.visits()

    queue.send("one", "two")

    wait_for(lambda: queue.waiting() == 0)
    assert queue.waiting() == 0, queue.lines()
    assert len(queue.visits()) == len(before) + len(("one", "two"))


def test_nothing_else_is_fired(queue):
    with pytest.raises(LookupError, match="there is no rule, schedule or queue nothing"):
        queue.account.fire("nothing")


def test_a_message_is_set_aside_when_the_database_stays_away(queue):
    resources = queue.account.resources(STACK)
    functions = queue.account.client("lambda")
    variables = functions.get_function_configuration(FunctionName=resources["WriterFunction"])
    known = variables["Environment"]["Variables"]
    gone = known | {"RDS_DATABASE_NAME": "gone"}
    functions.update_function_configuration(
        FunctionName=resources["WriterFunction"], Environment={"Variables": gone}
    )
    try:
        queue.send("lost")
        deliveries = [queue.fire() for _ in range(4)]
    finally:
        functions.update_function_configuration(
            FunctionName=resources["WriterFunction"], Environment={"Variables": known}
        )

    assert deliveries[-1] == 0
    assert queue.waiting(resources["DeadLetterQueue"]) == 1
