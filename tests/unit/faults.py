"""Templates with exactly one thing wrong, for the tests of our rules."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from rdsproxy_templates.model import Template
from rdsproxy_templates.rendering import Bundle, unpackaged
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.validators.graph import Graph
from rdsproxy_templates.validators.rule import Rule, Violation
from rdsproxy_templates.variants import base

BUNDLE: Final[Bundle] = unpackaged(base, base.Config())
BASE: Final[Template] = BUNDLE.flat()[0]

GIVEN: Final = {"Ref": "Given"}
"""A parameter without a default: only deployment knows its value."""

ATTRIBUTES: Final = ("Type", "DependsOn", "Metadata")
"""Attributes of a resource beside its properties."""


def violations(rule: Rule[Graph, Violation], template: Template) -> list[Violation]:
    """All that *rule* finds in *template*; the other rules are not asked."""
    return list(rule.judge(Graph(template)))


def assert_holds(rule: Rule[Graph, Violation], template: Template) -> None:
    """Fail unless *rule* finds nothing in *template*; the other rules are not asked."""
    __tracebackhide__ = True
    assert violations(rule, template) == []


def faulted(path: str, value: object, template: Template = BASE) -> Template:
    """A copy of *template* with *value* at *path*.

    ``RDSStackRDSProxy/Auth/0/IAMAuth`` is a property, ``RDSStackRDSProxy/DependsOn`` an
    attribute, ``RDSStackRDSProxy`` a whole resource. The end of a list is added to.
    """
    resources = deepcopy(dict(template.resources))
    place, last = _opened(resources, path)
    if isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return replace(template, resources=resources)


def without(path: str, template: Template = BASE) -> Template:
    """A copy of *template* without what stands at *path*."""
    resources = deepcopy(dict(template.resources))
    place, last = _opened(resources, path)
    del place[last]
    return replace(template, resources=resources)


def faulted_bundle(stack: str, path: str, value: object, made: Bundle = BUNDLE) -> Bundle:
    """The files of *made* with *value* at *path* of the template of *stack*."""
    root = made.root
    nested = root.children[stack]
    wrong = replace(nested, template=faulted(path, value, nested.template))
    return bundle(replace(root, children={**root.children, stack: wrong}))


def template(**resources: dict[str, Any]) -> Template:
    """A flat template of these resources, which refer to each other by these names."""
    return Template(description="", parameters={}, children={}, resources=resources, outputs={})


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of type ``AWS::<kind>``."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(name: str) -> dict[str, Any]:
    return {"Ref": name}


def get_att(name: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]}


POSTGRESQL = template(
    Proxy={
        **resource(
            "RDS::DBProxy",
            DBProxyName="reports",
            EngineFamily="POSTGRESQL",
            RequireTLS=True,
            Auth=[{"AuthScheme": "SECRETS", "IAMAuth": "REQUIRED", "SecretArn": GIVEN}],
            RoleArn=GIVEN,
            VpcSubnetIds=[GIVEN],
            VpcSecurityGroupIds=[GIVEN],
        ),
        "DependsOn": ["Database"],
    },
    Targets=resource(
        "RDS::DBProxyTargetGroup",
        DBProxyName=ref("Proxy"),
        TargetGroupName="default",
        DBInstanceIdentifiers=[ref("Database")],
    ),
    Database=resource(
        "RDS::DBInstance",
        Engine="postgres",
        EngineVersion="17.11",
        DBInstanceClass="db.t4g.micro",
        DBName="reports",
        MasterUsername="reporter",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
    ),
)
"""A proxy in front of one instance of PostgreSQL, in a network that is given."""


def _opened(resources: dict[str, Any], path: str) -> tuple[Any, Any]:
    """The mapping or list that *path* ends in, and its last key or index."""
    name, *steps = path.split("/")
    if not steps:
        return resources, name
    place: Any = resources[name] if steps[0] in ATTRIBUTES else resources[name]["Properties"]
    *between, last = [int(step) if step.isdigit() else step for step in steps]
    for step in between:
        place = place[step]
    return place, last
