"""Server parameters of one's own, and parameter and option groups that exist already."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..aws.parameters import parameter_problem, unknown_parameter
from ..errors import Problem
from ..model import Settings, shown

_GROUP: Final = re.compile(r"(default\.)?[A-Za-z](-?[A-Za-z0-9.])*")
LONGEST: Final = 255
"""Characters of a group's name."""
_NAMED: Final = ("cluster_group", "instance_group", "option_group")
_GUIDE: Final = f"{AURORA_GUIDE}USER_WorkingWithParamGroups.html"


class ParameterSettings(Settings):
    """Settings of parameter groups, beside ``slow_query_seconds``."""

    cluster: dict[str, Any] = Field(
        default_factory=dict,
        description="Aurora: parameters of the cluster by name, such as `{binlog_format: ROW}`. A "
        "static one takes effect when the instances restart, which RDS leaves to you. "
        f"See {_GUIDE}",
    )
    instance: dict[str, Any] = Field(
        default_factory=dict,
        description="Parameters of every instance by name, such as `{max_connections: 500}`; for "
        "Aurora a second group is created for them. A static one takes effect at a "
        f"restart. See {_GUIDE}",
    )
    cluster_group: str | None = Field(
        default=None,
        description="Aurora: name of a cluster parameter group that exists, in place of the one "
        f"that is created. See {_GUIDE}",
    )
    instance_group: str | None = Field(
        default=None,
        description="Name of a parameter group of instances that exists, in place of the one "
        f"that is created. See {_GUIDE}",
    )
    option_group: str | None = Field(
        default=None,
        description="RDS for MySQL: name of an option group that exists. See "
        f"{RDS_GUIDE}USER_WorkingWithOptionGroups.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for field in _NAMED:
            name = getattr(self, field)
            if name is not None and (len(name) > LONGEST or not _GROUP.fullmatch(name)):
                yield Problem(
                    field,
                    "must be a group's name, letters, digits and single hyphens after a first "
                    f"letter, got {name!r}",
                )
        for field in ("cluster", "instance"):
            if getattr(self, field) and getattr(self, f"{field}_group"):
                yield Problem(
                    f"{field}_group",
                    f"exists already, and cannot take the parameters in {field}; give one of both",
                )
            yield from _value_problems(field, getattr(self, field))

    def refused_by(self, engine: Engine, logged: Collection[str]) -> Iterator[Problem]:
        """Report what *engine* lacks, and what is set already, such as the *logged* ones."""
        if not engine.aurora:
            for field in ("cluster", "cluster_group"):
                if getattr(self, field):
                    yield Problem(
                        field, f"is for Aurora, and engine is {engine.name!r}; use instance instead"
                    )
        if self.option_group is not None and engine.name != "mysql":
            yield Problem("option_group", f"is for mysql, and engine is {engine.name!r}")
        for field in ("cluster", "instance"):
            for name in getattr(self, field):
                if sentence := _protected(name, engine) or parameter_problem(name, engine):
                    yield Problem(f"{field}.{name}", sentence)
                elif name in logged:
                    yield Problem(f"{field}.{name}", "is set already by logs; leave it out")

    def warnings_for(self, engine: Engine, family: str) -> Iterator[Problem]:
        """Warn of unknown names, and of a group that somebody else keeps."""
        for place in ("cluster", "instance"):
            for name in getattr(self, place):
                if sentence := unknown_parameter(name, engine):
                    yield Problem(f"{place}.{name}", sentence)
        field = "cluster_group" if engine.aurora else "instance_group"
        if getattr(self, field) is not None:
            tls = ", ".join(f"{name} = {value}" for name, value in engine.tls_parameters.items())
            yield Problem(
                field,
                f"is not ours to check: RDS takes it only if its family is {family}; unless it "
                f"has {tls}, the database takes connections without TLS; and "
                "`slow_query_seconds` does not reach it",
            )

    def of_cluster(self, given: Mapping[str, str]) -> dict[str, str]:
        """*given*, and the cluster's own parameters."""
        return {**given, **_texts(self.cluster)}

    def of_instance(self, given: Mapping[str, str]) -> dict[str, str]:
        """*given*, and the instances' own parameters."""
        return {**given, **_texts(self.instance)}


def _value_problems(field: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in values.items():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            yield Problem(
                f"{field}.{name}",
                'must be text or a number, as the engine writes it, such as "1" or "on", got '
                f"{shown(value)}",
            )


def _protected(name: str, engine: Engine) -> str | None:
    if name in engine.tls_parameters:
        return "is set already, so that every connection has TLS; leave it out"
    if name in engine.slow_query_parameters:
        return (
            "is set already, so that slow statements are in the exported log; leave it out, and "
            "choose the threshold with slow_query_seconds"
        )
    return None


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
