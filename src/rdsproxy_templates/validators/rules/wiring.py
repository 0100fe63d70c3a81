"""Rule of the wiring between parents and children, which AWS checks only at deployment."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import CLOUDFORMATION_GUIDE
from ...model import Template, did_you_mean
from ...model.references import PLACEHOLDER
from ...model.template import circles
from ...rendering import Bundle
from ...rendering.lines import line_of
from ..rule import FileViolation, as_rule


@as_rule(
    "wiring",
    title="A nested stack exists, is passed what it needs and no more, and offers what is asked.",
    why="CloudFormation refuses the stack when it comes to the nested one.",
    source=f"{CLOUDFORMATION_GUIDE}using-cfn-nested-stacks.html",
)
def connected(bundle: Bundle) -> Iterator[FileViolation]:
    for path, template in bundle.root.walk():
        file = bundle.paths.get(path, "template.yaml")
        for place, sentence, remedy in _faults(template):
            line = line_of(bundle.templates.get(file, ""), place)
            yield FileViolation(file, line, sentence, remedy, place)
        for title in template.children:
            if bundle.paths.get((*path, title)) not in bundle.templates:
                yield FileViolation(
                    file,
                    line_of(bundle.templates.get(file, ""), ("Resources", title)),
                    f"the template of {title} is missing",
                    "Render the whole bundle",
                    ("Resources", title),
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
    for section, bodies in (
        ("Resources", {title: nested.arguments for title, nested in template.children.items()}),
        ("Resources", template.resources),
        ("Outputs", template.outputs),
    ):
        for name, body in bodies.items():
            for title, output in _asked(body):
                nested_outputs = (
                    template.children[title].template.outputs
                    if title in template.children
                    else None
                )
                if nested_outputs is not None and output not in nested_outputs:
                    similar = did_you_mean(output, list(nested_outputs))
                    yield (
                        (section, name),
                        f"{name} asks {title} for {output}, which it does not offer{similar}",
                        "Offer the output in the child, or ask for another",
                    )


def _asked(node: object) -> Iterator[tuple[str, str]]:
    match node:
        case {"Fn::GetAtt": [str(title), str(attribute)]} if attribute.startswith("Outputs."):
            yield title, attribute.removeprefix("Outputs.")
        case {"Fn::Sub": str(text) as rest} | {"Fn::Sub": [str(text), *rest]}:
            for name in PLACEHOLDER.findall(text):
                title, mark, output = name.partition(".Outputs.")
                if mark:
                    yield title, output
            yield from _asked(rest)
        case list():
            for item in node:
                yield from _asked(item)
        case _ if hasattr(node, "values"):
            for value in node.values():
                yield from _asked(value)
