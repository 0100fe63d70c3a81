"""CloudFormation expressions that know what they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from troposphere import AWSHelperFn, Join, Split, encode_to_dict

from ..errors import Problem, WiringError
from . import intrinsic_functions

if TYPE_CHECKING:
    # troposphere is untyped to whoever installs it, and a subclass of an untyped class is
    # assignable to everything: a subnet would pass for a security group.
    class _Function:
        data: Any

        def to_dict(self) -> Any: ...

else:
    _Function = AWSHelperFn


class Value(_Function):
    """An expression of one kind; troposphere accepts it wherever it accepts a ``Ref``.

    A subclass is a *kind*: what the expression stands for once it is deployed.
    """

    parameter_type: ClassVar[str] = "String"
    """Type of the CloudFormation parameter in which a value of this kind is given."""

    def __init__(self, expression: Expression | Sequence[Expression]) -> None:
        if isinstance(expression, str) and (problem := self.problem(expression)):
            raise WiringError([Problem(type(self).__name__, problem)])
        self.data: Any = expression

    @classmethod
    def problem(cls, text: str) -> str | None:  # noqa: ARG003 - for kinds that judge it
        """Explain why *text*, as it stands, is no value of this kind; None where it may be."""
        return None

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({encode_to_dict(self.data)!r})"

    def joined(self) -> Value | AWSHelperFn:
        """Return the single string in which this value crosses a stack's border."""
        return self

    @classmethod
    def split(cls, string: AWSHelperFn) -> Self:
        """Return the value that crossed a stack's border as *string*."""
        return cls(string)


class Values(Value):
    """A list of values; it crosses a border joined by commas."""

    parameter_type = "CommaDelimitedList"

    def joined(self) -> AWSHelperFn:
        return Join(",", self)

    @classmethod
    def split(cls, string: AWSHelperFn) -> Self:
        return cls(Split(",", string))


Expression = Value | AWSHelperFn | str
"""Anything that may stand for text in a template."""


class LocalPath(_Function):
    """A file or folder beside the templates, as a path from the folder of the root template.

    Rendering replaces it with the path from the template that names it, because SAM reads
    ``CodeUri`` so. A *bundled* path comes with the library, and is copied beside the templates;
    any other is the consumer's own.
    """

    KEY: ClassVar[str] = intrinsic_functions.LOCAL
    BUNDLED: ClassVar[str] = intrinsic_functions.BUNDLED

    def __init__(self, path: str, *, bundled: bool = False) -> None:
        self.data = {self.BUNDLED if bundled else self.KEY: path}


def plain(value: Any) -> Any:
    """Return *value*, with objects of troposphere and of ours in it, as a template spells it."""
    return _spelled(encode_to_dict(value))


def _spelled(node: Any) -> Any:
    match node:
        case {"Fn::GetAtt": str(text), **rest} if not rest:
            return {"Fn::GetAtt": text.split(".", 1)}
        case Mapping():
            return {key: _spelled(value) for key, value in node.items()}
        case list():
            return [_spelled(item) for item in node]
        case _:
            return node
