"""The engine of a database, its version, and the support of that version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from ..aws.documentation import AURORA_GUIDE
from ..aws.engines import ENGINES, EngineName
from ..errors import Problem
from ..model import Settings


class EngineSettings(Settings):
    """Settings of the engine and its version."""

    engine: EngineName = Field(
        default="aurora-mysql",
        description="Engine of the database, under CloudFormation's name for it.",
    )
    engine_version: str | None = Field(
        default=None,
        description="Engine version to create the database in. Left out: the engine's default, a "
        "long-term support version where it has one.",
    )
    extended_support: bool = Field(
        default=False,
        description="Enroll the database in RDS Extended Support when it is created: RDS accepts "
        "a major version past its standard support, keeps the database on it, and "
        "charges for that. Off: RDS refuses such a version, and upgrades the "
        "database when standard support for its version ends. See "
        f"{AURORA_GUIDE}extended-support.html",
    )

    @property
    def version(self) -> str:
        """``EngineVersion``."""
        return self.engine_version or ENGINES[self.engine].default_version

    def computed_defaults(self) -> Mapping[str, Any]:
        return {**super().computed_defaults(), "engine_version": self.version}

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine = ENGINES[self.engine]
        if sentence := engine.version_problem(self.version):
            yield Problem("engine_version", sentence)
            return
        lifecycle = engine.lifecycle(self.version)
        if lifecycle and (refusal := lifecycle.refusal(enrolled=self.extended_support)):
            remedy = "" if self.extended_support else "set `extended_support: true`, or "
            yield Problem(
                "engine_version",
                f"{self.version!r} {refusal}; {remedy}choose another: {engine.current_versions}",
            )

    @property
    def lifecycle(self) -> str:
        """``EngineLifecycleSupport``."""
        enrolled = "" if self.extended_support else "-disabled"
        return f"open-source-rds-extended-support{enrolled}"

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        engine = ENGINES[self.engine]
        if not engine.behind_proxy(self.version):
            yield Problem(
                "engine_version",
                f"is {self.version!r}, for which AWS does not document RDS Proxy",
            )
        if engine.is_deprecated(self.version):
            yield Problem(
                "engine_version",
                f"is {self.version!r}, which is deprecated for {engine.name}: RDS creates no new "
                "database in it, and upgrades existing ones at a time of its choosing; choose "
                f"another: {engine.current_versions}",
            )
        lifecycle = engine.lifecycle(self.version)
        if lifecycle and (doubt := lifecycle.doubt(enrolled=self.extended_support)):
            yield Problem("engine_version", f"is {self.version!r}, which {doubt}")


def engine_properties(choices: EngineSettings) -> dict[str, Any]:
    """Engine, version and lifecycle support, as properties of the cluster or instance."""
    return {
        "Engine": choices.engine,
        "EngineVersion": choices.version,
        "EngineLifecycleSupport": choices.lifecycle,
    }
