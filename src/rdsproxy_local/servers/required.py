"""The servers' programs that templates need, and those of them that this machine lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .programs import MissingServer, find

DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
DATABASES: Final = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")


def missing_servers(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each missing program; it says what to install."""
    missing = []
    for name in sorted({name for one in resources if (name := _program(one))}):
        try:
            find(name, name)
        except MissingServer as reason:
            missing.append(str(reason))
    return missing


def _program(resource: Mapping[str, Any]) -> str | None:
    type_, properties = resource.get("Type"), resource.get("Properties")
    if type_ == DISTRIBUTION:
        return "nginx"
    has_engine = type_ in DATABASES and isinstance(properties, Mapping)
    engine = properties.get("Engine") if has_engine and properties else None
    if not isinstance(engine, str):
        return None
    return "postgres" if "postgres" in engine else "mariadbd"
