"""The page docs/peers.md: which inputs of other modules this library has, counted by this script.

``tools/peers/`` holds a list of names for each peer, and a mapping from each name to what we have
for it: the path of a setting, or a mapping with one of the keys of :data:`KINDS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError
from pydantic import BaseModel

from rdsproxy_templates.errors import Problem
from rdsproxy_templates.model.customization import Customization
from rdsproxy_templates.model.wording import did_you_mean
from rdsproxy_templates.variants import VARIANTS

PEERS: Final = (
    "terraform_aws_rds_proxy",
    "terraform_aws_rds_aurora",
    "terraform_aws_rds",
    "cdk_proxy",
    "cdk_cluster",
    "cdk_instance",
)
FOLDER: Final = Path(__file__).parent / "peers"

KINDS: Final = {
    "setting": "setting",
    "parameter": "parameter of the root template",
    "decided": "always so",
    "override": "`overrides`",
    "extra_resources": "`extra_resources`",
    "impossible": "not by CloudFormation",
    "not applicable": "not applicable",
}
"""What an input may have here, and the words of the page for it."""

EXPRESSIBLE: Final = ("setting", "parameter", "decided")
"""The kinds that need no override: the user says it, or gets it always."""


@dataclass(frozen=True)
class Row:
    """An input of a peer, and what we have for it."""

    name: str
    kind: str
    values: Sequence[str]
    """Paths of settings, names of parameters, properties, or a sentence."""


@dataclass(frozen=True)
class Peer:
    """A module or construct that does something similar."""

    name: str
    version: str
    source: str
    """Address of its list of inputs."""
    rows: Sequence[Row]
    problems: Sequence[Problem]
    """What is wrong with the mapping."""

    def count(self, *kinds: str) -> int:
        """Count the rows of these kinds."""
        return sum(row.kind in kinds for row in self.rows)

    @property
    def left(self) -> Sequence[Row]:
        """The inputs that mean something here, and have no setting."""
        known = (*EXPRESSIBLE, "not applicable")
        return [row for row in self.rows if row.kind not in known]

    @property
    def applicable(self) -> int:
        """The number of inputs that mean something here."""
        return len(self.rows) - self.count("not applicable")


def read_peer(key: str) -> Peer:
    """Read the list and the mapping of the peer *key*."""
    listed = (FOLDER / f"{key}.txt").read_text("utf-8").splitlines()
    mapping = yaml.safe_load((FOLDER / f"{key}.yaml").read_text("utf-8"))
    return peer_of(listed, mapping, f"{key}.yaml")


def peer_of(listed: Sequence[str], mapping: Mapping[str, Any], place: str) -> Peer:
    """Map the names in *listed*, below three lines about the peer, by *mapping*."""
    name, version, source = (line.removeprefix("# ") for line in listed[:3])
    inputs = listed[3:]
    rows = [_row(one, mapping[one]) for one in inputs if one in mapping]
    problems = [Problem(f"{place}: {one}", "is not mapped") for one in inputs if one not in mapping]
    problems += [
        Problem(f"{place}: {one}", f"is no input of {name}{did_you_mean(one, inputs)}")
        for one in mapping
        if one not in inputs
    ]
    problems += [
        Problem(f"{place}: {one}", "is listed twice")
        for one, times in Counter(inputs).items()
        if times > 1
    ]
    for row in rows:
        problems += [Problem(f"{place}: {row.name}", sentence) for sentence in wrong(row)]
    return Peer(name, version, source, rows, problems)


def _row(name: str, value: Any) -> Row:
    kind, found = next(iter(value.items())) if isinstance(value, dict) else ("setting", value)
    return Row(name, kind, [found] if isinstance(found, str) else list(found))


def wrong(row: Row) -> Iterator[str]:
    """Yield what does not exist of that which *row* names."""
    match row.kind:
        case "setting" | "parameter":
            known = settings() if row.kind == "setting" else parameters()
            for value in row.values:
                if value not in known:
                    yield f"names the {row.kind} {value}, which no variant has" + did_you_mean(
                        value, sorted(known)
                    )
        case "override" | "extra_resources":
            for value in row.values:
                yield from _wrong_property(value)
        case "decided" | "impossible" | "not applicable":
            if not all(row.values):
                yield f"needs a reason for {row.kind!r}"
        case other:
            yield f"is {other!r}, and must be one of {', '.join(KINDS)}"


def _wrong_property(value: str) -> Iterator[str]:
    kind, _, name = value.partition(".")
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    except ResourceNotFoundError:
        yield f"names the resource type {kind}, which AWS does not have"
        return
    if name not in schema["properties"]:
        yield f"names {value}, which AWS does not have{did_you_mean(name, schema['properties'])}"
    elif f"/properties/{name}" in schema.get("readOnlyProperties", ()):
        yield f"names {value}, which nobody can set"


@cache
def settings() -> frozenset[str]:
    """The paths of every setting of every variant, by the JSON Schemas of the variants."""
    found: set[str] = set()
    records: list[type[BaseModel]] = [Customization]
    records += [variant.Config for variant in VARIANTS.values()]
    for record in records:
        schema = record.model_json_schema()
        found |= set(_paths(schema, schema.get("$defs", {})))
    return frozenset(found)


def _paths(schema: Mapping[str, Any], known: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    if "$ref" in schema:
        yield from _paths(known[schema["$ref"].rpartition("/")[2]], known, prefix)
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _paths(choice, known, prefix)
    if isinstance(items := schema.get("items"), dict):
        yield from _paths(items, known, f"{prefix}[]")
    for name, inner in schema.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        yield path
        yield from _paths(inner, known, path)


@cache
def parameters() -> frozenset[str]:
    """The logical IDs of the parameters that root templates have or may have."""
    return frozenset(
        port.logical_id for variant in VARIANTS.values() for port in variant.Inputs.ports()
    )


def peers_page() -> Iterator[str]:
    """Yield the page's lines: the counts, what is left, and each peer's inputs."""
    peers = [read_peer(key) for key in PEERS]
    yield "<!-- Generated by tools/docs.py from tools/peers/: `make docs`. -->"
    yield "# Coming from another module\n"
    yield "Each input of these modules and constructs, and what this library has for it."
    yield "`tools/peer_inputs.py` counts, and checks that every setting, parameter and property"
    yield "exists. An input is *always so* where this library leaves no choice, for safety.\n"
    yield "| module or construct | settings and parameters | always so | together | left |"
    yield "| --- | --- | --- | --- | --- |"
    for peer in peers:
        chosen, together = peer.count("setting", "parameter"), peer.count(*EXPRESSIBLE)
        link = f"[{peer.name}]({peer.source}) ({peer.version})"
        fixed, left = peer.count("decided"), len(peer.left)
        yield f"| {link} | {chosen} | {fixed} | {together} of {peer.applicable} | {left} |"
    yield "\n## What is left\n"
    yield "[Overrides](overrides.md) set a property, `extra_resources` add a resource beside ours."
    yield "\n| input | of | here |\n| --- | --- | --- |"
    for peer in peers:
        for row in peer.left:
            yield f"| `{row.name}` | {peer.name} | {_here(row)} |"
    for peer in peers:
        yield f"\n## {peer.name}\n"
        yield "| input | here |\n| --- | --- |"
        for row in peer.rows:
            yield f"| `{row.name}` | {_here(row)} |"
    yield ""


def _here(row: Row) -> str:
    if row.kind in ("decided", "impossible", "not applicable"):
        return f"{KINDS[row.kind]}: {'; '.join(row.values)}"
    if row.kind == "setting":
        return ", ".join(f"[`{one}`](reference.md#{one.replace('[]', '')})" for one in row.values)
    return f"{KINDS[row.kind]}: " + ", ".join(f"`{value}`" for value in row.values)
