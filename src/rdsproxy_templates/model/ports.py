"""The typed border of a stack: what it is given and what it offers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import FrozenInstanceError, replace
from types import NoneType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Self,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import Field

from ..errors import Problem, WiringError
from .port import Port
from .values import Value

_Field = tuple[str, "type[Value | Ports]", bool]


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
class Ports:
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

    when_read: ClassVar[frozenset[str]] = frozenset()
    """Outputs that a nested stack has only where its parent reads them. The stack fills them
    always, so nobody has to foresee who needs them."""

    when_used: ClassVar[frozenset[str]] = frozenset()
    """Inputs of a root that are parameters only where something refers to them."""

    _found: ClassVar[tuple[Sequence[_Field], Sequence[Port]]]
    _local_names: ClassVar[Mapping[str, Any]] = {}
    """Names around the class, where it stands in a function."""

    def __init__(self, /, **values: Any) -> None:
        if problems := list(self._problems(values)):
            raise WiringError(problems)
        self.__dict__.update({name: values.get(name) for name, _, _ in self._fields()})

    def __init_subclass__(cls) -> None:
        around = sys._getframe(1)  # noqa: SLF001 - what typing.NamedTuple does, too
        if around.f_locals is not around.f_globals:
            cls._local_names = dict(around.f_locals)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield names and values, so that ``dict(record)`` has them."""
        yield from self.__dict__.items()

    if not TYPE_CHECKING:  # checkers know that the record is frozen

        def __setattr__(self, name: str, value: object) -> None:
            raise FrozenInstanceError(f"cannot assign to port {name!r}")

        def __eq__(self, other: object) -> bool:
            return type(self) is type(other) and self.__dict__ == other.__dict__

        def __hash__(self) -> int:
            return hash((type(self), *self.__dict__.values()))

        def __repr__(self) -> str:
            values = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
            return f"{type(self).__qualname__}({values})"

    @classmethod
    def _place(cls) -> str:
        return f"{cls.__module__.rpartition('.')[2]}.{cls.__qualname__}"

    @classmethod
    def _problems(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what is wrong with *values*: missing, unknown, or of another kind."""
        fields = {name: (kind, optional) for name, kind, optional in cls._fields()}
        for name, (kind, optional) in fields.items():
            value = values.get(name)
            if isinstance(value, kind) or (optional and value is None):
                continue
            sentence = (
                f"takes a {kind.__name__}, got {type(value).__name__}"
                if name in values
                else f"is not wired; it takes a {kind.__name__}"
            )
            yield Problem(cls._place(), f"{name} {sentence}")
        for name in values.keys() - fields.keys():
            known = ", ".join(fields) or "it has none"
            yield Problem(cls._place(), f"{name} is not one of its ports: {known}")

    @classmethod
    def _fields(cls) -> Sequence[_Field]:
        """Each field's name, its kind or group, and whether it is optional."""
        return cls._known()[0]

    @classmethod
    def _known(cls) -> tuple[Sequence[_Field], Sequence[Port]]:
        """The fields and the ports, found out when one is first asked for."""
        if "_found" not in cls.__dict__:
            fields = tuple(cls._declared())
            ports = tuple(cls._openings(fields))
            cls._refuse_ports_of_one_id(ports)
            cls._found = fields, ports
        return cls._found

    @classmethod
    def _declared(cls) -> Iterator[_Field]:
        for name, annotation in get_type_hints(cls, localns=dict(cls._local_names)).items():
            if get_origin(annotation) is ClassVar:
                continue
            optional = NoneType in get_args(annotation)
            kind = get_args(annotation)[0] if optional else annotation
            yield name, kind, optional

    @classmethod
    def _refuse_ports_of_one_id(cls, ports: Iterable[Port]) -> None:
        """Raise :class:`WiringError` unless ports that share an ID are of optional groups."""
        named: dict[str, list[Port]] = {}
        for port in ports:
            named.setdefault(port.logical_id, []).append(port)
        if twice := [
            title
            for title, same in named.items()
            if len(same) > 1
            and not (
                all(port.groups and port.optional for port in same)
                and len({port.kind for port in same}) == 1
            )
        ]:
            raise WiringError(
                Problem(cls._place(), f"has two ports of the logical ID {title}; rename one")
                for title in twice
            )

    @classmethod
    def ports(cls) -> Iterator[Port]:
        """The openings in the order of their declaration, those of groups in their place."""
        return iter(cls._known()[1])

    @classmethod
    def _openings(cls, fields: Iterable[_Field]) -> Iterator[Port]:
        for name, kind, optional in fields:
            if issubclass(kind, Ports):
                for port in kind.ports():
                    yield replace(
                        port, groups=(name, *port.groups), optional=optional or port.optional
                    )
            else:
                description = getattr(cls, name).description or ""
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
