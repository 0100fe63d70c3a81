"""Questions to an account that change nothing in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ...errors import Problem
from ..accounts import AccountSession

DENIED: Final = (
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "UnauthorizedOperation",
)


@dataclass(frozen=True)
class AccountReader:
    """An account that answers each question once; what the caller may not ask is said."""

    session: AccountSession
    say: Callable[[str], None]
    creates: bool
    """True where the stack does not exist yet."""
    refusals: list[Problem] = field(default_factory=list)
    """Answers that are errors, such as that something does not exist."""
    _answers: dict[str, Any] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    @property
    def where(self) -> str:
        """The account and its Region, in words."""
        return f"account {self.session.id}, {self.session.region}"

    def ask(self, service: str, operation: str, place: str, **arguments: Any) -> Any:
        """Return the answer about the value at *place*; None where there is none."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        key = f"{service}.{operation}{sorted(arguments.items())}"
        if key not in self._answers:
            self._answers[key] = None
            try:
                client = self.session.client(service)
                self._answers[key] = _whole_answer(client, operation, arguments)
            except ClientError as error:
                self._refused(place, arguments, error)
        return self._answers[key]

    def finds(self, service: str, operation: str, **arguments: Any) -> Any:
        """Return the answer; None, and no problem, where there is no such thing."""
        quiet = replace(self, refusals=[], say=lambda _: None, _said=set())
        return quiet.ask(service, operation, "", **arguments)

    def unless_created(self, problem: Problem) -> Iterator[Problem]:
        """Yield *problem* where the stack is to be created; of one that exists it is only said."""
        if self.creates:
            yield problem
        else:
            self.note(f"{problem.place} {problem.sentence}")

    def note(self, sentence: str) -> None:
        """Say *sentence* once."""
        if sentence not in self._said:
            self._said.add(sentence)
            self.say(sentence)

    def skips(self, place: str, arn: str) -> bool:
        """Tell if *arn* is another account's, which answers no questions of this one."""
        owner = arn.split(":")[4] if arn.startswith("arn:") else ""
        if owner in {"", "aws", self.session.id}:
            return False
        self.note(f"not compared with the account: {place} is of account {owner}")
        return True

    def _refused(self, place: str, arguments: Mapping[str, Any], error: Any) -> None:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code in DENIED:
            self.note(f"not compared with the account: {error.operation_name} is not allowed")
            return
        said = f"{error.operation_name}: {message}"
        value = next((one for one in arguments.values() if isinstance(one, str)), None)
        if value and ("NotFound" in code or code.startswith("NoSuch")):
            said = f"is {value}, which is not in {self.where}; give one that exists ({said})"
        self.refusals.append(Problem(place, said))


def _whole_answer(client: Any, operation: str, arguments: Mapping[str, Any]) -> Any:
    """Return the answer with all its pages: a list may go on behind an empty one."""
    if not client.can_paginate(operation):
        return getattr(client, operation)(**arguments)
    return client.get_paginator(operation).paginate(**arguments).build_full_result()
