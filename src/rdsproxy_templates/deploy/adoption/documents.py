"""The files of an adoption: template, resources to import, root stack, report and commands."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from ...records import record
from ...rendering.yaml import dump
from ...resources.optional_properties import without_none
from ..operation import MARK
from .deployed import Adopted
from .differences import REPLACED, Difference

TEMPLATE: Final = "template.yaml"
TO_IMPORT: Final = "resources-to-import.json"
REPORT: Final = "report.md"
COMMANDS: Final = "commands.sh"
STACK: Final = "stack.py"
SETTINGS: Final = "adopted.yaml"
CHANGE_SET: Final = f"{MARK}adopt"
"""A name by which `deploy` knows the stack for its own."""
DESCRIPTION: Final = "A database and its proxy, made by hand and taken over."
ROOT_STACK: Final = f'''\
"""{DESCRIPTION}"""

from rdsproxy_templates import Ports, Settings, Stack


class Config(Settings):
    """Nothing to choose: {SETTINGS} has the resources."""


class Inputs(Ports):
    """No inputs."""


class Outputs(Ports):
    """No outputs yet: an import takes none."""


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    return Stack(outputs=Outputs())
'''


@record(frozen=True, kw_only=True)
class Adoption:
    """Everything that the files tell."""

    stack: str
    resources: Sequence[Adopted]
    differences: Sequence[Difference]
    accepted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """``Metadata`` by title, with the rules that the resource breaks as it was made."""
    proxy_targets: Sequence[str] = ()
    region: str
    profile: str | None = None

    def files(self) -> dict[str, str]:
        """Return the text of each file by its name."""
        to_import = [
            {
                "ResourceType": one.type,
                "LogicalResourceId": one.title,
                "ResourceIdentifier": {one.identifier: one.name},
            }
            for one in self.resources
        ]
        return {
            TEMPLATE: dump(self.template()),
            TO_IMPORT: json.dumps(to_import, indent=2) + "\n",
            STACK: ROOT_STACK,
            SETTINGS: "# Each as it is deployed. Change it here, and deploy it.\n"
            + dump({"extra_resources": {".": self.template()["Resources"]}}),
            REPORT: "\n".join(self._report()) + "\n",
            COMMANDS: "\n".join(self._commands()) + "\n",
        }

    def template(self) -> dict[str, Any]:
        """Return the template; an import takes no outputs, and wants a policy everywhere."""
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": DESCRIPTION,
            "Resources": {
                one.title: {
                    "Type": one.type,
                    **without_none(DependsOn=self._waits(one)),
                    # SAM CLI writes the ID into whatever it builds; a resource that has it already
                    # is not modified by the first deployment.
                    "Metadata": {"SamResourceId": one.title, **self.accepted.get(one.title, {})},
                    "DeletionPolicy": "Retain",
                    "UpdateReplacePolicy": "Retain",
                    "Properties": dict(one.properties),
                }
                for one in self.resources
            },
        }

    def _waits(self, one: Adopted) -> list[str] | None:
        """Return what a new proxy waits for: its database, as in the templates of ours."""
        databases = ("DBCluster", "DBInstance")
        here = [other.title for other in self.resources if other.title in databases]
        return here or None if one.title == "RDSProxy" else None

    def _report(self) -> Iterator[str]:
        yield f"# Adoption into the stack {self.stack}"
        yield "\n## What the stack takes over\n"
        for one in self.resources:
            yield f"- `{one.title}`: {one.type} {one.name}"
        if "RDSProxy" in {one.title for one in self.resources}:
            names = ", ".join(self.proxy_targets) or "nothing"
            yield "\n## What stays outside\n"
            yield (
                f"- The proxy's target group, which points to {names}: CloudFormation cannot "
                "import it: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/"
                "issues/2132. It works on as it is, with its pool."
            )
            yield from self._made_anew()
            yield "- Further endpoints of the proxy, its role, its secrets and its security groups."
        yield "\n## What differs from the settings\n"
        if not self.differences:
            yield "Nothing."
            return
        yield (
            f"`{TEMPLATE}` describes what is deployed, and deploying it changes nothing. These "
            "properties differ in what the settings would render; a deployment of that in place "
            "of it would do what the last column says.\n"
        )
        yield "| resource | property | deployed | settings | would |"
        yield "| --- | --- | --- | --- | --- |"
        for row in self.differences:
            cells = (row.title, row.property, row.deployed, row.rendered, row.outcome)
            yield f"| {' | '.join(cells)} |"
        replaced = sorted({row.title for row in self.differences if row.outcome == REPLACED})
        if replaced:
            yield (
                f"\nThe settings would replace {', '.join(replaced)}: take single properties from "
                f"them into `{TEMPLATE}`, and not their template as a whole."
            )

    def _made_anew(self) -> Iterator[str]:
        """Tell how the target group can be created in the stack, and what that costs."""
        if len(self.proxy_targets) != 1:
            return
        (target,) = self.proxy_targets
        members = [one.type for one in self.resources if one.name == target]
        kind = "DBInstance" if members == ["AWS::RDS::DBInstance"] else "DBCluster"
        option = "--db-instance-identifiers" if kind == "DBInstance" else "--db-cluster-identifiers"
        (proxy,) = [one.name for one in self.resources if one.title == "RDSProxy"]
        identifier = f"!Ref {kind}" if members else target
        yield (
            "\n  To create it in the stack, after the import: take its target away, which ends "
            "every connection through the proxy until the deployment has registered it again; then "
            f"add the resource to {SETTINGS}, and deploy. The pool's settings are those that you "
            "write there.\n"
        )
        yield f"  ```sh\n  {self._cli} rds deregister-db-proxy-targets \\"
        yield f"    --db-proxy-name {shlex.quote(proxy)} {option} {shlex.quote(target)}\n  ```\n"
        yield "  ```yaml\n      RDSProxyTargetGroup:"
        yield "        Type: AWS::RDS::DBProxyTargetGroup"
        if instances := [one.title for one in self.resources if one.title in self._instances]:
            yield f"        DependsOn: [{', '.join(instances)}]"
        yield "        Properties:"
        yield "          DBProxyName: !Ref RDSProxy"
        yield "          TargetGroupName: default"
        yield f"          {kind}Identifiers: [{identifier}]\n  ```\n"

    @property
    def _instances(self) -> set[str]:
        """Titles of the instances of the adopted cluster."""
        return {one.title for one in self.resources if one.type == "AWS::RDS::DBInstance"} - {
            "DBInstance"
        }

    @property
    def _cli(self) -> str:
        profile = f" --profile {shlex.quote(self.profile)}" if self.profile else ""
        return f"aws --region {self.region}{profile}"

    @property
    def deploy_command(self) -> str | None:
        """The command with which `deploy` goes on; None where the stack's name has no prefix."""
        prefix, _, name = self.stack.partition("-")
        if not (prefix and re.fullmatch("[a-z][a-z0-9-]*", name)):
            return None
        profile = f" --app-profile {shlex.quote(self.profile)}" if self.profile else ""
        return (
            f"rdsproxy-templates deploy --stack {STACK} --name {name.replace('-', '_')} "
            f"--stack-prefix {prefix} --config {SETTINGS} --region {self.region}{profile}"
        )

    def _commands(self) -> Iterator[str]:
        stack = f"--stack-name {shlex.quote(self.stack)}"
        aws = f"{self._cli} cloudformation"
        named = f"{stack} --change-set-name {CHANGE_SET}"
        yield "#!/usr/bin/env bash"
        yield f"# Run in this folder, one by one. Read {REPORT} first."
        yield "set -euo pipefail"
        yield f"{aws} create-change-set {named} --change-set-type IMPORT \\"
        yield f"  --template-body file://{TEMPLATE} --resources-to-import file://{TO_IMPORT}"
        yield f"{aws} wait change-set-create-complete {named}"
        yield "# Every action must be Import."
        yield f"{aws} describe-change-set {named} --output table \\"
        yield "  --query 'Changes[].ResourceChange.[Action,LogicalResourceId,PhysicalResourceId]'"
        yield f"{aws} execute-change-set {named}"
        yield f"{aws} wait stack-import-complete {stack}"
        yield "# Says what the template describes in another way than RDS does."
        yield f"{aws} detect-stack-drift {stack}"
        yield "# Changes nothing; from now on, change the template and deploy it."
        yield f"{aws} deploy {stack} --template-file {TEMPLATE} --no-fail-on-empty-changeset"
        if self.deploy_command:
            yield f"# Or go on with {STACK} and {SETTINGS}, which is the same, and changes nothing:"
            yield f"# {self.deploy_command}"
