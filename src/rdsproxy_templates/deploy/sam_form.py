"""Templates as `sam build` and `sam package` write them, to the byte, so that keys are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from ..model import Template
from ..model.values import LocalPath
from ..rendering.documents import document

APPLICATION: Final = "AWS::Serverless::Application"
CODE: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
"""Property with the code, by the type of a resource that is built."""
_PACKAGED: Final = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::CloudFormation::ModuleVersion",
    "AWS::CloudFormation::ResourceVersion",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::StackSet",
    "AWS::ElasticBeanstalk::ApplicationVersion",
    "AWS::Glue::Job",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Serverless::Api",
    "AWS::Serverless::Application",
    "AWS::Serverless::GraphQLApi",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::StateMachine",
    "AWS::Serverless::WebFunction",
    "AWS::StepFunctions::StateMachine",
}
"""Further types with properties that SAM CLI packages, beside those of AppSync."""
_LOCATIONS: Final = {
    "BodyS3Location", "Code", "Command", "Content", "DefinitionS3Location", "DefinitionUri",
    "Functions", "Location", "ModulePackage", "Resolvers", "SchemaHandlerPackage", "SchemaUri",
    "SourceBundle", "TemplateURL",
}  # fmt: skip


class _Dumper(yaml.SafeDumper):
    """SAM CLI's, which is Python's: the one of libyaml folds lines elsewhere."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _string(dumper: Any, text: str) -> Any:
    quotes = {"style": "'"} if text.startswith("0") else {}
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, **quotes)


_Dumper.add_representer(str, _string)


def is_known(root: Template) -> bool:
    """Tell if SAM CLI does no more to *root*, and what it nests, than :func:`packaged_texts`."""
    return not any(
        one.transforms or any(_is_other(body) for body in one.resources.values())
        for _, one in root.walk()
    )


def packaged_texts(
    root: Template, uris: Mapping[tuple[tuple[str, ...], str], str], home: str
) -> tuple[str, dict[str, str]]:
    """Return the text of *root*, and the texts of all that it nests by the name of their object.

    *uris* are those of code, by the path of the template and the title in it; *home* is the URL
    that the objects' names follow.
    """
    texts: dict[str, str] = {}

    def text_of(template: Template, path: tuple[str, ...]) -> str:
        body = json.loads(json.dumps(document(template, path, "sam")))
        for title, resource in body["Resources"].items():
            properties = resource.get("Properties", {})
            if title in template.children:
                text = text_of(template.children[title].template, (*path, title))
                name = f"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}.template"
                texts[name] = text
                properties["Location"] = f"{home}/{name}"
            elif (path, title) in uris:
                properties[CODE[resource["Type"]]] = uris[path, title]
            resource.setdefault("Metadata", {})["SamResourceId"] = title
        return str(yaml.dump(body, Dumper=_Dumper, default_flow_style=False, sort_keys=False))

    return text_of(root, ()), texts


def built_resources(
    root: Template,
) -> Iterator[tuple[tuple[str, ...], str, Mapping[str, Any], str]]:
    """Yield path, title and body of each resource whose code is built, and the path of its code."""
    for path, template in root.walk():
        for title, body in template.resources.items():
            if body["Type"] not in CODE:
                continue
            match body.get("Properties", {}).get(CODE[body["Type"]]):
                case {LocalPath.KEY: str(code)} | {LocalPath.BUNDLED: str(code)}:
                    yield path, title, body, code


def _is_other(body: Mapping[str, Any]) -> bool:
    """Tell if SAM CLI may package something of a resource that is no code of ours."""
    type_, properties = str(body["Type"]), body.get("Properties", {})
    if "Fn::Transform" in json.dumps(body):
        return True
    if type_ in CODE:
        code = properties.get(CODE[type_])
        return not (isinstance(code, Mapping) and {*code} & {LocalPath.KEY, LocalPath.BUNDLED})
    if type_.startswith("AWS::AppSync::"):
        return True
    return type_ in _PACKAGED and not _LOCATIONS.isdisjoint(properties)
