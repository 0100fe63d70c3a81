"""The files of an adoption: template, resources to import, report and commands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ...records import record
from ...rendering.yaml import dump
from .deployed import Adopted
from .differences import REPLACED, Difference

TEMPLATE: Final = "template.yaml"
TO_IMPORT: Final = "resources-to-import.json"
REPORT: Final = "report.md"
COMMANDS: Final = "commands.sh"
CHANGE_SET: Final = "adopt"


@record(frozen=True, kw_only=True)
class Adoption:
    """Everything that the files tell."""

    stack: str
    resources: Sequence[Adopted]
    differences: Sequence[Difference]
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
            REPORT: "\n".join(self._report()) + "\n",
            COMMANDS: "\n".join(self._commands()) + "\n",
        }

    def template(self) -> dict[str, Any]:
        """Return the template; an import takes no outputs, and wants a policy everywhere."""
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "A database and its proxy, made by hand and taken over.",
            "Resources": {
                one.title: {
                    "Type": one.type,
                    "DeletionPolicy": "Retain",
                    "UpdateReplacePolicy": "Retain",
                    "Properties": dict(one.properties),
                }
                for one in self.resources
            },
        }

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
                "import it. It works on as it is, with its pool."
            )
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

    def _commands(self) -> Iterator[str]:
        stack = f"--stack-name {shlex.quote(self.stack)}"
        profile = f" --profile {shlex.quote(self.profile)}" if self.profile else ""
        aws = f"aws --region {self.region}{profile} cloudformation"
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
