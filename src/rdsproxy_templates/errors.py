"""Everything that can be wrong with settings, wiring, rendered templates and deployments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: its place, and a sentence about it."""

    place: str
    sentence: str

    def within(self, outer: str) -> Problem:
        """Return the same problem as seen from *outer*, the record that holds its place."""
        mark = " " if outer.endswith(":") else "."
        return Problem(
            f"{outer}{mark}{self.place}" if self.place else outer.rstrip(":"), self.sentence
        )

    def __str__(self) -> str:
        return f"[{self.place}] {self.sentence}"


class TemplatesError(Exception):
    """Everything that was found wrong, one ``[place] sentence`` a line.

    *within* names the file or record that all *problems* are in.
    """

    def __init__(self, problems: Iterable[Problem], within: str = "") -> None:
        self.relative = tuple(problems)
        """The problems as seen from the record or file that they are in."""
        self.problems = tuple(p.within(within) if within else p for p in self.relative)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(TemplatesError, ValueError):
    """The settings break their own rules; nothing was rendered.

    It is a ``ValueError`` so that pydantic collects those of nested records.
    """


class WiringError(TemplatesError):
    """A stack is given, or refers to, something that it cannot have."""


class InvalidTemplateError(TemplatesError):
    """Rendered templates have findings of level warning or error; nothing was written."""


class TransformError(TemplatesError):
    """SAM's transform refuses a template; a place is a logical ID where SAM names one."""


class DeploymentError(TemplatesError):
    """A step of a plan stopped; what was deployed before it stays."""


class NoSuchStackError(DeploymentError):
    """A plan of which no stack exists where it was looked for."""
