"""`adopt`: describe what was made by hand, so that a stack can take it over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..deploy.accounts import AccountSettings, account_sessions
from ..deploy.adoption.as_made import as_made, still_refused
from ..deploy.adoption.deployed import deployed
from ..deploy.adoption.differences import REPLACED, differences, not_compared
from ..deploy.adoption.documents import Adoption
from ..deploy.adoption.file_names import COMMANDS, FILES, REPORT
from ..deploy.adoption.groups import Adopted
from ..deploy.adoption.owners import stacks_in, taken_name_problems
from ..deploy.adoption.targets import pool_of, targets_of
from ..deploy.plans import PLANS
from ..errors import ConfigError, DeploymentError, Problem
from .exit_statuses import sentence
from .options import config_option
from .plan_arguments import LONGEST_STACK_NAME, STACK_NAME
from .refusals import refuse

if TYPE_CHECKING:
    from ..model.customization import Customization


@click.command(
    "adopt",
    epilog=sentence("adopt"),
    help="Describe a proxy, a cluster or an instance made by hand, so that a stack can take it "
    "over without changing it. Reads only; writes a template, the resources to import, a report "
    "of differences, and the commands to run.",
)
@click.option("--proxy", metavar="NAME", help="The proxy.")
@click.option("--cluster", metavar="ID", help="The cluster, with its instances and groups.")
@click.option("--instance", metavar="ID", help="The instance of RDS, with its groups.")
@config_option(
    "Settings of base to compare with. Default: those of base, with the engine that is deployed."
)
@click.option(
    "--stack-name",
    metavar="NAME",
    default="rdsproxy-adopted",
    show_default=True,
    help="Stack that takes over.",
)
@click.option("--profile", metavar="NAME", help="AWS profile. Default: the environment's.")
@click.option("--region", metavar="NAME", help="Region. Default: the profile's.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", required=True, help="Output folder."
)
def adopt_command(  # noqa: PLR0913 - one parameter an option
    *,
    proxy: str | None,
    cluster: str | None,
    instance: str | None,
    config: Path | None,
    stack_name: str,
    profile: str | None,
    region: str | None,
    out: Path,
) -> None:
    """Run the subcommand."""
    refuse([*_problems(proxy, cluster, instance, out), *_name_problems(stack_name)])
    wanted = _rendered_with(config) if config else None
    settings = AccountSettings(profile=profile, profile_option="--profile")
    (session,) = account_sessions(PLANS["base"], {"app": settings}, region).values()
    rds, cloudformation = session.client("rds"), session.client("cloudformation")
    if taken := [*taken_name_problems(cloudformation, stack_name)]:
        raise DeploymentError(taken)
    found = deployed(
        rds,
        proxy=proxy,
        cluster=cluster,
        instance=instance,
        stack_of=stacks_in(cloudformation),
        in_region=lambda other: session.at(other).client("rds"),
        where=session.place,
    )
    rendered = wanted if wanted is not None else _rendered(_like(found))
    different, unlike = differences(found, rendered), not_compared(found, rendered)
    adoption = Adoption(
        stack=stack_name,
        resources=found,
        differences=different,
        not_compared=unlike,
        accepted=as_made(found),
        proxy_targets=targets_of(rds, proxy) if proxy else (),
        pool=pool_of(rds, proxy) if proxy else {},
        region=session.region,
        profile=profile,
    )
    adoption = replace(adoption, ignored=still_refused(adoption.template()))
    _write(out, adoption.files())
    replaced = sum(one.outcome == REPLACED for one in different)
    left = f"; {len(unlike)} resources are not compared" if unlike else ""
    click.echo(
        f"{out}: {len(found)} resources to import; {len(different)} properties differ from the "
        f"settings, {replaced} of them would replace something{left}: read {REPORT}, then "
        f"{COMMANDS}"
    )


def _write(out: Path, files: Mapping[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError([Problem("--out", f"{out} cannot be written: {error}")]) from None


def _problems(
    proxy: str | None, cluster: str | None, instance: str | None, out: Path
) -> Iterator[Problem]:
    given = {"--proxy": proxy, "--cluster": cluster, "--instance": instance}
    for option, name in given.items():
        if name is not None and not name.strip():
            yield Problem(option, "is empty; give the name that RDS has")
    if all(name is None for name in given.values()):
        yield Problem(
            "adopt", "needs --proxy, --cluster or --instance: what a stack shall take over"
        )
    if cluster is not None and instance is not None:
        yield Problem("--instance", "and --cluster say nothing together; adopt one at a time")
    if out.exists() and not out.is_dir():
        yield Problem("--out", f"{out} is a file; give a folder")
    elif there := [name for name in FILES if (out / name).exists()]:
        yield Problem("--out", f"{out} has {', '.join(there)} already; give another folder")


def _name_problems(stack_name: str) -> Iterator[Problem]:
    if not STACK_NAME.fullmatch(stack_name) or len(stack_name) > LONGEST_STACK_NAME:
        sentence = "must begin with a letter and have at most 128 letters, digits and -, got "
        yield Problem("--stack-name", sentence + repr(stack_name))


def _rendered_with(file: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the resources of base's stack ``rds`` with the settings and overrides in *file*."""
    from ..model.settings_file import read  # noqa: PLC0415 - only with --config
    from ..variants import VARIANTS  # noqa: PLC0415 - `--help` does without

    settings = read(file)
    config, customization = settings.split(VARIANTS["base"].Config)
    try:
        return _rendered(config, customization)
    except ConfigError as error:
        raise ConfigError(settings.at(error.relative)) from None


def _like(found: Sequence[Adopted]) -> Any:
    """Return base's settings with the engine of the database that was found."""
    from ..aws.engines import ENGINES  # noqa: PLC0415 - `--help` does without
    from ..variants import VARIANTS  # noqa: PLC0415 - `--help` does without

    engines = [one.properties["Engine"] for one in found if "Engine" in one.properties]
    families = {"POSTGRESQL": "aurora-postgresql", "MYSQL": "aurora-mysql"}
    engines += [
        families.get(one.properties["EngineFamily"], "")
        for one in found
        if "EngineFamily" in one.properties
    ]
    engine = next((one for one in engines if one in ENGINES), None)
    settings = {"rds": {"engine": engine}} if engine else None
    try:
        return VARIANTS["base"].Config.parse(settings, "base")
    except ConfigError:
        # An engine that base takes only with further settings: compare with its defaults.
        return VARIANTS["base"].Config.parse(None, "base")


def _rendered(
    config: Any, customization: Customization | None = None
) -> Mapping[str, Mapping[str, Any]]:
    from ..model.stack import template  # noqa: PLC0415 - `--help` does without
    from ..rendering.customizing import customized  # noqa: PLC0415
    from ..variants import VARIANTS  # noqa: PLC0415

    root = template("base", VARIANTS["base"], config)
    if customization:
        root = customized(root, customization).root
    return root.children["RDSStack"].template.resources
