"""Rule of passwords and secrets that everybody reads who reads the template or the stack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import CLOUDFORMATION_GUIDE
from ..credentials import content_of
from ..graph import CLUSTER, INSTANCE, SECRET, Graph
from ..rule import Violation, as_rule
from ..texts import Atom, literal, text_of
from ..values import is_true, simple

_SECRET_KEY: Final = re.compile(r"(?i)pass|pwd|secret|token|key|credential")
_PASSWORD_KEY: Final = re.compile(r"(?i)(.*[_-])?(pass|password|pwd|secret|token|api[_-]?key)")


@as_rule(
    "secret/literal",
    level="warning",
    title="No password or secret is written in a template.",
    why="Whoever reads the template, or the stack, reads the secret.",
    remedy="Have Secrets Manager generate the password.",
    source=f"{CLOUDFORMATION_GUIDE}security-best-practices.html",
)
def literals(graph: Graph) -> Iterator[Violation]:
    for secret, body in graph.of_type(SECRET):
        generated = body.get("GenerateSecretString")
        given = body.get("SecretString")
        place = "SecretString"
        if isinstance(generated, Mapping):
            place, given = "GenerateSecretString", generated.get("SecretStringTemplate")
        if given is not None and (found := _exposed(graph, secret, given)):
            yield Violation(
                secret,
                place,
                f"its content is {found}",
                "Generate it with GenerateSecretString, or pass it by a NoEcho parameter",
            )
    for key, body in graph.of_type("AWS::ApiGateway::ApiKey"):
        if "Value" in body and literal(text_of(graph, body["Value"])):
            yield Violation(
                key,
                "Value",
                "the key is written in the template",
                "Leave Value out, or read it from a secret",
            )
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        given = body.get("MasterUserPassword")
        if given is None:
            continue
        if literal(text_of(graph, given)):
            sentence = "the password is written in the template"
        elif _has_default(graph, given):
            sentence = "the password is the default of a parameter, which is in the template"
        elif _is_shown(graph, given):
            sentence = "the password is a parameter without NoEcho, which everybody sees"
        else:
            continue
        yield Violation(
            database,
            "MasterUserPassword",
            sentence,
            "Set ManageMasterUserPassword to true, or read the password from a secret",
        )


def _exposed(graph: Graph, secret: str, given: Any) -> str | None:
    """Say where everybody reads the content of *secret*; None where it is hidden or unknown."""
    content = content_of(graph, secret)
    texts = [text_of(graph, given)] if content is None else []
    is_generated = "GenerateSecretString" in graph.properties(secret)
    # Beside a generated value, a template has names and addresses.
    pattern = _PASSWORD_KEY.fullmatch if is_generated else _SECRET_KEY.search
    texts += [value for key, value in (content or {}).items() if pattern(key)]
    if is_generated and content is None:
        return None
    if any(map(literal, texts)):
        return "written in the template"
    shown_ones = (atom for text in texts for atom in text if isinstance(atom, Atom))
    name = next((one.name for one in shown_ones if _is_shown(graph, {"Ref": one.name})), None)
    return name and f"the parameter {name} without NoEcho, which everybody sees"


def _has_default(graph: Graph, expression: object) -> bool:
    """Tell whether *expression* is a parameter that has a value where nobody gives one."""
    match simple(expression):
        case {"Ref": str(name)} if name in graph.template.parameters:
            parameter = graph.template.parameters[name]
            is_path = str(parameter.get("Type")).startswith("AWS::SSM")
            return bool(parameter.get("Default")) and not is_path
        case _:
            return False


def _is_shown(graph: Graph, expression: object) -> bool:
    """Tell whether *expression* is a parameter whose value everybody sees."""
    match simple(expression):
        case {"Ref": str(name)} if name in graph.template.parameters:
            parameter = graph.template.parameters[name]
            hidden = is_true(parameter.get("NoEcho"))
            return not hidden and not str(parameter.get("Type")).startswith("AWS::SSM")
        case _:
            return False
