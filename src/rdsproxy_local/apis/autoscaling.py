"""Application Auto Scaling as strict as AWS's: what is scaled exists, and a policy has a target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.core.exceptions import JsonRESTError
from moto.rds.models import rds_backends

from .surround import mend, surround

READERS: Final = "rds:cluster:ReadReplicaCount"
MOST_READERS: Final = 15


def install() -> None:
    surround(ApplicationAutoscalingBackend, "register_scalable_target", _register)
    surround(ApplicationAutoscalingBackend, "put_scaling_policy", _put_policy)
    mend(
        ApplicationAutoscalingBackend,
        "deregister_scalable_target",
        _deregister,
        moto="DeregisterScalableTarget keeps the policies and scheduled actions of the target",
        aws="they are deleted with it",
        source="https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html",
    )


def _register(
    register: Callable[..., Any],
    backend: ApplicationAutoscalingBackend,
    namespace: str,
    resource_id: str,
    dimension: str,
    **settings: Any,
) -> Any:
    least, most = settings.get("min_capacity"), settings.get("max_capacity")
    if least is not None and most is not None and least > most:
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")
    if dimension == READERS:
        _require_cluster(backend, resource_id)
        if most is not None and most > MOST_READERS:
            raise AWSValidationException(f"Maximum capacity cannot be greater than {MOST_READERS}")
    return register(backend, namespace, resource_id, dimension, **settings)


def _require_cluster(backend: ApplicationAutoscalingBackend, resource_id: str) -> None:
    kind, _, name = resource_id.partition(":")
    clusters = rds_backends[backend.account_id][backend.region_name].clusters
    if kind != "cluster" or name not in clusters:
        raise AWSValidationException(f"DB cluster doesn't exist: {resource_id}")
    if not clusters[name].members:
        raise AWSValidationException(f"DB cluster has no instance: {resource_id}")


def _put_policy(
    put: Callable[..., Any], backend: ApplicationAutoscalingBackend, **policy: Any
) -> Any:
    resource_id, dimension = policy["resource_id"], policy["scalable_dimension"]
    if not backend._scalable_target_exists(resource_id, dimension):
        raise JsonRESTError(
            "ObjectNotFoundException",
            "No scalable target registered for service namespace: "
            f"{policy['service_namespace']}, resource ID: {resource_id}, scalable dimension: "
            f"{dimension}",
        )
    return put(backend, **policy)


def _deregister(
    deregister: Callable[..., None],
    backend: ApplicationAutoscalingBackend,
    namespace: str,
    resource_id: str,
    dimension: str,
) -> None:
    deregister(backend, namespace, resource_id, dimension)

    def is_gone(one: Any) -> bool:
        return bool(one.resource_id == resource_id and one.scalable_dimension == dimension)

    backend.policies = {key: one for key, one in [*backend.policies.items()] if not is_gone(one)}
    actions = [*backend.scheduled_actions]
    backend.scheduled_actions = [one for one in actions if not is_gone(one)]
