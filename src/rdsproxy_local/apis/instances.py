"""Instances as strict as EC2's: keys, images and types must be there, and fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto import settings
from moto.ec2.exceptions import InvalidParameterValue
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Reservation

from .surround import mend


def install() -> None:
    settings.ENABLE_AMI_VALIDATION = True
    settings.ENABLE_KEYPAIR_VALIDATION = True
    settings.EC2_ENABLE_INSTANCE_TYPE_VALIDATION = True
    mend(
        EC2Backend,
        "run_instances",
        _run,
        moto="a request that is refused leaves a reservation",
        aws="it leaves nothing",
        source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html",
    )


def _run(
    run: Callable[..., Reservation],
    backend: EC2Backend,
    image_id: str | None,
    *given: Any,
    **named: Any,
) -> Reservation:
    if image_id and not named["is_instance_type_default"]:
        _require_fit(backend, image_id, named["instance_type"])
    before = set(backend.reservations)
    try:
        return run(backend, image_id, *given, **named)
    except Exception:
        # moto notes the reservation before it looks at the rest.
        for reservation in set(backend.reservations) - before:
            del backend.reservations[reservation]
        raise


def _require_fit(backend: EC2Backend, image_id: str, instance_type: str) -> None:
    (image,) = backend.describe_images(ami_ids=[image_id])
    (found,) = backend.describe_instance_types([instance_type])
    architectures = found["ProcessorInfo"]["SupportedArchitectures"]
    if image.architecture not in architectures:
        raise InvalidParameterValue(
            f"The architecture '{','.join(architectures)}' of the specified instance type does "
            f"not match the architecture '{image.architecture}' of the specified AMI."
        )
