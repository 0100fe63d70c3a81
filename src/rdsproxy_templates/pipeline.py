"""The way from a stack to valid files: render, package, validate."""

from __future__ import annotations

from .model.stack import ConfigT, InputsT, OutputsT, StackModule
from .rendering import Bundle, Nesting
from .rendering.packaging import packaged


def render(  # noqa: PLR0913 - one parameter a choice
    stack: StackModule[ConfigT, InputsT, OutputsT],
    config: ConfigT,
    *,
    nesting: Nesting = "sam",
    expand: bool = False,
    code: str | None = None,
    validate: bool = True,
) -> Bundle:
    """Render *stack*, and all that it nests, into files that are ready for ``sam build``.

    The result is valid by the library's rules and AWS's validator, which take milliseconds.
    ``validate=False`` skips both, so that a deployment may be the first to find what AWS
    refuses. cfn-lint takes seconds; :func:`rdsproxy_templates.validate` runs it.

    *nesting* is ``sam`` (``AWS::Serverless::Application``), ``plain``
    (``AWS::CloudFormation::Stack``) or ``flat`` (one template). *expand* runs the SAM
    transform here, so that only plain CloudFormation is left. *code* is the folder that
    holds the library's ``lambda/``, relative to the folder that the bundle is written to;
    without it, the bundle carries the code. Where *config* has a ``required_region``,
    ``samconfig.toml`` names that Region.

    Raises :class:`WiringError` where a wire leads nowhere, and :class:`InvalidTemplateError` with
    everything that the validators find or SAM's transform refuses.
    """
    bundle = packaged(stack, config, nesting=nesting, expand=expand, code=code)
    if validate:
        _refuse_invalid(bundle)
    return bundle


def _refuse_invalid(bundle: Bundle) -> None:
    from . import validators  # noqa: PLC0415 - only those who validate pay for its import

    validators.refuse(validators.validate(bundle, lint=False))
