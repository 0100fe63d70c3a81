"""A stack's templates, without the files beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.stack import ConfigT, InputsT, OutputsT, StackModule, name_of, template
from .bundle import Bundle
from .documents import Nesting, bundle, place_of

if TYPE_CHECKING:
    from ..model.customization import Customization


def unpackaged(
    stack: StackModule[ConfigT, InputsT, OutputsT],
    config: ConfigT,
    *,
    nesting: Nesting = "sam",
    code: str = ".",
    customization: Customization | None = None,
) -> Bundle:
    """Turn *stack*, and all that it nests, into templates only.

    ``sam`` nests by ``AWS::Serverless::Application``, which ``sam build`` and
    ``sam package`` follow; ``plain`` by ``AWS::CloudFormation::Stack``, which
    ``aws cloudformation package`` follows; ``flat`` does not nest, for StackSets and for
    tools that read one template.

    *code* is the folder that holds the library's own ``lambda/``, relative to the folder that the
    bundle is written to; by default that folder.

    Raises :class:`WiringError` where a wire leads nowhere, and :class:`ConfigError` with all that
    is wrong with *customization*.
    """
    root = template(name_of(stack), stack, config)
    if customization is None:
        return bundle(root, nesting, code)
    from .customizing import customized  # noqa: PLC0415 - most renders are without

    made = customized(root, customization)
    rendered = bundle(made.root, nesting, code)
    customized_by = {
        place_of(rendered, path, title): places for (path, title), places in made.places.items()
    }
    return replace(
        rendered,
        customized_by=customized_by,
        warnings=made.warnings,
        tags=customization.tags,
        ignored=customization.ignore,
    )
