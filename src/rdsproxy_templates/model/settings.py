"""Settings: records that are valid, or cannot be constructed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Self,
    TypeVar,
    get_args,
)

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    Strict,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from ..errors import ConfigError, Problem
from .setting_problems import is_model, problems_of

if TYPE_CHECKING:
    from .local_code import LocalCode

ContextT = TypeVar("ContextT", bound="Settings")
ItemT = TypeVar("ItemT")
ListOf = Annotated[tuple[ItemT, ...], Strict(strict=False)]
"""A setting that is a list in YAML, and a tuple in Python because settings are frozen."""
OptionalPairOf = Annotated[tuple[ItemT, ItemT] | None, Strict(strict=False)]
"""A setting that is a list of two, or null."""


def _without_booleans(value: Any) -> Any:
    # Python's True equals 1, and so is one of the numbers of a Literal.
    if isinstance(value, bool):
        error = "literal_error"
        raise PydanticCustomError(error, "must be a number")
    return value


NumberOf = Annotated[ItemT, BeforeValidator(_without_booleans)]
"""A setting that is one of some numbers: ``NumberOf[Literal[1, 3]]``."""


class Settings(BaseModel):
    """Decisions that are made in Python, before deployment.

    Declare each setting as ``name: type = Field(default=…, description="…")``, and the rules
    between settings in :meth:`problems`. To construct or parse a record that breaks a rule
    raises a :class:`ConfigError`, which names every problem at once, those of nested records
    included. Types are strict: neither ``"5"`` nor ``true`` is a number.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        use_attribute_docstrings=False,
        defer_build=True,  # until the first record is made
    )

    required_region: ClassVar[str | None] = None
    """The only region that accepts a stack with these settings; None for any region."""

    def __init__(self, /, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            place = f"{type(self).__module__.rpartition('.')[2]}.{type(self).__qualname__}"
            raise ConfigError(problems_of(error, type(self)), within=place) from None

    @classmethod
    def parse(cls, settings: object, place: str) -> Self:
        """Make a record from *settings* as read from YAML or JSON.

        *place* says where they were read, for the problems of a :class:`ConfigError`.
        """
        try:
            return cls.model_validate({} if settings is None else settings)
        except ValidationError as error:
            raise ConfigError(problems_of(error, cls), within=f"{place}:") from None

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

    def computed_defaults(self) -> Mapping[str, Any]:
        """Return what the library chooses where a setting is None, by its place in the record.

        Values of AWS's choice are not among them. Nested records have their own.
        """
        return {}

    def local_code(self) -> Iterator[LocalCode]:
        """Yield the folders of code that these settings and nested records name."""
        for name in type(self).model_fields:
            if isinstance(nested := getattr(self, name), Settings):
                yield from (code.within(name) for code in nested.local_code())

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
            wrong = list(problems_of(error, cls))
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


def each_judged(rules: Mapping[str, Callable[[], Iterable[Problem]]]) -> Iterator[Problem]:
    """Yield what each of *rules* finds, within its name.

    One that reads a wrong setting finds nothing, and stops no other.
    """
    for name, rule in rules.items():
        with suppress(_WrongSettingError):
            yield from [problem.within(name) for problem in rule()]


def _judged(partial: Settings | None) -> list[Problem]:
    """List the broken rules of a record, up to the first that reads a wrong setting."""
    found: list[Problem] = []
    with suppress(_WrongSettingError):
        found.extend(partial.problems() if partial else ())
    return found


def _nested(field: FieldInfo, value: Any) -> Any:
    """Make the records that a valid setting describes, also those in lists."""
    if not _holds_records(field.annotation):
        return value
    return TypeAdapter(field.annotation).validate_python(value)


def _holds_records(kind: object) -> bool:
    return is_model(kind) or any(_holds_records(inner) for inner in get_args(kind))
