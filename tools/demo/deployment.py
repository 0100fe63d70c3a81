"""Deployment of a plan into accounts of a local cloud, by the library's own command."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from integration.planning import REPOSITORY, Organization, Planner
from rdsproxy_local.local_cloud import Account, LocalCloud
from rdsproxy_templates.deploy.guide import PREFIX
from rdsproxy_templates.deploy.plans import Plan

from .plans import SETTINGS

MANAGEMENT: Final = "123456789012"
CLIENTS: Final = REPOSITORY / ".venv-clients" / "bin"
"""Folder where `make` installs SAM CLI and AWS CLI; if it lacks them, those on PATH are used."""
COMMAND: Final = "rdsproxy-templates"


@dataclass(frozen=True)
class Deployment:
    """A plan, and the accounts and folder that it is deployed with."""

    plan: Plan
    planner: Planner

    @classmethod
    def prepared(cls, plan: Plan, cloud: LocalCloud, folder: Path) -> Self:
        """Create the plan's accounts, empty, in one organization with resource sharing enabled."""
        organization = Organization(cloud, MANAGEMENT)
        organization.enable_sharing()
        accounts = {str(name): organization.member(name) for name in plan.accounts}
        planner = Planner(folder, accounts, CLIENTS)
        planner.write_profiles()
        return cls(plan, planner)

    def carried_out(self) -> int:
        """Run the command, which prints its own progress and errors, and return its exit status."""
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
        """Folder for all files, deleted when the demo ends."""
        return self.planner.folder

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Accounts by their names in the plan, which are also their profiles'."""
        return self.planner.accounts

    @property
    def caller(self) -> Account:
        """Account of the last step, whose API is called."""
        return self.accounts[self.plan.steps[-1].account]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Outputs of the last step's stack."""
        return self.caller.outputs(self.plan.steps[-1].stack_name(PREFIX))
