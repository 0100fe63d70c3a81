"""The page docs/reference.md: every group of settings once, then what each variant takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rdsproxy_templates import render
from rdsproxy_templates.model.customization import Customization
from rdsproxy_templates.variants import VARIANTS
from setting_groups import (
    Group,
    by_part,
    caption,
    groups,
    has_a_section,
    kind_of,
    mappings_beside_lists,
    nested,
    owner,
    place_of,
)

CAPTIONS_FROM: Final = 12
"""Options from which a group has a table for each of its parts."""


def settings_part() -> Iterator[str]:
    """Yield the part about settings: keys of any variant, then every group."""
    known = groups()
    yield "## Settings\n"
    yield "Keys of the YAML file that `--config` takes, and fields of `Config` in Python."
    yield "[settings.md](settings.md) says which to look at first. A dot stands for nesting,"
    yield "`[]` for each entry of a list; every setting can be linked to by its path.\n"
    yield "| group | for |\n| --- | --- |"
    yield "| [any variant](#settings-of-any-variant) | tags, and what no setting says |"
    for group in known:
        yield from _summaries(group)
    yield "\n### Settings of any variant\n"
    yield "Beside those of its variant, and arguments of `render`. [overrides.md](overrides.md)"
    yield "shows them at work. Titles of stacks and resources are public contract for their sake.\n"
    yield "| setting | type | meaning |\n| --- | --- | --- |"
    for name, info in Customization.model_fields.items():
        yield f'| <a id="{name}"></a>`{name}` | mapping | {info.description} |'
    seen: dict[tuple[type, str], str] = {}
    first = {group.paths[0]: list(group.kinds) for group in known if "." not in group.paths[0]}
    for group in known:
        yield from _section(group, seen, first.get(group.paths[0].partition(".")[0], []))


def _summaries(group: Group) -> Iterator[str]:
    """A row of the overview for each use of the group."""
    if not group.paths[0]:
        yield "| [top level](#top-level) | Each variant's own settings. |"
    for description, paths in _by_description(group).items():
        links = ", ".join(f"[`{path}`](#{anchor(path)})" for path in paths)
        yield f"| {links} | {_first_sentence(description)} |"


def _by_description(group: Group) -> dict[str, list[str]]:
    """The places of the group by what it is for there."""
    found: dict[str, list[str]] = {}
    for path, description in group.descriptions.items():
        found.setdefault(description, []).append(path)
    return found


def heading(group: Group) -> str:
    """The group's places, as its section is called."""
    return ", ".join(f"`{path}`" for path in group.paths) if group.paths[0] else "top level"


def anchor(path: str) -> str:
    """The anchor of a setting or a group; with a variant where a list of another has its name."""
    head, _, _ = path.partition(".")
    variant = mappings_beside_lists().get(head)
    return (f"{variant}." if variant else "") + path.replace("[]", "")


def _first_sentence(text: str) -> str:
    short = text.partition(". See http")[0].partition(". Left out")[0]
    return short.partition(". ")[0].rstrip(".") + "."


def _section(
    group: Group, seen: dict[tuple[type, str], str], around: Sequence[str]
) -> Iterator[str]:
    anchors = "".join(f'<a id="{anchor(path)}"></a>' for path in group.paths if path)
    yield f"\n### {anchors}{heading(group)}\n"
    uses = _by_description(group)
    for description, paths in uses.items():
        place = f"{_names(paths)}: " if len(uses) > 1 else ""
        yield f"{place}{linked(description)}\n"
    first = group.paths[0]
    if first and not group.paths[1:] and ("." not in first or list(group.kinds) != around):
        yield f"In {_names(list(group.kinds))}.\n"
    parts: dict[str, list[str]] = {}
    elsewhere: dict[str, list[str]] = {}
    for name in by_part(group):
        if has_a_section(group, name):
            continue
        variant = group.having(name)[0]
        declared = owner(group.kinds[variant], name)
        if (declared, name) in seen:
            elsewhere.setdefault(seen[declared, name], []).append(name)
            continue
        seen[declared, name] = group.paths[0]
        in_parts = group.paths[0] and len(group.fields) > CAPTIONS_FROM
        title = caption(group.kinds[variant], name) if in_parts else ""
        parts.setdefault(title, []).append(name)
    for title, names in parts.items():
        if title:
            yield f"\n**{title}**\n"
        yield "| setting | type | default | meaning |\n| --- | --- | --- | --- |"
        for name in names:
            yield _row(group, name)
    for place, names in elsewhere.items():
        anchored = ", ".join(
            f"{_anchors(group, name)}[`{name}`](#{anchor(f'{place}.{name}')})" for name in names
        )
        yield f"\nAlso, as in `{place or 'the top level'}`: {anchored}."


def _row(group: Group, name: str) -> str:
    variants = group.having(name)
    infos = [group.info(name, variant) for variant in variants]
    description = Counter(info.description or "" for info in infos).most_common(1)[0][0]
    path = name if group.paths[1:] else f"{group.paths[0]}.{name}".lstrip(".")
    only = ""
    if len(variants) < len(group.kinds) and group.paths[0]:
        only = f" Only in {_names(variants)}."
    elif not group.paths[0] and len(variants) < len(VARIANTS):
        only = f" In {_names(variants)}."
    held = {variant: group.default(name, variant) for variant in variants}
    kinds = Counter(kind_of(info) for info in infos)
    return (
        f"| {_anchors(group, name)}`{path}` | {kinds.most_common(1)[0][0]} | {_defaults(held)} | "
        f"{linked(description)}{only} |"
    )


def linked(text: str) -> str:
    """*text* with its last address as a link."""
    return re.sub(r" See (https://\S+?)\.?$", r" [AWS's page](\1)", text)


def _defaults(held: Mapping[str, str]) -> str:
    """The most common default, then the others with their variants."""
    ((usual, _), *others) = Counter(held.values()).most_common()
    texts = [usual]
    for other, _ in others:
        texts.append(f"{other} in {_names([name for name in held if held[name] == other])}")
    return "; ".join(texts)


def _anchors(group: Group, name: str) -> str:
    paths = [f"{path}.{name}".lstrip(".") for path in group.paths]
    infos = [group.info(name, variant) for variant in group.having(name)]
    if any(True for info in infos for _ in nested(info.annotation)):
        return ""  # the section has it
    return "".join(f'<a id="{anchor(path)}"></a>' for path in paths)


def _names(variants: Sequence[str]) -> str:
    return ", ".join(f"`{variant}`" for variant in variants)


def variants_part() -> Iterator[str]:
    """Yield the part about variants: groups of settings, parameters and outputs of each."""
    yield "\n## Variants\n"
    yield "Parameters and outputs are those of the root template with the defaults."
    for name, variant in VARIANTS.items():
        root = render(variant, variant.Config()).root
        yield f"\n### {name}\n\n{root.description}\n"
        paths = [place_of(one, info) for one, info in variant.Config.model_fields.items()]
        links = [f"[`{path}`](#{anchor(path)})" for path in paths]
        yield f"Settings: {', '.join(links)}."
        if root.parameters:
            yield "\n| parameter | type | default | meaning |\n| --- | --- | --- | --- |"
        for parameter, body in root.parameters.items():
            meaning = " — ".join(
                filter(None, (body["Description"], body.get("ConstraintDescription")))
            )
            default = f"`{body['Default']}`" if "Default" in body else "none: must be given"
            yield f"| `{parameter}` | `{body['Type']}` | {default} | {meaning} |"
        yield "\n| output | meaning |\n| --- | --- |"
        for output, body in root.outputs.items():
            yield f"| `{output}` | {body['Description']} |"
