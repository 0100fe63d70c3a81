"""Functions that a person declares in a variant: how they fit its users, API and other settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import Problem
from ..model import Settings, did_you_mean
from ..resources.function_declaration import DeclaredFunction
from ..resources.function_limits import layer_region
from ..resources.routes import parsed, route_problems
from .common import RegionalSettings


def declared_problems(
    functions: Sequence[DeclaredFunction],
    known: Sequence[str],
    *,
    has_readers: bool = False,
    readers: str = "rds.readers, or with rds.has_readers of a database that exists",
    setting: str = "rds.users",
) -> Iterator[Problem]:
    """Reject names and routes of two functions, unknown users, and readers there are not.

    A problem's place is relative to the list of functions. *setting* declares the users that are
    *known*, *readers* the readers.
    """
    titles: dict[str, str] = {}
    routes: dict[str, str] = {}
    for index, one in enumerate(functions):
        if before := titles.get(one.title.lower()):
            yield Problem(
                f"{index}.name",
                f"must differ from every other function's: {before!r} and {one.name!r} would both "
                f"be {one.title}",
            )
        titles[one.title.lower()] = one.name
        yield from _route_clashes(one, index, routes)
        if one.user is not None and one.user not in known:
            yield Problem(f"{index}.user", _undeclared(one.user, known, setting))
        if one.reads_only and not has_readers:
            yield Problem(
                f"{index}.reads_only",
                f"needs the proxy's read-only endpoint, which comes with {readers}",
            )


def region_problems(
    functions: Sequence[DeclaredFunction], settings: RegionalSettings
) -> Iterator[Problem]:
    """Reject layers and images of a Region that *settings* say the stack is not for."""
    if "regions" not in settings.model_fields_set:
        return
    for index, one in enumerate(functions):
        named = {f"layers.{number}": layer_region(arn) for number, arn in enumerate(one.layers)}
        named["code"] = one.image_region
        for place, region in named.items():
            if region is not None and region not in settings.regions:
                yield Problem(
                    f"functions.{index}.{place}",
                    f"must be in the function's Region ({', '.join(settings.regions)} by "
                    f"`regions`), got one of {region}",
                )


def replaced_problems(settings: Settings, sam: Settings) -> Iterator[Problem]:
    """Reject settings of the library's own functions, which declared functions replace."""
    for name in ("function_user", "password_user", "iam_user"):
        if name in settings.model_fields_set:
            yield Problem(
                name,
                "is of the library's own function, which `functions` replaces; name the `user` of "
                "each",
            )
    if getattr(sam, "code_uri", None):
        yield Problem(
            "sam.code_uri",
            "is of the library's own function, which `functions` replaces; name the `code` of each",
        )


def declared_warnings(functions: Sequence[DeclaredFunction], sam: Settings) -> Iterator[Problem]:
    """Warnings of the functions, with their places in the list, and of what *sam* says in vain."""
    for index, one in enumerate(functions):
        yield from (warning.within(f"functions.{index}") for warning in one.warnings())
    instead = {"timeout": "timeout", "reserved_concurrent_executions": "reserved_concurrency"}
    for name in instead if functions else ():
        if name in sam.model_fields_set:
            yield Problem(
                f"sam.{name}",
                "is of the library's own function, and changes nothing beside `functions`; give "
                f"`{instead[name]}` to each that needs it",
            )


def _route_clashes(one: DeclaredFunction, index: int, taken: dict[str, str]) -> Iterator[Problem]:
    """Reject a route that is taken: names of variables do not tell routes apart."""
    for number, text in enumerate(one.routes):
        if any(route_problems([text])):
            continue
        key = parsed(text).key
        owner = taken.setdefault(key, f"{one.name} as {text!r}")
        if owner != f"{one.name} as {text!r}" or text in one.routes[:number]:
            yield Problem(
                f"{index}.routes.{number}",
                f"must be a route of its own, got {text!r}, which is taken by {owner}",
            )


def _undeclared(name: str, known: Sequence[str], setting: str) -> str:
    similar = did_you_mean(name, known)
    there = ", ".join(known) or "none"
    declare = "" if similar else f"; declare it: `{{name: {name}, login: iam}}`"
    return f"must name one of {setting} ({there}), got {name!r}{similar}{declare}"
