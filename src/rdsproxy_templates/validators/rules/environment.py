"""Rule of what a function's environment holds, which everybody may read who sees the function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...aws.documentation import LAMBDA_GUIDE
from ...aws.secret_signs import secret_sign
from ..clients import variables_of
from ..credentials import reference_in, secret_named
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..texts import Atom, Text, literal, shown, text_of
from ..values import is_true, simple

_PLAIN: Final = re.compile(
    r"\d{1,5}|true|false|on|off|yes|no|none||[\w.@+=-]+(/[\w.@+=-]+)+", re.IGNORECASE
)
"""Numbers, choices, and the names of secrets and parameters, which are paths."""
_KEY: Final = re.compile(r"^\{\{resolve:secretsmanager:.*:SecretString:(\w+)[^}]*\}\}$")
BESIDE: Final = ("username", "host", "port", "engine", "dbname", "dbInstanceIdentifier")
_POINTS: Final = re.compile(
    r"(Arns?|Names?|Ids?|Paths?|Prefix|Region|Endpoint|Address|Url|Uri|Port|Key_?Id)$"
)
"""Last word of a parameter or attribute that says where a secret is, and holds none."""


@as_rule(
    "function/no-secret-in-environment",
    title="A function's environment holds no secret.",
    why="Whoever may read the function's configuration reads the secret.",
    remedy="Pass the secret's ARN, and read it at run time.",
    source=f"{LAMBDA_GUIDE}configuration-envvars.html",
)
def no_secret_in_environment(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for name, value in variables_of(body).items():
            if sign := _sign(graph, str(name), value):
                yield Violation(
                    function,
                    "Environment",
                    f"the variable {name} holds a secret: {sign}",
                    "Pass the secret's ARN, and read it at run time",
                )


def _sign(graph: Graph, name: str, value: Any) -> str | None:
    """Say what of a variable looks like a secret; None if nothing does."""
    text = text_of(graph, value)
    for atom in text:
        parameter = graph.template.parameters.get(atom.name) if isinstance(atom, Atom) else None
        if parameter and is_true(parameter.get("NoEcho")):
            return "its value is a parameter with NoEcho"
    if found := reference_in(graph, text):
        # A name or a host, which lies beside the password, is none.
        return None if found[1] in BESIDE else "its value is read from a secret"
    if (key := _KEY.search(shown(text))) and key[1] in BESIDE:
        return None
    by_value = secret_sign("", shown(text)) or secret_sign("", value)
    if by_value:
        return by_value
    return None if _is_harmless(graph, value, text) else secret_sign(name, value)


def _is_harmless(graph: Graph, value: Any, text: Text) -> bool:
    """Tell whether a value, by itself, is no secret, whatever its variable is called."""
    plain = literal(text)
    if plain is not None:
        return bool(_PLAIN.fullmatch(plain)) or plain.startswith(("arn:", "/"))
    if secret_named(graph, value) or shown(text).startswith("arn:"):
        return True
    match simple(value):
        case {"Ref": str(name)}:
            is_id = name in graph.template.resources or name.startswith("AWS::")
            return is_id or bool(_POINTS.search(name))
        case {"Fn::GetAtt": [_, str(attribute)]}:
            return bool(_POINTS.search(attribute))
        case _:
            return False
