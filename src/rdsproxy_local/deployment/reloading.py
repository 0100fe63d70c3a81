"""Functions and layers brought up to date in place when their files change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from rdsproxy_templates.errors import DeploymentError

from .code import Code, State
from .deployed_stack import DeployedStack
from .packaging import PlacedCode

Say = Callable[[str], None]


@dataclass
class Reloader:
    """Looks at the files of deployed code, as often as :meth:`reload` is called."""

    say: Say
    _watched: list[tuple[DeployedStack, PlacedCode]] = field(default_factory=list)
    _states: dict[Code, State] = field(default_factory=dict)

    def watch(self, stack: DeployedStack, codes: Iterable[PlacedCode]) -> None:
        """Watch the *codes* of *stack*, as they are now."""
        for one in codes:
            self._watched.append((stack, one))
            self._states[one.code] = one.code.state()

    def reload(self) -> None:
        """Bring up to date what changed since the last call; an error keeps what is deployed."""
        changed = {}
        for code, known in self._states.items():
            try:
                state = code.state()
            except OSError:
                continue  # an editor is about to replace a file
            if state != known:
                changed[code] = state
        for code, state in changed.items():
            self._states[code] = state
            try:
                code.check_syntax()
                content = code.zipped()
            except DeploymentError as error:
                for problem in error.problems:
                    self.say(f"error: {problem}; the deployed code stays")
                continue
            for stack, one in self._watched:
                if one.code == code:
                    try:
                        self._put(stack, one, content)
                    except ClientError as error:
                        reason = error.response["Error"]["Message"]
                        self.say(f"error: [{code.logical_id}] {reason}; the deployed code stays")

    def _put(self, stack: DeployedStack, placed: PlacedCode, content: bytes) -> None:
        resource = stack.find(placed.stacks, placed.code.logical_id)
        if resource is None:
            return
        if placed.is_layer:
            names = put_layer(stack, resource.physical_id, content)
            path = ".".join((*placed.stacks, placed.code.logical_id))
            self.say(f"reloaded {path}, the layer of {', '.join(names) or 'no function'}")
        else:
            functions = stack.account.client("lambda")
            functions.update_function_code(FunctionName=resource.physical_id, ZipFile=content)
            self.say(f"reloaded {resource.path}")


def put_layer(stack: DeployedStack, arn: str, content: bytes) -> list[str]:
    """Publish *content* as the next version of a layer, and give it to the functions of *stack*."""
    api = stack.account.client("lambda")
    versionless = arn.rpartition(":")[0]
    published = api.publish_layer_version(
        LayerName=versionless.rpartition(":")[2], Content={"ZipFile": content}
    )
    names = []
    for function in stack.functions():
        found = api.get_function_configuration(FunctionName=function.physical_id)
        layers = [one["Arn"] for one in found.get("Layers", ())]
        fresh = [
            published["LayerVersionArn"] if one.rpartition(":")[0] == versionless else one
            for one in layers
        ]
        if fresh != layers:
            api.update_function_configuration(FunctionName=function.physical_id, Layers=fresh)
            names.append(function.path)
    return names
