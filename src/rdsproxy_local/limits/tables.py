"""DynamoDB: keys, indexes and throughput of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from ..values import repeated
from .check import Check

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
MOST: Final[Mapping[str, int]] = {"GlobalSecondaryIndexes": 20, "LocalSecondaryIndexes": 5}
MOST_UNITS: Final = 40_000
"""Read or write units of a table, for an account that has asked for no others."""
MOST_PARTS: Final = 1
MOST_PARTS_GLOBAL: Final = 4
"""Parts of a key of each kind; those of global secondary indexes may be of several attributes."""
NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
INVALID: Final = "One or more parameter values were invalid: "


def _name(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("TableName")
    if name is not None and not NAME.fullmatch(name):
        yield (
            "Invalid table/index name. Table/index names must be between 3 and 255 characters "
            f"long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.': {name}"
        )


def _keys(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _key(given.get("KeySchema", []), MOST_PARTS)
    for index in given.get("LocalSecondaryIndexes", ()):
        yield from _key(index.get("KeySchema", []), MOST_PARTS)
    for index in given.get("GlobalSecondaryIndexes", ()):
        yield from _key(index.get("KeySchema", []), MOST_PARTS_GLOBAL)


def _key(schema: Any, most: int) -> Iterator[str]:
    """A key has parts of kind HASH, and then perhaps parts of kind RANGE."""
    parts = schema if isinstance(schema, list) else []
    kinds = [part.get("KeyType") for part in parts] or ["HASH"]
    names = [part.get("AttributeName") for part in parts]
    hashes, ranges = kinds.count("HASH"), kinds.count("RANGE")
    if kinds != ["HASH"] * hashes + ["RANGE"] * ranges or not 0 < hashes <= most or ranges > most:
        yield (
            "Invalid KeySchema: The first KeySchemaElement must be a HASH key type, and the "
            "second, if there is one, a RANGE key type"
        )
    if len(set(names)) < len(names):
        yield "Both the Hash Key and the Range Key element in the KeySchema have the same name"


def _projections(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name, most in MOST.items():
        if len(given.get(name, ())) > most:
            yield f"{INVALID}{name} count exceeds {most}"
    names = [index.get("IndexName") for index in _indexes(given)]
    for twice in repeated(names):
        yield f"{INVALID}Duplicate index name: {twice}"
    for index in _indexes(given):
        projection = index.get("Projection", {})
        kind, others = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
        if (kind == "INCLUDE") != bool(others):
            yield (
                f"{INVALID}ProjectionType is {kind}, but NonKeyAttributes is "
                f"{'specified' if others else 'not specified'}"
            )


def _local(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    first = [part.get("AttributeName") for part in given.get("KeySchema", [{}])[:1]]
    for index in given.get("LocalSecondaryIndexes", ()):
        if [part.get("AttributeName") for part in index.get("KeySchema", [{}])[:1]] != first:
            yield (
                f"{INVALID}Table KeySchema: Local secondary index {index.get('IndexName')} must "
                "have the table's hash key"
            )


def _throughput(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    on_demand = given.get("BillingMode") == "PAY_PER_REQUEST"
    for index in given.get("GlobalSecondaryIndexes", ()):
        if on_demand and "ProvisionedThroughput" in index:
            yield (
                f"{INVALID}ProvisionedThroughput should not be specified for index: "
                f"{index.get('IndexName')} when BillingMode is PAY_PER_REQUEST"
            )
    for name, units in given.get("ProvisionedThroughput", {}).items():
        if int(units) > MOST_UNITS:
            yield (f"The requested {name} of {units} exceeds the quota of a table, {MOST_UNITS}")


def _indexes(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in MOST:
        yield from given.get(name, ())


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::DynamoDB::Table": (_name, _keys, _projections, _local, _throughput),
}
