"""Everything in this package put into moto, once a process."""

from __future__ import annotations

from moto.cloudformation import urls
from moto.cloudformation.models import cloudformation_backends
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from . import acting, apis
from .clients import Clients
from .cloudformation import background
from .cloudformation.pace import Pace, present
from .cloudformation.stacks import StackBackend
from .stack_sets import auto_deployment, roles
from .stack_sets.drift_api import StackSetDriftApi


def install(clients: Clients) -> None:
    """Have an empty moto answer with our stacks, whose resources are made with *clients*."""
    StackBackend.clients = clients
    background.forget()
    acting.forget()
    roles.forget()
    present.set(Pace())
    cloudformation_backends.backend = StackBackend
    urls.url_paths["{0}/$"] = StackSetDriftApi.dispatch
    if not _installed:
        apis.install()
        auto_deployment.install()
        _installed.append(True)
    # Not moto's own reset, which makes each account anew before it forgets it.
    for service in BackendDict._instances:  # type: ignore[misc]
        service.clear()
    # Who has which bucket is known beside the accounts.
    s3_backends.bucket_accounts.clear()


_installed: list[bool] = []
