"""A fleet of a small stack in an organization of the local cloud: three accounts, two Regions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from attacking import PROGRAM, SECONDS, Running
from planning import Planner, Said

from rdsproxy_local.local_cloud import Account
from rdsproxy_local.organization import Organization

REGIONS = ("eu-west-1", "us-east-1")
MINE = '''"""A log group."""

from troposphere import logs
from rdsproxy_templates import Field, Ports, Settings, Stack, Value

class Name(Value): ...

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")

class Inputs(Ports):
    group_name: Name = Field(description="Name of the group.")

class Outputs(Ports):
    group: Name = Field(description="Name of the group.")

def build(config, inputs):
    group = logs.LogGroup("Log", LogGroupName=inputs.group_name, RetentionInDays=config.days)
    return Stack(resources=[group], outputs=Outputs(group=Name(group.ref())))
'''

DATABASE = '''"""A cluster."""

from troposphere import rds
from rdsproxy_templates import Field, Ports, Settings, Stack, Value

class Name(Value): ...

class Config(Settings):
    protected: bool = Field(default=True, description="Refuse to delete the cluster.")
    master: str = Field(default="admin", description="Name of the master user.")

class Inputs(Ports): ...

class Outputs(Ports):
    cluster: Name = Field(description="Name of the cluster.")

def build(config, inputs):
    cluster = rds.DBCluster(
        "Cluster",
        Engine="aurora-mysql",
        MasterUsername=config.master,
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        DeletionProtection=config.protected,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    return Stack(resources=[cluster], outputs=Outputs(cluster=Name(cluster.ref())))
'''


class Company:
    """An organization with three accounts, and its management account's person."""

    def __init__(self, cloud: Any, management: str, folder: Path, programs: Path) -> None:
        self.organization = Organization(cloud, management)
        self.organization.enable_stack_sets()
        self.unit = self.organization.unit("workloads")
        self.members = [self.organization.member(name, unit=self.unit) for name in "abc"]
        self.planner = Planner(folder, {"management": self.organization.management}, programs)
        self.planner.write_profiles()
        self.folder = folder

    def fleet(self, name: str, **settings: Any) -> Fleet:
        """A fleet with a folder of its own: a canary, and a wave of the two other accounts."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "mine.py").write_text(MINE)
        canary, *rest = self.members
        waves = [
            {"name": "canary", "accounts": [canary.id], "regions": list(REGIONS)},
            {"name": "rest", "accounts": [one.id for one in rest], "regions": list(REGIONS)},
        ]
        fleet = Fleet(
            company=self,
            folder=folder,
            settings={
                "stack": "mine.py",
                "stack_set": name,
                "retain": False,
                "parameters": "parameters.csv",
                "targets": {"waves": waves},
                **settings,
            },
        )
        fleet.write_parameters({("", ""): f"/{name}"})
        return fleet

    def databases(self, name: str) -> Fleet:
        """A fleet of databases in two accounts and one Region."""
        fleet = self.fleet(name, config="mine.yaml")
        (fleet.folder / "mine.py").write_text(DATABASE)
        fleet.configure("protected: true")
        del fleet.settings["parameters"]
        for wave in fleet.settings["targets"]["waves"]:
            wave["accounts"], wave["regions"] = wave["accounts"][:1], [REGIONS[0]]
        return fleet


@dataclass
class Fleet:
    """A fleet.yaml, and the commands about it."""

    company: Company
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def write_parameters(self, names: Mapping[tuple[str, str], str]) -> None:
        """Write the group's name by account and Region."""
        lines = [
            f"{account},{region},GroupName,{name}" for (account, region), name in names.items()
        ]
        text = "\n".join(["account,region,name,value", *lines])
        (self.folder / "parameters.csv").write_text(f"{text}\n")

    def configure(self, settings: str) -> None:
        """Write the settings of the stack."""
        (self.folder / "mine.yaml").write_text(settings)

    def run(self, command: str, *more: str) -> Said:
        """Run a subcommand of `fleet`."""
        file = self.folder / "fleet.yaml"
        file.write_text(yaml.safe_dump(self.settings))
        return self.company.planner.run(
            "fleet", command, str(file), "--profile", "management", *more
        )

    @contextmanager
    def applying(self) -> Iterator[Running]:
        """Run `fleet apply` while the block does."""
        (self.folder / "fleet.yaml").write_text(yaml.safe_dump(self.settings))
        planner = self.company.planner
        words = ["fleet", "apply", str(self.folder / "fleet.yaml"), "--profile", "management"]
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words, "--yes"],
            cwd=planner.folder,
            env=planner.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        os.set_blocking(process.stdout.fileno(), False)
        try:
            yield Running(process, None, [])
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(SECONDS)
            process.stdout.close()

    def apply(self, *more: str) -> Said:
        """Run `fleet apply`, which nobody is asked about."""
        return self.run("apply", "--yes", *more)

    def operations(self) -> list[str]:
        """Statuses of the operations, the newest first."""
        api = self.company.organization.management.client("cloudformation")
        found = api.list_stack_set_operations(StackSetName=self.settings["stack_set"])
        return [one["Status"] for one in found["Summaries"]]

    def instances(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The instances by account and Region."""
        api = self.company.organization.management.client("cloudformation")
        found: Sequence[Mapping[str, Any]] = api.list_stack_instances(
            StackSetName=self.settings["stack_set"]
        )["Summaries"]
        return {(one["Account"], one["Region"]): one for one in found}

    def groups(self, account: Account, region: str = REGIONS[0]) -> dict[str, int | None]:
        """Days that logs are kept, by the name of each of the fleet's groups in an account.

        A group that is being made has none yet.
        """
        prefix = f"/{self.settings['stack_set']}"
        answer = account.at(region).client("logs").describe_log_groups(logGroupNamePrefix=prefix)
        return {one["logGroupName"]: one.get("retentionInDays") for one in answer["logGroups"]}
