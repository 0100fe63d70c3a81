"""Deployment of a plan into accounts of a local cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Any, Final

import click

from ...deploy.accounts import AccountSession, AccountSettings
from ...deploy.console import Console
from ...deploy.deployment import Deployment
from ...deploy.guide import PREFIX
from ...deploy.plans import Plan, Step
from ...deploy.rendered_step import RenderedStep
from ...errors import DeploymentError
from ...model import Template
from ...rendering.documents import consumers_paths
from ..rendered_variants import RenderedVariant
from . import database, network
from .parameters import missing_parameters

if TYPE_CHECKING:
    from rdsproxy_local.deployment.bucket import PackageBucket
    from rdsproxy_local.deployment.packaging import PlacedCode
    from rdsproxy_local.local_cloud import Account, LocalCloud

MANAGEMENT: Final = "123456789012"
"""The only account; with several, their organization's."""


@dataclass(frozen=True)
class LocalSession:
    """The part of boto3's session that a deployment uses, in an account of a local cloud."""

    account: Account

    def client(self, service: str, region_name: str) -> Any:
        """Return boto3's client for a service."""
        return self.account.at(region_name).client(service)


@dataclass(kw_only=True)
class LocalDeployment:
    """A rendered plan, and the accounts that it is deployed into."""

    plan: Plan
    rendered: Sequence[RenderedVariant]
    accounts: Mapping[str, Account]
    consumer_folder: Path | None = None
    """Folder of a stack of one's own, where its functions' code is edited."""
    codes: dict[str, tuple[PlacedCode, ...]] = field(default_factory=dict)
    """The code behind each step, once it is deployed."""
    given_stacks: dict[str, Account] = field(default_factory=dict)
    """Stacks with a database that steps are given, and their accounts."""
    _buckets: dict[tuple[str, str], PackageBucket] = field(default_factory=dict)

    def deploy(self, parameters: Mapping[str, str], *, verbose: bool) -> None:
        """Deploy every step; raise :class:`DeploymentError` at the first that fails."""
        sessions = {
            name: AccountSession(
                name=name,
                settings=AccountSettings(),
                id=self.accounts[name].id,
                session=LocalSession(self.accounts[name]),
                region=self.accounts[name].region,
            )
            for name in self.plan.accounts
        }
        Deployment(
            plan=self.plan,
            account_sessions=sessions,
            console=Console(
                say=lambda line: click.echo(line) if verbose or not line.startswith("  ") else None,
                confirm=lambda _: True,
                asks=False,
            ),
            parameters={**parameters, **self._given(parameters)},
            accept_data_loss=True,
            termination_protection=False,
            package=self._packaged,
        ).deploy(
            {
                one.name: RenderedStep(
                    root=one.bundle.root, folder=one.directory, tags=one.bundle.tags
                )
                for one in self.rendered
            }
        )

    def account_of(self, step: Step) -> Account:
        """Return the account of *step*, in the Region of its stack."""
        account = self.accounts[step.account]
        return account.at(step.region or account.region)

    def stack_name(self, step: Step) -> str:
        """Return the name of a step's stack."""
        return step.stack_name(PREFIX)

    def _given(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """Create what the steps are to be given and are not, and return their parameters."""
        found: dict[str, str] = {}
        for missing in missing_parameters(self.plan, self.rendered, parameters):
            step, names = missing.step, missing.names
            account = self.account_of(step)
            click.echo(f"network for {step.name}: that of base, in stack {network.STACK}")
            made = network.create(account, names, missing.engine)
            if missing.database is not None:
                click.echo(f"database for {step.name}: in stack {database.STACK}")
                made |= database.create(account, missing.database, made)
                self.given_stacks[database.STACK] = account
            found |= {f"{step.name}.{name}": made[name] for name in names}
        return found

    def _packaged(self, place: str, root: Template, folder: Path, session: AccountSession) -> str:
        from rdsproxy_local.deployment.bucket import PackageBucket  # noqa: PLC0415 - an extra
        from rdsproxy_local.deployment.packaging import Rendered, build  # noqa: PLC0415

        where = session.id, session.region
        bucket = self._buckets.setdefault(where, PackageBucket(session.client("s3"), *where))
        rendered = Rendered(folder.resolve(), self._origins(root, folder))
        try:
            packaged = build(rendered).uploaded(bucket.upload, session.region)
        except DeploymentError as error:
            raise DeploymentError(error.relative, within=place) from None
        self.codes[place] = packaged.codes
        return packaged.text

    def _origins(self, root: Template, folder: Path) -> dict[str, Path]:
        """Return where a person's code was copied from, by its path in the folder."""
        copied = {
            path: origin.resolve()
            for one in self.rendered
            if one.directory == folder
            for path, origin in one.bundle.origins.items()
        }
        if self.consumer_folder is None:
            return copied
        paths = set(map(normpath, consumers_paths(root))) - copied.keys()
        places = {path: self.consumer_folder / path for path in paths}
        return copied | {path: place for path, place in places.items() if place.exists()}


def accounts_for(plan: Plan, cloud: LocalCloud, region: str) -> dict[str, Account]:
    """Return the accounts of *plan*; several are members of one organization that shares."""
    from rdsproxy_local.organization import Organization  # noqa: PLC0415 - an extra

    if len(plan.accounts) == 1:
        return {plan.accounts[0]: cloud.account(MANAGEMENT, region)}
    organization = Organization(cloud, MANAGEMENT)
    organization.enable_sharing()
    return {name: organization.member(name).at(region) for name in plan.accounts}
