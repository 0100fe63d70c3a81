"""The way from a stack to valid files: render, package, validate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ConfigError
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
    tags: Mapping[str, str] | None = None,
    iam_roles: Mapping[str, str] | None = None,
    publish: Mapping[str, str] | None = None,
    ignore: Mapping[str, str] | None = None,
    nesting: Nesting = "sam",
    expand: bool = False,
    code: str | None = None,
    folder: Path | None = None,
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
    without it, the bundle carries the code. *folder* is the one that the ``code`` of declared
    functions is relative to, by default the current one. Where *config* has a ``required_region``,
    ``samconfig.toml`` names that Region.

    *overrides* changes resources as they would be rendered, by their path, such as
    ``RDSStack.DBCluster``: by a JSON merge patch, or by a function that takes the resource and
    returns it changed. *extra_resources* adds resources to the stack of a path, ``.`` for the
    root. docs/overrides.md explains both. *tags* are the stack's: they are written into
    ``samconfig.toml``, and to what those of a stack do not reach. *iam_roles* has the ``path`` and
    the ``permissions_boundary`` of every role that the stack creates; *publish* has the
    ``ssm_prefix`` of parameters with the stack's outputs. *ignore* has rules of any validator that
    the stack may break, each with the reason.

    Raises :class:`ConfigError` with all that is wrong with *overrides*, *extra_resources*,
    *tags*, *iam_roles*, *publish* and *ignore*, :class:`WiringError` where a wire leads
    nowhere, and :class:`InvalidTemplateError` with everything that the validators find or SAM's
    transform refuses.
    """
    bundle = packaged(
        stack,
        config,
        nesting=nesting,
        expand=expand,
        code=code,
        folder=folder,
        customization=_customization(
            overrides=overrides,
            extra_resources=extra_resources,
            tags=tags,
            iam_roles=iam_roles,
            publish=publish,
            ignore=ignore,
        ),
    )
    if validate:
        _refuse_invalid(bundle)
    return bundle


def _customization(**given: Mapping[str, Any] | None) -> Customization | None:
    if not any(one or (name == "tags" and one is not None) for name, one in given.items()):
        return None
    from .model.customization import Customization  # noqa: PLC0415 - most renders are without

    try:
        return Customization.parse(
            {name: dict(one) for name, one in given.items() if one is not None}, ""
        )
    except ConfigError as error:
        raise ConfigError(error.relative) from None


def _refuse_invalid(bundle: Bundle) -> None:
    from . import validators  # noqa: PLC0415 - only those who validate pay for its import

    validators.refuse(validators.validate(bundle, lint=False))
