"""What readers of live properties share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import jmespath
from botocore.exceptions import ClientError

from ..cloudformation.resource import Context, DeployedResource

ABSENT: Final = re.compile(r"NotFound|NoSuch|DoesNotExist|Non[Ee]xistent")
"""Error codes of services that do not have a resource."""

T = TypeVar("T")
Look = Callable[[Context, DeployedResource], Mapping[str, Any]]
"""Looks a resource up, and gives its properties in the words of its schema."""


class Gone(Exception):
    """The resource does not exist any more."""


@contextmanager
def absence_noticed() -> Iterator[None]:
    """Raise :class:`Gone` for a service's answer that there is no such resource."""
    try:
        yield
    except ClientError as error:
        if ABSENT.search(error.response["Error"]["Code"]):
            raise Gone from error
        raise


@dataclass(frozen=True)
class Reader:
    """The present properties of the resources of one type."""

    names: frozenset[str]
    """The properties that are read; others are not compared."""
    look: Look

    def read(self, context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
        """Return the properties that there are; raise :class:`Gone` without the resource."""
        with absence_noticed():
            return self.look(context, deployed)


def reads(*names: str) -> Callable[[Look], Reader]:
    """Make a reader of these properties out of a look-up."""
    return lambda look: Reader(frozenset(names), look)


def only(found: Iterable[T]) -> T:
    """Return the one that was found; none is a resource that is gone."""
    for one in found:
        return one
    raise Gone


def named(found: Iterable[Mapping[str, Any]], key: str, name: str) -> Mapping[str, Any]:
    """Return the one of that name."""
    return only(one for one in found if one.get(key) == name)


def known(**values: Any) -> dict[str, Any]:
    """Return the values that are there: None is a property that the service does not have."""
    return {name: value for name, value in values.items() if value is not None}


def picked(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the properties that the service calls by the schema's own names."""
    return {name: record[name] for name in names if record.get(name) is not None}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as most schemas have them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def described(
    service: str,
    operation: str,
    identifier: str,
    answer: str,
    names: Mapping[str, str],
    *,
    listed: bool = False,
) -> Reader:
    """Make a reader of an operation that describes one resource by its physical ID.

    *answer* finds it in the answer, and *names* says where it has the properties: JMESPath.
    """

    def look(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
        name: Any = [deployed.physical_id] if listed else deployed.physical_id
        found = jmespath.search(answer, context.call(service, operation, **{identifier: name}))
        if not found:
            raise Gone
        return known(**{one: jmespath.search(path, found) for one, path in names.items()})

    return Reader(frozenset(names), look)


def same(*names: str) -> dict[str, str]:
    """Name the properties that the service calls as the schema does."""
    return {name: name for name in names}
