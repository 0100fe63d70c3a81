"""Deployment of variants into the local cloud with the clients that people use."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from botocore.exceptions import WaiterError

from rdsproxy_local.local_cloud import Account
from rdsproxy_templates.rendering.packaging import SAMCONFIG

SECONDS: Final = 180
WAITER: Final = {"Delay": 0.2, "MaxAttempts": 300}
SUCCESSFUL: Final = 0


@dataclass(frozen=True)
class Desk:
    """A person who deploys into an account, with the programs for it."""

    account: Account
    sam: str
    aws: str

    def run(self, *command: str | Path, cwd: Path, fails: bool = False) -> str:
        """The output of a command, which must succeed, or fail."""
        result = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=self.account.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        said = f"{result.stdout}\n{result.stderr}"
        assert (result.returncode != SUCCESSFUL) is fails, f"{command}\n{said}"
        return said

    def with_sam(self, folder: Path, parameters: Mapping[str, str] | None = None) -> str:
        """``sam deploy`` of a folder, of what was built in it if anything was."""
        return self.run(
            self.sam, "deploy", "--no-resolve-s3", "--s3-bucket", self.bucket(),
            "--no-confirm-changeset", "--no-fail-on-empty-changeset",
            *_overrides(parameters or {}), cwd=folder,
        )  # fmt: skip

    def with_aws(
        self, folder: Path, parameters: Mapping[str, str] | None = None, *, fails: bool = False
    ) -> str:
        """``aws cloudformation deploy`` of a folder that :meth:`package` packaged."""
        return self.run(
            self.aws, "cloudformation", "deploy", "--template-file", "packaged.yaml",
            "--stack-name", stack_name(folder), "--no-fail-on-empty-changeset",
            "--capabilities", *capabilities(folder), *_overrides(parameters or {}),
            cwd=folder, fails=fails,
        )  # fmt: skip

    def package(self, folder: Path) -> str:
        """The text of the template that ``aws cloudformation package`` makes."""
        self.run(
            self.aws, "cloudformation", "package", "--template-file", "template.yaml",
            "--s3-bucket", self.bucket(), "--output-template-file", "packaged.yaml", cwd=folder,
        )  # fmt: skip
        return (folder / "packaged.yaml").read_text()

    def change_set(
        self, folder: Path, kind: str, template: str, parameters: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A change set of the stack that a folder is for."""
        return self.change_set_of(
            stack_name(folder),
            parameters or {},
            kind=kind,
            acknowledged=capabilities(folder),
            TemplateBody=template,
        )

    def change_set_of(
        self,
        name: str,
        parameters: Mapping[str, str],
        *,
        kind: str | None = None,
        acknowledged: Sequence[str] = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"),
        **template: str,
    ) -> dict[str, Any]:
        """A change set of the stack *name*, described once it is ready or has failed."""
        kind = kind or ("UPDATE" if name in self._complete() else "CREATE")
        answer = self._stacks.create_change_set(
            StackName=name,
            ChangeSetName=f"a-{kind.lower()}-{token_hex(4)}",
            ChangeSetType=kind,
            Capabilities=acknowledged,
            Parameters=_described(parameters),
            **template,
        )
        waiter = self._stacks.get_waiter("change_set_create_complete")
        waiter.wait(ChangeSetName=answer["Id"], WaiterConfig=WAITER)
        described: dict[str, Any] = self._stacks.describe_change_set(ChangeSetName=answer["Id"])
        return described

    def execute(self, change_set: Mapping[str, Any], *, ends: str | None = None) -> None:
        """Carry a change set out, which must succeed, or end as this waiter of boto3's wants."""
        exists = change_set["StackName"] in self._complete()
        self._stacks.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
        name = "stack_update_complete" if exists else "stack_create_complete"
        waiter = self._stacks.get_waiter(ends or name)
        try:
            waiter.wait(StackName=change_set["StackName"], WaiterConfig=WAITER)
        except WaiterError as error:
            reasons = self.account.failures(change_set["StackId"])
            raise AssertionError("\n".join(reasons)) from error

    def create(self, name: str, template: str, parameters: Mapping[str, str]) -> None:
        """A stack that is made directly."""
        self._stacks.create_stack(
            StackName=name, TemplateBody=template, Parameters=_described(parameters)
        )
        waiter = self._stacks.get_waiter("stack_create_complete")
        waiter.wait(StackName=name, WaiterConfig=WAITER)

    def delete(self, name: str, *, fails: bool = False) -> None:
        """Delete a stack, which must succeed, or fail: `sam delete` refuses loopback URLs."""
        stack_id = self.account.stack(name)["StackId"]
        self._stacks.delete_stack(StackName=name)
        waiter = self._stacks.get_waiter("stack_delete_complete")
        try:
            waiter.wait(StackName=stack_id, WaiterConfig=WAITER)
        except WaiterError:
            assert fails, self.account.failures(stack_id)
        else:
            assert not fails, f"{name} was deleted"

    @property
    def _stacks(self) -> Any:
        return self.account.client("cloudformation")

    def _complete(self) -> set[str]:
        wanted = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
        found = self._stacks.list_stacks(StackStatusFilter=wanted)["StackSummaries"]
        return {stack["StackName"] for stack in found}

    def bucket(self) -> str:
        """The bucket for packages, created if it is missing."""
        name = f"packages-{self.account.id}"
        storage = self.account.client("s3")
        if not storage.list_buckets()["Buckets"]:
            where = {"LocationConstraint": self.account.region}
            storage.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        return name


def stack_name(folder: Path) -> str:
    """The name that samconfig.toml gives the stack."""
    return str(_samconfig(folder)["global"]["parameters"]["stack_name"])


def capabilities(folder: Path) -> list[str]:
    """The capabilities that samconfig.toml acknowledges."""
    return str(_samconfig(folder)["deploy"]["parameters"]["capabilities"]).split()


def _samconfig(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = tomllib.loads((folder / SAMCONFIG).read_text())["default"]
    return config


def _overrides(parameters: Mapping[str, str]) -> Iterator[str]:
    if parameters:
        yield "--parameter-overrides"
    for name, value in parameters.items():
        yield f"{name}={value}"


def _described(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
