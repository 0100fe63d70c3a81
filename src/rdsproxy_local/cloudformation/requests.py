"""Calls of CloudFormation's API as they are read, refused, repeated and answered in pages."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.responses import CloudFormationResponse

from ..acting import acting_by
from ..clients import ENGINE
from .background import settled
from .pace import present
from .planning import Request
from .refusals import ValidationError, refusals
from .request_limits import require_allowed
from .stack import Stack, from_described
from .stacks import StackBackend, backend
from .template import MOST_BYTES_INLINE, check_size
from .template_url import template_at

WHAT: Final = (
    "TemplateBody",
    "TemplateURL",
    "Parameters",
    "Capabilities",
    "Tags",
    "RoleARN",
    "NotificationARNs",
    "DeploymentConfig",
)
WITHOUT_EFFECT: Final = ("ClientRequestToken", "ClientToken", "TimeoutInMinutes")

T = TypeVar("T")


class TokenAlreadyExists(CloudFormationError):
    """Another call had this token."""

    code = "TokenAlreadyExistsException"


class StackRequests(CloudFormationResponse):
    """What the operations share."""

    # moto turns its own records into answers; ours are answers already.
    RESPONSE_KEY_PATH_TO_TRANSFORMER = {}  # noqa: RUF012 - moto's attribute

    @property
    def stacks(self) -> StackBackend:
        return backend(self.current_account, self.region)

    @property
    def token(self) -> str | None:
        """The token with which a call may be repeated."""
        given: Mapping[str, str] = self.params
        return given.get("ClientRequestToken") or given.get("ClientToken")

    def _once(self, work: Callable[[], T]) -> T:
        """Do the work, or answer as before when the same call comes with the same token again."""
        if self.token is None:
            return work()
        call = {name: value for name, value in self.params.items() if value}
        with self.stacks.turn:
            # A change set is named by its ARN, too, without its stack.
            key = (self.params.get("StackName") or self.params["ChangeSetName"], self.token)
            if (known := self.stacks.answers.get(key)) is None:
                known = self.stacks.answers[key] = (self._get_action(), call, work())
        if known[:2] != (self._get_action(), call):
            raise TokenAlreadyExists(f"Token already exists: {self.token}")
        answer: T = known[2]
        return answer

    @property
    def _is_engine(self) -> bool:
        """True if the local cloud itself calls."""
        return ENGINE in self.headers.get("User-Agent", "")

    def _settle(self, stack: Stack) -> None:
        """Wait a while for a stack's operation to end, if somebody else than the engine asks."""
        if not self._is_engine:
            settled(stack.id, present.pace.patience)

    def _page(
        self, everything: Sequence[T], position: Callable[[T], str], most: int | None = None
    ) -> tuple[Sequence[T], str | None]:
        """One page, and the token of the next; *position* names an item for good."""
        start = 0
        if self._is_engine:
            return everything, None
        if token := self.params.get("NextToken"):
            names = [position(one) for one in everything]
            try:
                start = names.index(base64.b64decode(token).decode())
            except ValueError as error:
                raise ValidationError("Invalid NextToken") from error
        end = start + (most or present.pace.page)
        following = everything[end : end + 1]
        token = base64.b64encode(position(following[0]).encode()).decode() if following else None
        return everything[start:end], token

    def _given(self, *known: str) -> dict[str, Any]:
        """The request's parameters; one that is not known and says something is refused."""
        given: dict[str, Any] = dict(self.params)
        strange = {name for name, value in given.items() if value} - {*known, *WITHOUT_EFFECT}
        if strange:
            names = ", ".join(sorted(strange))
            raise ValidationError(f"The local cloud does not know {names} here")
        require_allowed(self.stacks, self._get_action(), given)
        return given

    def _request(self, given: Mapping[str, Any], old: Stack | None) -> Request:
        return Request(
            self._text(given, old),
            _values(given.get("Parameters", []), old),
            tuple(given.get("Capabilities", ())),
            from_described(given["Tags"]) if "Tags" in given else None,
            given.get("RoleARN"),
            notifications=tuple(given["NotificationARNs"]) if "NotificationARNs" in given else None,
            reverts=given.get("DeploymentMode") == "REVERT_DRIFT",
            clients=acting_by(self.access_key),
        )

    def _text(self, given: Mapping[str, Any], old: Stack | None) -> str:
        sources = {name for name in WHAT[:2] if given.get(name)}
        if given.get("UsePreviousTemplate") and old is not None and not sources:
            return old.plan.template.text
        if len(sources) != 1 or given.get("UsePreviousTemplate"):
            raise ValidationError("Either Template URL or Template Body must be specified.")
        with refusals():
            if "TemplateURL" in sources:
                return template_at(given["TemplateURL"], self.current_account)
            check_size(given["TemplateBody"], MOST_BYTES_INLINE)
        return str(given["TemplateBody"])


def _values(given: list[dict[str, Any]], old: Stack | None) -> dict[str, str]:
    """Parameters as the API takes them; some are to stay as they were."""
    before = old.plan.parameters.given if old else {}
    values = {}
    for parameter in given:
        name = parameter["ParameterKey"]
        if not parameter.get("UsePreviousValue"):
            values[name] = parameter.get("ParameterValue", "")
        elif name in before:
            values[name] = before[name]
        else:
            raise ValidationError(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
                "for a parameter key not in the previous template"
            )
    return values
