"""The stamp of a template: the version of the library that rendered it, and a hash of settings.

It stands in the template's ``Metadata``, of which CloudFormation deploys nothing: an update with
no other change is none. See
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..model.accepted_rules import ACCEPTED, OURS
from ..model.template import Template
from .manifest import read_if_there

_VERSION: Final = re.compile(
    rb"(?m)^Metadata:\n  %s:\n    Version: (.+)\n(?=    Settings: )" % OURS.encode()
)


def stamp(template: Template) -> dict[str, Any]:
    """Return the ``Metadata`` of *template*."""
    accepted = {ACCEPTED: dict(template.accepted)} if template.accepted else {}
    return {OURS: {"Version": installed(), "Settings": template.settings, **accepted}}


def is_stamped(body: Mapping[str, Any]) -> bool:
    """Tell whether the library has rendered the template *body*."""
    match body:
        case {"Metadata": {"rdsproxy_templates": {"Version": str(), "Settings": str()}}}:
            return True
        case _:
            return False


@cache
def installed() -> str:
    """Return the version of the library."""
    from importlib.metadata import version  # noqa: PLC0415 - slow, and only renders need it

    return version("rdsproxy_templates")


def with_kept(directory: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return *files*, each as it is in *directory* where another version rendered it just so.

    A new version changes only the templates of which it renders more than its name anew.
    """
    return {
        name: _kept(read_if_there(directory / name), new) if name.endswith(".yaml") else new
        for name, new in files.items()
    }


def _kept(there: bytes | None, new: bytes) -> bytes:
    if there is None or not _VERSION.search(there):
        return new
    return there if _VERSION.sub(b"", there) == _VERSION.sub(b"", new) else new
