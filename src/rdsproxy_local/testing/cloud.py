"""A local cloud with what tests do in it."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, Self

from rdsproxy_templates.errors import ConfigError, DeploymentError, Problem

from ..clients import NOBODY, client
from ..databases import Database, databases_of, login_of, run_sql
from ..deployment.bucket import PackageBucket
from ..deployment.code import Code, State
from ..deployment.deployed_stack import DeployedStack
from ..deployment.packaging import Rendered, build
from ..deployment.stacks import WantedStack, put_stack
from ..faults import set_faults
from ..function_output import LogReader, group_of
from ..local_cloud import Account, LocalCloud
from ..organization import Organization
from ..servers.required import missing_servers
from .answers import Answer, answer_of


class RenderedBundle(Protocol):
    """The part of :class:`rdsproxy_templates.Bundle` that a deployment needs."""

    def files(self) -> Mapping[str, bytes]:
        """Return the content of every file by its path; the root is ``template.yaml``."""
        ...


@dataclass(frozen=True)
class _Deployment:
    """What is deployed, and the state of its code outside the bundle at that time."""

    digest: str
    codes: Mapping[Code, State]
    stack: DeployedStack

    def is_fresh(self) -> bool:
        return all(code.state() == state for code, state in self.codes.items())


@dataclass
class TestCloud:
    """A local cloud with what tests do in it."""

    __test__ = False  # no class of tests

    cloud: LocalCloud
    _deployments: dict[tuple[str, str, str], _Deployment] = field(default_factory=dict)
    _buckets: dict[tuple[str, str], PackageBucket] = field(default_factory=dict)
    _organizations: dict[str, Organization] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cloud.close()

    def prepare(self) -> None:
        """Read what the first clients need, while the local cloud starts."""
        for service in ("cloudformation", "s3", "sts"):
            client(service, self.cloud.endpoint, "us-east-1", NOBODY)

    def account(self, account_id: str = "123456789012", region: str = "eu-west-1") -> Account:
        """Return an account, seen from a Region, with boto3's clients of it."""
        self.cloud.wait_until_ready()
        return self.cloud.account(account_id, region)

    @cached_property
    def default_account(self) -> Account:
        """The account of whoever names none; it may be named before the cloud is ready."""
        return self.cloud.account()

    def organization(self, management: str = "999999999999") -> Organization:
        """Return the organization of a management account, which is made at the first call."""
        if management not in self._organizations:
            self._organizations[management] = Organization(self, management)
        return self._organizations[management]

    def deploy(
        self,
        rendered: RenderedBundle | Path,
        *,
        name: str = "stack",
        parameters: Mapping[str, str] | None = None,
        account: Account | None = None,
        folder: Path | None = None,
    ) -> DeployedStack:
        """Create or update the stack *name*; do nothing if it is deployed exactly so.

        *rendered* is a bundle, or the folder that one was written to. *folder* is where the
        local paths of a bundle begin that the bundle does not carry.
        """
        account = account or self.default_account
        given = {key: str(value) for key, value in (parameters or {}).items()}
        known = self._deployments.get((account.id, account.region, name))
        digest = _digest(rendered, given)
        if known is not None and known.digest == digest and known.is_fresh():
            return known.stack
        with _as_folder(rendered, folder) as place:
            built = build(place)
            if missing := missing_servers(built.resources):
                raise DeploymentError([Problem(name, sentence) for sentence in missing])
            self.cloud.wait_until_ready()
            bucket = self._bucket(account)
            packaged = built.uploaded(bucket.upload, account.region)
            self._deployments.pop((account.id, account.region, name), None)
            wanted = WantedStack(
                name=name,
                template=packaged.text,
                parameters=given,
                tags=getattr(rendered, "tags", None),
            )
            put_stack(account, bucket, wanted)
        codes = {
            one.code: one.code.state()
            for one in packaged.codes
            if isinstance(rendered, Path) or not one.code.source.is_relative_to(place.folder)
        }
        deployment = _Deployment(digest, codes, DeployedStack(account, name))
        self._deployments[account.id, account.region, name] = deployment
        return deployment.stack

    def call(
        self,
        method: str,
        url: str,
        *,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
        account: Account | None = None,
    ) -> Answer:
        """Send a request to an API or a distribution, *signed* by the developer of *account*."""
        content = body.encode() if isinstance(body, str) else body
        account = account or self.default_account
        return answer_of(account, method, url, content, headers or {}, signed=signed)

    def sql(
        self, statement: str, *, stack: DeployedStack | None = None, user: str | None = None
    ) -> list[tuple[Any, ...]]:
        """Run *statement* in the only database, or in that of *stack*, by default as its master."""
        database = self._database(stack)
        return run_sql(login_of(self.cloud.endpoint, database, user), statement).rows

    def inject(self, **wanted: Any) -> None:
        """Have these faults in place of all others; none ends them."""
        self.cloud.wait_until_ready()
        set_faults(self.cloud.endpoint, wanted)

    def logs(self, function: str | None = None, *, stack: DeployedStack | None = None) -> list[str]:
        """Return the lines of functions, or of the *function* with this logical ID or name."""
        stacks = [stack] if stack else [one.stack for one in self._deployments.values()]
        lines: list[str] = []
        for one in stacks:
            found = [
                each.physical_id
                for each in one.functions()
                if function in {None, each.logical_id, each.path, each.physical_id}
            ]
            groups = [group_of(one.account, name) for name in found]
            lines += [text for _, text in LogReader(one.account, groups).new_lines()]
        return lines

    def _bucket(self, account: Account) -> PackageBucket:
        key = (account.id, account.region)
        if key not in self._buckets:
            self._buckets[key] = PackageBucket(account.client("s3"), *key)
        return self._buckets[key]

    def _database(self, stack: DeployedStack | None) -> Database:
        found = stack.databases() if stack else databases_of(self.cloud.endpoint)
        if len(found) == 1:
            return found[0]
        names = ", ".join(one.name for one in found)
        sentence = (
            f"is needed, because there are several databases: {names}"
            if found
            else "has no database"
        )
        raise ConfigError([Problem("stack", sentence)])


@contextmanager
def _as_folder(rendered: RenderedBundle | Path, outside: Path | None) -> Iterator[Rendered]:
    """Write the files of a bundle for as long as they are used."""
    if isinstance(rendered, Path):
        yield Rendered(rendered)
        return
    with tempfile.TemporaryDirectory(prefix="rdsproxy-local-") as temporary:
        folder = Path(temporary)
        for name, content in rendered.files().items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield Rendered(folder, outside=outside and outside.resolve())


def _digest(rendered: RenderedBundle | Path, parameters: Mapping[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(sorted(parameters.items())).encode())
    if isinstance(rendered, Path):
        digest.update(str(rendered.resolve()).encode())
        contents = {str(one): one.read_bytes() for one in sorted(rendered.rglob("*.yaml"))}
    else:
        contents = dict(rendered.files())
    for name, content in sorted(contents.items()):
        digest.update(f"\n{name} {hashlib.sha256(content).hexdigest()}".encode())
    return digest.hexdigest()
