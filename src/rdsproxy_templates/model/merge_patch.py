"""JSON merge patches (RFC 7396, first published as RFC 7386) on pieces of a template."""

from __future__ import annotations

from typing import Any, TypeGuard

from .intrinsic_functions import is_function


def merged(target: Any, patch: Any) -> Any:
    """Return *target* with *patch* applied: mappings merge, null removes, anything else replaces.

    An intrinsic function is one value: it replaces, and is replaced, as a whole.
    """
    if not _merges(patch):
        return patch
    result = dict(target) if _merges(target) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def patch_between(before: Any, after: Any) -> Any:
    """Return the patch that turns *before* into *after*, in which nothing is null."""
    if not (_merges(before) and _merges(after)):
        return after
    return {key: None for key in before if key not in after} | {
        key: patch_between(before[key], value) if key in before else value
        for key, value in after.items()
        if key not in before or before[key] != value
    }


def _merges(node: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(node, dict) and not is_function(node)
