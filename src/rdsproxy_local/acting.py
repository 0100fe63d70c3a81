"""Calls that an execution role makes: each is within its policies, and is remembered."""

from __future__ import annotations

import threading
from typing import Any, Final

from .actions import HAND_ON, action_of, iam_context, passed_roles
from .clients import Clients
from .cloudformation.failure import Failure
from .data_plane import identities

_turn: Final = threading.Lock()
_called: Final[dict[str, list[str]]] = {}
_acting: Final[dict[str, RoleClients]] = {}


class RoleClients(Clients):
    """Clients of one session of a role."""

    def __init__(self, endpoint: str, role: str, session: Any) -> None:
        super().__init__(endpoint)
        self.role, self.account = role, role.split(":")[4]
        self._session = session
        self._of_service = Clients(endpoint)
        with _turn:
            _acting[session.access_key_id] = self

    def call(self, service: str, operation: str, account: str, region: str, **given: Any) -> Any:
        client = self.client(service, account, region)
        model = client.meta.service_model
        action = action_of(
            model, model.operation_model(client.meta.method_to_api_mapping[operation])
        )
        prefix = action.partition(":")[0]
        self._require(action, region, **iam_context(action, account, given))
        for role in passed_roles(prefix, given):
            self._require(
                HAND_ON, region, role, **{"iam:PassedToService": f"{prefix}.amazonaws.com"}
            )
        return super().call(service, operation, account, region, **given)

    @property
    def of_service(self) -> Clients:
        return self._of_service

    def denial(
        self, action: str, region: str, resource: str | None = None, **context: str
    ) -> str | None:
        """Remember the action; returns AWS's sentence if the role may not do it.

        Without a *resource* it is one that only the service knows.
        """
        with _turn:
            if action not in (called := _called.setdefault(self.role, [])):
                called.append(action)
        context |= {"aws:RequestedRegion": region}
        identity = identities.role_identity(self.role)
        if identity is not None and (
            identity.may_somewhere(action, region, **context)
            if resource is None
            else identity.may(action, resource, **context)
        ):
            return None
        service = action.partition(":")[0]
        return (
            f"User: {self._session.arn} is not authorized to perform: {action} on resource: "
            f"{resource or f'arn:aws:{service}:{region}:{self.account}:*'} "
            f"because no identity-based policy allows the {action} action"
        )

    def _require(self, action: str, region: str, *resource: str, **context: str) -> None:
        if denial := self.denial(action, region, *resource, **context):
            raise Failure(
                f'Resource handler returned message: "{denial}" (HandlerErrorCode: AccessDenied)'
            )

    def _assumed(self, account: str) -> dict[str, str]:
        if account != self.account:
            return super()._assumed(account)
        return {
            "AccessKeyId": self._session.access_key_id,
            "SecretAccessKey": self._session.secret_access_key,
            "SessionToken": self._session.session_token,
        }


def acting_by(access_key: str) -> Clients | None:
    """The clients of whoever owns this key, if it is a session of an execution role."""
    return _acting.get(access_key)


def called_actions() -> dict[str, list[str]]:
    """Each execution role with the actions that it has called, in the order of the first calls."""
    with _turn:
        return {role: list(actions) for role, actions in _called.items()}


def forget() -> None:
    """Forget the calls of an earlier local cloud."""
    with _turn:
        _called.clear()
        _acting.clear()
