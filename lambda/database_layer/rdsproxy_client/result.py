"""Rows with names, and the result of a statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Row(tuple[Any, ...]):  # noqa: SLOT001 - a tuple's subclass can have none
    """Tuple whose values also have names: ``row[0]``, ``row["id"]``, ``row.as_dict()``.

    Values are those of the driver: int, str, bytes, Decimal, datetime, None and others.
    """

    names: tuple[str, ...]
    """Names of the columns, as the statement has them."""

    @classmethod
    def of(cls, names: tuple[str, ...], values: Sequence[Any]) -> Row:
        row = cls(values)
        row.names = names
        return row

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            try:
                key = self.names.index(key)
            except ValueError:
                raise KeyError(key) from None
        return super().__getitem__(key)

    def as_dict(self) -> dict[str, Any]:
        """Map names to values; of columns with one name, the last."""
        return dict(zip(self.names, self, strict=True))


class Result:
    """Result of a write.

    *rows* are those of ``RETURNING``. *count* is the number of rows that the statement inserted,
    updated or deleted, as the engine counts (MySQL does not count rows that stay equal), and None
    where the engine does not say. *last_id* is the last AUTO_INCREMENT number in MySQL, and None
    in PostgreSQL, which returns such numbers by ``RETURNING``. If *repeated*, an execution before
    this one was not answered: its rows are not counted.
    """

    __slots__ = ("count", "last_id", "repeated", "rows")

    def __init__(
        self,
        rows: list[Row] | None = None,
        count: int | None = None,
        last_id: int | None = None,
        *,
        repeated: bool = False,
    ) -> None:
        self.rows = rows or []
        self.count, self.last_id, self.repeated = count, last_id, repeated

    def __repr__(self) -> str:
        return f"Result(count={self.count}, last_id={self.last_id}, repeated={self.repeated})"


def rows(description: Any, values: Sequence[Sequence[Any]]) -> list[Row]:
    """Name *values* by the *description* of a driver's cursor."""
    names = tuple(column[0] for column in description or ())
    return [Row.of(names, row) for row in values]
