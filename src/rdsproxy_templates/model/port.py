"""One opening in a stack's border, and its spellings in CloudFormation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from troposphere import GetAtt, Ref

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
