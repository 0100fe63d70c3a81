"""CloudFormation's functions, on any scope that can say what names stand for."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from .failure import Failure
from .order import VARIABLE, attribute_reference, variable_reference


class Scope(Protocol):
    """The meaning of the names in a template."""

    region: str
    mappings: Mapping[str, Any]

    def ref(self, name: str) -> Any:
        """The value of a parameter, pseudo parameter or resource."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """An attribute of a resource."""

    def condition(self, name: str) -> bool:
        """True if the condition *name* holds."""

    def imported(self, name: str) -> str:
        """The value of another stack's export."""

    def zones(self, region: str) -> list[str]:
        """The names of a region's availability zones."""


NO_VALUE: Final = object()
"""The value of AWS::NoValue: a key that has it counts as not written."""


def resolved(value: Any, scope: Scope) -> Any:
    """*value* with every function replaced by what it gives."""
    match value:
        case dict() if len(value) == 1 and (name := next(iter(value))) in FUNCTIONS:
            return FUNCTIONS[name](value[name], scope)
        case dict():
            for name in value:
                if name.startswith("Fn::"):
                    raise Failure(f"Template error: the local cloud does not know {name} here")
            inner = {name: resolved(one, scope) for name, one in value.items()}
            return {name: one for name, one in inner.items() if one is not NO_VALUE}
        case list():
            return [one for one in (resolved(one, scope) for one in value) if one is not NO_VALUE]
    return value


def holds(condition: Any, scope: Scope) -> bool:
    """True if a condition, as it is written, holds."""
    match condition:
        case {"Condition": str(name), **more} if not more:
            return scope.condition(name)
        case {"Fn::Equals": [one, other], **more} if not more:
            return text(resolved(one, scope)) == text(resolved(other, scope))
        case {"Fn::Not": [one], **more} if not more:
            return not holds(one, scope)
        case {"Fn::And": list(parts), **more} if not more:
            return all(holds(part, scope) for part in parts)
        case {"Fn::Or": list(parts), **more} if not more:
            return any(holds(part, scope) for part in parts)
    raise Failure(f"Template error: {condition} is not a condition")


def text(value: Any) -> str:
    """*value* as it stands in a string; lists and objects cannot."""
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
    raise Failure(f"Template error: {value} is not a string")


def _ref(name: Any, scope: Scope) -> Any:
    return scope.ref(name)


def _get_att(wanted: Any, scope: Scope) -> Any:
    match wanted:
        case [str(name), dict(attribute)]:
            return scope.attribute(name, text(resolved(attribute, scope)))
    reference = attribute_reference(wanted)
    return scope.attribute(reference.name, reference.attribute or "")


def _if(given: Any, scope: Scope) -> Any:
    match given:
        case [str(name), then, otherwise]:
            return resolved(then if scope.condition(name) else otherwise, scope)
    raise Failure("Template error: Fn::If requires a list argument with three elements")


def _join(given: Any, scope: Scope) -> str:
    match given:
        case [str(delimiter), parts] if isinstance(parts := resolved(parts, scope), list):
            return delimiter.join(map(text, parts))
    raise Failure(
        "Template error: every Fn::Join object requires two parameters, (1) a string delimiter "
        "and (2) a list of strings to be joined"
    )


def _split(given: Any, scope: Scope) -> list[str]:
    match resolved(given, scope):
        case [str(delimiter), str(source)] if delimiter:
            return source.split(delimiter)
    raise Failure(
        "Template error: every Fn::Split object requires two parameters, (1) a string delimiter "
        "and (2) a string to be split"
    )


def _select(given: Any, scope: Scope) -> Any:
    match resolved(given, scope):
        case [str() | int() as index, list(choices)] if str(index).isdecimal():
            if int(index) < len(choices):
                return choices[int(index)]
            raise Failure(
                f"Template error: Fn::Select cannot select nonexistent value at index {index}"
            )
    raise Failure(
        "Template error: Fn::Select requires a list argument with two elements: "
        "an integer index and a list"
    )


def _sub(given: Any, scope: Scope) -> str:
    match given:
        case str(source):
            variables: dict[str, Any] = {}
        case [str(source), dict(unresolved)]:
            variables = {name: resolved(value, scope) for name, value in unresolved.items()}
        case _:
            raise Failure(
                "Template error: One or more Fn::Sub intrinsic functions don't specify "
                "expected arguments."
            )

    def value(variable: str) -> str:
        if variable in variables:
            return text(variables[variable])
        reference = variable_reference(variable)
        if reference.attribute is None:
            return text(scope.ref(reference.name))
        return text(scope.attribute(reference.name, reference.attribute))

    with_values = VARIABLE.sub(lambda found: value(found[1]), source)
    return with_values.replace("${!", "${")


def _base64(given: Any, scope: Scope) -> str:
    return base64.b64encode(text(resolved(given, scope)).encode()).decode()


def _get_azs(given: Any, scope: Scope) -> list[str]:
    return scope.zones(text(resolved(given, scope)) or scope.region)


def _cidr(given: Any, scope: Scope) -> list[str]:
    match resolved(given, scope):
        case [str(block), count]:
            host_bits = 8
        case [str(block), count, bits]:
            host_bits = int(bits)
        case _:
            raise Failure("Template error: Fn::Cidr requires a block, a count and a size")
    network = ipaddress.ip_network(block)
    prefix = network.max_prefixlen - host_bits
    available = 2 ** (prefix - network.prefixlen) if prefix >= network.prefixlen else 0
    if not 1 <= int(count) <= min(available, 256):
        raise Failure(f"Template error: Fn::Cidr cannot take {count} blocks of {block}")
    subnets = network.subnets(new_prefix=prefix)
    return [str(next(subnets)) for _ in range(int(count))]


def _find_in_map(given: Any, scope: Scope) -> Any:
    match resolved(given, scope):
        case [str(name), top, second]:
            try:
                return scope.mappings[name][text(top)][text(second)]
            except KeyError as error:
                raise Failure(
                    f"Template error: Unable to get mapping for {name}::{top}::{second}"
                ) from error
    raise Failure(
        "Template error: every Fn::FindInMap object requires three parameters, "
        "the map name, map key and the attribute for return value"
    )


def _import_value(given: Any, scope: Scope) -> str:
    return scope.imported(text(resolved(given, scope)))


FUNCTIONS: Final[dict[str, Callable[[Any, Scope], Any]]] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _get_azs,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
