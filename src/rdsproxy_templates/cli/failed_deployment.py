"""The examination of what a deployment has left that failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from ..deploy.deployment import Deployment
from ..doctor.diagnosis import Diagnosis
from ..errors import DeploymentError, TemplatesError


@contextmanager
def examined_after_failure(deployment: Deployment) -> Iterator[None]:
    """Say, where the block fails, what is wrong with proxies and functions that are there."""
    try:
        yield
    except DeploymentError:
        for one in dict.fromkeys(_found(deployment)):
            click.echo(f"doctor: {one}", err=True)
        raise


def _found(deployment: Deployment) -> Iterator[Diagnosis]:
    """Yield what is wrong; an examination that fails itself says nothing beside the failure."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - optional

    from ..doctor.examination import examined_stack  # noqa: PLC0415 - only failures need it

    for step in deployment.steps:
        try:
            session = deployment.session(step)
            examination = examined_stack(session, step.stack_name(deployment.prefix))
        except (BotoCoreError, ClientError, TemplatesError):
            continue
        yield from (one for one in examination.found if one.severity != "skipped")
