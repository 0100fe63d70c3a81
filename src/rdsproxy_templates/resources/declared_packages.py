"""Code of a declared function, and what its template says of it beside its settings."""

from __future__ import annotations

from typing import Any

from troposphere import serverless

from ..model.accepted_rules import accepted
from .function_declaration import DeclaredFunction
from .functions import FunctionSettings
from .optional_properties import without_none


def packaged(
    one: DeclaredFunction, defaults: FunctionSettings, layer: serverless.LayerVersion | None
) -> dict[str, Any]:
    """Return the properties and metadata of the code of *one*."""
    package = _package(one, defaults, layer)
    if not one.reads_only:
        return package
    reads = accepted("login/writes-to-reader", "It reads only, whatever its user may do elsewhere.")
    return {**package, "Metadata": {**package.get("Metadata", {}), **reads}}


def _package(
    one: DeclaredFunction, defaults: FunctionSettings, layer: serverless.LayerVersion | None
) -> dict[str, Any]:
    """Code, its handler and its runtime, or the image that is all of that."""
    architecture = {"Architectures": [one.architecture or defaults.architecture]}
    if one.is_remote_image:
        return {"PackageType": "Image", "ImageUri": one.code, **architecture}
    if one.is_image:
        metadata = {
            "Dockerfile": "Dockerfile",
            "DockerContext": one.code_path,
            "DockerTag": one.name.lower(),
        }
        return {"Metadata": metadata, "PackageType": "Image", **architecture}
    runtime = one.runtime or defaults.runtime
    layers: list[Any] = [layer.ref()] if layer and one.has_database_layer(runtime) else []
    metadata = {"makefile": {"BuildMethod": "makefile"}, "none": {"SkipBuild": True}}
    return {
        **without_none(Metadata=metadata.get(one.builder(runtime))),
        "CodeUri": one.code_path,
        "Handler": one.entry(runtime),
        "Runtime": runtime,
        **architecture,
        **without_none(Layers=[*layers, *one.layers] or None),
    }
