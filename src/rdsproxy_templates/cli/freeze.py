"""`freeze`: print settings with every default of today written out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from ..deploy.plan import Plan, single_step
from ..deploy.plans import PLANS
from ..errors import ConfigError, Problem
from ..model import StackModule
from ..model.frozen import frozen
from ..model.settings_file import RESERVED
from ..model.stack import template
from ..model.yaml_reader import parsed
from ..model.yaml_scalars import ReadError
from ..rendering.stamp import installed
from ..variants import VARIANTS, similar_variant
from .configuration import Roots, VariantSettings, plan_settings
from .consumer_stack import explained, load
from .exit_statuses import sentence
from .options import config_option, stack_option
from .refusals import refuse, stack_or


@click.command(
    "freeze",
    epilog=sentence("freeze"),
    help="Print the settings of a plan, a variant, or a stack of your own, with every default of "
    "today written out. They render the same bytes today, and still do after an upgrade of the "
    "library that changes a default. Keep the result in the folder of --config: paths of code are "
    "relative to it.",
)
@click.argument("plan", metavar="[PLAN|VARIANT]", required=False)
@stack_option
@config_option("YAML file with the settings of the variant, or with those of each by its name.")
def freeze_command(*, plan: str | None, stack: str | None, config: Path | None) -> None:
    """Run the subcommand."""
    refuse(stack_or("PLAN", plan, stack, None))
    if stack is not None:
        own = load(stack)
        with explained(own.place, "frozen"):
            roots: Roots = {own.name: own.module}
            text = frozen_text(plan_settings(single_step(own.name), config, roots), roots)
    else:
        text = frozen_text(plan_settings(_plan(plan), config, VARIANTS), VARIANTS)
    click.echo(text, nl=False)


def frozen_text(chosen: Mapping[str, VariantSettings], roots: Roots) -> str:
    """Return what is *chosen* for each variant, and every default, as YAML."""
    trees = {name: _frozen(name, one, roots[name]) for name, one in chosen.items()}
    header = (
        f"# Settings of {', '.join(trees)} with every default of rdsproxy_templates "
        f"{installed()}.\n# A setting that is not here may not stand beside the others.\n"
    )
    return header + _yaml(trees if len(trees) > 1 else next(iter(trees.values())))


def _plan(name: str | None) -> Plan:
    if name in PLANS:
        return PLANS[name]
    if name is not None and name in VARIANTS:
        return single_step(name)
    names = list(dict.fromkeys([*PLANS, *VARIANTS]))
    known = f"name one of {', '.join(names)}, or a stack of your own by --stack"
    if name is None:
        raise ConfigError([Problem("plan", f"is missing; {known}")])
    similar = similar_variant(name, names)
    sentence = f"{name!r} is neither a plan nor a variant{similar}; {known}"
    raise ConfigError([Problem("plan", sentence)])


def _frozen(name: str, chosen: VariantSettings, root: StackModule[Any, Any, Any]) -> dict[str, Any]:
    rendered = template(name, root, chosen.config)

    def is_same(config: Any) -> bool:
        try:
            return template(name, root, config) == rendered
        except ConfigError:
            return False

    customized = _in_file(chosen, name)
    kept = {key: value for key, value in customized.items() if key in RESERVED}
    return {**frozen(chosen.config, is_same), **kept}


def _in_file(chosen: VariantSettings, name: str) -> Mapping[str, Any]:
    """Return what the file has for the variant *name*, as it was read."""
    found = chosen.file.settings if chosen.file else None
    if chosen.place and isinstance(found, Mapping):
        found = found.get(name)
    return found if isinstance(found, Mapping) else {}


class _Dumper(yaml.SafeDumper):
    """Quotes each text that the reader of settings would not read as text."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    plain = yaml.SafeDumper.represent_str(dumper, data)
    try:
        is_text = parsed(data).value == data
    except ReadError:
        is_text = True  # then it is quoted in any case
    if not is_text and plain.style is None:
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="'")
    return plain


_Dumper.add_representer(str, _text)


def _yaml(settings: Mapping[str, Any]) -> str:
    return str(
        yaml.dump(
            dict(settings), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96, indent=2
        )
    )
