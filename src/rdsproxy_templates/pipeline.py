"""The way from a stack to valid files: render, package, validate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .model.stack import ConfigT, InputsT, OutputsT, StackModule
from .rendering import Bundle, Nesting
from .rendering.packaging import packaged

if TYPE_CHECKING:
    from .model.customization import Customization, Override


def render(  # noqa: PLR0913 - one parameter a choice
    stack: StackModule[ConfigT, InputsT, OutputsT],
    config: ConfigT,
    *,
    overrides: Mapping[str, Override] | None = None,
    extra_resources: Mapping[str, Mapping[str, Any]] | None = None,
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

    *overrides* changes resources as they would be rendered, by their path, such as
    ``RDSStack.DBCluster``: by a JSON merge patch, or by a function that takes the resource and
    returns it changed. *extra_resources* adds resources to the stack of a path, ``.`` for the
    root. docs/overrides.md explains both.

    Raises :class:`ConfigError` with all that is wrong with *overrides* and *extra_resources*,
    :class:`WiringError` where a wire leads nowhere, and :class:`InvalidTemplateError` with
    everything that the validators find or SAM's transform refuses.
    """
    bundle = packaged(
        stack,
        config,
        nesting=nesting,
        expand=expand,
        code=code,
        customization=_customization(overrides, extra_resources),
    )
    if validate:
        _refuse_invalid(bundle)
    return bundle


def _customization(
    overrides: Mapping[str, Override] | None,
    extra_resources: Mapping[str, Mapping[str, Any]] | None,
) -> Customization | None:
    if not (overrides or extra_resources):
        return None
    from .model.customization import Customization  # noqa: PLC0415 - most renders are without

    return Customization(
        overrides=dict(overrides or {}), extra_resources=dict(extra_resources or {})
    )


def _refuse_invalid(bundle: Bundle) -> None:
    from . import validators  # noqa: PLC0415 - only those who validate pay for its import

    validators.refuse(validators.validate(bundle, lint=False))
