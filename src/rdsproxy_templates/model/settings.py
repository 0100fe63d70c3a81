"""Settings: records that are valid, or cannot be constructed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    Self,
    TypeGuard,
    TypeVar,
    get_args,
)

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    Strict,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo

from ..errors import ConfigError, Problem

ContextT = TypeVar("ContextT", bound="Settings")
ItemT = TypeVar("ItemT")
ListOf = Annotated[tuple[ItemT, ...], Strict(strict=False)]
"""A setting that is a list in YAML, and a tuple in Python because settings are frozen."""
OptionalPairOf = Annotated[tuple[ItemT, ItemT] | None, Strict(strict=False)]
"""A setting that is a list of two, or null."""


class Settings(BaseModel):
    """Decisions that are made in Python, before deployment.

    Declare each setting as ``name: type = Field(default=…, description="…")``, and the rules
    between settings in :meth:`problems`. To construct or parse a record that breaks a rule
    raises a :class:`ConfigError`, which names every problem at once, those of nested records
    included. Types are strict: neither ``"5"`` nor ``true`` is a number.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=False
    )

    required_region: ClassVar[str | None] = None
    """The only region that accepts a stack with these settings; None for any region."""

    def __init__(self, /, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            place = f"{type(self).__module__.rpartition('.')[2]}.{type(self).__qualname__}"
            raise ConfigError(_problems(error, type(self)), within=place) from None

    @classmethod
    def parse(cls, settings: object, place: str) -> Self:
        """Make a record from *settings* as read from YAML or JSON.

        *place* says where they were read, for the problems of a :class:`ConfigError`.
        """
        try:
            return cls.model_validate({} if settings is None else settings)
        except ValidationError as error:
            raise ConfigError(_problems(error, cls), within=f"{place}:") from None

    def problems(self) -> Iterator[Problem]:
        """Yield each rule between settings that is broken; a place is a setting's name.

        Where a setting is wrong by itself the rules before the first that reads it are
        judged, so put those that read least first.
        """
        yield from ()

    def warnings(self) -> Iterator[Problem]:
        """Yield what is allowed and less safe than the default, here and in nested records."""
        for name in type(self).model_fields:
            if isinstance(nested := getattr(self, name), Settings):
                yield from (warning.within(name) for warning in nested.warnings())

    def root_inputs(self) -> frozenset[str]:
        """Name the optional inputs that a root template takes, with these settings."""
        return frozenset()

    def with_context(self, kind: type[ContextT], **known: Any) -> ContextT:
        """Extend the record to one of *kind* with the values that its parent computes."""
        chosen = {name: getattr(self, name) for name in self.model_fields_set}
        return kind(**chosen, **known)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # A setting is missing only while the rules are judged without the wrong ones.
            if name in type(self).model_fields:
                raise _WrongSettingError(name)
            return super().__getattr__(name)

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, settings: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            record = handler(settings)
        except ValidationError as error:
            wrong = list(_problems(error, cls))
            partial = cls._without_the_wrong(error, settings)
            raise ConfigError([*wrong, *_judged(partial)]) from None
        if problems := list(record.problems()):
            raise ConfigError(problems)
        return record

    @classmethod
    def _without_the_wrong(cls, error: ValidationError, settings: Any) -> Settings | None:
        """Make a record without the settings that *error* is about.

        None where it is about no setting: the record has judged itself, or is no record.
        """
        wrong = {detail["loc"][0] for detail in error.errors() if detail["loc"]}
        if not wrong or not isinstance(settings, Mapping):
            return None
        right = {
            name: _nested(field, settings[name])
            for name, field in cls.model_fields.items()
            if name in settings and name not in wrong
        }
        partial = cls.model_construct(**right)
        for name in wrong & partial.__dict__.keys():
            del partial.__dict__[str(name)]
        return partial


class _WrongSettingError(Exception):
    """A rule reads a setting that is wrong by itself, so that it cannot be judged."""


def did_you_mean(word: object, known: Sequence[str]) -> str:
    """Return `` (did you mean …?)`` where *word* resembles one of *known*, else nothing."""
    close = get_close_matches(str(word), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _judged(partial: Settings | None) -> list[Problem]:
    """List the broken rules of a record, up to the first that reads a wrong setting."""
    found: list[Problem] = []
    with suppress(_WrongSettingError):
        found.extend(partial.problems() if partial else ())
    return found


def _nested(field: FieldInfo, value: Any) -> Any:
    """Make a record of *value* where the setting is one, and leave it as it is elsewhere."""
    kind = field.annotation
    return kind.model_validate(value) if _is_model(kind) and isinstance(value, Mapping) else value


def _problems(error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    for detail in error.errors():
        place = ".".join(str(part) for part in detail["loc"])
        broken = (detail.get("ctx") or {}).get("error")
        if isinstance(broken, ConfigError):
            yield from (p.within(place) if place else p for p in broken.relative)
        else:
            yield Problem(place, _sentence(detail, model))


def _sentence(detail: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Say in our words instead of pydantic's what is wrong, what is allowed and what was got."""
    value, context, loc = detail["input"], detail.get("ctx") or {}, detail["loc"]
    got = _shown(value)
    match detail["type"]:
        case "extra_forbidden":
            known = list(_record(model, loc[:-1]).model_fields)
            return (
                f"is not a setting{did_you_mean(loc[-1], known)}; "
                f"there are {', '.join(known) or 'none'}"
            )
        case "missing":
            return "is missing; it has no default"
        case "int_type" | "int_from_float":
            return f"must be a whole number, got {got}"
        case "float_type" | "finite_number":
            return f"must be a number, got {got}"
        case "bool_type":
            return f"must be true or false, got {got}"
        case "string_type" if isinstance(value, int | float) and not isinstance(value, bool):
            return f'must be text, got {got}; put it in quotes: "{got}"'
        case "string_type":
            return f"must be text, got {got}"
        case "model_type" | "dict_type" if value is None:
            return "must be a mapping of settings, got null; leave it out to have the defaults"
        case "model_type" | "dict_type":
            return f"must be a mapping of settings, got {got}"
        case "tuple_type" | "list_type":
            return f"must be a list, got {got}"
        case "too_short" | "too_long":
            bound = context.get("min_length", context.get("max_length"))
            limit = "at least" if detail["type"] == "too_short" else "at most"
            return f"must have {limit} {bound} entries, got {got}"
        case "string_too_short" | "string_too_long":
            bound = context.get("min_length", context.get("max_length"))
            limit = "at least" if detail["type"] == "string_too_short" else "at most"
            return f"must be {limit} {bound} characters long, got {got}"
        case "greater_than_equal":
            return f"must be at least {context['ge']}, got {got}"
        case "less_than_equal":
            return f"must be at most {context['le']}, got {got}"
        case "multiple_of":
            return f"must be a multiple of {context['multiple_of']}, got {got}"
        case "literal_error":
            allowed = [str(value) for value in _choices(model, loc)]
            similar = did_you_mean(value, allowed) if isinstance(value, str) else ""
            return f"must be one of {', '.join(allowed)}, got {got}{similar}"
        case _:
            return f"is not valid, got {got}: {detail['msg']}"


_SHOWN: Final = {None: "null", True: "true", False: "false"}
_MOST_SHOWN: Final = 120


def _shown(value: object) -> str:
    """Show *value* as a settings file spells it, cut where it is long."""
    shown = _SHOWN[value] if value is None or isinstance(value, bool) else repr(value)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"


def _record(model: type[BaseModel], loc: Sequence[int | str]) -> type[BaseModel]:
    """Return the record that *loc* leads to from *model*, or *model* where it leads nowhere."""
    record = model
    for part in loc:
        annotation = _field(record, part).annotation
        record = next(
            (kind for kind in (annotation, *get_args(annotation)) if _is_model(kind)),
            record,
        )
    return record


def _choices(model: type[BaseModel], loc: Sequence[int | str]) -> Sequence[object]:
    names = [part for part in loc if isinstance(part, str)]
    annotation = _field(_record(model, names[:-1]), names[-1]).annotation
    return [choice for choice in _leaves(annotation) if choice is not Ellipsis]


def _leaves(annotation: object) -> Iterator[object]:
    arguments = get_args(annotation)
    if not arguments and not isinstance(annotation, type):
        yield annotation
    for argument in arguments:
        yield from _leaves(argument)


def _field(record: type[BaseModel], name: int | str) -> FieldInfo:
    return record.model_fields.get(str(name), FieldInfo())


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
