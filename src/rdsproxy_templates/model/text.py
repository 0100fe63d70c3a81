"""Text with values in it: ``Fn::Sub`` without spelling a logical ID by hand."""

from __future__ import annotations

import re
from typing import Any

from troposphere import AWSHelperFn, Sub, encode_to_dict

from .references import spelled, substitution
from .values import Expression

_NAME = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")


def sub(text: str, **values: Expression) -> AWSHelperFn:
    """Substitute *values* into *text* with ``Fn::Sub``; ``${name}`` is the value of that name.

    Write pseudo parameters as CloudFormation does, ``${AWS::Region}``. A value that *text* does
    not use, or a name without a value, is a :class:`KeyError`.

    >>> from troposphere import Ref
    >>> sub("https://${api}.${AWS::URLSuffix}/", api=Ref("HttpApi")).to_dict()
    {'Fn::Sub': 'https://${HttpApi}.${AWS::URLSuffix}/'}
    """
    used = set(_NAME.findall(text))
    if odd := used ^ values.keys():
        raise KeyError(f"{text!r}: {', '.join(sorted(odd))} must be both named and given")

    variables: dict[str, Any] = {}

    def placed(match: re.Match[str]) -> str:
        expression = encode_to_dict(values[match[1]])
        if (placeholder := spelled(expression)) is not None:
            return placeholder
        variable = "".join(word.capitalize() for word in match[1].split("_"))
        variables[variable] = expression
        return f"${{{variable}}}"

    result = substitution(_NAME.sub(placed, text), variables)
    if isinstance(result, str):
        return Sub(result)
    arguments = result["Fn::Sub"]
    return Sub(arguments) if isinstance(arguments, str) else Sub(*arguments)
