"""Values and a Region that a person gives to an audit, held against what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..aws.engines import regions
from ..errors import Problem
from ..model.wording import did_you_mean
from ..validators.parameters import value_problems
from ..validators.values import is_true
from .sources import Source, Sources

PSEUDO: Final = "AWS::"
PARAMETERS: Final = "--parameters"


def region_problems(region: str | None) -> Iterator[Problem]:
    """Report a *region* that AWS does not have."""
    known = regions()
    if region is not None and region not in known:
        sentence = f"unknown Region {region!r}{did_you_mean(region, known)}"
        yield Problem("--region", f"{sentence}; known are {', '.join(known)}")


def value_faults(sources: Sources, values: Mapping[str, str]) -> Iterator[Problem]:
    """Report each of *values* that no template of *sources* takes.

    Those are meant that are deployed by themselves: a nested one gets its values from its parent.
    """
    roots = sources.roots()
    declared = {name: None for root in roots for name in root.body["Parameters"]}
    for name, value in values.items():
        if name.startswith(PSEUDO):
            continue
        if roots and name not in declared:
            yield Problem(PARAMETERS, _unknown(name, list(declared), sources))
        for root in roots:
            parameter = _of(root, name)
            for sentence in value_problems(parameter, value):
                why = "which is a secret" if is_true(parameter.get("NoEcho")) else sentence
                yield Problem(PARAMETERS, f"{name} of {root.file} does not take its value: {why}")


def _of(root: Source, name: str) -> Mapping[str, Any]:
    body = root.body["Parameters"].get(name)
    return body if isinstance(body, dict) else {}


def _unknown(name: str, declared: list[str], sources: Sources) -> str:
    sentence = f"unknown parameter {name!r}{did_you_mean(name, declared)}"
    for source in sources.by_path.values():
        if name in source.body["Parameters"]:
            return f"{sentence}; {source.file} is nested and has it from its parent"
    if not declared:
        return f"{sentence}; no template here has parameters"
    return f"{sentence}; the parameters are {', '.join(sorted(declared))}"
