"""The typed border of a stack: what it is given and what it offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from troposphere import GetAtt, Ref

from ..errors import Problem, WiringError
from .values import Value

ACRONYMS: Final = frozenset(
    {"acl", "api", "cli", "db", "eice", "iam", "rds", "sam", "ssh", "ssm", "vpc"}
)
"""Words of a port's name that its logical ID spells in capitals."""


def logical_id(name: str) -> str:
    """CloudFormation's spelling of a port's name.

    >>> logical_id("rds_master_user_secret_arn")
    'RDSMasterUserSecretArn'
    """
    return "".join(
        word.upper() if word in ACRONYMS else word.capitalize() for word in name.split("_")
    )


@dataclass(frozen=True, kw_only=True)
class ParameterAttributes:
    """What a root template's parameter says beyond its type and description.

    The names are CloudFormation's; ``constraint_description`` is the sentence that the
    console shows in place of a pattern.
    """

    default: str | None = None
    allowed_pattern: str | None = None
    allowed_values: tuple[str, ...] = ()
    constraint_description: str | None = None
    no_echo: bool = False

    def body(self) -> dict[str, Any]:
        """The attributes that are set, under CloudFormation's names."""
        return {
            name: value
            for name, value in {
                "Default": self.default,
                "AllowedPattern": self.allowed_pattern,
                "AllowedValues": list(self.allowed_values),
                "ConstraintDescription": self.constraint_description,
                "NoEcho": self.no_echo,
            }.items()
            if value
        }


@dataclass(frozen=True)
class Port:
    """One opening in the border, and the four ways in which CloudFormation spells it."""

    name: str
    kind: type[Value]
    description: str
    optional: bool = False
    """Whether it may stay unwired; the template then says nothing of it."""

    @property
    def logical_id(self) -> str:
        return logical_id(self.name)

    def parameter(self, attributes: ParameterAttributes) -> dict[str, Any]:
        """Declare the port as an input, in the stack's own template."""
        return {
            "Type": self.kind.parameter_type,
            "Description": self.description,
            **attributes.body(),
        }

    def received(self) -> Value:
        """What came in, as the stack itself sees it."""
        return self.kind(Ref(self.logical_id))

    def output(self, value: Value) -> dict[str, Any]:
        """Declare the port as an output, in the stack's own template."""
        return {"Description": self.description, "Value": value.joined().to_dict()}

    def offered(self, title: str) -> Value:
        """What came out of the child *title*, as its parent sees it."""
        return self.kind.split(GetAtt(title, f"Outputs.{self.logical_id}"))


class Ports(BaseModel):
    """The values that cross a stack's border in one direction.

    Declare each as ``name: Kind = Field(description="…")``. A missing value, an unknown
    name or a value of another kind is a :class:`WiringError`, all of them at once.

    ``name: Kind | None = Field(None, description="…")`` may stay unwired: what a stack needs,
    or offers, only with some configurations. An unwired port is None on both sides of the
    border, and neither a parameter nor an output. A root template has those parameters that
    its configuration asks for, :meth:`Settings.root_inputs`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise WiringError(self._problems(error)) from None

    @classmethod
    def _problems(cls, error: ValidationError) -> Iterator[Problem]:
        place = f"{cls.__module__.rpartition('.')[2]}.{cls.__qualname__}"
        kinds = {port.name: port.kind.__name__ for port in cls.ports()}
        # An optional port is wrong twice: it holds no value of its kind, and it is not None.
        details = {str(detail["loc"][0]): detail for detail in error.errors()}
        for name, detail in details.items():
            match detail["type"]:
                case "missing":
                    sentence = f"{name} is not wired; it takes a {kinds[name]}"
                case "extra_forbidden":
                    known = ", ".join(kinds) or "none"
                    sentence = f"{name} is not one of its ports: {known}"
                case _:
                    got = type(detail["input"]).__name__
                    sentence = f"{name} takes a {kinds[name]}, got {got}"
            yield Problem(place, sentence)

    @classmethod
    def ports(cls) -> Iterator[Port]:
        """The openings, in the order in which they were declared."""
        for name, field in cls.model_fields.items():
            optional = NoneType in get_args(field.annotation)
            kind = get_args(field.annotation)[0] if optional else field.annotation
            assert isinstance(kind, type)  # noqa: S101 - narrows for mypy
            yield Port(name, kind, field.description or "", optional)

    @classmethod
    def filled(cls, value: Callable[[Port], Value | None]) -> Self:
        """The record in which every port holds what *value* makes of it."""
        return cls(**{port.name: value(port) for port in cls.ports()})

    def wired(self) -> Iterator[tuple[Port, Value]]:
        """Each opening that holds something, with what it holds."""
        for port in self.ports():
            if (value := getattr(self, port.name)) is not None:
                yield port, value
