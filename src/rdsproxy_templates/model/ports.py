"""The typed border of a stack: what it is given and what it offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import NoneType
from typing import Any, ClassVar, Final, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from troposphere import GetAtt, Ref

from ..errors import Problem, WiringError
from ..records import record
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
    """Attributes of a root template's parameter beyond its type and description.

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


@record(frozen=True)
class Port:
    """One opening in the border, and the four ways in which CloudFormation spells it."""

    name: str
    kind: type[Value]
    description: str
    optional: bool = False
    """True where the port may stay unwired; the template then does not mention it."""
    groups: tuple[str, ...] = ()
    """Names of the port groups around it, from the outermost inwards."""
    when_read: bool = False
    """True where a nested stack has the output only if its parent reads it."""

    @property
    def path(self) -> tuple[str, ...]:
        """The names that lead to it from the record that it is a port of."""
        return (*self.groups, self.name)

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
        """The value received, as the stack itself sees it."""
        return self.kind(Ref(self.logical_id))

    def output(self, value: Value) -> dict[str, Any]:
        """Declare the port as an output, in the stack's own template."""
        return {"Description": self.description, "Value": value.joined().to_dict()}

    def offered(self, title: str) -> Value:
        """The output of the child *title*, as its parent sees it."""
        return self.kind.split(GetAtt(title, f"Outputs.{self.logical_id}"))


class Ports(BaseModel):
    """The values that cross a stack's border in one direction.

    Declare each as ``name: Kind = Field(description="…")``. A missing value, an unknown
    name or a value of another kind is a :class:`WiringError`, all of them at once.

    ``name: Kind | None = Field(default=None, description="…")`` may stay unwired: what a stack
    needs, or offers, only with some configurations. An unwired port is None on both sides of the
    border, and neither a parameter nor an output. A root template has those parameters that
    its configuration asks for, :meth:`Settings.root_inputs`.

    A field whose type is itself a ``Ports`` is a *port group*: values that travel together, such
    as ``subnets: PrivateSubnets = Field(description="…")``. Its ports cross the border under
    their own names, as if they were declared here. An optional group is None where none of its
    ports is wired. Optional groups may have ports of one logical ID and kind, which are one
    parameter of a nested stack: all that are wired take the same value.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        defer_build=True,  # until the first record is made
    )

    when_read: ClassVar[frozenset[str]] = frozenset()
    """Outputs that a nested stack has only where its parent reads them. The stack fills them
    always, so nobody has to foresee who needs them."""

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise WiringError(self._problems(error)) from None

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if not cls.__pydantic_fields_complete__:  # a type is not defined yet
            return
        if twice := cls._declared_twice():
            raise WiringError(
                Problem(cls._place(), f"has two ports of the logical ID {title}; rename one")
                for title in twice
            )

    @classmethod
    def _declared_twice(cls) -> list[str]:
        """Logical IDs that ports share, where they are not of one kind in optional groups."""
        named: dict[str, list[Port]] = {}
        for port in cls.ports():
            named.setdefault(port.logical_id, []).append(port)
        return [
            title
            for title, ports in named.items()
            if len(ports) > 1
            and not (
                all(port.groups and port.optional for port in ports)
                and len({port.kind for port in ports}) == 1
            )
        ]

    @classmethod
    def _place(cls) -> str:
        return f"{cls.__module__.rpartition('.')[2]}.{cls.__qualname__}"

    @classmethod
    def _problems(cls, error: ValidationError) -> Iterator[Problem]:
        kinds = {name: kind.__name__ for name, kind, _ in cls._fields()}
        # An optional port is wrong twice: it holds no value of its kind, and it is not None.
        details = {str(detail["loc"][0]): detail for detail in error.errors()}
        for name, detail in details.items():
            match detail["type"]:
                case "missing":
                    sentence = f"{name} is not wired; it takes a {kinds[name]}"
                case "extra_forbidden":
                    known = ", ".join(kinds) or "it has none"
                    sentence = f"{name} is not one of its ports: {known}"
                case _:
                    got = type(detail["input"]).__name__
                    sentence = f"{name} takes a {kinds[name]}, got {got}"
            yield Problem(cls._place(), sentence)

    @classmethod
    def _fields(cls) -> Iterator[tuple[str, type[Value | Ports], bool]]:
        """Each field's name, its kind or group, and whether it is optional."""
        for name, field in cls.model_fields.items():
            optional = NoneType in get_args(field.annotation)
            kind = get_args(field.annotation)[0] if optional else field.annotation
            assert isinstance(kind, type)  # noqa: S101 - narrows for mypy
            yield name, kind, optional

    @classmethod
    def ports(cls) -> Iterator[Port]:
        """The openings in the order of their declaration, those of groups in their place."""
        for name, kind, optional in cls._fields():
            if issubclass(kind, Ports):
                for port in kind.ports():
                    yield replace(
                        port, groups=(name, *port.groups), optional=optional or port.optional
                    )
            else:
                description = cls.model_fields[name].description or ""
                yield Port(name, kind, description, optional, when_read=name in cls.when_read)

    @classmethod
    def filled(cls, value: Callable[[Port], Value | None]) -> Self:
        """The record in which every port holds what *value* makes of it."""
        return cls._arranged({port.path: value(port) for port in cls.ports()}, ())

    @classmethod
    def _arranged(
        cls, values: Mapping[tuple[str, ...], Value | None], groups: tuple[str, ...]
    ) -> Self:
        """The record of what *values*, by path, hold below *groups*."""
        fields: dict[str, Any] = {}
        for name, kind, optional in cls._fields():
            path = (*groups, name)
            inside = [held for at, held in values.items() if at[: len(path)] == path]
            if optional and all(held is None for held in inside):
                fields[name] = None
            elif issubclass(kind, Ports):
                fields[name] = kind._arranged(values, path)  # noqa: SLF001 - its own kind
            else:
                fields[name] = values[path]
        return cls(**fields)

    def wired(self, kind: type[Ports] | None = None) -> Iterator[tuple[Port, Value]]:
        """Each opening that holds something, with what it holds; only those of *kind*, if given."""
        for port in (kind or type(self)).ports():
            held: Any = self
            for name in port.path:
                held = None if held is None else getattr(held, name)
            if held is not None:
                yield port, held
