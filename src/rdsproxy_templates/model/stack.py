"""Stacks: modules of four names, nested by function calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from troposphere import AWSObject

from ..errors import Problem, WiringError
from .frozen import digest
from .port import ParameterAttributes
from .ports import Ports
from .settings import Settings
from .template import Nested, Template, checked, in_reading_order, without_unused
from .wording import did_you_mean

MOST_LEVELS: Final = 20
"""Deepest nesting that is built: a stack that nests itself would have no end."""
_BUILT: Final[ContextVar[tuple[str, ...]]] = ContextVar("_BUILT", default=())
"""Names of the stacks that are being built, the outermost first."""

ConfigT = TypeVar("ConfigT", bound=Settings)
InputsT = TypeVar("InputsT", bound=Ports)
OutputsT = TypeVar("OutputsT", bound=Ports)


@dataclass(frozen=True, kw_only=True)
class Stack(Generic[OutputsT]):
    """The result of ``build``: children and resources to create, and the outputs they offer.

    ``parameters`` adds attributes to inputs, by port name: a default, a pattern. They apply
    where the stack is the root; a nested stack gets its values from its parent.
    ``transforms`` lists the macros of CloudFormation that the resources need besides SAM's.
    """

    children: Sequence[Child[Any]] = ()
    resources: Sequence[AWSObject] = ()
    outputs: OutputsT
    parameters: Mapping[str, ParameterAttributes] = field(default_factory=dict)
    transforms: Sequence[str] = ()


class StackModule(Protocol[ConfigT, InputsT, OutputsT]):
    """A module that is a stack: it has ``Config``, ``Inputs``, ``Outputs`` and ``build``.

    The first line of its docstring becomes the template's description.
    """

    __name__: str

    @property
    def Config(self) -> type[ConfigT]: ...
    @property
    def Inputs(self) -> type[InputsT]: ...
    @property
    def Outputs(self) -> type[OutputsT]: ...
    @property
    def build(self) -> Callable[[ConfigT, InputsT], Stack[OutputsT]]: ...


def name_of(stack: StackModule[Any, Any, Any]) -> str:
    """Return the module's own name, without those of its packages."""
    return stack.__name__.rpartition(".")[2]


def summary(stack: StackModule[Any, Any, Any]) -> str:
    """Return the first line of the module's docstring, the template's description."""
    return (stack.__doc__ or "").partition("\n")[0]


@dataclass(frozen=True, kw_only=True)
class Child(Generic[OutputsT]):
    """A stack inside another, as its parent sees it."""

    title: str
    nested: Nested
    outputs: OutputsT


def nest(
    title: str,
    stack: StackModule[ConfigT, InputsT, OutputsT],
    config: ConfigT,
    inputs: InputsT,
) -> Child[OutputsT]:
    """Place *stack* inside the caller's stack as *title*, wired to *inputs*.

    List the result among the caller's ``children``; wire its ``outputs`` onwards.
    Raises :class:`WiringError` where the stack's own wiring has loose ends.
    """
    if not isinstance(inputs, stack.Inputs):
        place = f"{name_of(stack)}.Inputs"
        sentence = f"{title} must be given {place}, got {type(inputs).__qualname__}"
        raise WiringError([Problem(title, sentence)])
    wired = list(inputs.wired(stack.Inputs))
    arguments: dict[str, Any] = {}
    for port, value in wired:
        expression = value.joined().to_dict()
        if arguments.setdefault(port.logical_id, expression) != expression:
            sentence = f"is given two values as {port.logical_id}, which takes one"
            raise WiringError([Problem(title, sentence)])
    inside = template(title, stack, config, given={port.path for port, _ in wired})
    return Child(
        title=title,
        nested=Nested(template=inside, arguments=arguments),
        outputs=stack.Outputs.filled(
            lambda port: port.offered(title) if port.logical_id in inside.outputs else None
        ),
    )


def template(
    place: str,
    stack: StackModule[ConfigT, InputsT, OutputsT],
    config: ConfigT,
    *,
    given: Collection[tuple[str, ...]] | None = None,
) -> Template:
    """Build *stack* with *config* and all that it nests; *place* names it in errors.

    *given* are the paths of the inputs that a parent fills; a root declares all that are not
    optional or that *config* asks for, with the attributes that the stack gives them.
    """
    if not isinstance(config, stack.Config):
        name = f"{name_of(stack)}.Config"
        sentence = f"must be built with a {name}, got {type(config).__qualname__}"
        raise WiringError([Problem(place, sentence)])
    around = _BUILT.get()
    if len(around) >= MOST_LEVELS:
        chain = " in ".join(reversed(around[-3:]))
        sentence = f"is nested {MOST_LEVELS} levels deep, {chain} …: does it nest itself?"
        raise WiringError([Problem(place, sentence)])
    wanted = config.root_inputs()
    ports = [
        port
        for port in stack.Inputs.ports()
        if (not port.optional or port.name in wanted if given is None else port.path in given)
    ]
    token = _BUILT.set((*around, name_of(stack)))
    try:
        built = stack.build(
            config, stack.Inputs.filled(lambda port: port.received() if port in ports else None)
        )
    finally:
        _BUILT.reset(token)
    known = [port.name for port in ports]
    _refuse(
        place,
        [f"{title} is created twice" for title in _twice(built)]
        + [
            f"says more about {name}, which is no input{did_you_mean(name, known)}"
            for name in built.parameters.keys() - known
        ],
    )
    attributes = built.parameters if given is None else {}
    spared = [one.logical_id for one in ports if one.name in stack.Inputs.when_used]
    whole = Template(
        description=summary(stack),
        parameters={
            port.logical_id: port.parameter(attributes.get(port.name, ParameterAttributes()))
            for port in ports
        },
        children={child.title: child.nested for child in built.children},
        resources={str(resource.title): _body(resource) for resource in built.resources},
        outputs={port.logical_id: port.output(value) for port, value in built.outputs.wired()},
        when_read=frozenset(port.logical_id for port in built.outputs.ports() if port.when_read),
        transforms=built.transforms,
        settings=digest(config),
    )
    return checked(place, whole if given is not None else without_unused(whole, spared))


def _body(resource: AWSObject) -> dict[str, Any]:
    body = resource.to_dict()
    if isinstance(waits_for := body.get("DependsOn"), str):
        body["DependsOn"] = [waits_for]
    return in_reading_order(body)


def _twice(built: Stack[Any]) -> list[str]:
    titles = [child.title for child in built.children]
    titles += [str(resource.title) for resource in built.resources]
    return [title for title, times in Counter(titles).items() if times > 1]


def _refuse(place: str, sentences: Iterable[str]) -> None:
    if problems := [Problem(place, sentence) for sentence in sentences]:
        raise WiringError(problems)
