"""`deploy base` into the local cloud, against `sam build` and `sam deploy` of the same templates.

Each deployment finds an empty bucket, and its own folder and cache. Before anything is printed,
both sides must have deployed the same; otherwise the script prints the differences, and stops.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from timing import REPOSITORY, Command, once

from rdsproxy_local.local_cloud import Account, LocalCloud

CLIENTS: Final = REPOSITORY / ".venv-clients" / "bin"
SIDES: Final = ("ours", "sam")
COMMANDS: Final = ("first", "nothing changed")
BUCKET: Final = "packages"
PROGRAM: Final = "import sys; from rdsproxy_templates.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Side:
    """A side that deploys a stack of its own."""

    name: str
    account: Account
    folder: Path
    """A new folder, with the rendered templates in `base`."""
    prefix: str

    @property
    def command(self) -> Command:
        """The command that deploys, for the first time or again."""
        path = f"{CLIENTS}:{self.account.environment['PATH']}"
        places = {"PATH": path, "XDG_CACHE_HOME": str(self.folder / "cache")}
        return Command(
            arguments=self._ours() if self.name == "ours" else self._sams(),
            environment=self.account.environment | places,
            folder=self.folder / "base",
        )

    @property
    def deployed(self) -> list[str]:
        """The lines of all that is deployed, without the name of the stack."""
        found = dict(self._templates(f"{self.prefix}-base"))
        return json.dumps(found, indent=1, sort_keys=True).replace(self.prefix, "").splitlines()

    def _ours(self) -> list[str]:
        places = ["--out", str(self.folder), "--bucket", BUCKET, "--stack-prefix", self.prefix]
        return [sys.executable, "-c", PROGRAM, "deploy", "base", "--yes", *places]

    def _sams(self) -> list[str]:
        deploy = (
            f"sam deploy --stack-name {self.prefix}-base --no-resolve-s3 --s3-bucket {BUCKET} "
            "--no-confirm-changeset --no-fail-on-empty-changeset"
        )
        return ["sh", "-c", f"sam build && {deploy}"]

    def _templates(self, name: str, path: str = "") -> Iterator[tuple[str, object]]:
        api = self.account.client("cloudformation")
        for stage in ("Original", "Processed"):
            template = api.get_template(StackName=name, TemplateStage=stage)["TemplateBody"]
            yield f"{path} {stage}", template
        for one in api.describe_stack_resources(StackName=name)["StackResources"]:
            if one["ResourceType"] == "AWS::CloudFormation::Stack":
                inside = f"{path}/{one['LogicalResourceId']}"
                yield from self._templates(one["PhysicalResourceId"], inside)


def main() -> None:
    runs = timing.runs(__doc__)
    seconds: dict[tuple[str, str], list[float]] = {(c, s): [] for c in COMMANDS for s in SIDES}
    with TemporaryDirectory() as folder, LocalCloud() as cloud:
        account = cloud.account()
        where = {"LocationConstraint": account.region}
        account.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        words = ("render", "base", "--no-lint", "--quiet", "--out", folder)
        once(Command(arguments=(sys.executable, "-c", PROGRAM, *words)))
        for turn in range(runs.uncounted + runs.rounds):
            deployed = {}
            for name in SIDES:
                side = Side(name, account, Path(folder, f"{turn}-{name}"), f"{name}{turn}")
                shutil.copytree(Path(folder, "base"), side.folder / "base")
                _empty_bucket(account)
                for command in COMMANDS:
                    taken = once(side.command, processor=runs.processor)
                    if turn >= runs.uncounted:
                        seconds[command, name].append(taken)
                deployed[name] = side.deployed
            ours, sams = (deployed[name] for name in SIDES)
            if lines := [*unified_diff(ours, sams, "ours", "sam", lineterm="")]:
                sys.exit("\n".join(["the sides have not deployed the same:", *lines]))
    print(f"medians of {runs.rounds} rounds: ours / SAM CLI")
    for command in COMMANDS:
        timing.row(f"deploy base, {command}", *(median(seconds[command, one]) for one in SIDES))


def _empty_bucket(account: Account) -> None:
    storage = account.client("s3")
    for one in storage.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        storage.delete_object(Bucket=BUCKET, Key=one["Key"])


if __name__ == "__main__":
    main()
