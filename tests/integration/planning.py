"""A person who carries out plans with the command, in accounts of a local cloud."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from warm_command import COMMAND, Said

from rdsproxy_local.local_cloud import Account
from rdsproxy_local.organization import Organization
from rdsproxy_local.profiles import KEYS, write_profiles

__all__ = ["KEYS", "Organization", "Planner", "Said", "errors", "step_lines"]

REPOSITORY: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Planner:
    """A folder with the code, profiles of accounts, and the command."""

    folder: Path
    accounts: Mapping[str, Account]
    programs: Path
    """Folder with SAM CLI."""
    variables: Mapping[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Write the profiles, and create a bucket in each account."""
        self.write_profiles()
        for account in self.accounts.values():
            where = {"LocationConstraint": account.region}
            account.client("s3").create_bucket(
                Bucket=f"packages-{account.id}", CreateBucketConfiguration=where
            )

    def write_profiles(self) -> None:
        """Write profiles with the accounts' names, in a configuration of their own."""
        write_profiles(self._config, self.accounts)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a shell in which profiles are named and no account is given."""
        given = next(iter(self.accounts.values())).environment
        regions = ("AWS_DEFAULT_REGION", "AWS_REGION")
        kept = {name: value for name, value in given.items() if name not in {*KEYS, *regions}}
        return kept | {
            "AWS_CONFIG_FILE": str(self._config),
            "PATH": f"{self.programs}{os.pathsep}{given['PATH']}",
            "PYTHONPATH": str(REPOSITORY / "src"),
            **self.variables,
        }

    def deploy(self, plan: str, *more: str) -> Said:
        """Run `deploy`, with everything that the accounts need."""
        return self._run(
            "deploy", plan, "--yes", "--out", "out", *self._places(buckets=True), *more
        )

    def destroy(self, plan: str, *more: str) -> Said:
        """Run `destroy` in the same way."""
        return self._run("destroy", plan, "--yes", *self._places(buckets=False), *more)

    def run(self, *words: str) -> Said:
        """Run the command with these words only."""
        return self._run(*words)

    def _places(self, *, buckets: bool) -> list[str]:
        profiles = [word for name in self.accounts for word in (f"--{name}-profile", name)]
        return profiles + [
            word
            for name, account in self.accounts.items()
            for word in (f"--{name}-bucket", f"packages-{account.id}")
            if buckets
        ]

    @property
    def _config(self) -> Path:
        return self.folder / "aws-config"

    def _run(self, *words: str) -> Said:
        return COMMAND.run(words, self.folder, self.environment)


def errors(said: Said) -> list[str]:
    """The lines of what went wrong; something must have."""
    assert said.status == 1, said.output
    return [line for line in said.errors.splitlines() if line.startswith("error: ")]


def step_lines(said: Said) -> dict[str, str]:
    """The output about each step, by its variant."""
    steps = said.output.split("step ")[1:]
    return {step.split()[3]: step for step in steps}
