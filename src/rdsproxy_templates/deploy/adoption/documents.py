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
from .differences import Difference
from .file_names import COMMANDS, REPORT, SETTINGS, STACK, TEMPLATE, TO_IMPORT
from .groups import Adopted
from .report import report_lines
from .targets import Target

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
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Rules that the stack breaks as it was made, each with the reason."""
    not_compared: Sequence[str] = ()
    """Titles of what the settings render nothing for."""
    proxy_targets: Sequence[Target] = ()
    pool: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the proxy's pool."""
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
            + dump(
                {
                    **without_none(ignore=dict(self.ignored) or None),
                    "extra_resources": {".": self.template()["Resources"]},
                }
            ),
            REPORT: "\n".join(report_lines(self)) + "\n",
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

    @property
    def cli(self) -> str:
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
        aws = f"{self.cli} cloudformation"
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
        yield "# Lists what the template describes in another way than RDS does: nothing."
        yield f"detection=$({aws} detect-stack-drift {stack} \\"
        yield "  --query StackDriftDetectionId --output text)"
        yield f"while status=$({aws} describe-stack-drift-detection-status \\"
        yield '  --stack-drift-detection-id "$detection" --query DetectionStatus --output text) &&'
        yield '  [ "$status" = DETECTION_IN_PROGRESS ]; do sleep 5; done'
        yield f"{aws} describe-stack-resource-drifts {stack} --output json \\"
        yield "  --stack-resource-drift-status-filters MODIFIED DELETED \\"
        yield "  --query 'StackResourceDrifts[].[LogicalResourceId,PropertyDifferences]'"
        yield "# Changes nothing; from now on, change the template and deploy it."
        yield f"{aws} deploy {stack} --template-file {TEMPLATE} --no-fail-on-empty-changeset"
        if self.deploy_command:
            yield f"# Or go on with {STACK} and {SETTINGS}, which is the same, and changes nothing:"
            yield f"# {self.deploy_command}"
