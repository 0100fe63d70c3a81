"""The organization of a fleet: its management account, its units and their accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any, Final

from ..deploy.faults import outlasting

ACTIVE: Final = "ACTIVE"


class Organization:
    """An organization as its client *api* reads it."""

    def __init__(self, api: Any) -> None:
        self._api = api

    @cached_property
    def description(self) -> Mapping[str, Any]:
        """Describe it."""
        found: Mapping[str, Any] = outlasting(self._api.describe_organization)["Organization"]
        return found

    @property
    def management_account(self) -> str:
        """ID of the account to which StackSets deploy nothing."""
        return str(self.description["MasterAccountId"])

    @cached_property
    def root(self) -> str:
        """ID of the root."""
        return str(outlasting(self._api.list_roots)["Roots"][0]["Id"])

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """Status of each account, by its ID."""
        return {one["Id"]: one["Status"] for one in self._all("list_accounts", "Accounts")}

    def accounts_below(self, unit: str) -> Iterator[str]:
        """Yield the active accounts of *unit*, or of the root, and of the units inside.

        Raises :class:`KeyError` where there is no such unit.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            accounts = [*self._all("list_accounts_for_parent", "Accounts", ParentId=unit)]
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                raise KeyError(unit) from None
            raise
        yield from (one["Id"] for one in accounts if one["Status"] == ACTIVE)
        units = "OrganizationalUnits"
        for inside in self._all("list_organizational_units_for_parent", units, ParentId=unit):
            yield from self.accounts_below(inside["Id"])

    def _all(self, method: str, key: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        call, more = getattr(self._api, method), arguments
        while True:
            page = outlasting(partial(call, **more))
            yield from page[key]
            if not (token := page.get("NextToken")):
                return
            more = {**arguments, "NextToken": token}
