"""Rule of the wiring between parents and children, which AWS checks only at deployment."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import CLOUDFORMATION_GUIDE
from ...model.references import PLACEHOLDER
from ...model.template import Template, circles
from ...model.wording import did_you_mean
from ...rendering.bundle import Bundle
from ..lines import violation_at
from ..parameters import value_problems
from ..rule import FileViolation, as_rule


@as_rule(
    "wiring",
    title="A nested template exists, gets the parameters that it declares, and has the outputs "
    "that are read.",
    why="CloudFormation refuses the stack when it comes to the nested one.",
    remedy="Pass what the nested stack declares, and ask it for what it offers.",
    source=f"{CLOUDFORMATION_GUIDE}using-cfn-nested-stacks.html",
)
def connected(bundle: Bundle) -> Iterator[FileViolation]:
    for path, template in bundle.root.walk():
        file = bundle.paths.get(path, "template.yaml")
        for place, sentence, remedy in _faults(template):
            yield violation_at(bundle, file, place, sentence, remedy)
        for title in template.children:
            if bundle.paths.get((*path, title)) not in bundle.templates:
                sentence, place = f"the template of {title} is missing", ("Resources", title)
                yield violation_at(bundle, file, place, sentence, "Render the whole bundle")


@as_rule(
    "parameter/value",
    title="A parameter allows its own default, and the value that a parent passes.",
    why="CloudFormation refuses the template, or the stack when it comes to the nested one.",
    remedy="Choose a value that the parameter allows.",
    source=f"{CLOUDFORMATION_GUIDE}parameters-section-structure.html",
)
def values_taken(bundle: Bundle) -> Iterator[FileViolation]:
    for path, template in bundle.root.walk():
        file = bundle.paths.get(path, "template.yaml")
        for place, sentence, remedy in _value_faults(template):
            yield violation_at(bundle, file, place, sentence, remedy)


def _value_faults(template: Template) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for name, parameter in template.parameters.items():
        for problem in value_problems(parameter, parameter.get("Default")):
            yield (
                ("Parameters", name, "Default"),
                f"the default of {name} is refused: {problem}",
                "Change the default, or what the parameter allows",
            )
    for title, nested in template.children.items():
        for name, value in nested.arguments.items():
            for problem in value_problems(nested.template.parameters.get(name, {}), value):
                yield (
                    ("Resources", title, "Properties", "Parameters", name),
                    f"{title} is passed {name}, which it refuses: {problem}",
                    "Pass a value that the child allows",
                )


def is_whole(bundle: Bundle) -> bool:
    """Tell whether every wire leads somewhere, so that the stacks make one graph."""
    return not any(True for _ in connected.judge(bundle))


def _faults(template: Template) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for sentence in circles(template):
        yield ("Resources",), sentence, "Take the value from elsewhere, or move what needs it"
    for title, nested in template.children.items():
        place = ("Resources", title, "Properties", "Parameters")
        declared = nested.template.parameters
        for name in nested.arguments.keys() - declared.keys():
            similar = did_you_mean(name, list(declared))
            yield (
                (*place, name),
                f"{title} is passed {name}, which it does not declare{similar}",
                "Declare the parameter in the child, or do not pass it",
            )
        for name in declared.keys() - nested.arguments.keys():
            if "Default" not in declared[name]:
                yield place, f"{title} needs {name} and is not passed it", "Pass it"
    if not template.children:
        return
    for section, bodies in (
        ("Resources", {title: nested.arguments for title, nested in template.children.items()}),
        ("Resources", template.resources),
        ("Outputs", template.outputs),
    ):
        for name, body in bodies.items():
            for title, output in _asked(body):
                if title not in template.children:
                    continue
                nested_outputs = template.children[title].template.outputs
                if not output.startswith("Outputs."):
                    yield (
                        (section, name),
                        f"{name} asks {title} for {output}, and a stack has only outputs",
                        f"Write {title}.Outputs.{output}",
                    )
                elif (asked := output.removeprefix("Outputs.")) not in nested_outputs:
                    similar = did_you_mean(asked, list(nested_outputs))
                    yield (
                        (section, name),
                        f"{name} asks {title} for {asked}, which it does not offer{similar}",
                        "Offer the output in the child, or ask for another",
                    )


def _asked(node: object) -> Iterator[tuple[str, str]]:
    match node:
        case {"Fn::GetAtt": [str(title), str(attribute)]}:
            yield title, attribute
        case {"Fn::Sub": str(text) as rest} | {"Fn::Sub": [str(text), *rest]}:
            for name in PLACEHOLDER.findall(text):
                title, mark, attribute = name.partition(".")
                if mark:
                    yield title, attribute
            yield from _asked(rest)
        case list():
            for item in node:
                yield from _asked(item)
        case _ if hasattr(node, "values"):
            for value in node.values():
                yield from _asked(value)
