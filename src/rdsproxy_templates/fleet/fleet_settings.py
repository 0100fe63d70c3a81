"""The settings of a fleet, as fleet.yaml has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from ..errors import Problem
from ..model import Settings
from ..model.tags import tag_problems
from .tolerance import ToleranceSettings
from .waves import Targets

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
BUCKET_PREFIX: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,45}")
"""A Region of up to 16 letters and a hyphen complete a bucket's name of at most 63."""
ROLE: Final = re.compile(r"[\w+=,.@-]{1,64}")
CUSTOM_ROLE: Final = "stacksets-exec-custom-"


class PackagesSettings(Settings):
    """Buckets that hold code and nested templates, one for each Region."""

    bucket_prefix: str | None = Field(
        default=None,
        description="Beginning of the buckets' names, which end with the Region, such as "
        "`example-packages-eu-west-1`; `apply` creates those that are missing. Default: none.",
    )
    buckets: dict[str, str] | None = Field(
        default=None,
        description="Buckets that exist, by Region; they let the accounts of the fleet read. "
        "Default: those of `bucket_prefix`.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if (self.bucket_prefix is None) == (self.buckets is None):
            yield Problem("", "must have bucket_prefix, or buckets, and not both")
        if self.bucket_prefix is not None and not BUCKET_PREFIX.fullmatch(self.bucket_prefix):
            sentence = "must be 2 to 46 lower-case letters, digits and -, and begin with no -"
            yield Problem("bucket_prefix", f"{sentence}, got {self.bucket_prefix!r}")


class FleetSettings(Settings):
    """One root stack in many accounts and Regions."""

    variant: str | None = Field(
        default=None, description="The variant to deploy. Default: none; then `stack` names one."
    )
    stack: str | None = Field(
        default=None,
        description="A root stack of your own in place of a variant: a file, relative to this one, "
        "or a module that the current folder has. Default: none.",
    )
    name: str | None = Field(
        default=None, description="Name of the stack of `stack`. Default: its module's."
    )
    config: str | None = Field(
        default=None,
        description="YAML file with the settings of the root stack, relative to this one. Default: "
        "none, for the defaults.",
    )
    stack_set: str | None = Field(
        default=None,
        description="Name of the stack set, of at most 128 letters, digits and `-`. Default: "
        "`rdsproxy-` and the name of the variant or stack.",
    )
    permissions: Literal["service-managed", "self-managed"] = Field(
        default="service-managed",
        description="`service-managed` deploys into the accounts of an AWS organization, by roles "
        "that AWS makes; `self-managed` by roles that you have made in every account. Default: "
        "service-managed. See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        "stacksets-prereqs.html",
    )
    call_as: Literal["self", "delegated-admin"] = Field(
        default="self",
        description="`self` in the management account, or with self-managed permissions; "
        "`delegated-admin` in an account that administers StackSets for the organization. Default: "
        "self.",
    )
    administration_role: str | None = Field(
        default=None,
        description="ARN of the administrator's role, with self-managed permissions. Default: "
        "AWSCloudFormationStackSetAdministrationRole.",
    )
    execution_role: str | None = Field(
        default=None,
        description="Name of the role that deploys in each account. Default: AWS's, "
        "AWSCloudFormationStackSetExecutionRole with self-managed permissions; with "
        "service-managed ones the role of the organization, or that of `custom_execution_role`.",
    )
    custom_execution_role: bool = Field(
        default=False,
        description="With service-managed permissions, roll out an execution role that may do no "
        "more than the stack needs, and nest templates, which AWS's own role refuses. Default: "
        "false, which renders one flat template.",
    )
    auto_deployment: Literal["off", "retain", "delete"] = Field(
        default="off",
        description="Deploy into accounts as they join the organizational units; what happens to "
        "the stack of an account that leaves. Default: off. See "
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        "stacksets-orgs-manage-auto-deployment.html",
    )
    retain: bool = Field(
        default=True,
        description="Keep the stacks of places that leave the fleet, which then belong to no stack "
        "set; false deletes them, with their data. Default: true.",
    )
    targets: Targets = Field(description="Where to deploy, in waves.")
    parameters: str | None = Field(
        default=None,
        description="CSV file with the columns account, region, name and value, relative to this "
        "file; no account or no Region means all of them. Default: none.",
    )
    tolerance: ToleranceSettings = Field(
        default_factory=ToleranceSettings,
        description="How many accounts at once, and how many may fail.",
    )
    packages: PackagesSettings | None = Field(
        default=None,
        description="Buckets for code and nested templates. Default: none, for a stack without "
        "either.",
    )
    reader_role: str = Field(
        default="OrganizationAccountAccessRole",
        description="Name of the role that your own session may assume in each account, to show "
        "changes, failures and outputs. Default: the one that AWS Organizations makes.",
    )
    tags: dict[str, str] = Field(
        default={},
        description="Tags of the stack set, which its stacks and their resources get. Default: "
        "none beside those of `config`.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self._root_problems()
        yield from self._permission_problems()
        for setting in ("execution_role", "reader_role"):
            role = getattr(self, setting)
            if role is not None and not ROLE.fullmatch(role):
                yield Problem(setting, f"must be the name of a role, without a path, got {role!r}")
        if self.stack_set is not None and not NAME.fullmatch(self.stack_set):
            sentence = "must begin with a letter and have at most 128 letters, digits and -"
            yield Problem("stack_set", f"{sentence}, got {self.stack_set!r}")
        yield from (problem.within("tags") for problem in tag_problems(self.tags))

    def _root_problems(self) -> Iterator[Problem]:
        from ..variants import VARIANTS, similar_variant  # noqa: PLC0415 - names only

        if (self.variant is None) == (self.stack is None):
            yield Problem("variant", "must be given, or stack, and not both")
        elif self.variant is not None and self.variant not in VARIANTS:
            similar = similar_variant(self.variant, list(VARIANTS))
            known = ", ".join(VARIANTS)
            yield Problem(
                "variant", f"unknown variant {self.variant!r}{similar}; the variants are {known}"
            )
        if self.name is not None and self.stack is None:
            yield Problem("name", "names the stack of `stack`; leave it out")

    def _permission_problems(self) -> Iterator[Problem]:
        managed = self.permissions == "service-managed"
        own = {
            "call_as": self.call_as != "self",
            "custom_execution_role": self.custom_execution_role,
            "auto_deployment": self.auto_deployment != "off",
        }
        roles = {
            "administration_role": self.administration_role is not None,
            "execution_role": self.execution_role is not None,
        }
        for setting, given in (roles if managed else own).items():
            if given:
                other = "self-managed" if managed else "service-managed"
                yield Problem(setting, f"is for {other} permissions; leave it out")
        for number, wave in enumerate(self.targets.waves):
            place = f"targets.waves.{number}"
            if not managed and wave.organizational_units:
                sentence = "are for service-managed permissions; name accounts"
                yield Problem(f"{place}.organizational_units", sentence)
            if managed and self.auto_deployment != "off" and wave.accounts:
                sentence = "do not go with auto_deployment, which follows organizational units"
                yield Problem(f"{place}.accounts", f"{sentence}: name those, and `only` these")

    @property
    def root_name(self) -> str:
        """The variant's name, or that of the consumer's stack as far as this file says it."""
        stack = self.stack or ""
        module = Path(stack).stem if stack.endswith(".py") else stack
        return self.variant or self.name or module.rpartition(".")[2]

    @property
    def stack_set_name(self) -> str:
        """The stack set's name."""
        return self.stack_set or f"rdsproxy-{self.root_name.replace('_', '-')}"

    @property
    def nests(self) -> bool:
        """True where the permissions take nested templates."""
        return self.permissions == "self-managed" or self.custom_execution_role

    @property
    def api_auto_deployment(self) -> dict[str, bool]:
        """``AutoDeployment`` of the API."""
        if self.auto_deployment == "off":
            return {"Enabled": False}
        retains = self.auto_deployment == "retain"
        return {"Enabled": True, "RetainStacksOnAccountRemoval": retains}

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of all waves, each once, in their order."""
        return tuple(
            dict.fromkeys(region for wave in self.targets.waves for region in wave.regions)
        )
