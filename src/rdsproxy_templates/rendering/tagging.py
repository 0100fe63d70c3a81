"""Tags on resources that those of the stack do not reach, or that hand them on.

CloudFormation passes a stack's tags to the resources in it, nested stacks among them, "varying by
resource type". A template has them again where AWS's schema of a type does not promise the tags of
CloudFormation, where somebody found none, and where a resource makes others. See
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..aws.resource_schemas import ResourceSchema, schema_of
from ..errors import ConfigError, Problem
from ..model.tags import MOST_TAGS
from ..model.template import Body, Template

UNREACHED: Final = ("AWS::WAFv2::IPSet", "AWS::WAFv2::RuleGroup", "AWS::WAFv2::WebACL")
"""Types whose schemas promise more than people found, on 2022-04-12:
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1142"""

HANDED_ON: Final = {
    "AWS::EC2::Instance": "PropagateTagsToVolumeOnCreation",
    "AWS::Serverless::Function": "PropagateTags",
    "AWS::Serverless::StateMachine": "PropagateTags",
}
"""Properties that hand tags on to what a resource makes: its volumes, its role."""

NESTED_BY_SAM: Final = "lambda:createdBy"
"""Tag that SAM adds to functions, and to nested stacks, which pass it to all that is in them."""
OF_SAM: Final = {
    "AWS::Serverless::Function": NESTED_BY_SAM,
    "AWS::Serverless::HttpApi": "httpapi:createdBy",
}


def tagged(root: Template, tags: Mapping[str, str]) -> Template:
    """Return *root* with *tags* on the resources where those of a stack do not arrive.

    A resource's own tags win. Raises :class:`ConfigError` where a resource would have too many.
    """
    if problems := list(_too_many(root, tags)):
        raise ConfigError(problems)
    return _tagged(root, tags)


def _tagged(template: Template, tags: Mapping[str, str]) -> Template:
    children = {
        title: replace(nested, template=_tagged(nested.template, tags))
        for title, nested in template.children.items()
    }
    resources = {title: _resource(body, tags) for title, body in template.resources.items()}
    return replace(template, children=children, resources=resources)


def _resource(body: Body, tags: Mapping[str, str]) -> Body:
    type_ = str(body["Type"])
    schema = schema_of(type_)
    name = _property(schema)
    if schema is None or name is None or not _needs_own(schema):
        return body
    properties = body.get("Properties", {})
    own = properties.get(name)
    kept = {key: value for key, value in tags.items() if key not in _keys(own)}
    both: Any
    # What an override made of them is left as it is where it has another form.
    if schema.body["properties"][name].get("type") == "array":
        if not isinstance(own, list | None):
            return body
        both = [*(own or []), *_pairs(kept)]
    else:
        if not isinstance(own, dict | None):
            return body
        both = {**(own or {}), **kept}
    changed = {**properties, name: both}
    if type_ in HANDED_ON:
        changed.setdefault(HANDED_ON[type_], True)
    return {**body, "Properties": changed}


def _needs_own(schema: ResourceSchema) -> bool:
    if schema.type in UNREACHED or schema.type in HANDED_ON:
        return True
    tagging = schema.body.get("tagging", {})
    return bool(tagging.get("taggable")) and not tagging.get("cloudFormationSystemTags", True)


def _property(schema: ResourceSchema | None) -> str | None:
    """Return the property that holds the tags of a type, if it has any."""
    if schema is None:
        return None
    pointer = schema.body.get("tagging", {}).get("tagProperty", "/properties/Tags")
    name = str(pointer).removeprefix("/properties/")
    return name if name in schema.body["properties"] else None


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _keys(own: object) -> Sequence[str]:
    """Return the keys of a resource's own tags, in either of the two forms."""
    match own:
        case dict():
            return list(own)
        case list():
            return [str(tag.get("Key")) for tag in own if isinstance(tag, dict)]
        case _:
            return ()


def _too_many(root: Template, tags: Mapping[str, str]) -> Iterator[Problem]:
    for path, template in root.walk():
        for title, body in template.resources.items():
            type_ = str(body["Type"])
            if (name := _property(schema_of(type_))) is None:
                continue
            everything = {*tags, *_keys(body.get("Properties", {}).get(name))}
            everything |= {OF_SAM[type_]} if type_ in OF_SAM else set()
            everything |= {NESTED_BY_SAM} if path else set()
            if len(everything) > MOST_TAGS:
                yield Problem(
                    "tags",
                    f"would be {len(everything)} on {'.'.join((*path, title))}, with its own and "
                    f"SAM's; AWS takes {MOST_TAGS}",
                )
                return
