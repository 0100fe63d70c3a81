"""Texts of a template: expressions as literal parts and parts that only deployment knows.

``Fn::Sub``, ``Fn::Join``, ``Fn::Select`` of ``Fn::Split`` and references come out alike, however
they are spelled. ARNs of resources come out in their parts, so that a field of one is known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .arns import APIS, ARNS, ATTRIBUTES, NAMES, gives_arn
from .graph import Graph
from .values import simple

ATTACHMENT: Final = "AWS::SecretsManager::SecretTargetAttachment"
ROLE, KEY = "AWS::IAM::Role", "AWS::KMS::Key"
_ELSEWHERE: Final = ("Custom::", "AWS::CloudFormation::", "AWS::Serverless::Application")
"""Types whose attributes come from outside the template."""
_PARTS: Final = re.compile(r"\$\{(!?)([^}]*)\}")


@dataclass(frozen=True)
class Atom:
    """A part of a text that is not known before deployment."""

    name: str
    attribute: str = ""
    kind: Literal["resource", "pseudo", "unknown"] = "unknown"
    """``resource``: a value that AWS makes up, different from every text that is known."""

    def __str__(self) -> str:
        return f"${{{self.name}.{self.attribute}}}" if self.attribute else f"${{{self.name}}}"


Text = tuple[str | Atom, ...]

PARTITION: Final = Atom("AWS::Partition", kind="pseudo")
REGION: Final = Atom("AWS::Region", kind="pseudo")
ACCOUNT: Final = Atom("AWS::AccountId", kind="pseudo")


def text_of(graph: Graph, expression: object) -> Text:
    """Return *expression* as text, in its parts; a value that is no text is one unknown part."""
    match simple(expression):
        case bool(value):
            return (str(value).lower(),)
        case str() | int() | float() as value:
            return joined((str(value),))
        case {"Ref": str(name)}:
            return _referred(graph, name)
        case {"Fn::GetAtt": [str(name), *attribute]}:
            return _attribute(graph, name, ".".join(map(str, attribute)))
        case {"Fn::Sub": str(text)}:
            return _substituted(graph, text, {})
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return _substituted(graph, text, variables)
        case {"Fn::Join": [str(mark), items]} if (parts := _items(graph, items)) is not None:
            return joined(*_between(mark, parts))
        case {"Fn::Select": [index, items]} if str(index).isdigit():
            return _selected(graph, int(str(index)), items, expression)
        case _:
            return (_unknown(expression),)


def joined(*parts: Text) -> Text:
    """Join *parts*, with neighbouring literals as one."""
    found: list[str | Atom] = []
    for part in (piece for text in parts for piece in text):
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part:
            found.append(part)
    return tuple(found)


def shown(text: Text) -> str:
    """Spell *text* as ``Fn::Sub`` does, for people."""
    return "".join(map(str, text))


def literal(text: Text | None) -> str | None:
    """Return *text* where all of it is known before deployment."""
    if text == ():
        return ""
    match text:
        case (str(only),) if "{{resolve:" not in only:
            return only
        case _:
            return None


def is_certain(text: Text) -> bool:
    """Tell whether no part of *text* is a parameter or an import."""
    return not any(
        part.kind == "unknown" if isinstance(part, Atom) else "{{resolve:" in part for part in text
    )


def fields(text: Text, mark: str) -> list[Text]:
    """Split *text* at each *mark* in its literal parts."""
    found: list[list[str | Atom]] = [[]]
    for part in text:
        if isinstance(part, Atom):
            found[-1].append(part)
            continue
        first, *rest = part.split(mark)
        found[-1].append(first)
        found += [[piece] for piece in rest]
    return [joined(tuple(field)) for field in found]


def _between(mark: str, parts: list[Text]) -> Iterator[Text]:
    for number, part in enumerate(parts):
        yield from ([(mark,), part] if number else [part])


def _unknown(expression: object) -> Atom:
    return Atom(json.dumps(expression, sort_keys=True, default=str))


def _items(graph: Graph, items: object) -> list[Text] | None:
    match items:
        case [*expressions]:
            return [text_of(graph, one) for one in expressions]
        case {"Fn::Split": [str(mark), inner]} if mark:
            text = text_of(graph, inner)
            return fields(text, mark) if is_certain(text) else None
        case _:
            return None


def _selected(graph: Graph, index: int, items: object, whole: object) -> Text:
    match items:
        case {"Fn::Split": [str(mark), inner]} if mark:
            parts = fields(text_of(graph, inner), mark)
            if index < len(parts) and all(map(is_certain, parts[: index + 1])):
                return parts[index]
            if mark == ":" and len(parts) == 1 and gives_arn(graph, inner) is False:
                # Neither names nor hosts have such fields: CloudFormation refuses it.
                return (Atom(f"field {index} of {shown(parts[0])}", kind="resource"),)
        case [*expressions] if index < len(expressions):
            return text_of(graph, expressions[index])
    return (_unknown(whole),)


def _substituted(graph: Graph, text: str, variables: Mapping[str, Any]) -> Text:
    parts: list[Text] = []
    end = 0
    for match in _PARTS.finditer(text):
        name, _, attribute = match[2].strip().partition(".")
        parts.append((text[end : match.start()],))
        if match[1]:
            parts.append((f"${{{match[2]}}}",))
        elif match[2].strip() in variables:
            parts.append(text_of(graph, variables[match[2].strip()]))
        elif attribute:
            parts.append(_attribute(graph, name, attribute))
        else:
            parts.append(_referred(graph, name))
        end = match.end()
    return joined(*parts, (text[end:],))


def _referred(graph: Graph, name: str) -> Text:
    if name.startswith("AWS::"):
        return (Atom(name, kind="pseudo"),)
    if name not in graph.template.resources:
        return (Atom(name),)
    body = graph.properties(name)
    match graph.type(name):
        case "AWS::SecretsManager::Secret":
            # Secrets Manager ends the name with a hyphen and six characters of its own.
            own = Atom(name, "Suffix", "resource")
            named = text_of(graph, body["Name"]) if "Name" in body else (_made(name),)
            return joined(_arn("secretsmanager", "secret:"), named, ("-", own))
        case (
            "AWS::SecretsManager::SecretTargetAttachment" | "AWS::SecretsManager::RotationSchedule"
        ) if "SecretId" in body:
            return text_of(graph, body["SecretId"])
        case "AWS::SNS::Topic":
            return _attribute(graph, name, "TopicArn")
        case "AWS::SQS::Queue":
            return (Atom(name, "QueueUrl", "resource"),)
        case kind if kind in APIS:
            return (Atom(name, "Id", "resource"),)
        case _:
            return _named(graph, name)


def _named(graph: Graph, name: str) -> Text:
    """Return the physical name of the resource *name*."""
    given = graph.properties(name).get(NAMES.get(graph.type(name), ""))
    named = (_made(name),) if given is None else text_of(graph, given)
    return named if is_certain(named) else (_made(name),)


def _attribute(graph: Graph, name: str, attribute: str) -> Text:
    if name not in graph.template.resources:
        return (Atom(name, attribute),)
    own = Atom(name, "Id", "resource")
    match graph.type(name), attribute:
        case "AWS::RDS::DBProxy", "DBProxyArn":
            return joined(_arn("rds", "db-proxy:"), (own,))
        case ("AWS::RDS::DBCluster", "DBClusterResourceId") | (
            "AWS::RDS::DBInstance",
            "DbiResourceId",
        ):
            return (own,)
        case "AWS::SecretsManager::Secret", "Id":
            return _referred(graph, name)
        case "AWS::IAM::Role", "Arn":
            path = text_of(graph, graph.properties(name).get("Path", "/"))
            parts = ("arn:", PARTITION, ":iam::", ACCOUNT, ":role")
            return joined(parts, path, _referred(graph, name))
        case "AWS::SSM::Parameter", "Value":
            return text_of(graph, graph.properties(name).get("Value"))
        case kind, _ if NAMES.get(kind) == attribute:
            return _named(graph, name)
        case kind, _ if kind in ARNS and attribute in ATTRIBUTES and not _is_on_a_bus(graph, name):
            form = ARNS[kind]
            start: Text = ("arn:", PARTITION, f":{form.service}:::{form.before}")
            whole = start if form.is_global else _arn(form.service, form.before)
            return joined(whole, _named(graph, name))
        case kind, _ if kind.startswith(_ELSEWHERE):
            # A custom resource of ours returns its properties; any other may return anything.
            given = graph.properties(name).get(attribute)
            return (Atom(name, attribute),) if given is None else text_of(graph, given)
        case _:
            return (Atom(name, attribute, "resource"),)


def _is_on_a_bus(graph: Graph, name: str) -> bool:
    """Tell whether *name* is a rule of a bus of its own, which stands in the ARN."""
    return "EventBusName" in graph.properties(name)


def _made(name: str) -> Atom:
    return Atom(name, "", "resource")


def _arn(service: str, rest: str) -> Text:
    return ("arn:", PARTITION, f":{service}:", REGION, ":", ACCOUNT, f":{rest}")
