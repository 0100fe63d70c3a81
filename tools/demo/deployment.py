"""A plan in accounts of a local cloud, by the library's own command."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from cloud.local_cloud import Account, LocalCloud
from integration.planning import REPOSITORY, Organization, Planner
from rdsproxy_templates.deploy.guide import PREFIX
from rdsproxy_templates.deploy.plans import Plan

from .plans import SETTINGS

MANAGEMENT: Final = "123456789012"
CLIENTS: Final = REPOSITORY / ".venv-clients" / "bin"
"""SAM CLI and AWS CLI, where `make` installs them; else they are those of the PATH."""
COMMAND: Final = "rdsproxy-templates"


@dataclass(frozen=True)
class Deployment:
    """A plan, and somebody who carries it out."""

    plan: Plan
    planner: Planner

    @classmethod
    def prepared(cls, plan: Plan, cloud: LocalCloud, folder: Path) -> Self:
        """Each account that the plan names, in one organization that shares; nothing in them."""
        organization = Organization(cloud, MANAGEMENT)
        organization.enable_sharing()
        accounts = {str(name): organization.member(name) for name in plan.accounts}
        planner = Planner(folder, accounts, CLIENTS)
        planner.write_profiles()
        return cls(plan, planner)

    def carried_out(self) -> int:
        """The status of the command, which says itself what it does and what is wrong."""
        words = [COMMAND, "deploy", self.plan.name, "--yes"]
        for name in self.accounts:
            words += [f"--{name}-profile", name]
        if settings := SETTINGS.get(self.plan.name):
            file = self.folder / "settings.yaml"
            file.write_text(json.dumps(settings))  # which is YAML
            words += ["--config", file.name]
        print(f"$ {shlex.join(words)}", flush=True)
        done = subprocess.run(  # noqa: S603 - ours
            words, cwd=self.folder, env=self.planner.environment, check=False
        )
        return done.returncode

    @property
    def folder(self) -> Path:
        """For whatever is written; gone with the demo."""
        return self.planner.folder

    @property
    def accounts(self) -> Mapping[str, Account]:
        """By their names in the plan, which are those of their profiles."""
        return self.planner.accounts

    @property
    def caller(self) -> Account:
        """Where the last step is deployed, which is called."""
        return self.accounts[self.plan.steps[-1].account]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Those of the last step."""
        return self.caller.outputs(self.plan.steps[-1].stack_name(PREFIX))
