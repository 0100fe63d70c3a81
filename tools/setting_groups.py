"""Groups of settings, each once for all variants that have it, for the page of reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from rdsproxy_templates.model import Settings
from rdsproxy_templates.variants import VARIANTS


@dataclass
class Group:
    """Settings at one place of the YAML file, in one variant or more."""

    paths: list[str]
    """Its place, and others that take the same settings."""
    kinds: dict[str, type[Settings]] = field(default_factory=dict)
    """The class of the settings, by variant."""
    values: dict[str, Settings | None] = field(default_factory=dict)
    """The defaults, by variant; None where the group is left out by default, or a list."""
    descriptions: dict[str, str] = field(default_factory=dict)
    """What the settings are for, by place."""

    @property
    def description(self) -> str:
        """What the settings are for at their first place."""
        return self.descriptions.get(self.paths[0], "")

    @property
    def fields(self) -> list[str]:
        """The names of the options, in the order of their declaration."""
        return list(
            dict.fromkeys(name for kind in self.kinds.values() for name in kind.model_fields)
        )

    def having(self, name: str) -> list[str]:
        """The variants that have the option *name*."""
        return [variant for variant, kind in self.kinds.items() if name in kind.model_fields]

    def info(self, name: str, variant: str) -> FieldInfo:
        return self.kinds[variant].model_fields[name]

    def default(self, name: str, variant: str) -> str:
        """The default of the option, as the page shows it."""
        held, info = self.values[variant], self.info(name, variant)
        if held is not None:
            return shown(getattr(held, name))
        if info.is_required():
            return "must be given"
        return shown(info.get_default(call_default_factory=True))


def groups() -> list[Group]:
    """Every group of settings, those of one place together, in the order of the first variants."""
    found: dict[str, Group] = {}
    for name, variant in VARIANTS.items():
        _collect(found, name, variant.Config, variant.Config(), "")
    order = list(dict.fromkeys(path.partition(".")[0] for path in found))
    merged: list[Group] = []
    for path, group in sorted(found.items(), key=lambda one: order.index(one[0].partition(".")[0])):
        alike = next((one for one in merged if path and _takes_the_same(one, group)), None)
        if alike:
            alike.paths.append(path)
            alike.descriptions |= group.descriptions
        else:
            merged.append(group)
    return merged


def _takes_the_same(one: Group, other: Group) -> bool:
    """Tell whether *other* is *one* at another place: of a second proxy, say."""
    shared = one.kinds.keys() & other.kinds.keys()
    return {*other.kinds.values()} <= {*one.kinds.values()} and all(
        one.values[name] == other.values[name] for name in shared
    )


def _collect(
    found: dict[str, Group], variant: str, kind: type[Settings], held: Settings | None, path: str
) -> None:
    group = found.setdefault(path, Group([path]))
    group.kinds[variant], group.values[variant] = kind, held
    for name, info in kind.model_fields.items():
        value = getattr(held, name, None)
        for inner in nested(info.annotation):
            place = ".".join(filter(None, [path, place_of(name, info)]))
            _collect(found, variant, inner, value if isinstance(value, Settings) else None, place)
            found[place].descriptions.setdefault(place, info.description or "")


def place_of(name: str, info: FieldInfo) -> str:
    """The setting *name* as part of a path: with brackets where it is a list of groups."""
    return name + ("[]" if is_list(info) and any(True for _ in nested(info.annotation)) else "")


@cache
def mappings_beside_lists() -> dict[str, str]:
    """Settings that are a group in one variant, which is told, and a list of groups in another."""
    first: dict[str, str] = {}
    for variant, module in VARIANTS.items():
        for name, info in module.Config.model_fields.items():
            first.setdefault(place_of(name, info), variant)
    return {place: variant for place, variant in first.items() if f"{place}[]" in first}


def nested(annotation: Any) -> Iterator[type[Settings]]:
    """Yield the records that a setting of this type holds."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for inner in get_args(annotation):
        yield from nested(inner)


def is_list(info: FieldInfo) -> bool:
    """Tell whether the setting is a list, also one that may be null."""
    return any(get_origin(kind) is tuple for kind in (info.annotation, *get_args(info.annotation)))


def by_part(group: Group) -> list[str]:
    """The options, those of one class together: a class's bases come first, in their order."""
    owners: dict[type, None] = {}

    def visit(kind: type) -> None:
        for base in kind.__bases__:
            visit(base)
        owners.setdefault(kind)

    for kind in group.kinds.values():
        visit(kind)
    names = [name for owner in owners for name in vars(owner).get("__annotations__", {})]
    return [name for name in dict.fromkeys(names) if name in group.fields]


def has_a_section(group: Group, name: str) -> bool:
    """Tell whether the option is a group, of which its own section says everything."""
    infos = [(variant, group.info(name, variant)) for variant in group.having(name)]
    held = any(True for _, info in infos for _ in nested(info.annotation))
    return held and all(group.default(name, variant) in ("", "—", "`[]`") for variant, _ in infos)


def owner(kind: type[Settings], name: str) -> type:
    """The class that declares the option as *kind* has it."""
    return next(one for one in kind.__mro__ if name in vars(one).get("__annotations__", {}))


def caption(kind: type[Settings], name: str) -> str:
    """The first sentence about the class that declares the option first."""
    owners = [one for one in kind.__mro__ if name in vars(one).get("__annotations__", {})]
    return (
        (owners[-1].__doc__ or "")
        .partition("\n")[0]
        .partition(". ")[0]
        .rstrip(".")
        .replace("``", "`")
    )


def kind_of(info: FieldInfo) -> str:
    """The type and the bounds of a setting, in the words of YAML."""
    text = str(getattr(info.annotation, "__name__", info.annotation))
    if any(True for _ in nested(info.annotation)):
        return "list of mappings" if is_list(info) else "mapping"
    if "Literal" in str(info.annotation):
        found = re.findall(r"Literal\[(.*?)\]", str(info.annotation))[0]
        text = " \\| ".join(part.strip().strip("'") for part in found.split(","))
        text = f"list of {text}" if is_list(info) else text
    bounds = [
        f"{sign} {getattr(rule, name):g}"
        for rule in info.metadata
        for name, sign in (("ge", "≥"), ("le", "≤"))
        if hasattr(rule, name)
    ]
    text = text.replace(" | None", "").replace("tuple", "list").replace(", ...", "")
    text = text.replace("dict", "mapping")
    return ", ".join([text, *bounds])


def shown(value: Any) -> str:
    """A default, as YAML has it; empty for a group."""
    if value is None:
        return "—"
    if isinstance(value, Settings):
        return ""
    if isinstance(value, tuple) and any(isinstance(entry, Settings) for entry in value):
        entries = [entry.model_dump(exclude_unset=True) for entry in value]
        if entries == [{}]:
            return "one entry with the defaults"
        texts = ["{" + ", ".join(f"{k}: {v}" for k, v in one.items()) + "}" for one in entries]
        return f"`[{', '.join(texts)}]`"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
