"""The variant `base`, and a queue whose messages a function writes to the database."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from troposphere import sqs  # type: ignore[import-untyped]

from rdsproxy_templates import LocalPath, Ports, Settings, Stack, kinds
from rdsproxy_templates.resources.database_functions import database_function, sqs_event
from rdsproxy_templates.resources.functions import database_layer
from rdsproxy_templates.variants import base

FOURTEEN_DAYS = 14 * 24 * 60 * 60


class QueueSettings(Settings):
    deliveries: int = Field(
        default=5, ge=1, le=1000, description="Deliveries after which a message is set aside."
    )


class Config(base.Config):
    queue: QueueSettings = Field(default_factory=QueueSettings, description="The queue.")


Inputs = base.Inputs


class Outputs(Ports):
    service: base.Outputs = Field(description="Outputs of the service.")
    queue_url: kinds.Url = Field(description="URL of the queue, for `aws sqs send-message`.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Place the service, and a function that logs in to its proxy as the service's does."""
    service = base.service(config, inputs)
    settings = config.function_settings
    aside = _queue("DeadLetterQueue", MessageRetentionPeriod=FOURTEEN_DAYS)
    redrive: Any = sqs.RedrivePolicy(
        deadLetterTargetArn=aside.get_att("Arn"), maxReceiveCount=config.queue.deliveries
    )
    # AWS advises six times the function's timeout, so that a batch may be tried again.
    queue = _queue("Queue", VisibilityTimeout=6 * settings.timeout, RedrivePolicy=redrive)
    layer = database_layer(settings)
    writer = database_function(
        "WriterFunction",
        settings,
        service.login,
        code=LocalPath("writer"),
        layers=[layer],
        network=service.function_network,
        events={"Messages": sqs_event(queue.get_att("Arn"))},
    )
    return Stack(
        children=service.children,
        resources=[aside, queue, layer, *writer.resources],
        outputs=Outputs(service=service.outputs, queue_url=kinds.Url(queue.ref())),
        parameters=base.parameter_attributes(config),
    )


def _queue(title: str, **properties: Any) -> Any:
    keep = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return sqs.Queue(title, **keep, SqsManagedSseEnabled=True, **properties)
