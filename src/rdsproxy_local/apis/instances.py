"""Instances as strict as EC2's: keys, images and types must be there, and fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from moto import settings
from moto.ec2.exceptions import InvalidKeyPairFormatError, InvalidParameterValue
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Reservation
from moto.ec2.models.key_pairs import KeyPair
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.utils import parse_user_data

from .surround import surround


def install() -> None:
    settings.ENABLE_AMI_VALIDATION = True
    settings.ENABLE_KEYPAIR_VALIDATION = True
    settings.EC2_ENABLE_INSTANCE_TYPE_VALIDATION = True
    surround(EC2Backend, "run_instances", _run)
    surround(EC2Backend, "import_key_pair", _import_key)
    surround(LaunchTemplate, "create_version", _create_version)


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


def _import_key(import_key: Callable[..., KeyPair], *arguments: Any, **named: Any) -> KeyPair:
    try:
        return import_key(*arguments, **named)
    except UnsupportedAlgorithm:
        raise InvalidKeyPairFormatError from None


def _create_version(
    create: Callable[..., LaunchTemplateVersion],
    template: LaunchTemplate,
    data: dict[str, Any],
    description: str,
) -> LaunchTemplateVersion:
    # moto decodes the user data of a template's first version only.
    user_data = data.get("UserData")
    decoded = parse_user_data(user_data) if isinstance(user_data, str) else user_data
    return create(template, {**data, "UserData": decoded}, description)
