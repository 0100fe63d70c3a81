"""The function of one account that answers from the database of another, as deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from rdsproxy_local.local_cloud import Account
from rdsproxy_templates.deploy.guide import PREFIX
from rdsproxy_templates.deploy.plans import PLANS

NETWORK, DB, APP = (step.stack_name(PREFIX) for step in PLANS["cross_account"].steps)
UNAVAILABLE: Final = (503, "database_unavailable")


class Service:
    """The deployed function of one account, and what is changed around it for a while."""

    def __init__(self, app: Account, db: Account) -> None:
        self.app, self.db = app, db
        self.url = app.outputs(APP)["APIEndpoint"]
        self.functions = app.client("lambda")
        self.name = app.resources(app.nested(APP, "SAMStack"))["BlogRDSProxyFunction"]

    def call(self, method: str, path: str) -> tuple[int, Any]:
        """Status and content of the answer."""
        return self.app.call(method, f"{self.url}{path}")

    def initialize(self) -> tuple[int, Any]:
        """The function's answer to the very first request."""
        return self.call("POST", "initialize")

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables of its environment."""
        found: Mapping[str, str] = self._configuration()["Environment"]["Variables"]
        return found

    def load(self) -> list[str] | tuple[int, str]:
        """The names of the rows, or the error, as a new execution environment has it."""
        memory = self._configuration()["MemorySize"]
        self.functions.update_function_configuration(
            FunctionName=self.name, MemorySize=memory + 1, Timeout=15
        )
        status, body = self.app.call("GET", f"{self.url}load")
        if status == 200:
            return [item["name"] for item in body["items"]]
        return status, body["error"]["code"]

    @contextmanager
    def without(self, variable: str) -> Iterator[None]:
        """A function that is not told something."""
        variables = self.variables
        rest = {name: value for name, value in variables.items() if name != variable}
        self._tell(rest)
        try:
            yield
        finally:
            self._tell(variables)

    def _tell(self, variables: Mapping[str, str]) -> None:
        self.functions.update_function_configuration(
            FunctionName=self.name, Environment={"Variables": variables}
        )

    def _configuration(self) -> Mapping[str, Any]:
        return self.functions.get_function_configuration(FunctionName=self.name)
